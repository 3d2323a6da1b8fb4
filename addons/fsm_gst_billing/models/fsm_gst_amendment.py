from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..gst import gstin, periods
from ..gst.documents import Original

# Customers who are listed one by one, by their GSTIN.
REGISTERED = ("regular", "composition", "special_economic_zone", "deemed_export")


class FsmGstAmendment(models.Model):
    """A document of a month that was filed, declared anew in a later one: CGST Act s.37(3), Table 9.

    The document stays as it was issued, and so does what was filed. What may be wrong in the return
    and not in the books is under which GSTIN the customer was listed; all else is a credit note.
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
    gstin = fields.Char(string="Customer's GSTIN", required=True, audit=True)
    reason = fields.Char(required=True, audit=True)

    _document_uniq = models.Constraint(
        "UNIQUE(return_id, move_id)", "The return already amends this document."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("return_id", "move_id", "gstin")
    def _check_amends_what_was_filed(self):
        for amendment in self:
            move, own = amendment.move_id, amendment.return_id
            number = move.gst_number_ids
            if (
                move.state != "posted"
                or number.registration != own.gstin
                or move.l10n_in_gst_treatment not in REGISTERED
            ):
                raise ValidationError(
                    self.env._(
                        "%(document)s is no document of %(gstin)s to a registered customer.",
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
            amendment._check_new_gstin()

    def _check_new_gstin(self):
        """Refuse a GSTIN that cannot exist, is the same, or would change the tax that was charged."""
        if not gstin.is_valid(self.gstin) or self.gstin == self.filed_gstin:
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


class FsmGstReturn(models.Model):
    """What of earlier months a return declares anew."""

    _inherit = "fsm.gst.return"

    amendment_ids = fields.One2many(
        string="Amendments", comodel_name="fsm.gst.amendment", inverse_name="return_id"
    )

    def write(self, vals):
        """Override: what a locked return amends stays as it is."""
        if "amendment_ids" in vals:
            for gst_return in self:
                gst_return._check_state("draft")
        return super().write(vals)

    def _locked_of(self, period):
        """Return the locked or filed return of this GSTIN for a month, if there is one."""
        return self.search(
            [("gstin", "=", self.gstin), ("period", "=", period), ("state", "!=", "draft")]
        )

    def _amended(self):
        """Return the documents that this return declares anew, as it will say them."""
        amendments_sudo = self.sudo().amendment_ids  # whoever may see the return
        if not amendments_sudo:
            return []
        gstins = {amendment.move_id.id: amendment.gstin for amendment in amendments_sudo}
        return [
            document._replace(
                gstin=gstins[document.id],
                amends=Original(document.number, document.date, document.value, document.lines),
            )
            for document in self._documents_where(SQL("m.id = ANY(%s)", list(gstins)))
        ]

    def _findings_of_changed_gstin(self):
        """Return a warning for each filed document whose customer has another GSTIN since."""
        rows = self._read(
            SQL(
                """
                SELECT m.id AS move_id, m.name, m.l10n_in_gstin AS filed, p.vat AS now
                  FROM fsm_gst_number n
                  JOIN fsm_gst_return r ON r.gstin = n.registration AND r.state <> 'draft'
                   AND n.day >= r.first_day AND n.day < r.first_day + interval '1 month'
                  JOIN account_move m ON m.id = n.move_id AND m.state = 'posted'
                  JOIN res_partner p ON p.id = m.partner_id
                 WHERE n.registration = %s AND r.first_day < %s
                   AND r.first_day >= %s::date - interval '1 year'
                   AND m.l10n_in_gstin IS NOT NULL AND p.vat IS NOT NULL
                   AND p.vat <> m.l10n_in_gstin
                   AND NOT EXISTS (SELECT 1 FROM fsm_gst_amendment a WHERE a.move_id = m.id)
              ORDER BY m.id
                """,
                self.gstin,
                self.first_day,
                self.first_day,
            )
        )
        return [self._finding_of_changed_gstin(**row) for row in rows]

    def _finding_of_changed_gstin(self, move_id, name, filed, now):
        text = self.env._(
            "%(name)s was filed under %(filed)s, its customer now has %(now)s: if the first was "
            "wrong, list it below “Amendments”.",
            name=name,
            filed=filed,
            now=now,
        )
        finding = self._own_finding("warning", "CGST Act s.37(3)", text)
        return finding | {"model": "account.move", "id": move_id}
