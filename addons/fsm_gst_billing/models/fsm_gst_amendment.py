from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..gst import gstin, periods
from ..gst.states import OTHER_COUNTRY, STATES

# Customers who are listed one by one, by their GSTIN.
REGISTERED = ("regular", "composition", "special_economic_zone", "deemed_export")


class FsmGstAmendment(models.Model):
    """A document of a month that was filed, declared anew in a later one: CGST Act s.37(3), Table 9.

    The document stays as it was issued, and so does what was filed. What may be wrong in the return
    while tax and value are right is under which GSTIN a registered customer was listed, which other
    state a consumer lives in, and with which shipping bill goods left India; all else is a credit
    note.
    """

    _name = "fsm.gst.amendment"
    _description = "Amendment of a Filed Document"
    _order = "return_id, id"
    _rec_name = "move_id"
    _audit_class = "books"

    return_id = fields.Many2one(
        string="Declared In",
        comodel_name="fsm.gst.return",
        required=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(
        string="Document", comodel_name="account.move", required=True, index=True, audit=True
    )
    filed_gstin = fields.Char(string="Filed Under", related="move_id.l10n_in_gstin")
    filed_state_id = fields.Many2one(
        string="Filed Place", related="move_id.l10n_in_state_id", comodel_name="res.country.state"
    )
    gstin = fields.Char(
        string="Customer's GSTIN", audit=True, help="Of a customer who is registered."
    )
    state_id = fields.Many2one(
        string="Place of Supply",
        comodel_name="res.country.state",
        domain=[("l10n_in_tin", "!=", False)],
        audit=True,
        help="Of a consumer in another state.",
    )
    reason = fields.Char(required=True, audit=True)

    _document_uniq = models.Constraint(
        "UNIQUE(return_id, move_id)", "The return already amends this document."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("return_id", "move_id", "gstin", "state_id")
    def _check_amends_what_was_filed(self):
        for amendment in self:
            move, own = amendment.move_id, amendment.return_id
            number = move.gst_number_ids
            home = (number.organization_id, number.registration)
            if move.state != "posted" or home != (own.organization_id, own.gstin):
                raise ValidationError(
                    self.env._(
                        "%(document)s is no issued document of %(gstin)s.",
                        document=move.name or "",
                        gstin=own.gstin,
                    )
                )
            filed = own._locked_of(periods.period_of(number.day))
            if not filed or filed.first_day >= own.first_day:
                raise ValidationError(
                    self.env._(
                        "%s is not in an earlier return that is locked: what is not declared yet "
                        "needs no amendment.",
                        move.name,
                    )
                )
            amendment._check_what_is_new()

    def _check_what_is_new(self):
        """Refuse what would change more than the list in which the document stands."""
        if self.move_id.l10n_in_gst_treatment in REGISTERED:
            if self.state_id:
                raise ValidationError(
                    self.env._("The place of supply of %s is that of the GSTIN.", self.move_id.name)
                )
            self._check_new_gstin()
        elif self.gstin:
            raise ValidationError(
                self.env._(
                    "%s was issued to a customer without registration: with a GSTIN it is another "
                    "document. Issue a credit note and a new invoice.",
                    self.move_id.name,
                )
            )
        elif self.filed_state_id.l10n_in_tin == OTHER_COUNTRY:
            if self.state_id or not self.move_id.l10n_in_shipping_bill_number:
                raise ValidationError(
                    self.env._(
                        "Write the shipping bill on export %s first: that is what is amended.",
                        self.move_id.name,
                    )
                )
        else:
            self._check_new_place()

    def _stands(self):
        """Return GSTIN and state under which the document stands: filed, or amended since."""
        before = self.return_id._amended_before(self.move_id)[-1:]
        return before.gstin or self.filed_gstin, before.state_id or self.filed_state_id

    def _check_new_place(self):
        """Refuse a place that is the same, or would change the tax that was charged."""
        home = self.move_id.gst_number_ids.registration[:2]
        _number, place = self._stands()
        places = (place.l10n_in_tin, self.state_id.l10n_in_tin or "")
        if home in places or places[0] == places[1] or places[1] not in STATES:
            raise ValidationError(
                self.env._(
                    "%(document)s was filed for %(filed)s: give another state that is not your own. "
                    "Where the tax becomes another one, issue a credit note and a new invoice.",
                    document=self.move_id.name,
                    filed=place.name or "",
                )
            )

    def _check_new_gstin(self):
        """Refuse a GSTIN that cannot exist, is the same, or would change the tax that was charged."""
        number, _place = self._stands()
        if not gstin.is_valid(self.gstin) or self.gstin == number:
            raise ValidationError(
                self.env._("“%s” is not a GSTIN, or the one that was filed.", self.gstin)
            )
        if self.gstin[:2] != (self.filed_gstin or "")[:2]:
            raise ValidationError(
                self.env._(
                    "%(gstin)s is of another state than what was filed of %(document)s: that is "
                    "another tax. Issue a credit note and a new invoice.",
                    gstin=self.gstin,
                    document=self.move_id.name,
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        amendments = super().create([self._normalised(vals) for vals in vals_list])
        amendments._check_still_open()
        return amendments

    def write(self, vals):
        self._check_still_open()
        result = super().write(self._normalised(vals))
        self._check_still_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._check_still_open()

    @api.model
    def _normalised(self, vals):
        return {**vals, "gstin": gstin.normalise(vals["gstin"])} if vals.get("gstin") else vals

    def _check_still_open(self):
        self.return_id.check_access("write")
        for gst_return in self.return_id:
            gst_return._check_state("draft")
