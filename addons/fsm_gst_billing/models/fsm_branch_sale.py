from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import check_id, check_keys, check_value, verb

from ..gst import dates
from ..gst.words import indian_format
from .account_payment import QUIET
from .fsm_gst_once import GATE

SALE_KEYS = {"product_id": int, "quantity": float, "price_unit": float, "name": str, "lots": list}
SALE_DIGITS = 5  # SPR/CS/00012


class FsmBranch(models.Model):
    """What is sold over the counter without a job card: in one call, paid and handed over at once.

    A small sale gets no invoice of its own where the branch wants that: see `fsm.small.sale`.
    """

    _inherit = "fsm.branch"

    consolidates_small_sales = fields.Boolean(
        string="No Invoice below ₹200 unless Asked",
        help="Counter sales below ₹200 to customers without GSTIN who want no invoice stand together "
        "on one at the end of the day: CGST Rule 46, fourth proviso.",
        audit=True,
    )
    walk_in_id = fields.Many2one(
        string="Walk-in Customer",
        comodel_name="res.partner",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Whom sales are made out to that nobody has given a name for.",
    )

    # === BUSINESS METHODS - VERBS === #

    @verb
    def sell(
        self,
        lines: list,
        payments: list = (),
        customer_id: int = 0,
        *,
        invoice: bool = False,
        client_ref: str = "",
    ):
        """Sell over the counter, without a job card: the parts leave, the money comes.

        Below ₹200 a customer without GSTIN gets no invoice, if the branch wants that and he does not
        ask for one: the sale stands on that of the day, with its number in the evening. All else
        has its own invoice at once.

        :param list lines: ``[{product_id, quantity, price_unit, name, lots}]``; by default one
            piece at the price of the branch. `lots` are the serial numbers, or the lot
        :param list payments: ``[{method, amount, reference}]``, as of `fsm_record_payment`; who
            gives no name, or gets no invoice, pays all of it
        :param int customer_id: the walk-in customer of the branch by default
        :param bool invoice: the customer asks for an invoice
        :return: ``{sale_id, invoice_id, name, amount_total, payment_ids, amount_residual}``; false
            for the invoice of a small sale, and for the sale of all others; `warnings` where there is
            something to know of an invoice
        """
        self._check_may_sell()
        customer = self._customer_of_sale(customer_id)
        customer_sudo = customer.sudo()  # the seller may not read what his invoices hang on
        lines = self._checked_sale_lines(lines)
        asked = {"lines": lines, "payments": payments, "customer_id": customer.id}
        asked |= {"invoice": invoice}
        return [
            self.env["fsm.client.ref"]._once(
                branch.company_id,
                "fsm.branch.sell",
                client_ref,
                {"id": branch.id, **asked},
                lambda branch=branch: branch.sudo()._sell(  # checked above
                    customer_sudo, lines, payments, invoice
                ),
            )
            for branch in self
        ]

    def _check_may_sell(self):
        """Refuse who may not issue invoices: a sale is one, or will be by the evening."""
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not issue invoices."))
        self.check_access("read")

    def _customer_of_sale(self, customer_id):
        partners = self.env["res.partner"]
        if not customer_id:
            return partners
        customer = partners.browse(check_id(self.env, customer_id, "customer_id")).exists()
        if not customer or not customer.has_access("read"):
            raise UserError(self.env._("“customer_id” is no customer of yours."))
        return customer

    def _checked_sale_lines(self, lines):
        if not lines:
            raise UserError(self.env._("Say what is sold: “lines” is empty."))
        return [
            self._checked_sale_line(line, f"lines[{number}]") for number, line in enumerate(lines)
        ]

    def _checked_sale_line(self, line, where):
        """Return a line of a sale with all its keys.

        :raise UserError: naming what is wrong with it
        """
        line = check_value(self.env, line or {}, dict, where)
        line = check_keys(self.env, line, SALE_KEYS, where)
        products = self.env["product.product"]
        product_id = check_id(self.env, line.get("product_id"), f"{where}.product_id")
        product = products.browse(product_id).exists()
        if not product or not product.has_access("read"):
            raise UserError(self.env._("“%s.product_id” is no product of yours.", where))
        quantity, price = line.get("quantity", 1.0), line.get("price_unit") or 0.0
        if not quantity or quantity < 0 or price < 0:
            raise UserError(self.env._("Quantity and price are more than nothing."))
        numbers = self.env["account.move"]._check_numbers(line.get("lots") or [])
        return {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "name": (line.get("name") or "").strip(),
            "part_numbers": numbers,
        }

    # === BUSINESS METHODS - SELLING === #

    def _sell(self, customer, lines, payments, invoice):
        """Sell, as a small sale or with an invoice; called in sudo on one branch.

        The invoice is drafted in any case: it knows the prices, the tax and what forbids to sell. A
        small sale keeps what it says, and it was never there.
        """
        self.ensure_one()
        moves = self.env["account.move"].with_company(self.company_id).with_context(**QUIET)
        buyer = customer or self._walk_in()
        with self.env.cr.savepoint() as savepoint:
            draft = moves.create(self._sale_values(buyer, lines))
            is_small = not invoice and draft._may_be_small_sale(draft.amount_total)
            if is_small:
                draft._check_no_errors(draft._gst_check())
                values, parts = draft._small_sale_values(), draft._sold_parts()
                savepoint.rollback()
        if is_small:
            sold_by_name = {"partner_id": customer.id}
            return self._sell_small(values | sold_by_name, parts, payments)
        return self._sell_with_invoice(draft, payments)

    def _sale_values(self, customer, lines):
        """Return the values of the invoice of a sale."""
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "journal_id": self.sale_journal_id.id,
            "currency_id": self.company_id.currency_id.id,
            "partner_id": customer.id,
            "invoice_line_ids": [
                Command.create({name: value for name, value in line.items() if value})
                for line in lines
            ],
        }

    def _price_of_sale(self, customer, lines):
        """Return what a sale comes to, and whether it needs no invoice; called in sudo.

        :param list lines: as `_checked_sale_lines` returns them
        :rtype: tuple[float, bool]
        """
        moves = self.env["account.move"].with_company(self.company_id)
        draft = moves.new(self._sale_values(customer or self._walk_in(), lines))
        total = draft.tax_totals["total_amount_currency"]  # with all that is rounded
        return total, draft._may_be_small_sale(total)

    def _sell_small(self, values, parts, payments):
        """Write a small sale down, take the money and hand the parts over."""
        money = self.env["account.payment"]
        payments = money._fsm_checked_lines(payments, self.company_id) if payments else []
        self._check_paid_in_full(payments, values["amount_total"])
        sales = self.env["fsm.small.sale"].with_context(fsm_billing_gate=GATE)
        day = dates.document_date(fields.Datetime.now())
        name = self._small_sale_series().next_by_id()
        sale = sales.create(
            {**values, "name": name, "company_id": self.company_id.id, "day": day}
        ).with_env(self.env)
        customer = self._walk_in().with_company(self.company_id)
        common = {
            "partner_id": customer.id,
            "memo": name,
            "small_sale_id": sale.id,
            "destination_account_id": customer.property_account_receivable_id.id,
        }
        taken = money._fsm_take(self.company_id, payments, day, common)
        if parts:
            self._sell_parts(parts, name)
        return {
            "sale_id": sale.id,
            "invoice_id": False,
            "name": name,
            "amount_total": sale.amount_total,
            "payment_ids": taken.ids,
            "amount_residual": 0.0,
        }

    def _sell_with_invoice(self, draft, payments):
        draft, told = draft._telling()
        draft.action_post()
        paid = draft._record_payment(payments, "") if payments else {"payment_ids": []}
        if draft.partner_id == self.walk_in_id:
            total = sum(line["amount"] for line in payments)
            self._check_paid_in_full([{"amount": total}], draft.amount_total)
        return {
            "sale_id": False,
            "invoice_id": draft.id,
            "name": draft.name,
            "amount_total": draft.amount_total,
            "payment_ids": paid["payment_ids"],
            "amount_residual": draft.amount_residual,
            **told.answer(),
        }

    def _check_paid_in_full(self, payments, total):
        """Refuse another sum than what is asked of somebody who gave no name: he owes nothing."""
        paid = sum(line["amount"] for line in payments)
        if self.company_id.currency_id.compare_amounts(paid, total):
            raise UserError(
                self.env._(
                    "It comes to ₹%(total)s and ₹%(paid)s are paid: take all of it, no more and no less.",
                    total=indian_format(total),
                    paid=indian_format(paid),
                )
            )

    def _walk_in(self):
        """Return, in sudo, who buys without a name: a consumer in the branch's own state.

        He is put right where somebody has changed that: the invoices of the day hang on it.
        """
        self.ensure_one()
        wanted = {
            "state_id": self.company_id.state_id,
            "country_id": self.company_id.account_fiscal_country_id,
            "l10n_in_gst_treatment": "consumer",
            "vat": False,
            "active": True,
        }
        customer = self.walk_in_id
        if not customer:
            customer = self.walk_in_id = self.env["res.partner"].create(
                {"name": self.env._("Walk-in Customer"), "company_id": self.company_id.id}
            )
        for name, value in wanted.items():
            if customer[name] != value:
                customer[name] = value
        return customer

    def _small_sale_series(self):
        """Return the series of what the branch sells without an invoice; made where it is missing."""
        series = self.env["ir.sequence"]
        return series.search(
            [("code", "=", "fsm.small.sale"), ("company_id", "=", self.company_id.id)], limit=1
        ) or series.create(
            {
                "name": self.env._("Small Sales %s", self.code),
                "code": "fsm.small.sale",
                "prefix": f"{self.code}/CS/",
                "padding": SALE_DIGITS,
                "company_id": self.company_id.id,
            }
        )

    # === BUSINESS METHODS - THE INVOICE OF THE DAY === #

    def _consolidate(self, last_day):
        """Issue the invoices of small sales up to `last_day`, one for each day; called in sudo.

        :return: the invoices
        """
        invoices = self.env["account.move"]
        for company in self.company_id:
            pending = self.env["fsm.small.sale"].search(
                [
                    ("company_id", "=", company.id),
                    ("day", "<=", last_day),
                    ("invoice_id", "=", False),
                    ("cancelled_at", "=", False),
                ],
                order="day, id",
            )
            for sales in pending.grouped("day").values():
                invoices |= sales._issue_invoice()
        return invoices

    @api.model
    def _cron_consolidate(self):
        """Issue the invoices of days that are over and that nobody has closed, a branch a time."""
        last_day = dates.document_date(fields.Datetime.now()) - timedelta(days=1)
        pending = self.env["fsm.small.sale"]._read_group(
            [
                ("day", "<=", last_day),
                ("invoice_id", "=", False),
                ("cancelled_at", "=", False),
            ],
            ["company_id"],
        )
        self.env["ir.cron"]._commit_progress(remaining=len(pending))
        for (company,) in pending:
            branch = company.fsm_branch_ids
            branch._wait_for_payments()
            branch._consolidate(last_day)
            if not self.env["ir.cron"]._commit_progress(1):
                break
