from datetime import date

from odoo import api, fields, models
from odoo.tools import email_normalize

from odoo.addons.fsm_jobs.models.fsm_job_delivery import mask_phone
from odoo.addons.fsm_jobs.models.fsm_job_unclaimed import REMINDER_PURPOSES

from ..gst import dates
from ..gst.words import indian_format

OPEN = [
    ("move_type", "=", "out_invoice"),
    ("state", "=", "posted"),
    ("payment_state", "in", ("not_paid", "partial")),
]
# What a customer was charged and has paid, and nothing was set against yet.
OPEN_ITEMS = [
    ("account_id.account_type", "=", "asset_receivable"),
    ("parent_state", "=", "posted"),
    ("reconciled", "!=", True),
]
BATCH = 50  # customers reminded in one transaction


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    reminds_overdue = fields.Boolean(
        string="Remind of Overdue Invoices",
        default=True,
        help="Customers hear from the branch on the days of the payment reminder ladder.",
        audit=True,
    )


class AccountMove(models.Model):
    """Invoices that are not paid in time, and what their customers hear of it.

    The days are those of India: an invoice is overdue on the day after its due date.
    """

    _inherit = "account.move"

    fsm_due_date = fields.Date(
        string="Next Due",
        compute="_compute_fsm_due_date",
        search="_search_fsm_due_date",
        compute_sudo=True,
        help="When the first instalment is due that is not paid.",
    )
    fsm_days_overdue = fields.Integer(string="Days Overdue", compute="_compute_fsm_days_overdue")
    fsm_no_reminder_reason = fields.Char(
        string="Do Not Remind",
        copy=False,
        audit=True,
        help="Why the customer is not reminded of this invoice. Empty: he is.",
    )
    fsm_reminder_ids = fields.One2many(
        string="Payment Reminders",
        comodel_name="fsm.overdue.reminder",
        inverse_name="invoice_id",
        readonly=True,
        groups="fsm_jobs.group_fsm_accountant",
    )
    fsm_open_ids = fields.Many2many(
        string="Open Invoices of the Customer",
        comodel_name="account.move",
        compute="_compute_fsm_open_ids",
        compute_sudo=False,
    )
    fsm_still_due = fields.Monetary(
        string="Still Due",
        compute="_compute_fsm_still_due",
        currency_field="company_currency_id",
        help="Once the customer's open payments and credit notes are used, for the oldest first.",
    )

    _fsm_open_idx = models.Index(
        "(company_id, invoice_date_due) WHERE move_type = 'out_invoice' AND state = 'posted'"
        " AND payment_state IN ('not_paid', 'partial')"
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.date_maturity", "line_ids.reconciled", "invoice_date_due")
    def _compute_fsm_due_date(self):
        for move in self:
            unpaid = move._instalments().filtered(lambda line: not line.reconciled)
            move.fsm_due_date = unpaid[:1].date_maturity or move.invoice_date_due

    def _search_fsm_due_date(self, operator, value):
        """Find what has an instalment due before a day that is not paid."""
        if operator not in ("<", "<="):
            return NotImplemented
        due = [
            ("display_type", "=", "payment_term"),
            ("reconciled", "!=", True),
            ("date_maturity", operator, value),
        ]
        return [("line_ids", "any!", due)]  # a day; who may see the invoice is asked beside

    @api.depends("fsm_due_date", "payment_state", "state", "move_type")
    def _compute_fsm_days_overdue(self):
        today = dates.document_date(fields.Datetime.now())
        for move in self:
            late = move.filtered_domain(OPEN) and move.fsm_due_date
            move.fsm_days_overdue = max((today - late).days, 0) if late else 0

    @api.depends("commercial_partner_id", "payment_state")
    def _compute_fsm_open_ids(self):
        """Find the open invoices that the same customer has in the same branch, the oldest first."""
        found = self.search(
            [
                *OPEN,
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
            ],
            order="invoice_date_due, id",
        ).grouped(lambda move: (move.company_id, move.commercial_partner_id))
        for move in self:
            move.fsm_open_ids = found.get((move.company_id, move.commercial_partner_id))

    @api.depends("fsm_open_ids", "amount_residual_signed")
    def _compute_fsm_still_due(self):
        """Use what the customer has paid too much, or in advance, for his oldest invoices."""
        due, left = {}, self._open_credits()
        for move in self.fsm_open_ids.sorted(lambda move: (move.invoice_date_due, move.id)):
            whose = move.company_id, move.commercial_partner_id
            used = min(left.get(whose, 0.0), move.amount_residual_signed)
            left[whose] = left.get(whose, 0.0) - used
            due[move] = move.company_currency_id.round(move.amount_residual_signed - used)
        for move in self:
            move.fsm_still_due = due.get(move, 0.0)

    def _open_credits(self):
        """Return ``{(branch, customer): what he has paid that no invoice has used}``, in rupees."""
        groups = self.env["account.move.line"]._read_group(
            [
                *OPEN_ITEMS,
                ("amount_residual", "<", 0),
                ("company_id", "in", self.company_id.ids),
                ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
            ],
            ["company_id", "partner_id.commercial_partner_id"],
            ["amount_residual:sum"],
        )
        return {(company, customer): -rupees for company, customer, rupees in groups}

    # === BUSINESS METHODS - DUE DATES === #

    def _bring_due_date_forward(self):
        """Let nothing be due before the day it is issued on.

        Without terms `account` keeps the day the draft was made on, by the clock of London.
        """
        today = dates.document_date(fields.Datetime.now())
        for move in self.filtered(lambda move: move.country_code == "IN"):
            day = move.invoice_date or today
            if (
                move.move_type == "out_invoice"
                and not move.invoice_payment_term_id
                and move.invoice_date_due
                and move.invoice_date_due < day
            ):
                move.invoice_date_due = day

    # === BUSINESS METHODS - REMINDERS === #

    @api.model
    def _cron_remind_overdue(self):
        """Send what is due, a batch a transaction; who was reached is not reached twice."""
        due = self._outside_quiet_hours(self._due_payment_reminders())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            self._remind_overdue(batch)
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                break

    @api.model
    def _due_payment_reminders(self):
        """Return ``[{invoice: rule}]``: of each customer and branch the rungs that are due.

        Of each invoice the highest one alone, also if the ladder stood still for a month.
        """
        customers = {}
        for invoice, rule in self._due_rungs():
            key = invoice.company_id, invoice.commercial_partner_id
            customers.setdefault(key, {})[invoice] = rule
        return list(customers.values())

    @api.model
    def _due_rungs(self):
        """Yield ``(invoice, rule)``, the invoice that is longest overdue first."""
        branches = self.env["fsm.branch"].search([("reminds_overdue", "=", True)])
        today = dates.document_date(fields.Datetime.now())
        invoices = self.search(
            [
                *OPEN,
                ("company_id", "in", branches.company_id.ids),
                ("commercial_partner_id.ref_company_ids", "=", False),  # a branch of ours settles
                ("fsm_due_date", "<", today),
                ("fsm_no_reminder_reason", "in", (False, "")),
                ("commercial_partner_id.fsm_no_reminder_reason", "in", (False, "")),
            ],
        ).sorted(lambda move: (move.fsm_due_date, move.id))
        ladders = self.env["fsm.overdue.rule"]._ladders()
        others = ladders.pop(self.env["res.company"], self.env["fsm.overdue.rule"])
        for invoice in invoices.filtered("fsm_still_due"):
            days, done = (today - invoice._overdue_from()).days, invoice._rung_reached()
            ladder = ladders.get(invoice.company_id.root_id, others)
            if rungs := ladder.filtered(lambda rule, d=days, r=done: r < rule.days <= d):
                yield invoice, rungs[-1]

    def _rung_reached(self):
        """Return the days of the highest rung since the instalment was due that is not paid."""
        due = self.fsm_due_date
        since = self.fsm_reminder_ids.filtered(lambda said: dates.document_date(said.at) > due)
        return max(since.mapped("days"), default=0)

    def _overdue_from(self):
        """Return the day until which it could be paid: the due date, or what a manager granted."""
        granted = self.job_id.credit_ids.sorted("id")[-1:].pay_by or date.min
        return max(self.fsm_due_date, granted)

    @api.model
    def _outside_quiet_hours(self, due):
        """Return of what is due what may be said now; what may not is looked at when it may.

        :param list due: as `_due_payment_reminders` returns it
        """
        now = fields.Datetime.now()
        branches = self.browse(next(iter(each)).id for each in due).company_id.fsm_branch_ids
        ends = {branch.company_id: branch._quiet_end(now) for branch in branches}
        if later := [end for end in ends.values() if end]:
            self.env.ref("fsm_gst_billing.ir_cron_remind_overdue")._trigger(min(later))
        return [each for each in due if not ends[next(iter(each)).company_id]]

    @api.model
    def _remind_overdue(self, due):
        """Send one message a customer, and write it down on each invoice that climbed a rung.

        :param list due: as `_due_payment_reminders` returns it
        """
        # The oldest invoice leads; the message has the words of the highest rung.
        leads = self.browse(next(iter(each)).id for each in due)
        rules = [max(each.values(), key=lambda rule: rule.days) for each in due]
        said = leads._say_overdue(rules)
        now = fields.Datetime.now()
        self.env["fsm.overdue.reminder"]._write_down(
            [
                {
                    "invoice_id": invoice.id,
                    "company_id": invoice.company_id.id,
                    "partner_id": invoice.partner_id.id,
                    "name": rule.name,
                    "days": rule.days,
                    "due_date": invoice.fsm_due_date,
                    "at": now,
                    **words,
                }
                for each, words in zip(due, said, strict=True)
                for invoice, rule in each.items()
            ]
        )

    def _say_overdue(self, rules):
        """Send the words of `rules` for these invoices, and return what was sent to whom.

        :return: ``[{channel, sent_to, text, problem}]``, in the order of the invoices
        """
        channels = self._reminder_channels(rules)
        said = [{"problem": channel} for channel in channels]
        for rule in self.env["fsm.overdue.rule"].union(*rules):
            for channel, send in (("email", self._mail_overdue), ("sms", self._text_overdue)):
                places = [
                    place
                    for place, wanted in enumerate(channels)
                    if wanted == channel and rules[place] == rule
                ]
                moves = self.browse(self[place].id for place in places)
                for place, words in zip(places, send(moves, rule) if moves else (), strict=True):
                    said[place] = {"channel": channel, **words}
        return said

    def _reminder_channels(self, rules):
        """Return ``["email", "sms" or why the customer is not reached]`` for each invoice."""
        people = self.partner_id | self.commercial_partner_id
        refusing = people._fsm_refusing(REMINDER_PURPOSES)
        channels = []
        for move, rule in zip(self, rules, strict=True):
            partner = move.partner_id
            by_email = rule.channel == "email" or partner.fsm_contact_by == "email"
            if partner.fsm_contact_by in ("sms", "whatsapp") and partner.phone_sanitized:
                by_email = False
            if (partner | move.commercial_partner_id) & refusing:
                channels.append(self.env._("The customer wants no reminders: call him."))
            elif by_email and rule.mail_template_id and email_normalize(partner.email):
                channels.append("email")
            elif partner.phone_sanitized:
                channels.append("sms")
            else:
                channels.append(self.env._("%s has neither e-mail nor phone.", partner.name))
        return channels

    @api.model
    def _mail_overdue(self, moves, rule):
        template = rule.mail_template_id
        template.send_mail_batch(moves.ids)
        subjects = template._render_field("subject", moves.ids, compute_lang=True)
        addresses = [email_normalize(move.partner_id.email) for move in moves]
        return [
            {
                "sent_to": address[:2] + "•••@" + address.partition("@")[2],
                "text": subjects[move.id],
            }
            for move, address in zip(moves, addresses, strict=True)
        ]

    @api.model
    def _text_overdue(self, moves, rule):
        texts = rule.sms_template_id._render_field("body", moves.ids, compute_lang=True)
        self.env["sms.sms"].sudo().create(  # the queue belongs to the system
            [
                {
                    "partner_id": move.partner_id.id,
                    "number": move.partner_id.phone_sanitized,
                    "body": texts[move.id],
                }
                for move in moves
            ]
        )
        return [
            {"sent_to": mask_phone(move.partner_id.phone), "text": texts[move.id]} for move in moves
        ]

    # === GETTERS === #

    def _instalments(self):
        """Return the lines of what is to be paid and when, the first one first."""
        lines = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return lines.sorted(lambda line: (line.date_maturity or date.max, line.id))

    def _open_rows(self):
        """Return what a reminder lists: ``[{name, day, due, amount, url, upi, late}]``, all text.

        What the customer has paid already is taken off; the UPI link would ask for it again.
        """
        return [
            {
                "name": move.name,
                "day": move._date_text(move.invoice_date),
                "due": move._date_text(move.fsm_due_date),
                "amount": f"₹{indian_format(move.fsm_still_due)}",
                "url": f"{move.get_base_url()}{move.get_portal_url()}",
                "upi": move.fsm_still_due == move.amount_residual and move._upi_url(),
                "late": move.fsm_days_overdue > 0,
            }
            for move in self.fsm_open_ids.filtered("fsm_still_due")
        ]

    def _payee(self):
        """Return who is owed, as the customer knows him: the branch, or a company that has none."""
        return self.company_id.fsm_branch_ids.name or self.company_id.name

    def _open_total(self):
        """Return what the customer owes the branch in all: ``₹12,249.98``."""
        return f"₹{indian_format(sum(self.fsm_open_ids.mapped('fsm_still_due')))}"
