from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..gst import periods, tax, ties
from ..gst.words import indian_format
from .fsm_gst_return_rows import FIGURES

TABLE = Markup(
    '<div class="table-responsive"><table class="table table-sm"><thead><tr><th>{what}</th>'
    '<th>{figure}</th><th>{result}</th><th class="text-end">{left}</th>'
    '<th class="text-end">{right}</th></tr></thead><tbody>{rows}</tbody></table></div>'
)
ROW = Markup(
    '<tr><td>{name}</td><td>{figure}</td><td class="{style}">{result}</td>'
    '<td class="text-end">{left}</td><td class="text-end">{right}</td></tr>'
)


class FsmGstReturn(models.Model):
    """Two ways to each amount of a return, side by side: what an inspector compares first."""

    _inherit = "fsm.gst.return"

    ties = fields.Json(
        readonly=True, help="Of the last check: [[name, figure, left, right]], money in paise."
    )
    ties_table = fields.Html(string="Tie-outs", compute="_compute_ties_table", sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends("ties")
    def _compute_ties_table(self):
        for gst_return in self:
            # Nothing against nothing is no news.
            compared = [tie for tie in gst_return.ties or [] if tie[2] or tie[3]]
            rows = Markup("").join(gst_return._tie_row(*tie) for tie in compared)
            gst_return.ties_table = rows and TABLE.format(
                what=self.env._("What Is Compared"),
                figure=self.env._("Figure"),
                left=self.env._("One Way"),
                right=self.env._("The Other"),
                result=self.env._("Result"),
                rows=rows,
            )

    def _tie_row(self, name, figure, left, right):
        def text(amount):
            return str(amount) if figure == ties.COUNT else f"₹{indian_format(amount / 100)}"

        if left == right:
            style, result = "", self.env._("agrees")
        else:
            style = "text-danger fw-bold"
            result = self.env._("differs by %s", text(left - right))
        return ROW.format(
            name=self._tie_names().get(name, name),
            figure=self._figure_names().get(figure, figure),
            left=text(left),
            right=text(right),
            result=result,
            style=style,
        )

    def _tie_names(self):
        """Return what is compared, for the reader; the core names it in English."""
        return {
            ties.DOCUMENTS: self.env._("Tables 4 to 9 = the documents"),
            ties.HSN: self.env._("Table 12 = Tables 4 to 9"),
            ties.TABLE12: self.env._("Table 12 with advances = GSTR-3B, 3.1"),
            ties.REGISTERED: self.env._(
                "Table 12, B2B = Tables 4, 6 and 9 of registered customers"
            ),
            ties.BOTH: self.env._("GSTR-1 with advances = GSTR-3B, 3.1"),
            ties.BOOKS: self.env._("The books = GSTR-1 with advances"),
            ties.RECEIPTS: self.env._("Invoices = received, credited and still due"),
            ties.JOBS: self.env._("Repairs that went home = those invoiced"),
        }

    def _figure_names(self):
        return {
            "txval": self.env._("Taxable value"),
            "iamt": self.env._("IGST"),
            "camt": self.env._("CGST"),
            "samt": self.env._("SGST/UTGST"),
            "csamt": self.env._("Cess"),
            ties.TOTAL: self.env._("Total with tax"),
            ties.COUNT: self.env._("Job cards"),
        }

    # === BUSINESS METHODS === #

    def _money_ties(self, uninvoiced, by_entries):
        """Return the ties of invoices with receipts and with job cards: rows of `ties.Tie`.

        An invoice is settled by money and credit notes: what plain entries settle is no receipt.

        :param uninvoiced: rows of `_uninvoiced_jobs`
        :param by_entries: rows of `_settled_by_entries`
        """
        [sums] = self._read(
            SQL(
                """
                WITH document AS (
                    SELECT m.id, m.amount_total_signed AS total, m.amount_residual_signed AS due
                      FROM account_move m
                     WHERE %s AND m.state = 'posted'
                ), receivable AS (
                    SELECT l.id, l.balance
                      FROM account_move_line l
                      JOIN account_account a ON a.id = l.account_id
                     WHERE l.move_id IN (SELECT id FROM document)
                       AND a.account_type = 'asset_receivable'
                )
                SELECT (SELECT coalesce(sum(total), 0) FROM document) AS invoiced,
                       (SELECT coalesce(sum(due), 0) FROM document) AS due,
                       (SELECT coalesce(sum(p.amount), 0) FROM account_partial_reconcile p
                         WHERE p.debit_move_id IN (SELECT id FROM receivable))
                     - (SELECT coalesce(sum(p.amount), 0) FROM account_partial_reconcile p
                         WHERE p.credit_move_id IN (SELECT id FROM receivable)) AS settled,
                       (SELECT count(*) FROM fsm_job j WHERE %s) AS repaired
                """,
                self._documents_of_month(),
                self._repairs_of_month(),
            )
        )
        repaired = sums.pop("repaired")
        paise = {name: tax.paise(amount) for name, amount in sums.items()}
        received = paise["settled"] - sum(tax.paise(row["amount"]) for row in by_entries)
        return [
            ties.Tie("a4", ties.RECEIPTS, ties.TOTAL, paise["invoiced"], received + paise["due"]),
            ties.Tie("a4", ties.JOBS, ties.COUNT, repaired, repaired - len(uninvoiced)),
        ]

    def _book_sums(self, beside):
        """Return what the ledger says of the month: `ties.FIGURES` in paise.

        The taxes come from the tax lines of the entries, which the documents above do not read. A line
        counts as the books count it, by what it repeats of its entry itself.
        Those of export, SEZ and reverse charge stand on both sides: what is owed is counted.

        :param beside: rows of `_entries_beside`
        """
        rows = self._read(
            SQL(
                """
                SELECT l.tax_line_id, sum(-l.balance) AS amount
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                 WHERE %s AND l.parent_state = 'posted' AND l.date = m.date
                   AND l.display_type = 'tax'
                   AND (l.balance < 0) = (m.move_type = 'out_invoice')
              GROUP BY 1
                """,
                self._documents_of_month(),
            )
        )
        taxes = self._taxes({row["tax_line_id"] for row in rows})
        sums = dict.fromkeys(FIGURES.values(), 0)
        for row in rows:
            own = taxes[row["tax_line_id"]]
            if own["head"] and not own["lut"]:  # under a letter of undertaking nothing is owed
                sums[FIGURES[own["head"]]] += tax.paise(row["amount"])
        for row in self._book_sums_of_advances():
            sums[FIGURES[row["head"]]] += tax.paise(row["amount"])
        sums["txval"] = self._value_in_books()
        for entry in beside:
            for figure, amount in entry["amounts"].items():
                sums[figure] += amount
        return sums

    def _value_in_books(self):
        """Return what the lines of the month's documents and its advances are worth, in paise."""
        [row] = self._read(
            SQL(
                """
                SELECT (SELECT coalesce(sum(-l.balance), 0)
                          FROM account_move_line l
                          JOIN account_move m ON m.id = l.move_id
                         WHERE %s AND l.parent_state = 'posted' AND l.date = m.date
                           AND l.display_type = 'product')
                     + (SELECT coalesce(
                               sum(CASE a.kind WHEN 'received' THEN a.taxable ELSE -a.taxable END)
                               FILTER (WHERE a.rate > 0), 0)
                          FROM fsm_gst_advance a
                          JOIN fsm_gst_advance r ON r.id = coalesce(a.receipt_id, a.id)
                          JOIN fsm_gst_number n ON n.move_id = r.entry_id
                         WHERE %s) AS value
                """,
                self._documents_of_month(),
                self._advances_of_month(),
            )
        )
        return tax.paise(row["value"])

    def _book_sums_of_advances(self):
        """Return what the entries of advances owe of each tax: ``[{head, amount}]`` in rupees."""
        return self._read(
            SQL(
                """
                SELECT substr(known.name, length('tax_tag_') + 1) AS head,
                       sum(-l.balance) AS amount
                  FROM fsm_gst_advance a
                  JOIN fsm_gst_advance r ON r.id = coalesce(a.receipt_id, a.id)
                  JOIN fsm_gst_number n ON n.move_id = r.entry_id
                  JOIN account_move m ON m.id = a.entry_id
                  JOIN account_move_line l
                    ON l.move_id = m.id AND l.parent_state = 'posted' AND l.date = m.date
                  JOIN account_account_tag_account_move_line_rel tag
                    ON tag.account_move_line_id = l.id
                  JOIN ir_model_data known
                    ON known.res_id = tag.account_account_tag_id AND known.module = 'l10n_in'
                   AND known.model = 'account.account.tag' AND known.name = ANY(%s)
                 WHERE %s
              GROUP BY 1
                """,
                [f"tax_tag_{head}" for head in FIGURES],
                self._advances_of_month(),
            )
        )

    def _repairs_of_month(self):
        """Return the condition on job cards ``j`` that went home in the month and cost something.

        A day of India begins 330 minutes before one of UTC.
        """
        return SQL(
            "j.company_id = ANY(%s) AND j.state = 'delivered' AND j.outcome = 'repaired'"
            " AND j.amount_estimate > 0 AND j.delivered_at IS NOT NULL"
            " AND j.delivered_at >= %s::date - interval '330 minutes'"
            " AND j.delivered_at < %s::date + interval '1 day' - interval '330 minutes'",
            self.company_ids.ids,
            self.first_day,
            periods.last_day(self.period),
        )

    def _uninvoiced_jobs(self):
        """Return ``[(id, name)]`` of job cards that went home and have no issued invoice."""
        rows = self._read(
            SQL(
                """
                SELECT j.id, j.name
                  FROM fsm_job j
                 WHERE %s AND NOT EXISTS (
                       SELECT 1 FROM account_move m
                        WHERE m.job_id = j.id AND m.state = 'posted')
              ORDER BY j.id
                """,
                self._repairs_of_month(),
            )
        )
        return [(row["id"], row["name"]) for row in rows]

    def _finding_of_uninvoiced(self, job_id, name):
        text = self.env._("Job card %s went home after a repair and has no issued invoice.", name)
        finding = self._own_finding("warning", "CGST Act s.31(2)", text)
        return finding | {"model": "fsm.job", "id": job_id}
