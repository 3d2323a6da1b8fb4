from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..verbs import check_keys
from .fsm_consent import PURPOSES

CUSTOMER_KEYS = {"id": int, "name": str, "phone": str, "email": str, "vat": str, "street": str}
CUSTOMER_KEYS |= {"city": str, "zip": str, "state_id": int, "company_type": str}
# What a customer who is known may tell at the counter that his card does not say yet.
KNOWN_KEYS = ("phone", "email", "vat", "street", "city", "zip")
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
            partner = Partner.with_context(active_test=False).search(
                [("id", "=", customer["id"]), ("company_id", "=", branch.company_id.id)]
            )
            if not partner:
                raise UserError(self.env._("There is no such customer in this branch."))
            return self._intake_known(partner, customer)
        if not customer.get("name") or not customer.get("phone"):
            raise UserError(self.env._("A customer needs a name and a phone number."))
        values = self._customer_values(customer, branch)
        if not allow_duplicate:
            known = Partner._fsm_find_by_phone(values["phone"], branch.company_id)
            same = known.filtered(lambda p: p.name.casefold() == values["name"].casefold())
            if same:
                return self._intake_known(same[0], customer)
            if known:
                raise UserError(known[0]._fsm_taken())
        return Partner.create({**values, "fsm_allow_duplicate": allow_duplicate})

    def _intake_known(self, partner, customer):
        """Fill in what the card of a known customer does not say yet; nothing on it is replaced.

        Another GSTIN is refused: the invoice would be made out to it. Anything else is noted.

        :return: `partner`
        """
        if not partner.active:
            raise UserError(
                self.env._(
                    "%(name)s (customer %(id)s) is archived: restore that customer first.",
                    name=partner.name,
                    id=partner.id,
                )
            )
        given = {key: customer[key].strip() for key in KNOWN_KEYS if customer.get(key)}
        if given.get("phone"):
            given["phone"] = partner._fsm_format_phone(given["phone"])
        if missing := {key: text for key, text in given.items() if not partner[key]}:
            self._check_email(missing.get("email"))
            partner.write(missing)
        others = {
            key: text for key, text in given.items() if text.casefold() != partner[key].casefold()
        }
        if "vat" in others:
            raise UserError(
                self.env._(
                    "%(name)s (customer %(id)s) has the GSTIN %(vat)s: correct his card first, or "
                    "leave the GSTIN out.",
                    name=partner.name,
                    id=partner.id,
                    vat=partner.vat,
                )
            )
        if others:
            partner._message_log(
                body=self.env._(
                    "Said otherwise at the counter, and not taken over: %s",
                    ", ".join(others.values()),
                )
            )
        return partner

    def _check_email(self, email):
        if email and not email_normalize(email):
            raise UserError(self.env._("“%s” is not an e-mail address.", email))

    def _customer_values(self, customer, branch):
        self._check_email(customer.get("email"))
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
