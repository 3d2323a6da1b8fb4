from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.blockers import without

from ..gst import upi
from ..gst.words import indian_format
from ..models.account_journal import METHODS


class FsmJobDeliver(models.TransientModel):
    """The first of three gates: what is due is paid where the device is handed over.

    All see how much and the UPI code that asks for it; who takes payments says how it was paid, and
    it is booked as the device leaves, or at once with *Received* where it is paid by several ways.
    """

    _inherit = "fsm.job.deliver"

    # What is to be paid
    pay_due = fields.Monetary(string="To Be Paid", compute="_compute_pay")
    pay_invoice = fields.Char(string="Invoice", compute="_compute_pay")
    pay_state = fields.Selection(
        selection=[("none", "No Invoice"), ("draft", "Draft"), ("due", "Due")],
        compute="_compute_pay",
        help="Empty where nothing is to be paid.",
    )
    upi_id = fields.Char(string="UPI ID", compute="_compute_pay")
    upi_qr = fields.Char(
        string="UPI Code", compute="_compute_upi_qr", help="A data URI; empty if nothing is due."
    )

    gst_findings = fields.Html(
        string="To Mend",
        compute="_compute_gst_findings",
        sanitize=False,
        help="What forbids to issue the invoice, or should be known before: one click issues it.",
    )

    # How it is paid
    pay_method = fields.Selection(
        string="Paid By",
        selection=[(value, label) for value, label, *_rest in METHODS],
        default="upi",
    )
    pay_amount = fields.Monetary(
        string="Amount", compute="_compute_pay_amount", store=True, readonly=False
    )
    pay_reference = fields.Char(
        string="Reference", help="UTR of a UPI payment, or the number on the card slip."
    )

    # === COMPUTE METHODS === #

    @api.depends("job_id")
    def _compute_pay(self):
        for dialog in self:
            job = dialog.job_id._origin
            invoice_sudo = job._to_pay() or job._open_invoice()  # the counter knows what is due
            dialog.pay_due = job._amount_to_pay()
            dialog.pay_invoice = invoice_sudo.name
            dialog.pay_state = _pay_state(job, invoice_sudo)
            dialog.upi_id = job.company_id.sudo().l10n_in_upi_id  # it hangs on the counter

    @api.depends("job_id")
    def _compute_gst_findings(self):
        moves_sudo = self.env["account.move"].sudo()  # a list of sentences
        for dialog in self:
            found = dialog.job_id._origin._check_to_issue() if dialog.pay_state else []
            dialog.gst_findings = moves_sudo._findings_html(found)

    @api.depends("job_id")
    def _compute_upi_qr(self):
        reports = self.env["ir.actions.report"]
        for dialog in self:
            invoice_sudo = dialog.job_id._origin._unpaid_invoice()
            url = invoice_sudo and invoice_sudo._upi_url()
            dialog.upi_qr = reports._fsm_qr(url) if url else False

    @api.depends("job_id")
    def _compute_pay_amount(self):
        for dialog in self:
            dialog.pay_amount = dialog.job_id._origin._amount_to_pay()

    @api.depends("pay_method", "pay_amount", "pay_reference")
    def _compute_gate(self):
        """Override of `fsm_jobs` to listen to how it is paid."""
        return super()._compute_gate()

    def _missing(self):
        """Override of `fsm_jobs`: what is paid here is not missing, a wrong UTR is."""
        missing = super()._missing()
        job = self.job_id._origin
        if not self._is_paying():
            return missing
        if wrong := self._wrong_payment():
            return [wrong, *missing]
        return without(missing, self._settled_by_payment(job))

    def _settled_by_payment(self, job):
        """Return the keys of the blockers that are gone as this payment is booked."""
        due = job.amount_due if job._unpaid_invoice() else self.pay_due
        if self.currency_id.compare_amounts(self.pay_amount + job._credit(), due) < 0:
            return set()
        if job._to_pay().state == "posted":
            return {"due"}
        return {"unissued"} if self.env.user.has_group("fsm_jobs.group_fsm_accountant") else set()

    def _wrong_payment(self):
        """Return the sentence that says why this payment cannot be booked, or nothing."""
        try:
            # A cashier reads no payments, and is told whether a UTR was used in his branch.
            payments_sudo = self.env["account.payment"].sudo()
            payments_sudo._fsm_checked_lines(self._payment_lines(), self.job_id.company_id)
        except UserError as error:
            return str(error)
        return ""

    # === ACTION METHODS === #

    def action_issue_invoice(self):
        """Post the invoice, so that its number and its UPI code can be shown."""
        self.job_id._check_may_invoice()
        found = self.job_id._check_to_issue()
        invoice_sudo = self.job_id._issue_invoice()
        self.pay_amount = self.job_id._amount_to_pay()
        issued = self.env._("Invoice %s is issued.", invoice_sudo.name)
        return self._tell("\n".join([issued, *map(self.job_id._finding_text, found)]), bool(found))

    def action_receive(self):
        """Book what was paid and stay: the rest is paid by another way, or on credit."""
        lines = self._payment_lines()
        if not lines:
            raise UserError(self.env._("Type the UTR of the UPI payment, or choose another way."))
        amount = self.pay_amount
        self.job_id._post_and_settle(lines)
        self.write({"pay_amount": self.job_id._amount_to_pay(), "pay_reference": False})
        return self._tell(self.env._("₹%s received.", indian_format(amount)))

    def action_approve_credit(self):
        """Override to pay nothing any more: what is due stays due, with a manager's word."""
        self.write({"pay_method": "upi", "pay_reference": False})
        return super().action_approve_credit()

    def _deliver_arguments(self):
        """Override of `fsm_jobs` to post, settle and deliver with one click."""
        return {**super()._deliver_arguments(), "payments": self._payment_lines()}

    # === BUSINESS METHODS === #

    def _is_paying(self):
        """Tell whether a payment was filled in: UPI is preset, and paid once there is a UTR."""
        chosen = self.pay_reference if self.pay_method == "upi" else self.pay_method
        return bool(chosen and self.pay_amount > 0 and self.job_id._origin._to_pay())

    def _payment_lines(self):
        """Return the `lines` of `fsm_record_payment` that this dialog stands for.

        :raise UserError: if what was typed as a UTR is none; other programs' references may have
            another shape, so that the verb does not ask
        """
        if not self._is_paying():
            return []
        reference = "".join((self.pay_reference or "").split())
        if self.pay_method == "upi" and not upi.is_utr(reference):
            raise UserError(
                self.env._(
                    "“%s” is not a UTR: the customer's UPI app shows 12 digits, as “UPI Ref. No.” "
                    "or “UTR”.",
                    reference,
                )
            )
        paid = {"method": self.pay_method, "amount": self.pay_amount}
        return [{**paid, "reference": "" if self.pay_method == "cash" else reference}]


def _pay_state(job, invoice):
    if invoice.state == "draft":
        return "draft"
    if invoice:
        return "due" if job._unpaid_invoice() else False
    billable = any(line["quantity"] * line["price_unit"] for line in job._billable_lines())
    return "none" if billable else False
