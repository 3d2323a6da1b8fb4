from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..gst import dates, periods, tax
from ..gst.documents import Reversal
from ..gst.words import indian_format


class Gone(NamedTuple):
    """Goods that earned nothing, and the credit they were bought with."""

    how: str  # goodwill, sample, lost
    record: object  # what tells of it: fsm.job, account.move, product.product
    product: object  # product.product, in the company of the branch
    quantity: float
    reason: str = ""
    bill: str = ""  # the vendor bill it comes from; empty if none is known
    igst: int = 0  # paise
    cgst: int = 0
    sgst: int = 0
    cess: int = 0

    @property
    def credit(self):
        return self.igst + self.cgst + self.sgst + self.cess


class FsmGstReturn(models.Model):
    """Goods given away, lost or written off: their credit is taken back, CGST Act s.17(5)(h).

    It is the credit on the last vendor bill of the part, none if there is no GST on it; where no bill
    is here, that on its cost at the rate of its product, and the finding says so. Of what has no cost
    nothing is invented.
    """

    _inherit = "fsm.gst.return"

    def _reversals(self, goods_gone):
        """Return the rows of Table 4(B)(1): credit that is not to be reclaimed."""
        return [
            Reversal("RUL", gone.igst, gone.cgst, gone.sgst, gone.cess)
            for gone in goods_gone
            if gone.credit
        ]

    def _findings(self, rows, gstr1, gstr3b):
        """Override to say which credit on such goods is taken back, and which is not known."""
        found = super()._findings(rows, gstr1, gstr3b)
        return found + [self._finding_of_gone(gone) for gone in rows["gone"]]

    # === BUSINESS METHODS - WHAT IS GONE === #

    def _goods_gone(self):
        """Return what earned nothing in the month, with its credit: rows of `Gone`."""
        gone = [*self._given_as_goodwill(), *self._given_free(), *self._lost()]
        bought = self._last_bills({row.product.id for row in gone}) if gone else {}
        return [
            self._with_credit(row, bought.get(row.product.id))
            for row in gone
            if not (bought.get(row.product.id) or {}).get("blocked")  # taken back with its bill
        ]

    def _hours(self):
        """Return begin and end of the month, as the database knows them."""
        begin = datetime.combine(self.first_day, time()) - dates.IST
        day_after = periods.last_day(self.period) + timedelta(days=1)
        return begin, datetime.combine(day_after, time()) - dates.IST

    def _given_as_goodwill(self):
        """Yield what was given away on job cards that went home in the month."""
        for job_sudo in self._goodwill_lines().job_id:
            goodwill = job_sudo.line_ids.filtered(lambda line: line.billing == "goodwill")
            used = job_sudo._used_for("goodwill")
            for product in goodwill.product_id.with_company(job_sudo.company_id):
                if product.type != "service" and used[product.id] > 0:
                    yield Gone("goodwill", job_sudo, product, used[product.id])

    def _goodwill_lines(self):
        begin, end = self._hours()
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

    def _given_free(self):
        """Yield the goods on invoices of the month that cost nothing: gifts and free samples.

        They are counted in the part's own unit.
        """
        rows = self._read(
            SQL(
                """
                SELECT m.id AS move_id, l.product_id,
                       sum(l.quantity * coalesce(lu.factor / pu.factor, 1)) AS quantity
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN product_product pp ON pp.id = l.product_id
                  JOIN product_template t ON t.id = pp.product_tmpl_id
             LEFT JOIN uom_uom lu ON lu.id = l.product_uom_id
             LEFT JOIN uom_uom pu ON pu.id = t.uom_id
                 WHERE %s AND m.state = 'posted' AND m.move_type = 'out_invoice'
                   AND l.display_type = 'product' AND l.balance = 0 AND l.quantity > 0
                   AND t.type <> 'service'
              GROUP BY 1, 2
              ORDER BY 1, 2
                """,
                self._documents_of_month(),
            )
        )
        moves_sudo = self.env["account.move"].sudo()  # as above
        moves = moves_sudo.browse([row["move_id"] for row in rows])
        products = moves.env["product.product"].browse([row["product_id"] for row in rows])
        for row, move_sudo, product in zip(rows, moves, products, strict=True):
            product = product.with_company(move_sudo.company_id)
            yield Gone("sample", move_sudo, product, float(row["quantity"]))

    def _lost(self):
        """Yield what left the shelves for nothing, as the addon that knows stock tells it."""
        branches_sudo = self.env["fsm.branch"].sudo().with_context(active_test=False)  # as above
        sums, reasons = defaultdict(float), defaultdict(dict)
        for branch in branches_sudo.search([("company_id", "in", self.company_ids.ids)]):
            for row in branch._lost_parts(*self._hours()):
                key = row["product"].with_company(branch.company_id), row["job"]
                sums[key] += row["quantity"]
                reasons[key][row["reason"]] = None
        for (product, job), quantity in sums.items():
            reason = ", ".join(filter(None, list(reasons[product, job])[:3]))
            yield Gone("lost", job or product, product, quantity, reason)

    # === BUSINESS METHODS - ITS CREDIT === #

    def _last_bills(self, product_ids):
        """Return ``{product id: row}`` of the last line of a vendor bill, with GST or without.

        :return: rows with `bill`, `price` in rupees before tax of one in the part's own unit,
            `tax_ids`, and whether its credit is `blocked`
        """
        rows = self._read(
            SQL(
                """
                SELECT DISTINCT ON (l.product_id) l.product_id, m.name AS bill,
                       l.gst_blocked IS NOT NULL AS blocked,
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
              ORDER BY l.product_id, m.date DESC, l.id DESC
                """,
                list(product_ids),
                self.company_ids.ids,
                periods.last_day(self.period),
            )
        )
        return {row["product_id"]: row for row in rows}

    def _with_credit(self, gone, bought):
        """Return goods with their credit: that of the bill, else that on their cost."""
        product = gone.product
        if bought:
            price, tax_ids = float(bought["price"]), bought["tax_ids"] or []
        else:
            taxes = product.taxes_id or product.supplier_taxes_id
            taxes = taxes._filter_taxes_by_company(product.env.company)
            price, tax_ids = product.standard_price, taxes.ids
        known = self._taxes(set(tax_ids)).values()
        value = tax.paise(price * gone.quantity)
        rate, inter = sum(row["rate"] for row in known), any(row["inter"] for row in known)
        half = 0 if inter else tax.share(value, rate / 2, 100)
        return gone._replace(
            bill=bought["bill"] if bought else "",
            igst=tax.share(value, rate, 100) if inter else 0,
            cgst=half,
            sgst=half,
            cess=tax.share(value, sum(row["cess"] for row in known), 100),
        )

    # === FINDINGS === #

    def _finding_of_gone(self, gone):
        text = f"{self._say_gone(gone)} {self._say_credit(gone)}"
        finding = self._own_finding("warning", "CGST Act s.17(5)(h)", text)
        return finding | {"model": gone.record._name, "id": gone.record.id}

    def _say_gone(self, gone):
        facts = {
            "record": gone.record.display_name,
            "part": f"{gone.quantity:g} × {gone.product.name}",
            "branch": gone.product.env.company.name,
            "reason": gone.reason or self.env._("no reason was given"),
        }
        if gone.how == "goodwill":
            return self.env._("%(record)s: given away as goodwill: %(part)s.", **facts)
        if gone.how == "sample":
            return self.env._("%(record)s: given away for nothing: %(part)s.", **facts)
        return self.env._("%(branch)s: lost or written off: %(part)s (%(reason)s).", **facts)

    def _say_credit(self, gone):
        credit = indian_format(gone.credit / 100)
        if gone.bill and not gone.credit:
            return self.env._(
                "There is no GST on bill %(bill)s, with which it was bought: nothing to take back, "
                "unless tax was paid at customs.",
                bill=gone.bill,
            )
        if gone.bill:
            return self.env._(
                "Table 4(B)(1) takes back the input credit of ₹%(credit)s, as on bill %(bill)s.",
                credit=credit,
                bill=gone.bill,
            )
        if gone.credit:
            return self.env._(
                "No vendor bill of it is here: Table 4(B)(1) takes back ₹%(credit)s, the "
                "tax on its cost. Correct it at the portal if no credit, or another one, was taken.",
                credit=credit,
            )
        return self.env._(
            "No vendor bill of it is here: take back the input credit on it in Table "
            "4(B)(1) at the portal."
        )
