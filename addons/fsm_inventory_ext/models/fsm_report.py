from odoo import api, models

# What the parts used on job cards are counted by, for a report of each name.
CONSUMPTION = {
    "inventory_consumption": ["branch_id", "product_id", "date:month"],
    "parts_by_part": ["product_id"],
    "parts_by_fault": ["fault_id", "product_id"],
    "parts_by_model": ["model_id", "product_id"],
    "parts_by_technician": ["technician_id", "product_id"],
    "parts_by_branch": ["branch_id", "product_id"],
    "parts_by_month": ["date:month"],
}

# What is looked at, and where it is not nothing: of the same parts, for other questions.
MEASURES = {
    "consumption": [
        ("used_quantity", "number"),
        ("revenue", "money"),
        ("cost", "money"),
        ("margin", "money"),
    ],
    "returned_parts": [("returned_quantity", "number"), ("scrapped_quantity", "number")],
    "warranty_parts": [
        ("warranty_quantity", "number"),
        ("used_quantity", "number"),
        ("cost", "money"),
    ],
    "fill_rate": [("quantity", "number"), ("fill_rate", "percent")],
}


class FsmReport(models.AbstractModel):
    """The figures of the parts."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _reports(self):
        reports = {
            name: lambda companies, within, by=by: self._parts(
                companies, within, by, MEASURES["consumption"], [("used_quantity", ">", 0)]
            )
            for name, by in CONSUMPTION.items()
        }
        return {
            **super()._reports(),
            **reports,
            "returned_parts": lambda companies, within: self._parts(
                companies,
                within,
                ["branch_id", "product_id"],
                MEASURES["returned_parts"],
                ["|", ("returned_quantity", ">", 0), ("scrapped_quantity", ">", 0)],
            ),
            "warranty_parts": lambda companies, within: self._parts(
                companies,
                within,
                ["branch_id", "product_id", "model_id"],
                MEASURES["warranty_parts"],
                [("warranty_quantity", ">", 0)],
            ),
            "fill_rate": lambda companies, within: self._parts(
                companies, within, ["branch_id", "date:month"], MEASURES["fill_rate"], []
            ),
            "stock_value": self._stock_value,
            "dead_stock": self._dead_stock,
            "low_stock": self._low_stock,
        }

    @api.model
    def _titles(self):
        parts, stock = self.env._("Parts"), self.env._("Stock")
        return {
            **super()._titles(),
            "inventory_consumption": (parts, self.env._("Parts Used by Branch and Month"), "year"),
            "parts_by_part": (parts, self.env._("Parts Used"), "month"),
            "parts_by_fault": (parts, self.env._("Parts Used by Fault"), "month"),
            "parts_by_model": (parts, self.env._("Parts Used by Device Model"), "month"),
            "parts_by_technician": (parts, self.env._("Parts Used by Technician"), "month"),
            "parts_by_branch": (parts, self.env._("Parts Used by Branch"), "month"),
            "parts_by_month": (parts, self.env._("Parts Used by Month"), "year"),
            "returned_parts": (parts, self.env._("Parts Returned and Scrapped"), "month"),
            "warranty_parts": (parts, self.env._("Parts Under Warranty"), "month"),
            "fill_rate": (parts, self.env._("Fill Rate"), "month"),
            "stock_value": (stock, self.env._("Stock Value"), ""),
            "dead_stock": (stock, self.env._("Dead Stock"), ""),
            "low_stock": (stock, self.env._("Low Stock"), ""),
        }

    @api.model
    def _parts(self, companies, within, group_by, measures, domain):
        """Return the figures of the parts on job cards, as `_reports` wants them."""
        return self._grouped_by_field(
            self.env["fsm.part.report"],
            [("company_id", "in", companies.ids), *within("date"), *domain],
            group_by,
            measures,
        )

    @api.model
    def _stock_value(self, companies, _within):
        return self._grouped_by_field(
            self.env["fsm.stock.report"],
            [("company_id", "in", companies.ids)],
            ["branch_id", "place", "categ_id"],
            [("quantity", "number"), ("value", "money")],
        )

    @api.model
    def _dead_stock(self, companies, _within):
        rows = self.env["fsm.stock.report"].search(
            [("company_id", "in", companies.ids), ("age", "=", "dead")]
        )
        columns = ["branch_id", "place", "product_id", "quantity", "value", "last_out", "idle_days"]
        kinds = ["char"] * 3 + ["number", "money", "date", "days"]
        return self._listed(rows, columns, kinds)

    @api.model
    def _low_stock(self, companies, _within):
        rows = self.env["fsm.low.stock"].search([("company_id", "in", companies.ids)])
        columns = ["branch_id", "product_id", "level", "free", "minimum", "suggestion"]
        return self._listed(rows, columns, ["char"] * 3 + ["number"] * 3)
