from odoo import api, fields, models


class FsmAuditErasure(models.TransientModel):
    """Asks the owner why a customer's personal data goes, and says what is in its way."""

    _name = "fsm.audit.erasure"
    _description = "Erase Personal Data"

    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", required=True, ondelete="cascade"
    )
    reason = fields.Char(help="Who asked for it, when, and how: letter of 3 May, by the customer.")
    blockers = fields.Text(string="Not Yet", compute="_compute_blockers")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_blockers(self):
        for erasure in self:
            people_sudo = erasure.partner_id._erased_partners()
            erasure.blockers = "\n".join(people_sudo._erasure_blockers())

    # === ACTION METHODS === #

    def action_erase(self):
        erased = self.partner_id.fsm_erase_personal_data(self.reason)
        message = self.env._(
            "The personal data is erased. The trail keeps %s masked entries.", erased["entries"]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
