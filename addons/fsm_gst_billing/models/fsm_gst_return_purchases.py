from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..gst import dates, periods, tax
from ..gst.documents import Purchase
from ..gst.words import indian_format
from .fsm_gst_return_rows import FIGURES

# Odoo's section of a purchase → row of Table 4(A), reverse charge, nature.
PURCHASES = {
    "purchase_b2b_regular": ("OTH", False, "taxable"),
    "purchase_cdnr_regular": ("OTH", False, "taxable"),
    "purchase_b2b_rcm": ("ISRC", True, "taxable"),
    "purchase_b2c_rcm": ("ISRC", True, "taxable"),
    "purchase_cdnr_rcm": ("ISRC", True, "taxable"),
    "purchase_cdnur_rcm": ("ISRC", True, "taxable"),
    "purchase_imp_goods": ("IMPG", False, "taxable"),
    "purchase_imp_services": ("IMPS", True, "taxable"),
    "purchase_cdnur_regular": ("IMPG", False, "taxable"),
    "purchase_nil_rated": ("OTH", False, "nil_rated"),
    "purchase_exempt": ("OTH", False, "exempt"),
    "purchase_non_gst_supplies": ("OTH", False, "non_gst"),
}

REVERSE = [section for section, row in PURCHASES.items() if row[1]]

# The line ``l`` of a tax that is credited. Under reverse charge Odoo books the tax twice and names
# the section on what is owed, whose other side is the credit.
OF_CREDIT = """
    ((l.balance > 0) = (m.move_type = 'in_invoice')) <> (l.l10n_in_gstr_section = ANY(%s))
    AND l.balance <> 0
"""
CREDIT = "CASE WHEN l.l10n_in_gstr_section = ANY(%s) THEN -l.balance ELSE l.balance END"


class FsmGstReturn(models.Model):
    """The credit on what was bought: Table 4(A) of GSTR-3B, from the vendor bills in the books.

    Credit notes of suppliers are deducted from their row, as the portal does since 2022 (Circular
    170/02/2022): they are no reversal.
    """

    _inherit = "fsm.gst.return"

    def _purchases(self):
        """Return the purchases of the month, summed up by section and by kind of tax."""
        rows = self._read(
            SQL(
                """
                SELECT CASE WHEN m.l10n_in_gst_treatment = 'composition'
                             AND l.l10n_in_gstr_section = 'purchase_out_of_scope'
                             AND l.display_type = 'product'
                            THEN 'purchase_exempt' ELSE l.l10n_in_gstr_section END AS section,
                       l.tax_line_id, coalesce(s.id, 0) <> coalesce(own.id, 0) AS inter,
                       sum(CASE WHEN l.display_type = 'tax' THEN %s ELSE l.balance END) AS amount
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN res_company c ON c.id = m.company_id
                  JOIN res_partner cp ON cp.id = c.partner_id
                  JOIN res_partner p ON p.id = m.commercial_partner_id
             LEFT JOIN res_country_state own ON own.id = cp.state_id
             LEFT JOIN res_country_state s ON s.id = p.state_id
                 WHERE m.company_id = ANY(%s) AND m.move_type IN ('in_invoice', 'in_refund')
                   AND m.state = 'posted' AND m.date BETWEEN %s AND %s
                   AND l.display_type IN ('product', 'tax') AND l.l10n_in_gstr_section LIKE %s
                   AND (l.display_type = 'product' OR %s)
              GROUP BY 1, 2, 3
                """,
                SQL(CREDIT, REVERSE),
                self.company_ids.ids,
                self.first_day,
                periods.last_day(self.period),
                "purchase%",
                SQL(OF_CREDIT, REVERSE),
            )
        )
        taxes = self._taxes({row["tax_line_id"] for row in rows if row["tax_line_id"]})
        sums = defaultdict(lambda: dict.fromkeys(("taxable", *FIGURES), 0))
        for row in rows:
            head = taxes[row["tax_line_id"]]["head"] if row["tax_line_id"] else "taxable"
            if row["section"] in PURCHASES and head:
                sums[row["section"], row["inter"]][head] += tax.paise(row["amount"])
        return [self._purchase(*key, figures) for key, figures in sums.items()]

    def _purchase(self, section, inter, figures):
        kind, reverse, nature = PURCHASES[section]
        return Purchase(
            0,
            self.first_day,
            kind=kind,
            reverse_charge=reverse,
            nature=nature,
            inter=inter,
            **figures,
        )

    # === FINDINGS === #

    def _findings(self, rows, gstr1, gstr3b):
        """Override to say which credit is not in the return, and what is not known of the rest."""
        found = super()._findings(rows, gstr1, gstr3b)
        found += [self._finding_of_unknown_credit(*bill) for bill in self._unknown_credits()]
        found += [self._finding_of_late_bills(*month) for month in self._months_with_late_bills()]
        return found + self._findings_of_common_credit(gstr3b)

    def _unknown_credits(self):
        """Return ``[(id, name)]`` of vendor bills with tax that Table 4(A) has no row for."""
        rows = self._read(
            SQL(
                """
                SELECT m.id, m.name, l.tax_line_id
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                 WHERE m.company_id = ANY(%s) AND m.move_type IN ('in_invoice', 'in_refund')
                   AND m.state = 'posted' AND m.date BETWEEN %s AND %s
                   AND l.display_type = 'tax' AND l.balance <> 0
                   AND NOT EXISTS (
                       SELECT FROM account_move_line known
                        WHERE known.move_id = m.id AND known.tax_line_id = l.tax_line_id
                          AND known.l10n_in_gstr_section = ANY(%s))
              ORDER BY m.id
                """,
                self.company_ids.ids,
                self.first_day,
                periods.last_day(self.period),
                list(PURCHASES),
            )
        )
        taxes = self._taxes({row["tax_line_id"] for row in rows})
        return list(
            dict.fromkeys(
                (row["id"], row["name"]) for row in rows if taxes[row["tax_line_id"]]["head"]
            )
        )

    def _finding_of_unknown_credit(self, move_id, name):
        text = self.env._(
            "%s: what kind of purchase this is, is not known. Its tax is not in Table 4(A): look at "
            "the vendor’s GST treatment and GSTIN.",
            name,
        )
        finding = self._own_finding("warning", "CGST Act s.16", text)
        return finding | {"model": "account.move", "id": move_id}

    def _months_with_late_bills(self):
        """Return ``[(return, declared, booked)]`` of locked months whose credit changed, in paise.

        Only as long as it can still be taken: until November after the year, CGST Act s.16(4).
        """
        returns_sudo = self.sudo()  # who may see this return, may see the others of its GSTIN
        locked = returns_sudo.search(
            [
                *self._of_registration(),
                ("state", "!=", "draft"),
                ("first_day", "<", self.first_day),
            ],
            order="first_day",
        ).filtered(lambda row: dates.credit_note_deadline(row.first_day) >= self.first_day)
        if not locked:
            return []
        booked = self._credit_in_the_books(locked)
        declared = {row: row._declared_credit() for row in locked}
        return [
            (row, declared[row], booked[row.id])
            for row in locked
            if declared[row] != booked[row.id]
        ]

    def _declared_credit(self):
        """Return all of Table 4(A) as it was locked, in paise; called in sudo."""
        rows = self.gstr3b_data["itc_elg"]["itc_avl"]
        return sum(tax.paise(row[name]) for row in rows for name in FIGURES.values())

    def _credit_in_the_books(self, returns):
        """Return ``{return id: paise}``, the credit on the vendor bills of their months now."""
        rows = self._read(
            SQL(
                """
                SELECT r.id, l.tax_line_id, sum(%s) AS amount
                  FROM fsm_gst_return r
                  JOIN account_move m ON m.company_id = ANY(%s) AND m.date >= r.first_day
                       AND m.date < r.first_day + interval '1 month'
                  JOIN account_move_line l ON l.move_id = m.id
                 WHERE r.id = ANY(%s) AND m.move_type IN ('in_invoice', 'in_refund')
                   AND m.state = 'posted' AND l.display_type = 'tax'
                   AND l.l10n_in_gstr_section = ANY(%s) AND %s
              GROUP BY r.id, l.tax_line_id
                """,
                SQL(CREDIT, REVERSE),
                self.company_ids.ids,
                returns.ids,
                [section for section, row in PURCHASES.items() if row[2] == "taxable"],
                SQL(OF_CREDIT, REVERSE),
            )
        )
        taxes = self._taxes({row["tax_line_id"] for row in rows if row["tax_line_id"]})
        sums = defaultdict(int)
        for row in rows:
            if row["tax_line_id"] and taxes[row["tax_line_id"]]["head"]:
                sums[row["id"]] += tax.paise(row["amount"])
        return sums

    def _finding_of_late_bills(self, gst_return, declared, booked):
        text = self.env._(
            "%(name)s was locked with input credit of ₹%(declared)s, and its vendor bills have "
            "₹%(booked)s now: the difference is in no return. Date bills that came later in this "
            "month, or mend Table 4 at the portal.",
            name=gst_return.display_name,
            declared=indian_format(declared / 100),
            booked=indian_format(booked / 100),
        )
        finding = self._own_finding("warning", "CGST Act s.16(4)", text)
        return finding | {"id": gst_return.id}

    def _findings_of_common_credit(self, gstr3b):
        """Return a warning where credit was used for supplies without tax as well."""
        untaxed = sum(
            gstr3b["sup_details"][row]["txval"] for row in ("osup_nil_exmp", "osup_nongst")
        )
        if untaxed <= 0 or not any(amount > 0 for amount in gstr3b["itc_elg"]["itc_net"].values()):
            return []
        text = self.env._(
            "Supplies without tax of ₹%s: which credit was used for them is not known here. Take "
            "its part back in Table 4(B)(1).",
            indian_format(untaxed),
        )
        return [self._own_finding("warning", "CGST Rule 42", text)]
