from markupsafe import Markup

from odoo import fields, models

from .product_template import COST_GROUPS

LEVELS = [("out", "Out of Stock"), ("low", "Below Minimum")]


class FsmLowStock(models.Model):
    """A part of which a branch has less than it wants to have, and how many to order.

    One row for a reorder rule of Odoo whose part runs short on the branch's shelves; what is
    reserved for job cards does not count. It is a view: nothing is kept twice.
    """

    _name = "fsm.low.stock"
    _description = "Low Stock"
    _auto = False
    _order = "level desc, suggestion desc, id"
    _rec_name = "product_id"
    _depends = {
        "stock.warehouse.orderpoint": [
            "active",
            "company_id",
            "location_id",
            "product_id",
            "product_max_qty",
            "product_min_qty",
        ],
        "stock.quant": ["company_id", "location_id", "product_id", "quantity", "reserved_quantity"],
        "stock.location": ["parent_path"],
        "fsm.branch": ["company_id"],
    }

    branch_id = fields.Many2one(comodel_name="fsm.branch", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    orderpoint_id = fields.Many2one(comodel_name="stock.warehouse.orderpoint", readonly=True)
    product_id = fields.Many2one(string="Part", comodel_name="product.product", readonly=True)
    level = fields.Selection(LEVELS, readonly=True)
    minimum = fields.Float(digits="Product Unit", readonly=True)
    maximum = fields.Float(digits="Product Unit", readonly=True)
    on_hand = fields.Float(digits="Product Unit", readonly=True)
    free = fields.Float(digits="Product Unit", readonly=True)
    suggestion = fields.Float(string="To Order", digits="Product Unit", readonly=True)
    cost = fields.Float(
        string="Cost of One", related="product_id.standard_price", groups=COST_GROUPS
    )

    @property
    def _table_query(self):
        return """
            SELECT rule.id,
                   rule.id AS orderpoint_id,
                   branch.id AS branch_id,
                   rule.company_id,
                   rule.product_id,
                   rule.product_min_qty AS minimum,
                   rule.product_max_qty AS maximum,
                   stock.on_hand,
                   stock.free,
                   CASE WHEN stock.free <= 0 THEN 'out' ELSE 'low' END AS level,
                   GREATEST(rule.product_max_qty, rule.product_min_qty) - stock.free AS suggestion
              FROM stock_warehouse_orderpoint rule
              JOIN fsm_branch branch ON branch.company_id = rule.company_id
              JOIN stock_location shelf ON shelf.id = rule.location_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(quant.quantity), 0) AS on_hand,
                           COALESCE(SUM(quant.quantity - quant.reserved_quantity), 0) AS free
                      FROM stock_quant quant
                      JOIN stock_location place ON place.id = quant.location_id
                     WHERE quant.product_id = rule.product_id
                       AND quant.company_id = rule.company_id
                       AND place.parent_path LIKE shelf.parent_path || '%%'
                   ) stock
             WHERE rule.active
               AND stock.free < rule.product_min_qty
        """

    # === BUSINESS METHODS === #

    def _answers(self):
        return [
            {
                "product_id": row.product_id.id,
                "name": row.product_id.display_name,
                "level": row.level,
                "on_hand": row.on_hand,
                "free": row.free,
                "minimum": row.minimum,
                "maximum": row.maximum,
                "suggestion": row.suggestion,
            }
            for row in self
        ]

    def _is_news(self):
        """Tell whether its branch has not been told that the part runs this short."""
        rule = self.orderpoint_id
        return not rule.alerted_at or (self.level == "out" and rule.alerted_level == "low")

    def _headline(self):
        """Return the subject of what is told about these parts of one branch."""
        if len(self) == 1 and self.level == "out":
            return self.env._(
                "%(part)s is out of stock at %(branch)s",
                part=self.product_id.display_name,
                branch=self.branch_id.name,
            )
        if len(self) == 1:
            return self.env._(
                "%(part)s runs short at %(branch)s",
                part=self.product_id.display_name,
                branch=self.branch_id.name,
            )
        return self.env._(
            "%(count)s parts run short at %(branch)s",
            count=len(self),
            branch=self.branch_id.name,
        )

    def _sentence(self):
        """Return what is told about this part in a message or an activity."""
        return self.env._(
            "%(part)s: %(free)s free, %(minimum)s wanted, order %(suggestion)s",
            part=self.product_id.display_name,
            free=f"{self.free:g}",
            minimum=f"{self.minimum:g}",
            suggestion=f"{self.suggestion:g}",
        )

    def _list(self, limit):
        """Return what is told about these parts as HTML: the first `limit`, and how many follow."""
        sentences = [row._sentence() for row in self[:limit]]
        if len(self) > limit:
            rest = len(self) - limit
            sentences.append(self.env._("%s more are in the list of low stock.", rest))
        return Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s</li>") % sentence for sentence in sentences
        )
