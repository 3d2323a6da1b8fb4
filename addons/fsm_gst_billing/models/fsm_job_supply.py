from odoo import api, fields, models
from odoo.fields import Command

from ..gst import dates, gstin, law, tax

# How work and parts are supplied: Circular 47/21/2018, item 2.
SUPPLIES = [
    ("separate", "Work and parts each for itself"),
    ("composite", "One repair, its parts included"),
]


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    supplies_as = fields.Selection(
        SUPPLIES,
        string="Invoices Show",
        default="separate",
        required=True,
        help="Shown separately, each has its own rate; one price for all is taxed as the repair.",
    )


class FsmJob(models.Model):
    """What is supplied to whom, where, and with which taxes."""

    _inherit = "fsm.job"

    supplies_as = fields.Selection(
        SUPPLIES,
        string="Invoice Shows",
        compute="_compute_supplies_as",
        store=True,
        readonly=False,
        precompute=True,
        audit=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("branch_id")
    def _compute_supplies_as(self):
        for job in self:
            job.supplies_as = job.supplies_as or job.branch_id.sudo().supplies_as  # no secret

    @api.depends("line_ids.product_id", "supplies_as")
    def _compute_amount_untaxed(self):
        """Override of `fsm_jobs`: a price that includes tax is more than the value."""
        super()._compute_amount_untaxed()
        for job in self:
            if any(job.line_ids.product_id.mapped("price_includes_gst")) and job.partner_id:
                totals = job._tax_totals(job._estimate_lines())
                job.amount_untaxed = totals["base_amount_currency"]

    @api.depends("supplies_as")
    def _compute_amount_estimate(self):
        """Override of `fsm_jobs` to follow what decides about the tax."""
        return super()._compute_amount_estimate()

    # === BUSINESS METHODS - PLACE === #

    def _customer_values(self, customer, branch):
        """Override of `fsm_jobs`: where no state is said, a GSTIN says it."""
        values = super()._customer_values(customer, branch)
        if not customer.get("state_id") and gstin.is_valid(customer.get("vat")):
            values["state_id"] = self._state_of(gstin.state_code(customer["vat"]), branch).id
        return values

    @api.model
    def _state_of(self, code, branch):
        """Return the state with this code of GST, in the country of a branch."""
        return self.env["res.country.state"].search(
            [
                ("country_id", "=", branch.state_id.country_id.id),
                ("l10n_in_tin", "=", code),
            ],
            limit=1,
        )

    def _place_of_supply(self, partner=None):
        """Return the state that decides about the tax.

        :param partner: who is supplied, the customer by default
        :rtype: recordset of `res.country.state`
        """
        return self.company_id._gst_place(partner or self.partner_id)

    # === BUSINESS METHODS - LINES === #

    def _invoice_lines(self, lines, position):
        """Return the commands for the lines of an invoice; what costs nothing is a note on it.

        A line at no price would be a supply at no value in the tables of GSTR-1.
        """
        commands = []
        for line, _product, taxes in self._with_taxes(lines, position):
            if line["quantity"] * line["price_unit"]:
                commands.append({**line, "tax_ids": [Command.set(taxes.ids)]})
            else:
                text = f"{line['quantity']:g} × {line['name']}"
                commands.append({"display_type": "line_note", "name": text})
        return [
            Command.create({**values, "sequence": 10 + number})
            for number, values in enumerate(commands)
        ]

    def _with_taxes(self, lines, position):
        """Yield each supply with its product and the taxes that an invoice would put on it.

        :param list lines: as `_billable_lines` returns them
        :param position: `account.fiscal.position`, may be empty
        """
        company = self.company_id
        charged = company._charges_gst()
        products = self.env["product.product"].browse(
            [line["product_id"] for line in lines if line["product_id"]]
        )
        events = self._events_of(lines, products)
        for line in self._supplies(lines, products):
            product = products.browse(line["product_id"]).with_prefetch(products.ids)
            taxes = position.map_tax(product._gst_taxes(company, events))
            yield line, product, taxes if charged else taxes.browse()

    def _events_of(self, lines, products):
        """Return the days of work, invoice and payment, as far as they decide about a rate."""
        today = dates.document_date(fields.Datetime.now())
        if not any(products.mapped("gst_changed_on")):
            return (today,) * 3
        value = 0.0
        for line in lines:
            product = products.browse(line["product_id"])
            price = line["quantity"] * line["price_unit"]
            value += product._with_tax_before(self.company_id, price, product.price_includes_gst)
        return self._gst_events(value, today)

    def _supplies(self, lines, products):
        """Return `lines` as they are supplied, each with `price_includes_gst`.

        As a composite supply the costliest work is the principal one, of which the rest is part:
        its price is that of all, the others become notes.

        :param products: the products of the lines
        """
        inclusive = {product.id: product.price_includes_gst for product in products}
        lines = [
            {**line, "price_includes_gst": inclusive.get(line["product_id"], False)}
            for line in lines
        ]
        services = set(products.filtered(lambda product: product.type == "service").ids)
        works = [line for line in lines if line["product_id"] in services and line["price_unit"]]
        if self.supplies_as != "composite" or not works:
            return lines
        principal = max(works, key=lambda line: line["quantity"] * line["price_unit"])
        whole = principal | {
            "quantity": 1.0,
            "price_unit": sum(self._value_before_tax(line) for line in lines),
            "price_includes_gst": False,
        }
        parts = [{**line, "price_unit": 0.0} for line in lines if line is not principal]
        return [whole, *parts]

    def _value_before_tax(self, line):
        """Return the value of a line, without the tax that its price may include: Rule 35."""
        value = self.currency_id.round(line["quantity"] * line["price_unit"])
        if not line["price_includes_gst"]:
            return value
        taxes = self.env["product.product"].browse(line["product_id"]).taxes_id
        taxes = (
            taxes._filter_taxes_by_company(self.company_id) or self.company_id.account_sale_tax_id
        )
        rate = sum((taxes.children_tax_ids or taxes).mapped("amount"))
        return tax.line_tax(value, rate=rate, inclusive=True).taxable / law.RUPEE

    # === BUSINESS METHODS - AMOUNTS === #

    def _amount_with_tax(self, lines):
        """Override of `fsm_jobs` to add the GST that the invoice will have."""
        self.ensure_one()
        if not (lines and self.partner_id and self.company_id.chart_template):
            return super()._amount_with_tax(lines)
        return self._tax_totals(lines)["total_amount_currency"]

    def _tax_totals(self, lines):
        """Return the totals that an invoice of `lines` would have.

        :rtype: dict
        """
        job_sudo = self.sudo().with_company(self.company_id)  # taxes are not for everybody to read
        position = job_sudo.env["account.move"].new(job_sudo._invoice_header()).fiscal_position_id
        Tax_sudo = job_sudo.env["account.tax"]
        base_lines = [
            Tax_sudo._prepare_base_line_for_taxes_computation(
                None,
                id=number,
                product_id=product,
                tax_ids=taxes,
                price_unit=line["price_unit"],
                quantity=line["quantity"],
                currency_id=self.currency_id,
                special_mode="total_included" if line["price_includes_gst"] else False,
            )
            for number, (line, product, taxes) in enumerate(job_sudo._with_taxes(lines, position))
        ]
        Tax_sudo._add_tax_details_in_base_lines(base_lines, self.company_id)
        Tax_sudo._round_base_lines_tax_details(base_lines, self.company_id)
        return Tax_sudo._get_tax_totals_summary(base_lines, self.currency_id, self.company_id)
