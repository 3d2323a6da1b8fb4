from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..gst import periods
from ..gst.documents import HEADS
from ..gst.words import indian_format
from .fsm_gst_return_purchases import PURCHASES


class FsmGstReturn(models.Model):
    """Which of the credit of a month is blocked, bill by bill."""

    _inherit = "fsm.gst.return"

    # === BUSINESS METHODS === #

    def _purchases(self):
        """Override to have what is blocked stand for itself, a row a bill; the sums stay the same."""
        apart = self._blocked_purchases()
        taken_out = [
            row._replace(
                id=0, blocked=False, **{name: -getattr(row, name) for name in ("taxable", *HEADS)}
            )
            for row in apart
        ]
        return super()._purchases() + taken_out + apart

    def _blocked_purchases(self):
        """Return the blocked part of each bill as rows of `documents.Purchase`."""
        sums = defaultdict(lambda: dict.fromkeys(("taxable", *HEADS), 0))
        for row, line in self._blocked_lines():
            if row["section"] in PURCHASES:
                of_bill = sums[row["move_id"], row["section"], row["inter"]]
                for name in of_bill:
                    of_bill[name] += row["sign"] * getattr(line, name)
        found = [
            self._purchase(section, inter, figures)._replace(id=move_id, blocked=True)
            for (move_id, section, inter), figures in sums.items()
        ]
        return [purchase for purchase in found if purchase.nature == "taxable"]

    def _blocked_lines(self):
        """Return the lines of vendor bills whose credit is blocked, with their tax on each head.

        :return: ``[(row, gst.documents.Line)]``; the row has `move_id`, `bill`, `clause`, `section`,
            `inter` and `sign`
        """
        which = SQL(
            "m.company_id = ANY(%s) AND m.move_type IN ('in_invoice', 'in_refund')"
            " AND m.state = 'posted' AND m.date BETWEEN %s AND %s"
            " AND l.gst_blocked IS NOT NULL",
            self.company_ids.ids,
            self.first_day,
            periods.last_day(self.period),
        )
        lines = self._lines(which)
        if not lines:
            return []
        rows = self._read(
            SQL(
                """
                SELECT l.id, m.id AS move_id, m.name AS bill, l.gst_blocked AS clause,
                       l.l10n_in_gstr_section AS section,
                       coalesce(s.id, 0) <> coalesce(own.id, 0) AS inter,
                       CASE WHEN m.move_type = 'in_refund' THEN -1 ELSE 1 END AS sign
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN res_company c ON c.id = m.company_id
                  JOIN res_partner cp ON cp.id = c.partner_id
                  JOIN res_partner p ON p.id = m.commercial_partner_id
             LEFT JOIN res_country_state own ON own.id = cp.state_id
             LEFT JOIN res_country_state s ON s.id = p.state_id
                 WHERE l.id = ANY(%s)
                """,
                [line["id"] for line in lines],
            )
        )
        known = {row["id"]: row for row in rows}
        taxes = self._taxes({tax_id for line in lines for tax_id in line["tax_ids"]})
        return [(known[line["id"]], self._line(line, taxes)) for line in lines]

    def _findings(self, rows, gstr1, gstr3b):
        """Override to say of which bills the credit is taken back."""
        found = super()._findings(rows, gstr1, gstr3b)
        apart = [row for row in rows["purchases"] if row.blocked and row.credit]
        moves_sudo = self.env["account.move"].sudo()  # who may see the return
        bills = moves_sudo.browse([purchase.id for purchase in apart])
        return found + [
            self._finding_of_blocked(purchase, bill)
            for purchase, bill in zip(apart, bills, strict=True)
        ]

    def _finding_of_blocked(self, purchase, bill_sudo):
        text = self.env._(
            "%(bill)s of %(vendor)s: input credit of ₹%(credit)s is blocked, Table 4(B)(1) takes it "
            "back. Book the tax to the cost.",
            bill=bill_sudo.name,
            vendor=bill_sudo.partner_id.display_name,
            credit=indian_format(purchase.credit / 100),
        )
        finding = self._own_finding("warning", "CGST Act s.17(5)", text)
        return finding | {"model": "account.move", "id": purchase.id}
