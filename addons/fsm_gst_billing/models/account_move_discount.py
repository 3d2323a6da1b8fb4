from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import tax


class AccountMove(models.Model):
    """A discount on a whole invoice: it lowers the value of each line, CGST Act s.15(3)(a)."""

    _inherit = "account.move"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_discount(self, amount: float):
        """Take an amount off a draft invoice, from each line in proportion and before tax.

        :param float amount: in rupees, as the prices are: before tax, unless they include it
        :return: ``{amount_untaxed, amount_tax, amount_total}``
        """
        self.check_access("write")
        for move in self:
            move._spread_discount(amount)
        return [move._gst_figures() for move in self]

    # === BUSINESS METHODS === #

    def _spread_discount(self, amount):
        lines = self._credit_lines()
        if self.state != "draft" or not self.is_sale_document():
            raise UserError(self.env._("A discount is given on a draft invoice."))
        values = [tax.paise(line._value_of_price()) for line in lines]
        discount = tax.paise(amount)
        if not 0 < discount <= sum(values):
            raise UserError(
                self.env._("A discount is more than nothing and not more than the invoice.")
            )
        commands = []
        for line, value, part in zip(lines, values, tax.spread(discount, values), strict=True):
            gross = tax.paise(line.quantity * line.price_unit)
            if part:
                percent = 100 * (1 - (value - part) / gross)
                commands.append(Command.update(line.id, {"discount": percent}))
        self.write({"invoice_line_ids": commands})

    def _discounts(self):
        """Return what all discounts on these documents come to, tax included, in rupees."""
        return sum(
            line.move_id.direction_sign * -line.price_total * line.discount / (100 - line.discount)
            for line in self.invoice_line_ids
            if 0 < line.discount < 100
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _value_of_price(self):
        """Return what the line costs by its price, in rupees."""
        return self.quantity * self.price_unit * (1 - self.discount / 100)
