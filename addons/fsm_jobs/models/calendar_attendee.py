from odoo import api, fields, models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    phone = fields.Char(related=None, compute="_compute_phone")

    # === COMPUTE METHODS === #

    @api.depends("partner_id.phone")
    @api.depends_context("uid", "su")
    def _compute_phone(self):
        """Show a number to whom the contact shows it."""
        Partner = self.env["res.partner"]
        for attendee in self:
            partner_sudo = attendee.partner_id.sudo()  # whether it may be told is asked here
            told = not Partner._fsm_reads_no_numbers() or partner_sudo._fsm_numbers_told()
            attendee.phone = told and partner_sudo.phone
