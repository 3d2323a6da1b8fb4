from odoo import api, fields, models

DOCUMENTS = [("challan", "Delivery Challan"), ("invoice", "Tax Invoice")]


class FsmTransfer(models.Model):
    """The paper that parts travel with from branch to branch."""

    _inherit = "fsm.transfer"

    document_kind = fields.Selection(
        DOCUMENTS,
        string="Document",
        compute="_compute_document_kind",
        store=True,
        help="Branches with one GSTIN send with a challan. Between two GSTINs it is a supply, "
        "which needs a tax invoice (CGST Act, section 25(4) and Schedule I, paragraph 2).",
    )
    challan_id = fields.Many2one(
        comodel_name="fsm.challan", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    invoice_number = fields.Char(string="Tax Invoice No.", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("company_id", "to_company_id")
    def _compute_document_kind(self):
        """Decide when the transfer is opened, and again when it is sent."""
        for transfer in self.sudo():  # the GSTIN of a branch is on each of its papers
            gstins = {transfer.company_id.vat or "", transfer.to_company_id.vat or ""}
            transfer.document_kind = "challan" if len(gstins) == 1 else "invoice"

    # === ACTION METHODS === #

    def action_print_challan(self):
        self.ensure_one()
        return self.env.ref("fsm_jobs.fsm_challan_report").report_action(
            self.challan_id, config=False
        )

    # === BUSINESS METHODS - DOCUMENTS === #

    def _transfer_document(self):
        """Make the document that travels with the parts, and return the values that link it.

        Called on one transfer as it is sent, after its stock moves, in sudo and in the company of
        the sending branch. Between two GSTINs it is what `fsm.branch._supply_to` makes; without an
        addon that knows invoices that is nothing, and the parts wait for no paper of ours.

        :return: values to write on the transfer
        :rtype: dict
        """
        self.ensure_one()
        self._compute_document_kind()
        source, destination = self._branch(self.company_id), self._branch(self.to_company_id)
        if self.document_kind == "invoice":
            lines = [line._supply_values() for line in self.line_ids if line.sent]
            return {"invoice_number": source._supply_to(destination, lines, self.name) or False}
        challan = self.env["fsm.challan"]._issue(
            source,
            self.to_company_id.partner_id,
            self.to_company_id,
            [line._challan_values() for line in self.line_ids if line.sent],
            "own_use",
            note=self.name,
        )
        return {"challan_id": challan.id}

    def _document_answer(self):
        """Return what a verb answers about the document."""
        transfer_sudo = self.sudo()  # the number of a challan is on the paper that travels
        number = transfer_sudo.challan_id.name or transfer_sudo.invoice_number
        return {"kind": self.document_kind, "number": number or False}


class FsmTransferLine(models.Model):
    _inherit = "fsm.transfer.line"

    def _supply_values(self):
        """Return this line as `fsm.branch._supply_to` takes it, at what the part has cost.

        Rule 28 of the CGST Rules, second proviso: the value on the invoice counts where the
        recipient has full credit.
        """
        return {
            "product_id": self.product_id.id,
            "quantity": self.sent,
            "price_unit": self.cost or self.product_id.lst_price,
        }

    def _challan_values(self):
        """Return this line as one of `fsm.challan.line`, at what the part has cost."""
        return {
            "reference": self.product_id.default_code or False,
            "name": self.product_id.name,
            "product_id": self.product_id.id,
            "quantity": self.sent,
            "value": self.sent * self.cost,
        }
