"""Founds in a database of tests the organisations that its classes share; see fsm_jobs/tests/world.py.

For addons/conftest.py, which gives `env` and the names of the worlds that are `wanted`, and for `odoo
shell`, which wants all. What is founded already is left alone.
"""

import importlib

from odoo.addons.base.tests.common import DISABLED_MAIL_CONTEXT

WORLDS = {
    "fsm_jobs": "FsmJobsCommon",
    "fsm_gst_billing": "FsmGstBillingCommon",
}

env.user.group_ids += env.ref("base.group_system")  # noqa: F821  given
for addon, name in WORLDS.items():
    if env["ir.module.module"]._get(addon).state == "installed":  # noqa: F821
        common = importlib.import_module(f"odoo.addons.{addon}.tests.common")
        common = getattr(common, name)
        wanted_here = common.WORLD in globals().get("wanted", [common.WORLD])
        if wanted_here and not env["ir.model.data"].search_count([("module", "=", common.WORLD)]):  # noqa: F821
            common._keep_world(env(context=DISABLED_MAIL_CONTEXT))  # noqa: F821
env.cr.commit()  # noqa: F821
