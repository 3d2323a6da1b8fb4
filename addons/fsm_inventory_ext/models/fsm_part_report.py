from odoo import fields, models

from .fsm_part_usage import STATES
from .product_template import COST_GROUPS


class FsmPartReport(models.Model):
    """Parts on job cards, as figures: how many were used where, for what, by whom, for how much.

    One row for a part usage. It is a view: nothing is kept twice.
    """

    _name = "fsm.part.report"
    _description = "Parts on Job Cards, Figures"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _depends = {
        "fsm.part.usage": [
            "company_id",
            "cost",
            "create_date",
            "job_id",
            "price_unit",
            "product_id",
            "quantity",
            "served_at_once",
            "state",
            "used_at",
            "used_by_id",
        ],
        "fsm.job": ["branch_id", "device_id", "fault_ids", "lead_technician_id"],
        "fsm.device": ["model_id"],
        "fsm.device.model": ["brand_id", "category_id"],
        "fsm.warranty": ["replaces_id", "usage_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
    }

    # Where and when
    date = fields.Datetime(
        string="On", readonly=True, help="When it was used; before that, when it was asked for."
    )
    branch_id = fields.Many2one(comodel_name="fsm.branch", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    job_id = fields.Many2one(string="Job Card", comodel_name="fsm.job", readonly=True)
    technician_id = fields.Many2one(comodel_name="fsm.technician", readonly=True)

    # What, and in what
    product_id = fields.Many2one(string="Part", comodel_name="product.product", readonly=True)
    categ_id = fields.Many2one(
        string="Category of Parts", comodel_name="product.category", readonly=True
    )
    fault_id = fields.Many2one(
        comodel_name="fsm.device.fault", readonly=True, help="The first of the job card."
    )
    model_id = fields.Many2one(
        string="Device Model", comodel_name="fsm.device.model", readonly=True
    )
    brand_id = fields.Many2one(comodel_name="fsm.device.brand", readonly=True)
    device_category_id = fields.Many2one(comodel_name="fsm.device.category", readonly=True)

    # What became of it
    state = fields.Selection(STATES, string="Status", readonly=True)
    is_warranty = fields.Boolean(
        string="Under Warranty",
        readonly=True,
        help="It replaced a part that we had warranted: the customer paid nothing.",
    )
    quantity = fields.Float(string="Requested", digits="Product Unit", readonly=True)
    used_quantity = fields.Float(string="Used", digits="Product Unit", readonly=True)
    returned_quantity = fields.Float(
        string="Returned",
        digits="Product Unit",
        readonly=True,
        help="Was used, and came back out of the device.",
    )
    scrapped_quantity = fields.Float(string="Scrapped", digits="Product Unit", readonly=True)
    warranty_quantity = fields.Float(
        string="Used under Warranty", digits="Product Unit", readonly=True
    )
    fill_rate = fields.Float(
        string="Fill Rate %",
        readonly=True,
        aggregator="avg",
        help="Of a hundred requests, how many were served at once.",
    )

    # For how much, in rupees
    revenue = fields.Float(
        string="Revenue (₹)", digits="Product Price", readonly=True, help="Before tax."
    )
    cost = fields.Float(
        string="Cost (₹)", digits="Product Price", readonly=True, groups=COST_GROUPS
    )
    margin = fields.Float(
        string="Margin (₹)", digits="Product Price", readonly=True, groups=COST_GROUPS
    )

    @property
    def _table_query(self):
        return """
            SELECT usage.id,
                   COALESCE(usage.used_at, usage.create_date) AS date,
                   job.branch_id,
                   usage.company_id,
                   usage.job_id,
                   COALESCE(technician.id, job.lead_technician_id) AS technician_id,
                   usage.product_id,
                   template.categ_id,
                   fault.id AS fault_id,
                   device.model_id,
                   model.brand_id,
                   model.category_id AS device_category_id,
                   usage.state,
                   covered.yes AS is_warranty,
                   usage.quantity,
                   CASE WHEN usage.state = 'used' THEN usage.quantity ELSE 0 END AS used_quantity,
                   CASE WHEN usage.state = 'returned' AND usage.used_at IS NOT NULL
                        THEN usage.quantity ELSE 0 END AS returned_quantity,
                   CASE WHEN usage.state = 'scrapped'
                        THEN usage.quantity ELSE 0 END AS scrapped_quantity,
                   CASE WHEN covered.yes THEN usage.quantity ELSE 0 END AS warranty_quantity,
                   CASE WHEN usage.served_at_once THEN 100 ELSE 0 END AS fill_rate,
                   money.revenue,
                   money.cost,
                   money.revenue - money.cost AS margin
              FROM fsm_part_usage usage
              JOIN fsm_job job ON job.id = usage.job_id
              JOIN fsm_device device ON device.id = job.device_id
              JOIN fsm_device_model model ON model.id = device.model_id
              JOIN product_product product ON product.id = usage.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN fsm_technician technician ON technician.user_id = usage.used_by_id
                                                 AND technician.company_id = usage.company_id
              LEFT JOIN LATERAL (
                    SELECT fault.id
                      FROM fsm_device_fault_fsm_job_rel rel
                      JOIN fsm_device_fault fault ON fault.id = rel.fsm_device_fault_id
                     WHERE rel.fsm_job_id = job.id
                     ORDER BY fault.sequence, fault.id
                     LIMIT 1
                   ) fault ON TRUE
             CROSS JOIN LATERAL (
                    SELECT usage.state = 'used' AND EXISTS (
                           SELECT 1 FROM fsm_warranty warranty
                            WHERE warranty.usage_id = usage.id AND warranty.replaces_id IS NOT NULL
                           ) AS yes
                   ) covered
             CROSS JOIN LATERAL (
                    SELECT CASE WHEN usage.state = 'used' AND NOT covered.yes
                                THEN usage.quantity * usage.price_unit ELSE 0 END AS revenue,
                           CASE WHEN usage.state IN ('used', 'scrapped')
                                THEN usage.quantity * usage.cost ELSE 0 END AS cost
                   ) money
        """
