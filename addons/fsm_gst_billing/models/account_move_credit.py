from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import check_id, check_keys, check_value, verb

from ..gst import dates
from .account_payment import QUIET
from .fsm_gst_once import GATE

LINE_KEYS = {"line_id": int, "quantity": float, "lots": list}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    credited_line_id = fields.Many2one(
        string="Credits",
        comodel_name="account.move.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The line of the invoice that this line of a credit note takes back.",
    )

    # === BUSINESS METHODS === #

    def _copy_data_extend_business_fields(self, values):
        """Override of `account` to tie the lines of a credit note to those they take back."""
        super()._copy_data_extend_business_fields(values)
        if self.env.context.get("fsm_reversal") is GATE and self.display_type == "product":
            values["credited_line_id"] = self.id


class AccountMove(models.Model):
    """Credit notes: CGST Act s.34, Rule 53."""

    _inherit = "account.move"

    fsm_financial = fields.Boolean(
        string="Without GST",
        compute="_compute_fsm_financial",
        help="A credit note on the price alone: it reduces no tax and stands in no return.",
    )

    # === COMPUTE METHODS === #

    @api.depends("journal_id.fsm_voucher")
    def _compute_fsm_financial(self):
        for move in self:
            move.fsm_financial = move.journal_id.fsm_voucher == "financial_note"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_credit_note(
        self,
        reason: str,
        lines: list = (),
        date: str = "",
        financial: bool = False,
        *,
        parts: str = "",
        client_ref: str = "",
    ):
        """Credit an invoice, all of what is left of it or some of its lines, at its own rates.

        :param str reason: is printed
        :param list lines: ``[{line_id, quantity, lots}]``; all lines by default. `lots` are the serial
            numbers, or the lot, that come back of what was sold without a job card
        :param str date: of the credit note, today by default
        :param str parts: what becomes of goods that were sold without a job card: `shelf`, `damaged`
            (they are written off) or `kept` by the customer; by default they come back to the
            shelf, and stay with him where the price alone is credited
        :param bool financial: on the price alone, tax included: no tax is reduced. For what is
            after the last day of s.34, or for a customer who cannot reverse his credit
        :return: ``{id, name, amount_total}``, and `warnings` where there is something to know
        """
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not credit invoices."))
        self.check_access("write")
        if not reason.strip():
            raise UserError(self.env._("Say why it is credited: “reason” is empty."))
        parts = parts or ("kept" if financial else "shelf")
        self._check_outcome(parts)
        asked = {"reason": reason.strip(), "lines": lines, "date": date}
        asked |= {"parts": parts, "financial": financial}

        def credit(move):
            move_sudo, told = move.sudo()._telling()  # checked above
            note = move_sudo._credit(reason.strip(), lines, date, parts, financial)
            figures = {"id": note.id, "name": note.name, "amount_total": note.amount_total}
            return figures | told.answer()

        return self.env["fsm.client.ref"]._once_each(
            self, "fsm_credit_note", client_ref, asked, credit
        )

    # === BUSINESS METHODS === #

    def _credit(self, reason, lines, date, parts, financial=False):
        """Return the posted credit note of one invoice."""
        if self.move_type != "out_invoice" or self.state != "posted":
            raise UserError(self.env._("Only a posted invoice is credited."))
        day = self.env["account.payment"]._fsm_day(date, self.invoice_date)
        values = {"invoice_date": day, "date": day, "ref": reason}
        if financial:
            values["journal_id"] = self.company_id.fsm_branch_ids._financial_journal().id
        else:
            self._check_credit_deadline(day)
        quantities = self._quantities_to_credit(lines)
        note = self.with_context(**QUIET)._reverse_moves([values])
        if note.returned_parts:
            note.returned_parts = parts
        numbers = {
            item["line_id"]: self._check_numbers(item["lots"]) for item in lines if item.get("lots")
        }
        note._keep_lines(quantities, numbers)
        if financial:
            note._take_tax_into_price()
            note = note.with_context(fsm_billing_gate=GATE)  # nothing else is of that series
        note.action_post()
        return note.with_env(self.env)

    def _take_tax_into_price(self):
        """Let a draft note give back what was paid for its lines, and reduce no tax."""
        commands = []
        for line in self._credit_lines():
            origin = line.credited_line_id
            total = self.currency_id.round(origin.price_total * line.quantity / origin.quantity)
            price = self.currency_id.round(total / line.quantity)
            values = {"tax_ids": [Command.clear()], "discount": 0.0, "price_unit": price}
            commands.append(Command.update(line.id, values))
            rest = self.currency_id.round(total - self.currency_id.round(price * line.quantity))
            if rest:  # thirds of a rupee
                commands.append(Command.create(self._rounding_line(line, rest)))
        self.write({"invoice_line_ids": commands})

    def _rounding_line(self, line, amount):
        return {
            "name": self.env._("Rounding"),
            "account_id": line.account_id.id,
            "quantity": 1.0,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
            "sequence": line.sequence,
        }

    def _check_credit_deadline(self, day):
        last = dates.credit_note_deadline(self.invoice_date)
        # What is issued today is not in time because it says yesterday.
        if max(day, dates.document_date(fields.Datetime.now())) > last:
            raise UserError(
                self.env._(
                    "Tax on %(invoice)s could be reduced until %(day)s: CGST Act, s.34(2). Now the "
                    "price alone is credited: issue the credit note without GST.",
                    invoice=self.name,
                    day=last.strftime("%d-%b-%Y"),
                )
            )

    def _credit_lines(self):
        """Return the lines that a credit note may take back, in their order."""
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        return lines.sorted(lambda line: (line.sequence, line.id))

    def _quantities_to_credit(self, lines):
        """Return ``{line: quantity}``: what was asked for, or all that is not credited yet.

        :raise UserError: naming the line of which too much, or nothing, would be credited
        """
        left = self._quantities_left()
        if not lines:
            wanted = {line: quantity for line, quantity in left.items() if quantity}
        else:
            wanted = dict(
                self._wanted_line(item, f"lines[{number}]", left)
                for number, item in enumerate(lines)
            )
        if not wanted:
            raise UserError(self.env._("Nothing is left to credit on %s.", self.name))
        return wanted

    def _quantities_left(self):
        """Return ``{line: quantity}`` that was invoiced and is not credited."""
        own = self._credit_lines()
        credited = dict(
            self.env["account.move.line"]._read_group(
                [("credited_line_id", "in", own.ids), ("parent_state", "=", "posted")],
                ["credited_line_id"],
                ["quantity:sum"],
            )
        )
        return {line: line.quantity - credited.get(line, 0.0) for line in own}

    def _wanted_line(self, item, where, left):
        item = check_keys(
            self.env, check_value(self.env, item or {}, dict, where), LINE_KEYS, where
        )
        line = self.env["account.move.line"].browse(
            check_id(self.env, item.get("line_id"), f"{where}.line_id")
        )
        if line not in left:
            raise UserError(self.env._("“%s.line_id” is no line of this invoice.", where))
        quantity = item.get("quantity") or 0.0
        if not 0 < quantity <= left[line]:
            raise UserError(
                self.env._(
                    "“%(where)s.quantity”: between 0 and %(left)g of “%(name)s” can be credited.",
                    where=where,
                    left=left[line],
                    name=line.name,
                )
            )
        return line, quantity

    def _keep_lines(self, quantities, numbers):
        """Leave on a draft credit note what is credited.

        :param dict quantities: ``{line of the invoice: quantity}``
        :param dict numbers: ``{id of a line of the invoice: serial or lot numbers}``
        """
        commands = []
        for line in self._credit_lines():
            origin = line.credited_line_id
            quantity = quantities.get(origin)
            named = numbers.get(origin.id)
            if not quantity:
                commands.append(Command.delete(line.id))
            elif line.quantity != quantity or named:
                values = {"quantity": quantity, "part_numbers": named or False}
                commands.append(Command.update(line.id, values))
        self.write({"invoice_line_ids": commands})
