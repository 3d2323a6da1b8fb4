from odoo import fields, models
from odoo.exceptions import UserError


class FsmChallan(models.Model):
    """A challan travels with the parts of a transfer as well."""

    _inherit = "fsm.challan"

    transfer_ids = fields.One2many(comodel_name="fsm.transfer", inverse_name="challan_id")

    # === BUSINESS METHODS === #

    def _check_may_cancel(self):
        """Override of `fsm_jobs`: what has reached the other branch did travel."""
        super()._check_may_cancel()
        lines_sudo = self.sudo().transfer_ids.line_ids  # whoever may cancel the challan
        if any(line.missing or line.received for line in lines_sudo):
            raise UserError(
                self.env._(
                    "The parts of challan %s are on the way or have arrived: it is not cancelled.",
                    self.name,
                )
            )

    # === BUSINESS METHODS - DOCUMENTS === #

    def _print_challan(self):
        """Override to list parts where it is parts that travel."""
        printed = super()._print_challan()
        if not self.sudo().transfer_ids:  # who prints the challan may read what is on it
            return printed
        return printed | {
            "columns": (self.env._("Reference"), self.env._("Part")),
            # Rule 55 (1) (c) of the CGST Rules: goods that travel other than by way of supply.
            "purpose": self.env._("Own parts, moved between two branches with one GSTIN. No sale."),
        }
