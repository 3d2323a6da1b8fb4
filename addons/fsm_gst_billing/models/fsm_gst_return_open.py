from odoo import models

from ..gst import periods


class FsmGstReturn(models.Model):
    """From a return to what it declares."""

    _inherit = "fsm.gst.return"

    # === ACTION METHODS === #

    def action_open_documents(self):
        """Open the numbers of this GSTIN and month, and behind them the documents."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fsm_gst_billing.fsm_gst_number_action"
        )
        return action | {
            "domain": [
                ("organization_id", "=", self.organization_id.id),
                ("gstin", "=", self.gstin),
                *self._days_of_month("day"),
            ],
            "context": {"allowed_company_ids": self.env.user.company_ids.ids},
        }

    def action_open_purchases(self):
        """Open the vendor bills of which this return credits the tax."""
        self.ensure_one()
        companies_sudo = self.sudo().company_ids  # he works in all of them, whichever he chose
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Vendor Bills"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("account.view_in_invoice_bill_tree").id, "list"),
                (False, "form"),
            ],
            "domain": [
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "=", "posted"),
                ("company_id", "in", companies_sudo.ids),
                *self._days_of_month("date"),
            ],
            "context": {
                "create": False,
                "allowed_company_ids": self.env.user.company_ids.ids,
            },
        }

    # === BUSINESS METHODS === #

    def _days_of_month(self, field):
        return [
            (field, ">=", self.first_day),
            (field, "<=", periods.last_day(self.period)),
        ]
