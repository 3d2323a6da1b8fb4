from odoo import api, models
from odoo.fields import Domain

from odoo.addons.fsm_jobs.verbs import verb

MAX_ROWS = 1000  # of one answer
# Read as they are found: finding them is the work.
LOW_STOCK_FIELDS = ["product_id", "level", "on_hand", "free", "minimum", "maximum", "suggestion"]


class ProductProduct(models.Model):
    """What a program asks about the stock of a branch."""

    _inherit = "product.product"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def fsm_low_stock(self, branch_id: int = 0, limit: int = 200, offset: int = 0):
        """Say what runs short in a branch, what is missing altogether first.

        :return: ``[{product_id, name, level: out|low, on_hand, free, minimum, maximum,
            suggestion}]``
        """
        branch = self._branch_of_storekeeper(branch_id)
        rows = self.env["fsm.low.stock"].search_fetch(
            [("company_id", "=", branch.company_id.id)],
            LOW_STOCK_FIELDS,
            limit=min(max(limit, 1), MAX_ROWS),
            offset=max(offset, 0),
        )
        return rows._answers()

    @verb
    def fsm_adjustments(self, branch_id: int = 0):
        """List what was received, taken out and counted of these parts in a branch, newest first.

        :return: for each part ``[{id, at, by, quantity, before, after, reason}]``; a quantity
            below zero was taken out
        """
        branch = self._branch_of_storekeeper(branch_id)
        self.check_access("read")
        moves_sudo = self.env["stock.move"].sudo()  # of a branch of the caller, by his role
        found = moves_sudo.search(
            [
                ("product_id", "in", self.ids),
                ("company_id", "=", branch.company_id.id),
                *moves_sudo._adjustment_domain(),
            ],
            order="date desc, id desc",
            limit=MAX_ROWS,
        ).grouped("product_id")
        return [
            [move._adjustment() for move in found.get(product.sudo(), moves_sudo)]
            for product in self
        ]

    @api.model
    @api.readonly
    @verb
    def fsm_stock_stats(self, branch_id: int = 0):
        """Return the figures of a branch's stock.

        :return: ``{branch_id, products, on_hand, reserved, value, on_the_way, on_the_way_value,
            low, out, waiting}``; on hand are the shelves and the bags, values in rupees at cost, on
            the way is what travels between branches and is this one's, waiting are requests for
            parts that are not there
        """
        branch = self._branch_of_storekeeper(branch_id)
        low = Domain("company_id", "=", branch.company_id.id)
        rows = self.env["fsm.low.stock"]
        return {
            "branch_id": branch.id,
            **self._stock_figures(branch),
            **self._travelling_figures(branch),
            "low": rows.search_count(low & Domain("level", "=", "low")),
            "out": rows.search_count(low & Domain("level", "=", "out")),
            "waiting": self.env["fsm.part.usage"].search_count(
                low & Domain("state", "=", "requested")
            ),
        }

    @api.model
    def _branch_of_storekeeper(self, branch_id):
        self._check_stock_role("accountant")
        return self.env["fsm.branch"]._of_caller(branch_id)

    @api.model
    def _stock_figures(self, branch):
        quants_sudo = self.env["stock.quant"].sudo()  # totals of a branch of the caller
        rows = quants_sudo.with_company(branch.company_id)._read_group(
            [("location_id", "child_of", branch._everywhere().id)],
            ["product_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        return {
            "products": len([1 for _product, quantity, _reserved in rows if quantity]),
            "on_hand": sum(quantity for _product, quantity, _reserved in rows),
            "reserved": sum(reserved for _product, _quantity, reserved in rows),
            "value": branch.currency_id.round(
                sum(product.standard_price * quantity for product, quantity, _reserved in rows)
            ),
        }

    @api.model
    def _travelling_figures(self, branch):
        """Return what is on its way between branches and belongs to this one (docs/adr/0039)."""
        domain = [("company_id", "=", branch.company_id.id), ("place", "=", "transit")]
        [(quantity, value)] = self.env["fsm.stock.report"]._read_group(
            domain, [], ["quantity:sum", "value:sum"]
        )
        rounded = branch.currency_id.round(value or 0.0)
        return {"on_the_way": quantity or 0.0, "on_the_way_value": rounded}
