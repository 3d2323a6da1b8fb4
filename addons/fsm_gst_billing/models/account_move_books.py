from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ..gst.words import indian_format


class AccountMove(models.Model):
    """The entry of a document says what its lines make due, to the paisa: Rule 46(k), (m).

    Accounting lets the amounts of a draft's journal items be typed. What is charged is computed by the
    engine that computed them first, from quantities, prices and taxes alone.
    """

    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _check_books(self):
        """Return a finding for each amount in the entry that is not what the lines come to.

        :return: ``[{severity, rule, text}]``
        """
        move_sudo = self.sudo()  # taxes are not for everybody to read who may ask
        base_lines, _tax_lines = move_sudo._get_rounded_base_and_tax_lines(
            round_from_tax_lines=False
        )
        wrong = move_sudo._wrong_values(base_lines) + move_sudo._wrong_taxes(base_lines)
        return [self._finding_of_books(*row) for row in wrong]

    def _refuse_other_books(self):
        """Refuse to post drafts whose entry is not what their lines come to.

        :raise UserError: with all that is wrong with the first of them
        """
        for move in self:
            if move.state == "draft" and move.is_sale_document() and move._is_gst_document():
                if found := move._check_books():
                    raise UserError("\n".join(f"{row['text']} ({row['rule']})" for row in found))

    def _wrong_values(self, base_lines):
        """Return ``(rule, what, booked, due)`` of lines whose value is not their quantity and price."""
        wrong = []
        for base_line in base_lines:
            line, details, sign = base_line["record"], base_line["tax_details"], base_line["sign"]
            if line.display_type != "product":
                continue
            due = line._totals_due()
            for name, key in (("amount_currency", "_currency"), ("balance", "")):
                due[name] = sign * sum(
                    details[f"{part}total_excluded{key}"] for part in ("", "delta_")
                )
            for name, amount in due.items():
                if self._amounts_differ(line[name], amount, name):
                    what = line.name or line.product_id.name or ""
                    wrong.append(("CGST Rule 46(k)", what, line[name], amount))
                    break
        return wrong

    def _wrong_taxes(self, base_lines):
        """Return ``(rule, what, booked, due)`` of taxes that have another amount than is due.

        Under reverse charge each stands there twice, and is nothing together.
        """
        booked, due = defaultdict(lambda: [0.0, 0.0]), defaultdict(lambda: [0.0, 0.0])
        for line in self.line_ids.filtered("tax_line_id"):
            own = line.tax_repartition_line_id.account_id
            if not own or line.account_id == own:  # on another account it is not owed
                booked[line.tax_line_id][0] += line.amount_currency
                booked[line.tax_line_id][1] += line.balance
        for base_line in base_lines:
            for data in base_line["tax_details"]["taxes_data"]:
                due[data["tax"]][0] += base_line["sign"] * data["tax_amount_currency"]
                due[data["tax"]][1] += base_line["sign"] * data["tax_amount"]
        names = ("amount_currency", "balance")
        return [
            ("CGST Rule 46(m)", tax.tax_group_id.name, booked[tax][1], due[tax][1])
            for tax in {**booked, **due}
            if any(map(self._amounts_differ, booked[tax], due[tax], names))
        ]

    def _amounts_differ(self, booked, due, name):
        currency = self.company_currency_id if name == "balance" else self.currency_id
        return currency.compare_amounts(booked, due) != 0

    @api.model
    def _finding_of_books(self, rule, what, booked, due):
        text = self.env._(
            "“%(what)s” is ₹%(booked)s in the journal items, and its quantity, price and taxes make "
            "it ₹%(due)s: change a quantity of the document and change it back, so that it is "
            "computed again.",
            what=what,
            booked=indian_format(abs(booked)),
            due=indian_format(abs(due)),
        )
        return {"severity": "error", "rule": rule, "text": text}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # === BUSINESS METHODS === #

    def _totals_due(self):
        """Return value and total of a line as `account` computes them: ``{field: amount}``."""
        taxes, company = self.env["account.tax"], self.company_id
        base_line = self.move_id._prepare_product_base_line_for_taxes_computation(self)
        taxes._add_tax_details_in_base_line(base_line, company)
        taxes._round_base_lines_tax_details([base_line], company)
        details = base_line["tax_details"]
        return {
            "price_subtotal": details["total_excluded_currency"],
            "price_total": details["total_included_currency"],
        }
