from odoo import api, models
from odoo.fields import Domain

# The last day of each age, in days after the due date; what is older stands in the last one.
AGES = [("not_due", -1), ("to_30", 30), ("to_60", 60), ("to_90", 90), ("older", None)]


def age_of(days):
    """Return the age of what was due so many days ago.

    >>> [age_of(days) for days in (-1, 0, 30, 31, 60, 61, 90, 91)]
    ['not_due', 'to_30', 'to_30', 'to_60', 'to_60', 'to_90', 'to_90', 'older']
    """
    return next(age for age, last in AGES if last is None or days <= last)


class FsmReport(models.AbstractModel):
    """Who owes us what, and since when."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _receivables(self, companies, period):
        return self._aged(companies, period, ["company_id", "partner_id"])

    @api.model
    def _receivables_by_branch(self, companies, period):
        return self._aged(companies, period, ["company_id"])

    @api.model
    def _aged(self, companies, period, by):
        """Return what is unpaid, each instalment in the column of its age; who owes most first.

        What was paid or credited and belongs to no invoice yet has a column of its own. It is told
        as it stood on the last day of the period, by the days in the books; without one, as now.
        """
        sums = self._aged_sums(companies, period, by)
        keys = [key for key, _label in self._age_labels()]
        names = [self._names({key[at] for key in sums}) if sums else {} for at in range(len(by))]
        rows = [
            [names[at][group] for at, group in enumerate(groups)]
            + [round(amounts[key], 2) for key in keys]
            + [round(sum(amounts.values()), 2)]
            for groups, amounts in sums.items()
        ]
        rows.sort(key=lambda row: (-row[-1], row[: len(by)]))
        whose = [("branch_id", self.env._("Branch")), ("partner_id", self.env._("Customer"))]
        columns = [(*column, "char") for column in whose[: len(by)]]
        columns += [(*column, "money") for column in self._age_labels()]
        return [*columns, ("total", self.env._("Total"), "money")], rows

    @api.model
    def _aged_sums(self, companies, period, by):
        """Return ``{(company, partner): {age: rupees}}`` of what is open."""
        sums, today = {}, self._today()
        nothing = dict.fromkeys([key for key, _label in self._age_labels()], 0.0)
        last = min(period.end or today, today)
        owed, paid = self._open_items(companies, period, by)
        if last < today:
            settled = self._settled_after(last, companies, period, by)
            owed, paid = owed + settled[0], paid + settled[1]
        for *groups, due, rupees in owed:
            age = age_of((last - (due or last)).days)
            sums.setdefault(tuple(groups), dict(nothing))[age] += rupees
        for *groups, rupees in paid:
            sums.setdefault(tuple(groups), dict(nothing))["unapplied"] += rupees
        return sums

    @api.model
    def _open_items(self, companies, period, by):
        """Return what customers owe now, and what they have paid too much, below 0: two lists.

        :return: ``[(group, …, due date, rupees)]``, ``[(group, …, rupees)]``
        """
        lines, amount = self.env["account.move.line"], ["amount_residual:sum"]
        items = self._customer_items(companies, period) & Domain("reconciled", "!=", True)
        owed, paid = (items & Domain("amount_residual", sign, 0) for sign in (">", "<"))
        return (
            lines._read_group(owed, [*by, "date_maturity:day"], amount),
            lines._read_group(paid, by, amount),
        )

    @api.model
    def _settled_after(self, day, companies, period, by):
        """Return what was open on a day besides, as `_open_items`: it was settled later."""
        items = self._customer_items(companies, period)
        partials = self.env["account.partial.reconcile"]

        def settled(side, groups):
            domain = Domain("max_date", ">", day) & Domain(side, "any", items)
            return partials._read_group(
                domain, [f"{side}.{group}" for group in groups], ["amount:sum"]
            )

        paid = settled("credit_move_id", by)
        return (
            settled("debit_move_id", [*by, "date_maturity:day"]),
            [(*groups, -rupees) for *groups, rupees in paid],
        )

    @api.model
    def _customer_items(self, companies, period):
        """Return the domain of what customers were charged and paid; our branches are none."""
        own = Domain("commercial_partner_id", "in", self._own_partner_ids(companies))
        items = [
            ("company_id", "in", companies.ids),
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "=", "asset_receivable"),
            ("partner_id", "!=", False),
            *period.days("date"),
        ]
        return Domain(items) & Domain("partner_id", "not any!", own)  # whoever may see them

    @api.model
    def _age_labels(self):
        return [
            ("not_due", self.env._("Not Due Yet")),
            ("to_30", self.env._("0–30 Days")),
            ("to_60", self.env._("31–60 Days")),
            ("to_90", self.env._("61–90 Days")),
            ("older", self.env._("More than 90 Days")),
            ("unapplied", self.env._("Paid, Not Applied")),
        ]
