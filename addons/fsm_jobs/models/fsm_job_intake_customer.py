from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..verbs import check_keys
from .fsm_consent import PURPOSES

CUSTOMER_KEYS = {"id": int, "name": str, "phone": str, "email": str, "vat": str, "street": str}
CUSTOMER_KEYS |= {"city": str, "zip": str, "state_id": int, "company_type": str}
SITE_KEYS = {"id": int, "name": str, "street": str, "city": str, "zip": str, "state_id": int}
SITE_KEYS |= {"notes": str, "contact": str, "phone": str}


class FsmJob(models.Model):
    """Whose device is taken in, and where it stands: found in the branch, or written down."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - INTAKE === #

    def _intake_customer(self, customer, branch, allow_duplicate):
        """Find the customer of the branch, or open a new one."""
        customer = check_keys(self.env, customer, CUSTOMER_KEYS, "customer")
        Partner = self.env["res.partner"]
        if customer.get("id"):
            partner = Partner.search(
                [("id", "=", customer["id"]), ("company_id", "=", branch.company_id.id)]
            )
            if not partner:
                raise UserError(self.env._("There is no such customer in this branch."))
            return partner
        if not customer.get("name") or not customer.get("phone"):
            raise UserError(self.env._("A customer needs a name and a phone number."))
        values = self._customer_values(customer, branch)
        known = Partner._fsm_find_by_phone(values["phone"], branch.company_id)
        same = known.filtered(lambda p: p.name.casefold() == values["name"].casefold())
        if same:
            return same[0]
        if known and not allow_duplicate:
            raise UserError(
                self.env._(
                    "%(phone)s already belongs to %(name)s (customer %(id)s). Take that customer, "
                    "or set “allow_duplicate” for another person with the same number.",
                    phone=values["phone"],
                    name=known[0].name,
                    id=known[0].id,
                )
            )
        partner = Partner.create({**values, "fsm_allow_duplicate": allow_duplicate})
        if known:
            partner._message_log(
                body=self.env._(
                    "Opened on purpose with the same phone number as %s.",
                    ", ".join(known.mapped("name")),
                )
            )
        return partner

    def _customer_values(self, customer, branch):
        email = customer.get("email")
        if email and not email_normalize(email):
            raise UserError(self.env._("“%s” is not an e-mail address.", email))
        return {
            **{key: value for key, value in customer.items() if value and key != "id"},
            "name": customer["name"].strip(),
            "phone": self.env["res.partner"]._fsm_format_phone(customer["phone"]),
            "company_id": branch.company_id.id,
            # Without an address the place of supply is the branch: s.12(2)(b), IGST Act.
            "state_id": customer.get("state_id") or branch.state_id.id,
        }

    def _intake_site(self, site, site_id, partner):
        """Return the site of the customer, a new one where it is described, or nothing."""
        sites = self.env["res.partner"]
        if not site and not site_id:
            return sites
        site = check_keys(self.env, site or {"id": site_id}, SITE_KEYS, "site")
        if site.get("id"):
            known = sites.search([("id", "=", site["id"]), ("parent_id", "=", partner.id)])
            if not known:
                raise UserError(self.env._("There is no such site of this customer."))
            return known
        if not (site.get("name") or "").strip():
            raise UserError(self.env._("A site needs a name, such as “Shop on MG Road”."))
        given = {key: value for key, value in site.items() if value}
        return sites.browse(partner.fsm_add_site(**given))

    def _intake_consents(self, consents):
        """Write down what the customer said at the counter about messages."""
        if consents:
            known = {purpose: bool for purpose, _label in PURPOSES}
            self.partner_id._fsm_note_consents(
                check_keys(self.env, consents, known, "consents"),
                self.env._("At the counter, %s", self.name),
            )
