from odoo import models


class MailNotification(models.Model):
    """Where a message went: technicians see that it went, not to which number."""

    _inherit = "mail.notification"

    def _has_field_access(self, field, operation):
        if field.name == "sms_number" and self.env["res.partner"]._fsm_reads_no_numbers():
            return False
        return super()._has_field_access(field, operation)
