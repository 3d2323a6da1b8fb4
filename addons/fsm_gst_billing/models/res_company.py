from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..gst import dates, gstin, law
from ..gst.documents import Supplier
from ..gst.supply import place_of_supply
from .fsm_gst_once import GATE


class ResCompany(models.Model):
    _inherit = "res.company"

    # Which books are closed, and whether Odoo keeps its own trail of them.
    fiscalyear_lock_date = fields.Date(audit=True)
    tax_lock_date = fields.Date(audit=True)
    sale_lock_date = fields.Date(audit=True)
    purchase_lock_date = fields.Date(audit=True)
    hard_lock_date = fields.Date(audit=True)
    restrictive_audit_trail = fields.Boolean(audit=True)

    # === CONSTRAINT METHODS === #

    @api.constrains("vat", "state_id")
    def _check_fsm_gstin(self):
        branches_sudo = self.sudo().fsm_branch_ids  # a rule holds whoever breaks it
        branches_sudo._check_gstin()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise_gstin(vals) for vals in vals_list])

    def write(self, vals):
        # GSTIN and state reach the branch's card one after the other.
        companies = self.with_context(fsm_company_gate=GATE)
        return super(ResCompany, companies).write(self._normalise_gstin(vals))

    # === BUSINESS METHODS === #

    @api.model
    def _normalise_gstin(self, vals):
        """Return `vals` with the GSTIN as it is printed. What is no GSTIN stays as it was typed."""
        if gstin.is_valid(vals.get("vat")):
            return {**vals, "vat": gstin.normalise(vals["vat"])}
        return vals

    def _inverse_l10n_in_is_gst_registered(self):
        """Override of `l10n_in` to keep the default taxes: it would set them back to 5 %."""
        names = ("account_sale_tax_id", "account_purchase_tax_id")
        taxes = {company: {name: company[name].id for name in names} for company in self}
        super()._inverse_l10n_in_is_gst_registered()
        for company, kept in taxes.items():
            if kept := {name: tax_id for name, tax_id in kept.items() if tax_id}:
                company.write(kept)

    def _declares(self):
        """Tell whether a return counts this company in: a branch, or who has booked anything.

        An organisation above its branches mostly shares the GSTIN of one and books nothing: then
        their accountant makes the return, who does not work in it.
        """
        self.ensure_one()
        branches_sudo = self.sudo().with_context(active_test=False).fsm_branch_ids  # a fact
        moves_sudo = self.env["account.move"].sudo()  # that there is any, no more
        booked = [("company_id", "=", self.id), ("state", "=", "posted")]
        return bool(branches_sudo or moves_sudo.search_count(booked, limit=1))

    def _is_fsm_branch(self):
        """Tell whether the company is a branch."""
        return bool(self.sudo().fsm_branch_ids)  # a fact, whoever may read branches

    def _charges_gst(self):
        """Tell whether the company collects tax: it is registered, and not under composition.

        CGST Act s.10(4), s.32: nobody else may.
        """
        self.ensure_one()
        return bool(self.vat) and self.partner_id.l10n_in_gst_treatment != "composition"

    def _gst_place(self, partner):
        """Return the state that decides about the tax on what `partner` is supplied.

        :rtype: recordset of `res.country.state`
        """
        self.ensure_one()
        payer, home = partner.commercial_partner_id, self.state_id
        place = place_of_supply(
            home.l10n_in_tin,
            gstin=partner.vat or "",
            state=partner.state_id.l10n_in_tin or payer.state_id.l10n_in_tin or "",
            country=partner.country_id.code or "IN",
        )
        for state in (home, partner.state_id):
            if state.l10n_in_tin == place.state:
                return state
        branch_sudo = self.sudo().fsm_branch_ids  # a fact, whoever may read branches
        return self.env["fsm.job"]._state_of(place.state, branch_sudo)

    def _gst_supplier(self, number, period):
        """Return who declares under a GSTIN: the core's view of the companies that share it.

        Who has chosen more than four digits of HSN is asked for what is due above 5 crore.
        """
        highest = round(max(self.mapped("gst_turnover")) * law.CRORE)
        digits = max(int(company.l10n_in_hsn_code_digit or 4) for company in self)
        return Supplier(
            number,
            period,
            turnover=5 * law.CRORE + (digits > 4 or highest > 5 * law.CRORE),
            highest_turnover=highest,
            today=dates.document_date(fields.Datetime.now()),
            composition="composition" in self.partner_id.mapped("l10n_in_gst_treatment"),
        )

    def _today_here(self):
        """Return the day it is for a company: that of India in India, whatever the user's clock."""
        if self.account_fiscal_country_id.code == "IN":
            return dates.document_date(fields.Datetime.now())
        return fields.Date.context_today(self)

    def _gst_state(self):
        """Return the company's state as GST writes it: ``29-Karnataka``."""
        self.ensure_one()
        return f"{self.state_id.l10n_in_tin or ''}-{self.state_id.name or ''}".strip("-")

    def _check_has_branch_state(self):
        """Refuse a company without a state: nothing would decide between CGST + SGST and IGST."""
        for company in self:
            if not company.state_id.l10n_in_tin:
                raise ValidationError(
                    self.env._("Branch %s needs its state: it decides about GST.", company.name)
                )
