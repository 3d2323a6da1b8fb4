from odoo import api, models
from odoo.exceptions import AccessError

# Where a contact's number stands, and what tells of it.
PHONE_FIELDS = {
    "phone",
    "phone_sanitized",
    "phone_mobile_search",
    "phone_blacklisted",
    "phone_sanitized_blacklisted",
}


class ResPartner(models.Model):
    """A customer's number is the counter's and the books': with it and the link one answers for him.

    Technicians read the numbers of colleagues, of branches and of the sites of their job cards
    (docs/adr/0028).
    """

    _inherit = "res.partner"

    # === CRUD METHODS === #

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Views name the fields, so they are known; their values are not."""
        known = super().fields_get(allfields, attributes)
        if self._fsm_reads_no_numbers():
            names = PHONE_FIELDS - known.keys()
            wanted = list(names & set(allfields) if allfields else names)
            told = self.sudo().fields_get(wanted, attributes) if wanted else {}  # names, no values
            closed = dict.fromkeys(("exportable", "groupable", "searchable", "sortable"), False)
            known |= {name: {**info, **closed, "readonly": True} for name, info in told.items()}
        return known

    @api.readonly
    def web_read(self, specification):
        """The web client asks for what its views name; it gets what its user may read."""
        if self._fsm_reads_no_numbers() and not self._fsm_numbers_told():
            specification = {n: spec for n, spec in specification.items() if n not in PHONE_FIELDS}
        return super().web_read(specification)

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, *args, **kwargs):
        if self._fsm_reads_no_numbers():
            specification = {n: spec for n, spec in specification.items() if n not in PHONE_FIELDS}
        return super().web_search_read(domain, specification, *args, **kwargs)

    # === BUSINESS METHODS === #

    def _has_field_access(self, field, operation):
        """Override: asked for each read, search, order, group, export and each computation."""
        if (
            field.name in PHONE_FIELDS
            and self._fsm_reads_no_numbers()
            and not self._fsm_numbers_told()
        ):
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _fsm_reads_no_numbers(self):
        return not self.env.su and self.env.user.fsm_role == "technician"

    def _fsm_numbers_told(self):
        """Say whether all of these are colleagues, branches and sites: no customer among them."""
        partners_sudo = self.sudo()  # whose people they are is no secret to who sees them
        return bool(self) and all(
            partner.fsm_organization_id or partner.fsm_is_site for partner in partners_sudo
        )

    @api.model
    def _search_phone_mobile_search(self, operator, value):
        """Whoever reads no number does not guess it either."""
        if self._fsm_reads_no_numbers():
            raise AccessError(self.env._("Your role does not search by phone number."))
        return super()._search_phone_mobile_search(operator, value)

    def _get_store_avatar_card_fields(self, target):
        names = super()._get_store_avatar_card_fields(target)
        if self._fsm_reads_no_numbers() and not self._fsm_numbers_told():
            return [name for name in names if name not in PHONE_FIELDS]
        return names
