from odoo import models


class MailThread(models.AbstractModel):
    """Nobody makes a stranger follow: he would get what is written, and his name be told."""

    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        self.env["res.partner"]._fsm_check_known(partner_ids or ())
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)
