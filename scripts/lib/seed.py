# Run in Odoo's shell by scripts/seed.
import os

from odoo.addons.fsm_demo.seed import seed

template = env["fsm.job"].search([("state", "=", "delivered")], order="id", limit=1)  # noqa: F821
seed(env, int(os.environ["FSM_SEED"]), template)  # noqa: F821
env.cr.commit()  # noqa: F821
