"""Uninstalls an addon, and writes the tables of Odoo that our addons extend.

For `odoo shell`; $FSM_LEAVES is the addon, $FSM_GONE are all that leave with it. What one leaves behind
in PostgreSQL, a trigger that names a dropped column, say, would stop Odoo itself, and only a write
shows it.
"""

import os

WRITES = {
    "res.partner": {"phone": "+91 98450 12345"},
    "res.users": {"signature": "<p>Asha</p>"},
    "res.company": {"email": "shop@example.com"},
    "product.product": {"list_price": 3490.0},
    "account.move": {"ref": "by hand"},
    "account.journal": {"sequence": 7},
    "stock.warehouse": {"sequence": 7},
    "stock.quant": {"user_id": 1},
    "ir.config_parameter": {"value": "1"},
}


def entries():
    """Return how many entries a hardened trail has, which no uninstall stops; none, if it is not."""
    env.cr.execute("SELECT fsm_audit.is_hardened()")  # noqa: F821  the shell's
    [is_hardened] = env.cr.fetchone()  # noqa: F821
    env.cr.execute("SELECT count(*) FROM fsm_audit.entry")  # noqa: F821
    return env.cr.fetchone()[0] if is_hardened else None  # noqa: F821


env["ir.module.module"]._get(os.environ["FSM_LEAVES"]).button_immediate_uninstall()  # noqa: F821
before = entries()
for model, values in WRITES.items():
    if model in env:  # noqa: F821  the shell's
        record = env[model].search([], limit=1)  # noqa: F821
        if model == "account.move":
            record = record.filtered(lambda move: move.state == "draft")
        record.write(values)
        env.flush_all()  # noqa: F821
partner = env["res.partner"].create({"name": "Asha Rao"})  # noqa: F821
env.flush_all()  # noqa: F821
partner.unlink()
env.flush_all()  # noqa: F821
assert before is None or entries() > before, "the audit stopped"
for addon in os.environ["FSM_GONE"].split():
    left = env["ir.model.data"].search([("module", "=", addon)])  # noqa: F821
    assert not left, f"{addon} left behind: {left.mapped('complete_name')}"
print("nothing was left behind, and every table could be written")
