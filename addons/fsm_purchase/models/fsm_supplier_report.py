from odoo import fields, models
from odoo.tools import SQL

# A rate is never the sum of rates: {rate: (part of it, of what)}.
RATES = {"on_time_rate": ("on_time", "received"), "return_rate": ("bad", "received")}


class FsmSupplierReport(models.Model):
    """How a supplier delivers: in time, what we had to send back, and what failed at a customer's.

    One row for a line of an order that was confirmed, and one for a claim that he has not refused.
    It is a view: nothing is kept twice.
    """

    _name = "fsm.supplier.report"
    _description = "Suppliers: On Time and Returned"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _depends = {
        "purchase.order": ["company_id", "date_approve", "partner_id", "state"],
        "purchase.order.line": [
            "company_id",
            "date_planned",
            "order_id",
            "partner_id",
            "product_id",
            "product_uom_qty",
        ],
        "stock.move": ["date", "location_id", "location_dest_id", "purchase_line_id", "quantity"],
        "stock.location": ["usage"],
        "fsm.supplier.claim": [
            "company_id",
            "opened_on",
            "product_id",
            "quantity",
            "state",
            "supplier_id",
        ],
    }

    company_id = fields.Many2one(string="Branch", comodel_name="res.company", readonly=True)
    partner_id = fields.Many2one(string="Supplier", comodel_name="res.partner", readonly=True)
    order_id = fields.Many2one(comodel_name="purchase.order", readonly=True)
    product_id = fields.Many2one(string="Part", comodel_name="product.product", readonly=True)
    date = fields.Datetime(string="Ordered or Claimed On", readonly=True)
    ordered = fields.Float(digits="Product Unit", readonly=True)
    received = fields.Float(digits="Product Unit", readonly=True)
    on_time = fields.Float(string="Received on Time", digits="Product Unit", readonly=True)
    returned = fields.Float(digits="Product Unit", readonly=True)
    failed = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="Under our warranty, and claimed from him: neither refused nor withdrawn.",
    )
    bad = fields.Float(string="Returned or Failed", digits="Product Unit", readonly=True)
    on_time_rate = fields.Float(
        string="On Time (%)", readonly=True, aggregator="avg", help="Of what was received."
    )
    return_rate = fields.Float(
        string="Returned (%)",
        readonly=True,
        aggregator="avg",
        help="Sent back, or failed under our warranty and claimed, of what was received.",
    )

    @property
    def _table_query(self):
        return """
            SELECT line.id,
                   line.company_id,
                   line.partner_id,
                   line.order_id,
                   line.product_id,
                   purchase.date_approve AS date,
                   line.product_uom_qty AS ordered,
                   came.received,
                   came.on_time,
                   came.returned,
                   0.0 AS failed,
                   came.returned AS bad,
                   100 * came.on_time / NULLIF(came.received, 0) AS on_time_rate,
                   100 * came.returned / NULLIF(came.received, 0) AS return_rate
              FROM purchase_order_line line
              JOIN purchase_order purchase ON purchase.id = line.order_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(move.quantity) FILTER (
                               WHERE source.usage = 'supplier'), 0) AS received,
                           COALESCE(SUM(move.quantity) FILTER (
                               WHERE source.usage = 'supplier'
                                 AND move.date::date <= line.date_planned::date), 0) AS on_time,
                           COALESCE(SUM(move.quantity) FILTER (
                               WHERE target.usage = 'supplier'), 0) AS returned
                      FROM stock_move move
                      JOIN stock_location source ON source.id = move.location_id
                      JOIN stock_location target ON target.id = move.location_dest_id
                     WHERE move.purchase_line_id = line.id
                       AND move.state = 'done'
                   ) came
             WHERE purchase.state = 'purchase'
               AND line.display_type IS NULL
             UNION ALL
            SELECT -claim.id,
                   claim.company_id,
                   claim.supplier_id,
                   NULL,
                   claim.product_id,
                   claim.opened_on::timestamp,
                   0.0, 0.0, 0.0, 0.0,
                   claim.quantity,
                   claim.quantity,
                   NULL, NULL
              FROM fsm_supplier_claim claim
             WHERE claim.state NOT IN ('refused', 'withdrawn')
        """

    # === BUSINESS METHODS === #

    def _read_group_select(self, aggregate_spec, query):
        """Override: the rate of a group is that of its pieces, not the mean of its orders."""
        name, _separator, function = aggregate_spec.partition(":")
        if name in RATES and function == "avg":
            part, whole = (self._field_to_sql(self._table, field, query) for field in RATES[name])
            return SQL("100 * SUM(%s) / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)
