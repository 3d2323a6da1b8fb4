from odoo import api, fields, models
from odoo.exceptions import UserError

from .fsm_gst_once import GATE

# What becomes of goods that are credited.
OUTCOMES = [
    ("shelf", "Back on the Shelf"),
    ("damaged", "Damaged, Written Off"),
    ("kept", "The Customer Keeps Them"),
]


class AccountMove(models.Model):
    """What is sold over the counter, without a job card, leaves the shelves with the invoice.

    It comes back with the credit note, in the way that says; with the cancellation of the invoice, for
    then it never left; and leaves again where the credit note is cancelled.
    """

    _inherit = "account.move"

    returned_parts = fields.Selection(
        OUTCOMES,
        string="Goods",
        compute="_compute_returned_parts",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        audit=True,
        help="What becomes of goods sold without a job card that this credit note takes back.",
    )
    has_returned_parts = fields.Boolean(compute="_compute_has_returned_parts")

    # === COMPUTE METHODS === #

    @api.depends("move_type", "reversed_entry_id")
    def _compute_returned_parts(self):
        for move in self:
            is_return = move.move_type == "out_refund" and move.reversed_entry_id._is_counter_sale()
            move.returned_parts = is_return and (move.returned_parts or "shelf")

    @api.depends("returned_parts", "reversed_entry_id")
    def _compute_has_returned_parts(self):
        """Tell whether there is anything to decide: goods that are counted have left."""
        for move in self:
            invoice = move.reversed_entry_id
            branch_sudo = (
                invoice.company_id.sudo().fsm_branch_ids
            )  # yes or no, of one's own invoice
            move.has_returned_parts = bool(
                move.returned_parts and branch_sudo and branch_sudo._parts_sold(invoice.name)
            )

    # === BUSINESS METHODS === #

    def _hand_over_parts(self):
        """Have the branches hand over what these moves, just posted, have sold over the counter."""
        for move in self:
            branch_sudo = move.company_id.sudo().fsm_branch_ids  # who sells, hands over
            if not branch_sudo or not (move._is_counter_sale() or move.returned_parts):
                continue
            if move.small_sale_ids:  # they have left, each with its sale
                branch_sudo._number_sales(move.small_sale_ids.mapped("name"), move.name)
                continue
            lines = move._sold_parts()
            if lines and move._is_counter_sale():
                branch_sudo._sell_parts(lines, move.name)
            elif lines and move.returned_parts != "kept":
                sale, damaged = move.reversed_entry_id.name, move.returned_parts == "damaged"
                branch_sudo._take_back_parts(lines, sale, move.name, damaged=damaged)

    def _undo_hand_over(self):
        """Have the parts of documents that do not count any more lie where they lay before."""
        for move in self:
            branch_sudo = move.company_id.sudo().fsm_branch_ids  # as above
            if branch_sudo and move._is_counter_sale():
                sold = branch_sudo._parts_sold(move.name)
                lines = [(product, quantity, []) for product, quantity in sold.items()]
                branch_sudo._take_back_parts(lines, move.name, move.name)
            elif branch_sudo and move.returned_parts:
                branch_sudo._undo_taking_back(move.reversed_entry_id.name, move.name)

    def _is_counter_sale(self):
        """Tell whether the parts of this document still lie on the shelves.

        Those of a job card were used on it, and those of a transfer have left with it.
        """
        return (
            self.move_type == "out_invoice"
            and not (self.job_id or self.claim_job_id or self.debit_origin_id)
            and self.env.context.get("fsm_transfer_gate") is not GATE
        )

    def _sold_parts(self):
        """Return ``[(product, quantity, numbers)]`` of the goods on this document, in their units."""
        goods = self.invoice_line_ids.filtered(lambda line: line.product_id.type == "consu")
        sold = []
        for product, lines in goods.grouped("product_id").items():
            quantity = sum(
                line.product_uom_id._compute_quantity(line.quantity, product.uom_id)
                for line in lines
            )
            if product.uom_id.compare(quantity, 0.0) > 0:
                sold.append((product, quantity, lines._part_numbers()))
        return sold

    @api.model
    def _check_outcome(self, parts):
        """Refuse what is no word for what becomes of goods."""
        words = [word for word, _label in OUTCOMES]
        if parts not in words:
            raise UserError(self.env._("“parts” must be one of: %s.", ", ".join(words)))
