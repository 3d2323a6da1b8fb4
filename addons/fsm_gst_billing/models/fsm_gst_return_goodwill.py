from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..gst import dates, periods, tax
from ..gst.documents import Reversal
from ..gst.words import indian_format


class Gift(NamedTuple):
    """A part that was given away, and the credit it was bought with."""

    job: object  # fsm.job
    product: object  # product.product
    quantity: float
    bill: str = ""  # the vendor bill it comes from; empty if none with GST is known
    igst: int = 0  # paise
    cgst: int = 0
    sgst: int = 0
    cess: int = 0


class FsmGstReturn(models.Model):
    """Parts that were given away: their input credit is taken back, CGST Act s.17(5)(h).

    It is the credit on the last vendor bill of the part. Where there is none nothing is invented: a
    finding asks for it.
    """

    _inherit = "fsm.gst.return"

    def _reversals(self):
        """Return the rows of Table 4(B)(1): credit that is not to be reclaimed."""
        return [
            Reversal("RUL", gift.igst, gift.cgst, gift.sgst, gift.cess)
            for gift in self._gifts()
            if gift.bill
        ]

    def _findings(self, rows, gstr1, gstr3b):
        """Override to say which credit on goodwill is taken back, and which is not known."""
        found = super()._findings(rows, gstr1, gstr3b)
        return found + [self._finding_of_gift(gift) for gift in self._gifts()]

    # === BUSINESS METHODS === #

    def _gifts(self):
        """Return what was given away on job cards that went home in the month: rows of `Gift`."""
        jobs_sudo = self._goodwill_lines().job_id
        given = []
        for job_sudo in jobs_sudo:
            goodwill = job_sudo.line_ids.filtered(lambda line: line.billing == "goodwill")
            used = job_sudo._used_for("goodwill")
            given += [
                Gift(job_sudo, product, used[product.id])
                for product in goodwill.product_id
                if product.type != "service" and used[product.id] > 0
            ]
        if not given:
            return []
        bought = self._last_bills({gift.product.id for gift in given})
        return [self._with_credit(gift, bought.get(gift.product.id)) for gift in given]

    def _goodwill_lines(self):
        begin = datetime.combine(self.first_day, time()) - dates.IST
        end = (
            datetime.combine(periods.last_day(self.period), time()) + timedelta(days=1) - dates.IST
        )
        lines_sudo = self.env["fsm.job.line"].sudo()  # who may see the return, may see its findings
        return lines_sudo.search(
            [
                ("billing", "=", "goodwill"),
                ("product_id.type", "!=", "service"),
                ("company_id", "in", self.sudo().company_ids.ids),  # as above
                ("job_id.delivered_at", ">=", begin),
                ("job_id.delivered_at", "<", end),
            ]
        )

    def _last_bills(self, product_ids):
        """Return ``{product id: row}`` of the last line of a vendor bill that has GST.

        :return: rows with `bill`, `price` in rupees before tax of one in the part's own unit, and
            `tax_ids`
        """
        rows = self._read(
            SQL(
                """
                SELECT DISTINCT ON (l.product_id) l.product_id, m.name AS bill,
                       abs(l.balance) / (l.quantity * coalesce(bu.factor / pu.factor, 1)) AS price,
                       (SELECT array_agg(r.account_tax_id)
                          FROM account_move_line_account_tax_rel r
                         WHERE r.account_move_line_id = l.id) AS tax_ids
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN product_product pp ON pp.id = l.product_id
                  JOIN product_template t ON t.id = pp.product_tmpl_id
             LEFT JOIN uom_uom bu ON bu.id = l.product_uom_id
             LEFT JOIN uom_uom pu ON pu.id = t.uom_id
                 WHERE l.product_id = ANY(%s) AND m.company_id = ANY(%s)
                   AND m.move_type = 'in_invoice' AND m.state = 'posted' AND m.date <= %s
                   AND l.display_type = 'product' AND l.quantity > 0
                   AND EXISTS (SELECT FROM account_move_line_account_tax_rel r
                                WHERE r.account_move_line_id = l.id)
              ORDER BY l.product_id, m.date DESC, l.id DESC
                """,
                list(product_ids),
                self.company_ids.ids,
                periods.last_day(self.period),
            )
        )
        return {row["product_id"]: row for row in rows}

    def _with_credit(self, gift, bought):
        if not bought:
            return gift
        taxes = self._taxes(set(bought["tax_ids"])).values()
        value = tax.paise(float(bought["price"]) * gift.quantity)
        rate, inter = sum(row["rate"] for row in taxes), any(row["inter"] for row in taxes)
        half = 0 if inter else tax.share(value, rate / 2, 100)
        return gift._replace(
            bill=bought["bill"],
            igst=tax.share(value, rate, 100) if inter else 0,
            cgst=half,
            sgst=half,
            cess=tax.share(value, sum(row["cess"] for row in taxes), 100),
        )

    def _finding_of_gift(self, gift):
        facts = {
            "job": gift.job.name,
            "part": f"{gift.quantity:g} × {gift.product.name}",
            "bill": gift.bill,
            "credit": indian_format((gift.igst + gift.cgst + gift.sgst + gift.cess) / 100),
        }
        if gift.bill:
            text = self.env._(
                "%(job)s: given away as goodwill: %(part)s. Table 4(B)(1) takes back the input "
                "credit of ₹%(credit)s, as on bill %(bill)s.",
                **facts,
            )
        else:
            text = self.env._(
                "%(job)s: given away as goodwill: %(part)s. No vendor bill of it with GST is here: "
                "take back the input credit on it in Table 4(B)(1) at the portal.",
                **facts,
            )
        finding = self._own_finding("warning", "CGST Act s.17(5)(h)", text)
        return finding | {"model": "fsm.job", "id": gift.job.id}
