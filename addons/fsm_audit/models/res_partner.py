from odoo import fields, models
from odoo.exceptions import AccessError, UserError

REASON_MIN_LENGTH = 10  # characters: shorter ones say nothing

# What says who somebody is. Emptied where the model has it; the name is replaced.
PERSONAL_FIELDS = (
    *("phone", "email", "website", "vat", "company_name", "function", "ref", "barcode", "comment"),
    *("street", "street2", "city", "zip", "partner_latitude", "partner_longitude", "image_1920"),
)


class ResPartner(models.Model):
    _inherit = "res.partner"
    _audit_files = False  # pictures in its notes

    name = fields.Char(audit="masked")
    phone = fields.Char(audit="masked")
    email = fields.Char(audit="masked")
    vat = fields.Char(audit=True)
    active = fields.Boolean(audit=True)

    # === ACTION METHODS === #

    def fsm_erase_personal_data(self, reason):
        """Forget who this customer is: on the record, on those below it, and in the trail.

        The record stays, archived and without a name, as other records refer to it. The entries of
        the trail stay as they were sealed, masked; what was behind the mask is deleted.

        :param str reason: who asked for it and how, see docs/adr/0016
        :return: ``{id, entries}``: of how many entries of the trail the values are gone
        :raise UserError: it may not be erased yet; each reason in a sentence
        :raise AccessError: only the owner erases
        """
        self.ensure_one()
        if not self.env.user.has_group("fsm_audit.group_fsm_audit_reader"):
            raise AccessError(self.env._("Only the owner erases personal data."))
        self.check_access("write")
        if not isinstance(reason, str) or len(reason.strip()) < REASON_MIN_LENGTH:
            raise UserError(
                self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
            )
        people_sudo = self._erased_partners()
        if blockers := people_sudo._erasure_blockers():
            sentences = "\n".join(f"– {blocker}" for blocker in blockers)
            raise UserError(self.env._("This customer cannot be erased yet:\n%s", sentences))
        return {"id": self.id, "entries": people_sudo._erase_personal_data(reason.strip())}

    # === BUSINESS METHODS === #

    def _erased_partners(self):
        """Return the person and the addresses and contacts below, as superuser."""
        everybody_sudo = self.sudo().with_context(active_test=False)  # the owner may, see above
        return everybody_sudo.search([("id", "child_of", self.ids)])

    def _erasure_blockers(self):
        """Return sentences saying why these people cannot be erased yet; empty if they can."""
        blockers = []
        if users := self.with_context(active_test=False).user_ids:
            names = ", ".join(users.mapped("login"))
            blockers.append(
                self.env._("They sign in as %s: archive and delete that user first.", names)
            )
        companies_sudo = self.env["res.company"].sudo()  # of whomever
        if companies_sudo.search_count([("partner_id", "in", self.ids)], limit=1):
            blockers.append(self.env._("This is the card of a company or a branch."))
        return blockers

    def _erase_personal_data(self, reason):
        """Empty the records, then the sidecar of the trail: emptying adds to it once more."""
        emptied = {name: False for name in PERSONAL_FIELDS if name in self._fields}
        for partner in self:
            name = self.env._("Erased customer %s", partner.id)
            partner.write({**emptied, "name": name, "active": False})
        self.env.flush_all()
        log = self.env["fsm.audit.log"]
        return sum(log._erase(partner, reason) for partner in self)
