from odoo import models
from odoo.tools import SQL

from ..gst import periods, tax
from ..gst.words import indian_format
from .fsm_gst_return_rows import FIGURES


def _owes(entry):
    """Tell whether an entry owes tax, and does not only take it back."""
    return any(figure != "txval" and amount > 0 for figure, amount in entry["amounts"].items())


class FsmGstReturn(models.Model):
    """What stands in the books of a month and in no document of it.

    Tax that is owed by an entry alone was charged by somebody on no invoice, or is owed by nobody. What
    an entry pays, or sets off against credit, is on the other side and no matter of GSTR-1.
    """

    _inherit = "fsm.gst.return"

    # === BUSINESS METHODS === #

    def _entries_beside(self, days=None):
        """Return the entries that owe output tax, or earn, and are no document of GST.

        So do those that lower either against a customer, or income for cash. What pays a tax, sets it
        off or closes a year lowers it as well: it has its other side in a bank, a tax or equity. An
        entry that takes such a one back is deducted. The opening entry of the books is none: what
        it owes was declared from other books. Another one against equity may be such a one: `opens`.

        :param SQL days: the condition on lines ``l``; by default they are of the month
        :return: ``[{id, name, opens, amounts: {figure: paise}}]``, figures as those of `_book_sums`
        """
        rows = self._read(
            SQL(
                """
                WITH output AS (
                    SELECT DISTINCT part.account_id, substr(known.name, length('tax_tag_') + 1) AS head
                      FROM account_tax t
                 LEFT JOIN account_tax_filiation_rel f ON f.parent_tax = t.id
                      JOIN account_tax leaf ON leaf.id = coalesce(f.child_tax, t.id)
                      JOIN account_tax_repartition_line part
                        ON part.tax_id = leaf.id AND part.document_type = 'invoice'
                       AND part.account_id IS NOT NULL AND part.factor_percent > 0
                      JOIN account_account_tag_account_tax_repartition_line_rel tag
                        ON tag.account_tax_repartition_line_id = part.id
                      JOIN ir_model_data known
                        ON known.res_id = tag.account_account_tag_id AND known.module = 'l10n_in'
                       AND known.model = 'account.account.tag' AND known.name = ANY(%(tags)s)
                     WHERE t.type_tax_use = 'sale' AND t.company_id = ANY(%(holders)s)
                       AND NOT coalesce(t.l10n_in_reverse_charge OR leaf.l10n_in_reverse_charge, FALSE)
                )
                SELECT m.id, m.name, m.date AS day, m.reversed_entry_id,
                       coalesce(output.head, 'income') AS head, sum(-l.balance) AS amount,
                       EXISTS (
                           SELECT FROM account_move_line o
                             JOIN account_account equity ON equity.id = o.account_id
                            WHERE o.move_id = m.id AND o.balance <> 0
                              AND equity.account_type IN ('equity', 'equity_unaffected')) AS opens,
                       EXISTS (
                           SELECT FROM account_move_line o
                             JOIN account_account other ON other.id = o.account_id
                            WHERE o.move_id = m.id AND o.balance < 0
                              AND other.account_type = 'asset_receivable') AS of_customer
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
             LEFT JOIN output ON output.account_id = l.account_id
                 WHERE l.company_id = ANY(%(companies)s) AND l.parent_state = 'posted'
                   AND %(days)s
                   AND l.display_type IS DISTINCT FROM 'rounding'
                   AND m.move_type NOT IN ('in_invoice', 'in_refund', 'in_receipt')
                   AND (output.account_id IS NOT NULL OR a.account_type = 'income')
                   AND NOT EXISTS (SELECT 1 FROM fsm_gst_number n WHERE n.move_id = m.id)
                   AND NOT EXISTS (SELECT 1 FROM fsm_gst_advance v WHERE v.entry_id = m.id)
                   AND NOT EXISTS (
                       SELECT 1 FROM res_company c WHERE c.account_opening_move_id = m.id)
              GROUP BY m.id, head
              ORDER BY m.id
                """,
                tags=[f"tax_tag_{head}" for head in FIGURES],
                holders=(self.company_ids | self.company_ids.root_id).ids,
                companies=self.company_ids.ids,
                days=days or SQL("l.date BETWEEN %s AND %s", *self._first_and_last()),
            )
        )
        entries = {}
        for row in rows:
            own = entries.setdefault(row["id"], {**row, "amounts": {}})
            own["amounts"][FIGURES.get(row["head"], "txval")] = tax.paise(row["amount"])
        for entry in entries.values():
            undone = entries.get(entry["reversed_entry_id"])
            entry["amounts"] = {
                figure: amount
                for figure, amount in entry["amounts"].items()
                if amount > 0
                or (undone and undone["amounts"].get(figure, 0) > 0)
                or (amount < 0 and self._lowers(entry, figure))
            }
        return [entry for entry in entries.values() if entry["amounts"]]

    def _first_and_last(self):
        return self.first_day, periods.last_day(self.period)

    def _lowers(self, entry, figure):
        """Tell whether an entry with less of a figure lowers what was charged to somebody."""
        return entry["of_customer"] or (figure == "txval" and not entry["opens"])

    def _entries_behind(self):
        """Return the entries that owe tax in a month that was locked before they were written.

        No return declares them: an entry with tax forbids to lock.
        """
        locked = SQL(
            """
            EXISTS (SELECT FROM fsm_gst_return r
                     WHERE r.organization_id = %s AND r.gstin = %s AND r.state <> 'draft'
                       AND r.first_day < %s AND r.first_day >= %s::date - interval '1 year'
                       AND l.date >= r.first_day
                       AND l.date < r.first_day + interval '1 month')
            AND NOT EXISTS (SELECT FROM account_move undo
                             WHERE undo.reversed_entry_id = m.id AND undo.state = 'posted')
            """,
            self.organization_id.id,
            self.gstin,
            self.first_day,
            self.first_day,
        )
        entries = self._entries_beside(locked)
        return [entry for entry in entries if not entry["opens"] and _owes(entry)]

    def _finding_of_entry_behind(self, entry):
        text = self.env._(
            "Entry %(name)s of %(day)s owes tax in a month that is locked, and is in no return: "
            "%(amounts)s. Reverse it on its day, or pay the tax in this month at the portal.",
            name=entry["name"],
            day=entry["day"].strftime("%d-%b-%Y"),
            amounts=self._say_amounts(entry["amounts"]),
        )
        finding = self._own_finding("warning", "CGST Act s.39(9)", text)
        return finding | {"model": "account.move", "id": entry["id"]}

    def _say_amounts(self, amounts):
        names = self._figure_names()
        return ", ".join(
            f"{names[figure]} ₹{indian_format(amount / 100)}" for figure, amount in amounts.items()
        )

    def _findings_of_entries(self, entries):
        """Return a finding for each entry that no other takes back.

        Tax on it forbids to lock, but for what stands against equity: balances from other books.
        """
        undone = {entry["reversed_entry_id"] for entry in entries}
        beside = {entry["id"] for entry in entries}
        return [
            self._finding_of_entry(entry)
            for entry in entries
            if entry["id"] not in undone and entry["reversed_entry_id"] not in beside
        ]

    def _finding_of_entry(self, entry):
        taxed = _owes(entry)
        amounts = self._say_amounts(entry["amounts"])
        lowered = {figure: -amount for figure, amount in entry["amounts"].items() if amount < 0}
        if lowered and not taxed:
            text = self.env._(
                "Entry %(name)s takes back what is declared, and is no credit note: %(amounts)s. "
                "Reverse it and issue a credit note, or say on it why.",
                name=entry["name"],
                amounts=self._say_amounts(lowered),
            )
        elif taxed and entry["opens"]:
            text = self.env._(
                "Entry %(name)s brings tax forward against equity: %(amounts)s. It is in no table of "
                "this return: if it is not the opening of the books, reverse it.",
                name=entry["name"],
                amounts=amounts,
            )
        elif taxed:
            text = self.env._(
                "Entry %(name)s owes tax on no document: %(amounts)s. Reverse it on its day, and issue "
                "an invoice for what was sold.",
                name=entry["name"],
                amounts=amounts,
            )
        else:
            text = self.env._(
                "Entry %(name)s is income without an invoice: %(amounts)s. If something was sold, "
                "reverse it and issue an invoice.",
                name=entry["name"],
                amounts=amounts,
            )
        severity = "error" if taxed and not entry["opens"] else "warning"
        rule = "CGST Act s.9, s.31" if taxed else "CGST Act s.34" if lowered else "CGST Act s.31"
        return self._own_finding(severity, rule, text) | {
            "model": "account.move",
            "id": entry["id"],
        }

    # === BUSINESS METHODS - MONEY === #

    def _settled_by_entries(self):
        """Return what invoices of the month were settled with that is neither money nor a note.

        Not so tax that the customer has deducted: its entry says so.

        :return: ``[{id, name, amount}]`` of entries, in rupees
        """
        return self._read(
            SQL(
                """
                WITH receivable AS (
                    SELECT l.id
                      FROM account_move_line l
                      JOIN account_move m ON m.id = l.move_id
                      JOIN account_account a ON a.id = l.account_id
                     WHERE %s AND m.state = 'posted' AND a.account_type = 'asset_receivable'
                )
                SELECT e.id, e.name, sum(p.amount) AS amount
                  FROM account_partial_reconcile p
                  JOIN account_move_line l ON l.id = p.credit_move_id
                  JOIN account_move e ON e.id = l.move_id
                 WHERE p.debit_move_id IN (SELECT id FROM receivable)
                   AND e.move_type = 'entry' AND e.origin_payment_id IS NULL
                   AND e.statement_line_id IS NULL
                   AND e.l10n_in_withholding_ref_move_id IS NULL
                   AND NOT EXISTS (SELECT 1 FROM fsm_gst_advance v WHERE v.entry_id = e.id)
              GROUP BY e.id
              ORDER BY e.id
                """,
                self._documents_of_month(),
            )
        )

    def _finding_of_settlement(self, row):
        text = self.env._(
            "Entry %(name)s has settled ₹%(amount)s of invoices of the month, and is neither money "
            "nor a credit note: say on it why, or reverse it.",
            name=row["name"],
            amount=indian_format(row["amount"]),
        )
        finding = self._own_finding("warning", "CGST Act s.34, s.35", text)
        return finding | {"model": "account.move", "id": row["id"]}
