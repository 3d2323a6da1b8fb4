from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import dates, periods

IN_RUPEES = ("cash", "upi")  # ways of paying that bring no other money


class AccountPayment(models.Model):
    """Money that came outside the till and waits for an invoice: CGST Act s.13(2), Rule 50.

    The till knows what it takes money for. Accounting's own payment does not: whether it is for a
    service, with a receipt voucher, or for goods alone, without one, somebody has to say. Until
    then the return of the month lists it.
    """

    _inherit = "account.payment"

    fsm_for_goods = fields.Boolean(
        string="For Goods Alone",
        readonly=True,
        copy=False,
        help="No tax is due before the invoice: Notification 66/2017-CT.",
    )
    fsm_unused = fields.Monetary(
        string="Not Used Yet",
        compute="_compute_fsm_unused",
        compute_sudo=False,
        currency_field="company_currency_id",
        help="What no invoice has used, and for what no receipt voucher was issued.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "fsm_for_goods", "move_id.line_ids.amount_residual")
    def _compute_fsm_unused(self):
        vouchered = self._vouchered()
        for payment in self:
            unused = 0.0
            if payment._may_be_advance():
                unused = payment._open_amount() - vouchered.get(payment.id, 0.0)
            payment.fsm_unused = max(payment.company_currency_id.round(unused), 0.0)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_receive_advance(self, for_goods: bool = False, *, client_ref: str = ""):
        """Say what a payment is for that no invoice has used: an advance, with its receipt voucher.

        :param bool for_goods: for goods alone: no tax is due before the invoice, and no voucher
        :return: ``{advance, voucher}``: rupees, and the number of the voucher or false
        :raise UserError: if nothing is left of it, or it is cash or UPI in a foreign currency
        """
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not issue receipt vouchers."))
        self.check_access("write")
        return self.env["fsm.client.ref"]._once_each(
            self,
            "fsm_receive_advance",
            client_ref,
            {"for_goods": for_goods},
            lambda payment: payment._receive_unused(for_goods),
        )

    # === ACTION METHODS === #

    def action_fsm_receive_advance(self):
        """Issue the receipt voucher, and print it."""
        self.fsm_receive_advance()
        advances = self.env["fsm.gst.advance"].search([("payment_id", "in", self.ids)])
        return advances._print_action()

    def action_fsm_for_goods(self):
        self.fsm_receive_advance(for_goods=True)

    # === BUSINESS METHODS === #

    def _may_be_advance(self):
        """Tell whether this is a customer's booked money in a branch that owes tax on advances."""
        return (
            self.payment_type == "inbound"
            and self.partner_type == "customer"
            and self.state in ("in_process", "paid")
            and not self.fsm_for_goods
            and not self.small_sale_id  # it waits for the invoice of its day
            and bool(self.company_id.sudo().fsm_branch_ids)  # a fact, whoever may read branches
            and self.company_id._charges_gst()
        )

    def _vouchered(self):
        """Return ``{payment id: rupees}``: what is left of the advances on these payments."""
        advances = self.env["fsm.gst.advance"]._open([("payment_id", "in", self.ids)])
        left = defaultdict(float)
        for advance in advances:
            left[advance.payment_id.id] += advance.amount_left
        return left

    def _open_amount(self):
        """Return what of one payment nothing has used, in rupees."""
        return -sum(self._receivable_lines().mapped("amount_residual"))

    @api.model
    def _open_without_voucher(self, jobs):
        """Return, in sudo, the open items of what came for job cards and has no receipt voucher.

        For goods alone, under composition and without a GSTIN no advance is written down: the money
        is all there is, and it is used as an advance is. So is what of a payment no voucher covers.
        """
        domain = [
            ("job_id", "in", jobs.ids),
            ("payment_type", "=", "inbound"),
            ("partner_type", "=", "customer"),
            ("state", "in", ("in_process", "paid")),
        ]
        payments_sudo = self.sudo().search(domain)  # whoever issues the invoice uses them
        vouchered = payments_sudo._vouchered() if payments_sudo else {}
        payments_sudo = payments_sudo.filtered(
            lambda payment: payment._open_amount() > vouchered.get(payment.id, 0.0)
        )
        return payments_sudo._receivable_lines().filtered(lambda line: line.amount_residual < 0)

    def _receivable_lines(self):
        return self.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _receive_unused(self, for_goods):
        """Write down what one payment is for.

        The voucher has the day of the payment; in a month that is declared, that of today.
        """
        self.invalidate_recordset(["fsm_unused"])  # a voucher may have been issued since
        amount = self.fsm_unused
        if not amount:
            raise UserError(
                self.env._("Nothing of %s waits for a voucher.", self.name or self.env._("this"))
            )
        self._check_in_rupees()
        if for_goods:
            self.sudo().fsm_for_goods = True  # not a field anybody writes himself; checked above
            return {"advance": amount, "voucher": False}
        sudo = self.sudo()  # checked above
        advances = sudo.env["fsm.gst.advance"]
        voucher_sudo = advances._receive(
            sudo, amount, sudo._expected_supply(), sudo.job_id, sudo._voucher_day()
        )
        return {"advance": amount, "voucher": voucher_sudo.number}

    def _check_in_rupees(self):
        if self.fsm_method in IN_RUPEES and self.currency_id != self.company_id.currency_id:
            raise UserError(
                self.env._(
                    "%(payment)s is in %(currency)s, but cash and UPI come in rupees: have a manager "
                    "correct the currency of the payment first.",
                    payment=self.name,
                    currency=self.currency_id.name,
                )
            )

    def _expected_supply(self):
        """Return what one payment is for, as far as anybody knows; called in sudo.

        :rtype: ExpectedSupply
        """
        advances, company = self.env["fsm.gst.advance"], self.company_id
        if self.job_id and self.job_id.partner_id.commercial_partner_id == self.partner_id:
            return advances._supply_of_job(self.job_id)
        return advances._supply_to(company, self.partner_id, company._gst_place(self.partner_id))

    def _voucher_day(self):
        months = [(self.company_id.vat, periods.period_of(self.date))]
        locked = self.env["account.move"]._locked_months(self.company_id.root_id, months)
        return dates.document_date(fields.Datetime.now()) if locked else self.date


class FsmGstReturn(models.Model):
    """Money of the month for which nobody said whether tax is due with it."""

    _inherit = "fsm.gst.return"

    def _unused_payments(self):
        """Return ``[(id, name, day, customer, amount)]`` of what no invoice had used at month end.

        What an invoice of a later month used was an advance until then.
        """
        last_day = periods.last_day(self.period)
        rows = self._read(
            SQL(
                """
                SELECT p.id, p.name, p.date, partner.name AS customer,
                       -(SELECT coalesce(sum(CASE WHEN v.kind = 'received' THEN v.amount
                                                  ELSE -v.amount END), 0)
                           FROM fsm_gst_advance v
                           JOIN fsm_gst_advance r ON r.id = coalesce(v.receipt_id, v.id)
                          WHERE r.payment_id = p.id
                            AND (v.kind = 'received' OR v.day <= %s))
                       + coalesce((
                       SELECT sum(-l.amount_residual + coalesce((
                              SELECT sum(part.amount)
                                FROM account_partial_reconcile part
                               WHERE part.credit_move_id = l.id AND part.max_date > %s), 0))
                         FROM account_move_line l
                         JOIN account_account a ON a.id = l.account_id
                        WHERE l.move_id = p.move_id AND a.account_type = 'asset_receivable'
                       ), CASE WHEN p.move_id IS NULL THEN p.amount ELSE 0 END) AS unused
                  FROM account_payment p
             LEFT JOIN res_partner partner ON partner.id = p.partner_id
                 WHERE p.company_id = ANY(%s) AND p.date BETWEEN %s AND %s
                   AND p.payment_type = 'inbound' AND p.partner_type = 'customer'
                   AND p.state IN ('in_process', 'paid') AND p.fsm_for_goods IS NOT TRUE
                   AND p.small_sale_id IS NULL
                   AND NOT EXISTS (SELECT FROM account_move__account_payment i
                                    WHERE i.payment_id = p.id AND p.move_id IS NULL)
              ORDER BY p.id
                """,
                last_day,
                last_day,
                self.company_ids.ids,
                self.first_day,
                last_day,
            )
        )
        return [row for row in rows if row["unused"] > 0]

    def _finding_of_unused(self, row):
        text = self.env._(
            "₹%(amount)s of %(customer)s, payment %(payment)s of %(day)s, waited for an invoice at the "
            "end of the month: issue a receipt voucher for it, or say that it is for goods alone.",
            amount=f"{row['unused']:.2f}",
            customer=row["customer"] or "",
            payment=row["name"] or "",
            day=row["date"].strftime("%d-%b-%Y"),
        )
        finding = self._own_finding("warning", "CGST Act s.13(2), Rule 50", text)
        return finding | {"model": "account.payment", "id": row["id"]}
