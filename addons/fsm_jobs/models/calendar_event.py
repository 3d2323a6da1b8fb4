from odoo import api, fields, models


class CalendarEvent(models.Model):
    """A meeting belongs to a branch, as what it is about."""

    _inherit = "calendar.event"

    company_id = fields.Many2one(
        comodel_name="res.company", compute="_compute_company_id", store=True, index=True
    )

    # === COMPUTE METHODS === #

    @api.depends("user_id")
    def _compute_company_id(self):
        """Keep the branch where it was called: the organiser may go on to another."""
        for event in self:
            own = event.user_id == self.env.user
            company = self.env.company if own else event.user_id.company_id
            event.company_id = event.company_id or company

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_partner_contact_details_html(self, section_title, partner):
        """Odoo writes the number into the text, which all read who see the meeting."""
        if partner.sudo().fsm_organization_id:  # a colleague: his number is no secret
            return super()._prepare_partner_contact_details_html(section_title, partner)
        shown_sudo = partner.sudo().new(  # as if he had none
            {"name": partner.name, "email": partner.email}
        )
        return super()._prepare_partner_contact_details_html(section_title, shown_sudo)
