from odoo import models
from odoo.tools import SQL

from ..gst import law, periods
from .account_move_inward import MONEY, UNREGISTERED
from .fsm_gst_return_purchases import REVERSE


class FsmGstReturn(models.Model):
    """Bills under reverse charge that lack a paper of ours: CGST Act s.31(3)(f), (g), Rule 47A."""

    _inherit = "fsm.gst.return"

    def _findings(self, rows, gstr1, gstr3b):
        """Override to look at the self-invoices and payment vouchers of the month."""
        found = super()._findings(rows, gstr1, gstr3b)
        found += [self._finding_of_self_invoice(row) for row in self._late_self_invoices()]
        return found + [self._finding_of_voucher(row) for row in self._paid_without_voucher()]

    def _late_self_invoices(self):
        """Return ``[{id, name, number, days}]`` of bills without a self-invoice, or with a late one.

        A service or goods are taken to have come on the day of the supplier's bill.
        """
        return self._read(
            SQL(
                """
                SELECT m.id, m.name, n.number, n.day - m.invoice_date AS days
                  FROM account_move m
             LEFT JOIN fsm_gst_number n ON n.move_id = m.id
                 WHERE %s AND (n.id IS NULL OR n.day - m.invoice_date > %s)
              ORDER BY m.id
                """,
                self._reverse_charged(UNREGISTERED),
                law.SELF_INVOICE_DAYS,
            )
        )

    def _paid_without_voucher(self):
        """Return ``[{id, name, payment}]`` of payments of the month without a voucher.

        They are of before the addon kept vouchers, or of a way around it.
        """
        return self._read(
            SQL(
                """
                SELECT DISTINCT m.id, m.name, pay.name AS payment
                  FROM account_move m
                  JOIN account_move_line owed ON owed.move_id = m.id
                  JOIN account_partial_reconcile part ON part.credit_move_id = owed.id
                  JOIN account_move_line paid ON paid.id = part.debit_move_id
                  JOIN account_move pay ON pay.id = paid.move_id
                 WHERE %s AND part.max_date BETWEEN %s AND %s
                   AND pay.move_type = 'entry' AND pay.state = 'posted'
                   AND (pay.origin_payment_id IS NOT NULL OR pay.statement_line_id IS NOT NULL
                        OR EXISTS (SELECT FROM account_move_line l
                                     JOIN account_account a ON a.id = l.account_id
                                    WHERE l.move_id = pay.id AND a.account_type = ANY(%s)))
                   AND NOT EXISTS (
                       SELECT FROM fsm_gst_payment_voucher v
                         JOIN fsm_gst_number n ON n.voucher_id = v.id
                    LEFT JOIN fsm_gst_cancellation c ON c.number_id = n.id
                        WHERE v.bill_id = m.id AND v.entry_id = pay.id AND c.id IS NULL)
              ORDER BY m.id
                """,
                self._reverse_charged(REVERSE, of_month=False),
                self.first_day,
                periods.last_day(self.period),
                list(MONEY),
            )
        )

    def _reverse_charged(self, sections, *, of_month=True):
        """Return the condition on bills ``m`` with a line in one of `sections`."""
        month = SQL("m.date BETWEEN %s AND %s", self.first_day, periods.last_day(self.period))
        return SQL(
            "m.company_id = ANY(%s) AND m.move_type = 'in_invoice' AND m.state = 'posted' AND %s"
            " AND EXISTS (SELECT FROM fsm_branch b WHERE b.company_id = m.company_id)"
            " AND EXISTS (SELECT FROM account_move_line rc WHERE rc.move_id = m.id"
            " AND rc.display_type = 'product' AND rc.l10n_in_gstr_section = ANY(%s))",
            self.company_ids.ids,
            month if of_month else SQL("TRUE"),
            list(sections),
        )

    def _finding_of_self_invoice(self, row):
        if row["number"]:
            text = self.env._(
                "Self-invoice %(number)s was issued %(days)s days after %(bill)s: 30 are allowed "
                "from the day on which the supply came.",
                number=row["number"],
                days=row["days"],
                bill=row["name"],
            )
        else:
            text = self.env._(
                "%s is of a supplier without a GSTIN and has no self-invoice: issue it on the bill.",
                row["name"],
            )
        finding = self._own_finding("warning", "CGST Act s.31(3)(f), Rule 47A", text)
        return finding | {"model": "account.move", "id": row["id"]}

    def _finding_of_voucher(self, row):
        text = self.env._(
            "%(bill)s is under reverse charge and was paid with %(payment)s, for which no payment "
            "voucher was issued: take the payment off the bill and put it on again.",
            bill=row["name"],
            payment=row["payment"] or "",
        )
        finding = self._own_finding("warning", "CGST Act s.31(3)(g), Rule 52", text)
        return finding | {"model": "account.move", "id": row["id"]}
