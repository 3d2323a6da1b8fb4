from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import gstin
from .fsm_gst_once import GATE

# What a receptionist is told of an invoice (roles.md: number, total, due of its jobs).
COUNTER_KEYS = (
    "id",
    "name",
    "state",
    "invoice_date",
    "invoice_date_due",
    "payment_state",
    "amount_total",
    "amount_residual",
)


class ResPartner(models.Model):
    """A customer's registration under GST, and his bills."""

    _inherit = "res.partner"

    # === CONSTRAINT METHODS === #

    @api.constrains("vat", "state_id", "country_id", "company_id", "parent_id")
    def _check_fsm_gstin(self):
        """Odoo looks at the form of a GSTIN, not at its check character; the returns portal does.

        It is of the state of the address; an office of a customer may lie in another one. The card
        of a branch is held to the rules of the branch.
        """
        for partner in self.filtered("vat"):
            in_india = partner.country_id.code == "IN"
            by_company = self.env.context.get("fsm_company_gate") is GATE  # it checks itself, after
            if partner.is_company and not partner.company_id and not by_company:
                partner.sudo().ref_company_ids._check_fsm_gstin()  # a rule holds whoever breaks it
            of_branch = (partner.company_id or self.env.company)._is_fsm_branch()
            if not in_india or not of_branch or partner.l10n_in_gst_treatment == "uin_holders":
                continue
            if not gstin.is_valid(partner.vat):
                raise ValidationError(
                    self.env._(
                        "“%(gstin)s” of %(name)s is not a GSTIN: a character is wrong.",
                        gstin=partner.vat,
                        name=partner.name,
                    )
                )

            code = partner.state_id.l10n_in_tin
            if code and not partner.parent_id and gstin.state_code(partner.vat) != code:
                raise ValidationError(
                    self.env._(
                        "GSTIN %(gstin)s of %(name)s is not of %(state)s: correct one of them.",
                        gstin=partner.vat,
                        name=partner.name,
                        state=f"{code}-{partner.state_id.name}",
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_gstin(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_gstin(vals))

    @api.model
    def _with_gstin(self, vals):
        """Return `vals` with the GSTIN as it is printed. What is no GSTIN stays as it was typed."""
        if gstin.is_valid(vals.get("vat")):
            return {**vals, "vat": gstin.normalise(vals["vat"])}
        return vals

    # === BUSINESS METHODS - VERBS === #

    @api.readonly
    @verb
    def fsm_invoices(self):
        """Return the customer's posted invoices and credit notes, newest first.

        :return: ``[{id, name, state, move_type, invoice_date, invoice_date_due, payment_state,
            amount_untaxed, amount_tax, amount_total, amount_residual}]``, amounts in the currency
            of the branch; dates ``YYYY-MM-DD``. The counter is told `COUNTER_KEYS` of those of
            job cards that it sees: number, total and due
        """
        self.check_access("read")
        moves = self._fsm_bills()
        by_partner = moves.grouped("commercial_partner_id")
        keys = COUNTER_KEYS if moves.env.su and not self.env.su else None
        return [
            [bill(move, keys) for move in by_partner.get(partner.commercial_partner_id, ())]
            for partner in self
        ]

    # === BUSINESS METHODS === #

    def _gst_payer_state(self):
        """Return the state code of the address beside the GSTIN: that of who is registered."""
        payer = self.commercial_partner_id
        same = payer.vat == self.vat and payer.country_id.code == "IN"
        if not same or payer.l10n_in_gst_treatment == "uin_holders":
            return ""
        return payer.state_id.l10n_in_tin or ""

    def _is_addressed(self):
        """Tell whether name, address and state are known: CGST Rule 46(e)."""
        payer = self.commercial_partner_id
        abroad = self.country_id.code not in (False, "IN")
        return bool(
            payer.name
            and (self.street or self.street2 or payer.street or payer.street2)
            and (abroad or self.state_id or payer.state_id)
        )

    def _fsm_bills(self):
        """Return what these customers were billed, newest first, as far as the caller is told.

        :raise AccessError: his role is told of no invoice
        """
        Move = self.env["account.move"]
        domain = Domain(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ]
        )
        Job = self.env["fsm.job"]
        if not Move.has_access("read") and Job._has_role({"receptionist"}):
            jobs = Job.search([("partner_id", "in", self.ids)])
            domain &= Domain("job_id", "in", jobs.ids)
            Move = Move.sudo()  # of job cards that she sees, and no more than COUNTER_KEYS
        return Move.search(domain, order="invoice_date desc, id desc")


def bill(move, keys=None):
    """Return an invoice as a row of its customer's bills."""
    names = ("name", "state", "move_type", "payment_state")
    dates = ("invoice_date", "invoice_date_due")
    row = {
        "id": move.id,
        **{name: move[name] for name in names},
        **{name: str(move[name]) if move[name] else False for name in dates},
        **move._gst_figures(),
        "amount_residual": move.amount_residual,
    }
    return {name: row[name] for name in keys or row}
