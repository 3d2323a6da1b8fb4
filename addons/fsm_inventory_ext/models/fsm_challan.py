from odoo import fields, models


class FsmChallan(models.Model):
    """A challan travels with the parts of a transfer as well."""

    _inherit = "fsm.challan"

    transfer_ids = fields.One2many(comodel_name="fsm.transfer", inverse_name="challan_id")

    # === BUSINESS METHODS - DOCUMENTS === #

    def _print_challan(self):
        """Override to list parts where it is parts that travel."""
        printed = super()._print_challan()
        transfers_sudo = self.sudo().transfer_ids  # who prints the challan may read what is on it
        if not transfers_sudo:
            return printed
        return printed | {
            "columns": (self.env._("Reference"), self.env._("Part")),
            "rows": [
                (line.product_id.default_code or "", line.product_id.name, f"{line.sent:g}")
                for line in transfers_sudo.line_ids
                if line.sent
            ],
            # Rule 55 (1) (c) of the CGST Rules: goods that travel other than by way of supply.
            "purpose": self.env._("Own parts, moved between two branches with one GSTIN. No sale."),
        }
