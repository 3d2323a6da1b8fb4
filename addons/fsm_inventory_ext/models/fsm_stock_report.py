from odoo import fields, models
from odoo.tools import SQL

from .product_template import COST_GROUPS

DEAD_AFTER_DAYS = 180  # half a year on the shelf: what nobody has taken is money that sleeps
PLACES = [("here", "On the Shelves"), ("transit", "On the Way between Branches")]
AGES = [
    ("month", "Moved in the Last 30 Days"),
    ("quarter", "31 to 90 Days Still"),
    ("half", "91 to 180 Days Still"),
    ("dead", "Dead Stock: More than 180 Days Still"),
]


class FsmStockReport(models.Model):
    """What a branch has, what it is worth at cost, and for how long nobody has taken any.

    One row for a part of a branch: its shelves and its technicians' bags, without the old parts
    that came out of devices; and one for a line of a transfer that is on its way: the sender's
    where a challan travels with it, the receiver's where a tax invoice does (docs/adr/0039). It is
    a view: nothing is kept twice.
    """

    _name = "fsm.stock.report"
    _description = "Stock, Figures"
    _auto = False
    _order = "idle_days desc, id"
    _rec_name = "product_id"
    _depends = {
        "stock.quant": ["company_id", "location_id", "product_id", "quantity", "reserved_quantity"],
        "stock.move": [
            "company_id",
            "date",
            "location_dest_id",
            "location_id",
            "quantity",
            "state",
            "transfer_line_id",
        ],
        "stock.location": ["usage"],
        "fsm.branch": ["company_id", "old_parts_location_id", "organization_id"],
        "fsm.transfer": ["company_id", "document_kind", "state", "to_company_id"],
        "fsm.transfer.line": ["cost", "product_id", "transfer_id"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id"],
    }

    branch_id = fields.Many2one(comodel_name="fsm.branch", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    place = fields.Selection(PLACES, string="Where", readonly=True)
    product_id = fields.Many2one(string="Part", comodel_name="product.product", readonly=True)
    categ_id = fields.Many2one(
        string="Category of Parts", comodel_name="product.category", readonly=True
    )
    quantity = fields.Float(string="On Hand", digits="Product Unit", readonly=True)
    reserved_quantity = fields.Float(string="Reserved", digits="Product Unit", readonly=True)
    cost = fields.Float(
        string="Cost of One (₹)",
        digits="Product Price",
        readonly=True,
        aggregator="avg",
        groups=COST_GROUPS,
    )
    value = fields.Float(
        string="Value (₹)",
        digits="Product Price",
        readonly=True,
        groups=COST_GROUPS,
        help="At cost.",
    )
    last_out = fields.Datetime(string="Last Taken", readonly=True)
    last_in = fields.Datetime(string="Last Received", readonly=True)
    idle_days = fields.Integer(
        string="Days Still",
        readonly=True,
        aggregator="max",
        help="Since the last piece was taken; if never, since the last came in.",
    )
    age = fields.Selection(AGES, readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT stock.id,
                   branch.id AS branch_id,
                   stock.company_id,
                   stock.place,
                   stock.product_id,
                   template.categ_id,
                   stock.quantity,
                   stock.reserved_quantity,
                   price.cost,
                   stock.quantity * price.cost AS value,
                   moved.last_out,
                   moved.last_in,
                   idle.days AS idle_days,
                   CASE WHEN idle.days <= 30 THEN 'month'
                        WHEN idle.days <= 90 THEN 'quarter'
                        WHEN idle.days <= %(dead_after)s THEN 'half'
                        ELSE 'dead' END AS age
              FROM (SELECT MIN(quant.id) AS id,
                           'here' AS place,
                           quant.company_id,
                           quant.product_id,
                           SUM(quant.quantity) AS quantity,
                           SUM(quant.reserved_quantity) AS reserved_quantity,
                           MIN(quant.in_date) AS since,
                           NULL::numeric AS cost
                      FROM stock_quant quant
                      JOIN stock_location place ON place.id = quant.location_id
                      JOIN fsm_branch here ON here.company_id = quant.company_id
                     WHERE place.usage = 'internal'
                       AND place.id IS DISTINCT FROM here.old_parts_location_id
                     GROUP BY quant.company_id, quant.product_id
                    HAVING SUM(quant.quantity) <> 0
                     UNION ALL
                    SELECT -line.id,
                           'transit',
                           CASE transfer.document_kind WHEN 'invoice' THEN transfer.to_company_id
                                ELSE transfer.company_id END,
                           line.product_id,
                           way.quantity,
                           0,
                           way.since,
                           NULLIF(line.cost, 0)
                      FROM fsm_transfer transfer
                      JOIN fsm_transfer_line line ON line.transfer_id = transfer.id
                     CROSS JOIN LATERAL (
                            SELECT SUM(CASE target.usage WHEN 'transit' THEN move.quantity
                                       ELSE -move.quantity END) AS quantity,
                                   MIN(move.date) AS since
                              FROM stock_move move
                              JOIN stock_location target ON target.id = move.location_dest_id
                             WHERE move.transfer_line_id = line.id AND move.state = 'done'
                           ) way
                     WHERE transfer.state IN ('sent', 'short')
                       AND way.quantity > 0
                   ) stock
              JOIN fsm_branch branch ON branch.company_id = stock.company_id
              JOIN product_product product ON product.id = stock.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN (
                    SELECT move.company_id,
                           move.product_id,
                           MAX(move.date) FILTER (WHERE source.usage = 'internal') AS last_out,
                           MAX(move.date) FILTER (WHERE target.usage = 'internal') AS last_in
                      FROM stock_move move
                      JOIN stock_location source ON source.id = move.location_id
                      JOIN stock_location target ON target.id = move.location_dest_id
                     WHERE move.state = 'done' AND source.usage <> target.usage
                     GROUP BY move.company_id, move.product_id
                   ) moved ON moved.company_id = stock.company_id
                          AND moved.product_id = stock.product_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(
                           stock.cost,
                           NULLIF((product.standard_price ->> stock.company_id::text)::numeric, 0),
                           (product.standard_price ->> branch.organization_id::text)::numeric,
                           0) AS cost
                   ) price
             CROSS JOIN LATERAL (
                    SELECT EXTRACT(DAY FROM (now() AT TIME ZONE 'UTC') - CASE stock.place
                           WHEN 'transit' THEN stock.since
                           ELSE COALESCE(moved.last_out, moved.last_in, stock.since)
                           END)::integer AS days
                   ) idle
        """,
            dead_after=DEAD_AFTER_DAYS,
        )
