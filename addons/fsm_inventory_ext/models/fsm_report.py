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
    "consumption": ["used_quantity", "revenue", "cost", "margin"],
    "returned_parts": ["returned_quantity", "scrapped_quantity"],
    "warranty_parts": ["warranty_quantity", "used_quantity", "cost"],
    "fill_rate": ["quantity", "fill_rate"],
}
KINDS = {
    "used_quantity": "number",
    "returned_quantity": "number",
    "scrapped_quantity": "number",
    "warranty_quantity": "number",
    "quantity": "number",
    "fill_rate": "percent",
    "revenue": "money",
    "cost": "money",
    "margin": "money",
    "value": "money",
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
    def _parts(self, companies, within, group_by, measures, domain):
        """Return the figures of the parts on job cards, as `_reports` wants them."""
        model = self.env["fsm.part.report"]
        return self._grouped(
            model,
            [("company_id", "in", companies.ids), *within("date"), *domain],
            group_by,
            [f"{name}:{model._fields[name].aggregator}" for name in measures],
        )

    @api.model
    def _grouped(self, model, domain, group_by, aggregates):
        """Return columns and rows of one of Odoo's own groupings."""
        labels = model.fields_get()
        names = [spec.split(":")[0] for spec in group_by]
        measures = [spec.split(":")[0] for spec in aggregates]
        columns = [(name, labels[name]["string"], "char") for name in names]
        columns += [(name, labels[name]["string"], KINDS[name]) for name in measures]
        # Months begin at midnight on the branch's wall.
        model = model.with_context(tz=self._timezone())
        rows = [
            [self._shown(value) for value in row[: len(names)]]
            + [round(value or 0.0, 2) for value in row[len(names) :]]
            for row in model._read_group(domain, group_by, aggregates)
        ]
        return columns, sorted(rows, key=lambda row: [str(value) for value in row[: len(names)]])

    @api.model
    def _shown(self, value):
        """Return a group as text: the name of a record, or a month."""
        if isinstance(value, models.BaseModel):
            return value.sudo().display_name or ""  # its row is the caller's; a name goes with it
        return value.strftime("%Y-%m") if value else ""

    @api.model
    def _stock_value(self, companies, _within):
        return self._grouped(
            self.env["fsm.stock.report"],
            [("company_id", "in", companies.ids)],
            ["branch_id", "categ_id"],
            ["quantity:sum", "value:sum"],
        )

    @api.model
    def _dead_stock(self, companies, _within):
        rows = self.env["fsm.stock.report"].search(
            [("company_id", "in", companies.ids), ("age", "=", "dead")]
        )
        columns = ["branch_id", "product_id", "quantity", "value", "last_out", "idle_days"]
        kinds = ["char", "char", "number", "money", "date", "integer"]
        return self._listed(rows, columns, kinds)

    @api.model
    def _low_stock(self, companies, _within):
        rows = self.env["fsm.low.stock"].search([("company_id", "in", companies.ids)])
        columns = ["branch_id", "product_id", "level", "free", "minimum", "suggestion"]
        return self._listed(rows, columns, ["char"] * 3 + ["number"] * 3)

    @api.model
    def _listed(self, records, names, kinds):
        """Return columns and rows of records, a record a row."""
        labels = records.fields_get(names)
        columns = [
            (name, labels[name]["string"], kind) for name, kind in zip(names, kinds, strict=True)
        ]
        return columns, [[self._cell(record, name) for name in names] for record in records]

    @api.model
    def _cell(self, record, name):
        field, value = record._fields[name], record[name]
        if field.type == "datetime":
            return value.strftime("%Y-%m-%d") if value else ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return value.display_name if field.type == "many2one" else value
