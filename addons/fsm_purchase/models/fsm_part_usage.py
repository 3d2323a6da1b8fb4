from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_inventory_ext.models.fsm_part_usage import WORKING_STATES
from odoo.addons.fsm_jobs.verbs import verb

# The states of an order whose parts may still come.
OPEN_ORDERS = ("draft", "sent", "to approve", "purchase")


class FsmPartUsage(models.Model):
    """A part that is not there is ordered for the job card that waits for it."""

    _inherit = "fsm.part.usage"

    purchase_line_id = fields.Many2one(
        string="Ordered On",
        comodel_name="purchase.order.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="fsm_jobs.group_fsm_accountant",
    )
    is_ordered = fields.Boolean(
        string="Ordered", compute="_compute_is_ordered", store=True, compute_sudo=True
    )
    # As the store says it, until an order knows better.
    expected_at = fields.Datetime(compute="_compute_is_ordered", store=True, compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "purchase_line_id.date_planned",
        "purchase_line_id.order_id.state",
        "purchase_line_id.qty_received",
        "purchase_line_id.product_qty",
        "purchase_line_id.move_ids.state",
        "purchase_line_id.move_ids.product_qty",
    )
    def _compute_is_ordered(self):
        for usage in self:
            line = usage.purchase_line_id
            usage.is_ordered = (
                usage.state == "requested"
                and line.order_id.state in OPEN_ORDERS
                and line.qty_received < line.product_qty
                and line._still_to_come() > 0
            )
            if line:
                usage.expected_at = usage.is_ordered and line.date_planned
            else:
                usage.expected_at = usage.expected_at

    # === ACTION METHODS === #

    def action_order(self):
        self.order()

    # === BUSINESS METHODS - VERBS === #

    @verb
    def order(self, vendor_id: int = 0, *, client_ref: str = ""):
        """Put requested parts onto a request for quotation: one a vendor and branch.

        A part that is on one already stays where it is, so the call may be repeated.

        :param int vendor_id: whom to ask; by default the best in the part's price list
        :return: ``{id, purchase_id, purchase, vendor_id, quantity, expected_at}``; the quantity is
            that of the part on this job card
        """
        self.job_id._check_may_handle_parts("accountant")
        return self.env["fsm.client.ref"]._once_together(
            self,
            "order",
            client_ref,
            {"vendor_id": vendor_id},
            lambda: self._put_on_orders(vendor_id),
        )

    # === BUSINESS METHODS === #

    def _put_on_orders(self, vendor_id):
        """Order what is on no order yet, and return the answers of the verb."""
        checked = self._checked_for({"requested"}, WORKING_STATES, "accountant")
        usages_sudo = self._together(checked)
        vendor = self._vendor_of_caller(vendor_id)
        missing = usages_sudo.filtered(lambda usage: not usage.is_ordered)
        for company, usages in missing.grouped("company_id").items():
            usages.with_company(company)._put_on_order(vendor)
        missing.job_id._promise_after_parts()
        return [usage._order_answer() for usage in usages_sudo]

    def _vendor_of_caller(self, vendor_id):
        """Return the vendor the caller names; one he may see, or nobody where he names none."""
        if not vendor_id:
            return self.env["res.partner"]
        vendor = self.env["res.partner"].search([("id", "=", vendor_id)])
        if not vendor:
            raise UserError(self.env._("There is no such vendor."))
        return vendor

    def _put_on_order(self, vendor):
        """Order parts of one branch; called in sudo, in its company."""
        wanted = {
            product: sum(usages.mapped("quantity"))
            for product, usages in self.grouped("product_id").items()
        }
        lines = self.env["purchase.order"]._order_parts(self.job_id[:1].branch_id, wanted, vendor)
        for product, usages in self.grouped("product_id").items():
            usages.purchase_line_id = lines[product]
            lines[product].order_id._mention(usages.job_id)

    def _order_answer(self):
        line = self.purchase_line_id
        return {
            "id": self.id,
            "purchase_id": line.order_id.id,
            "purchase": line.order_id.name,
            "vendor_id": line.order_id.partner_id.id,
            "quantity": self.quantity,
            "expected_at": fields.Datetime.to_string(self.expected_at) or False,
        }

    # === BUSINESS METHODS - STOCK === #

    def _return(self, reason, origin):
        """Override: what is no longer wanted is taken off an order that is not out yet."""
        line = self.purchase_line_id
        if self.is_ordered and line.order_id.state == "draft":
            line._want(-self.quantity)
        super()._return(reason, origin)
