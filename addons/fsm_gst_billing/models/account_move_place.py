from odoo import api, fields, models
from odoo.tools.translate import get_translation

from ..gst.supply import PlaceOfSupply, place_of_supply


class AccountMove(models.Model):
    """Where a sale is supplied, by the rules of the core: IGST Act s.10 to s.13.

    Odoo takes the delivery address for everything, and sends home with the tourist what he bought
    or had repaired over the counter (`gst.md`, R20 to R24).
    """

    _inherit = "account.move"

    gst_place_reason = fields.Char(
        string="Because",
        compute="_compute_gst_place_reason",
        help="Why this is the place of supply, as it was when the document was issued.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_l10n_in_gst_treatment(self):
        """Override of `l10n_in`: a foreigner at the counter is a consumer, what he takes no export.

        Who sends it abroad says “Overseas” on the invoice.
        """
        super()._compute_l10n_in_gst_treatment()
        for move in self.filtered(lambda move: move.state == "draft" and move._is_placed_here()):
            if move.l10n_in_gst_treatment == "overseas" and move.move_type == "out_invoice":
                move.l10n_in_gst_treatment = "consumer"

    @api.depends("l10n_in_gst_treatment")
    def _compute_l10n_in_state_id(self):
        """Override of `l10n_in` to have the core decide in a branch, and to keep that of an invoice."""
        super()._compute_l10n_in_state_id()
        for move in self.filtered(lambda move: move._is_placed_here()):
            if state := move._state_of_place(move._place_by_law().state):
                move.l10n_in_state_id = state

    def _compute_fiscal_position_id(self):
        """Override of `l10n_in`: the branch of the document decides, not the one that is open.

        What a customer is always billed under (a letter of undertaking) is kept per company, and
        `l10n_in` asks the company of the session for it.
        """
        for company, moves in self.grouped("company_id").items():
            own = moves.with_company(company) if company else moves
            super(AccountMove, own)._compute_fiscal_position_id()

    @api.depends("l10n_in_state_id", "l10n_in_gst_treatment", "partner_id", "partner_shipping_id")
    def _compute_gst_place_reason(self):
        lang = self.env.lang or "en_US"
        for move in self:
            draft = move.state == "draft"
            reason = "" if draft else (move.gst_parties or {}).get("place", "")
            if draft and move.partner_id and move._is_placed_here():
                reason = move._place_reason()
            move.gst_place_reason = reason and get_translation("fsm_gst_billing", lang, reason, ())

    # === BUSINESS METHODS === #

    def _is_placed_here(self):
        """Tell whether this is a sale of a branch: of others Odoo decides."""
        branch_sudo = self.company_id.sudo().fsm_branch_ids  # a fact, whoever may read branches
        return self.country_code == "IN" and self.is_sale_document() and bool(branch_sudo)

    def _place_by_law(self):
        """Return where this is supplied, and why.

        :rtype: gst.supply.PlaceOfSupply
        """
        if original := self.reversed_entry_id or self.debit_origin_id:
            return PlaceOfSupply(
                original.l10n_in_state_id.l10n_in_tin or "", original.gst_place_reason or ""
            )
        partner = self.partner_id
        payer = partner.commercial_partner_id
        return place_of_supply(
            self.company_id.state_id.l10n_in_tin or "",
            gstin=partner.vat or "",
            state=partner.state_id.l10n_in_tin or payer.state_id.l10n_in_tin or "",
            country=partner.country_id.code or "IN",
            **({} if self.job_id or self.claim_job_id else self._counter_facts()),
        )

    def _place_reason(self):
        """Return why this is the place of supply; nothing of a place that is not the law's."""
        place = self._place_by_law()
        return place.reason if place.state == (self.l10n_in_state_id.l10n_in_tin or "") else ""

    def _is_abroad(self):
        """Tell whether the customer lives, or the delivery goes, outside India."""
        partners = (
            self.partner_id | self.partner_id.commercial_partner_id | self.partner_shipping_id
        )
        return any(code != "IN" for code in partners.country_id.mapped("code"))

    def _counter_facts(self):
        """Return how a sale over the counter leaves it; goods make it one of goods.

        :return: arguments of `gst.supply.place_of_supply`
        """
        goods = "consu" in self.invoice_line_ids.product_id.mapped("type")
        delivery = self.partner_shipping_id
        sent = delivery.country_id.code in (False, "IN") and delivery != self.partner_id
        exported = self.l10n_in_gst_treatment == "overseas"
        abroad = self.partner_id.country_id.code not in (False, "IN")
        if sent:
            to = delivery.state_id.l10n_in_tin
        else:  # what a foreigner takes along is delivered here
            to = self.company_id.state_id.l10n_in_tin if abroad and not exported else ""
        return {
            "kind": "goods" if goods else "service",
            "delivery_state": to or "",
            "device_present": not exported,
        }

    def _state_of_place(self, code):
        """Return the state with a code of GST; 96 is the one of all other countries."""
        candidates = self.company_id.state_id | self.partner_id.state_id
        candidates |= self.partner_shipping_id.state_id
        found = candidates.filtered(lambda state: state.l10n_in_tin == code)[:1]
        states = self.env["res.country.state"]
        return found or (
            states.search([("l10n_in_tin", "=", code)], order="id", limit=1) if code else states
        )
