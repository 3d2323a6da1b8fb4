from odoo import api, fields, models

# Who pays for a line of an estimate. The customer's bill has what is charged, the maker's claim what
# is the maker's, no document the rest: no consideration, no supply (CGST Act s.7(1); Circular
# 195/07/2023). What is given away as goodwill costs its input credit, s.17(5)(h).
BILLING = [
    ("charge", "Customer"),
    ("warranty", "Our Warranty"),
    ("goodwill", "Goodwill"),
    ("oem", "Maker (Claim)"),
    ("contract", "Contract"),
]


class FsmJobLine(models.Model):
    _inherit = "fsm.job.line"

    billing = fields.Selection(
        BILLING,
        string="Paid By",
        default="charge",
        required=True,
        help="Whoever pays: the price stays written, for the claim and for the books.",
        audit=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("billing")
    def _compute_amount(self):
        """Override of `fsm_jobs`: the customer pays for what is charged."""
        super()._compute_amount()
        self.filtered(lambda line: line.billing != "charge").amount = 0.0

    # === BUSINESS METHODS === #

    def _line_values(self):
        """Override of `fsm_jobs`: what the customer does not pay says why, at no price."""
        rows = super()._line_values()
        for line, row in zip(self, rows, strict=True):
            if line.billing != "charge":
                row |= {"name": f"{row['name']} – {line._free_text()}", "price_unit": 0.0}
        return rows

    def _free_text(self):
        texts = {
            "warranty": self.env._("under our warranty, no charge"),
            "goodwill": self.env._("goodwill, no charge"),
            "oem": self.env._("under the maker’s warranty, no charge"),
            "contract": self.env._("under your contract, no charge"),
        }
        return texts[self.billing]

    def _claim_values(self):
        """Return what the maker pays for, as `fsm.job._billable_lines` describes lines."""
        claimed = self.filtered(lambda line: line.billing == "oem")
        return super(FsmJobLine, claimed)._line_values()
