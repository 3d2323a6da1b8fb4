from odoo import models


class FsmBranch(models.Model):
    """The head of every document: who prints it, in the body, where it always shows."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _letterhead(self):
        """Return what stands at the top: ``{name, branch, address, contact, gstin, logo}``."""
        self.ensure_one()
        company_sudo = self.company_id.sudo()  # on every paper: nobody's secret
        place = " ".join(filter(None, (company_sudo.city, company_sudo.zip)))
        state = company_sudo.state_id.name
        has_logo = company_sudo.logo and not company_sudo.uses_default_logo
        return {
            "name": self.organization_id.sudo().name,  # the same
            "branch": self.name,
            "address": ", ".join(
                filter(None, (company_sudo.street, company_sudo.street2, place, state))
            ),
            "contact": " · ".join(filter(None, (company_sudo.phone, company_sudo.email))),
            "gstin": company_sudo.vat or "",
            "logo": company_sudo.logo if has_logo else False,
        }
