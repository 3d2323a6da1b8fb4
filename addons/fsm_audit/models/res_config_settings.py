from odoo import fields, models

from .res_users import RPC_PASSWORDS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fsm_rpc_passwords = fields.Boolean(
        string="Passwords over RPC",
        config_parameter=RPC_PASSWORDS,
        help="Whether programs of the staff may sign in with a password instead of an API key.",
    )
    fsm_anchor_to = fields.Char(
        string="Auditor's Mail",
        config_parameter="fsm_audit.anchor_to",
        help="Mail addresses, with commas between them.",
    )
