import itertools
from collections import defaultdict
from operator import itemgetter

from odoo import models
from odoo.tools import SQL

from ..gst import periods, tax
from ..gst.documents import Advance, Document, Issued, Line, Original

# Odoo's `l10n_in_tax_type` that are natures of a supply without tax.
NATURES = {"nil_rated", "exempt", "non_gst"}

# Half a paisa of the value and of each of two taxes, on each line that is not rounded by itself: paise.
DRIFT = 2

# Names of the heads in the ledger's sums.
FIGURES = {"igst": "iamt", "cgst": "camt", "sgst": "samt", "cess": "csamt"}


class FsmGstReturn(models.Model):
    """The rows a return is built from: a handful of queries, however many documents there are.

    They are read as they are stored, in the name of nobody: who may see the return, may see what
    it is made of (security/fsm_gst_return_security.xml).
    """

    _inherit = "fsm.gst.return"

    def _supplier(self):
        """Return who declares; the setting of HSN digits tells on which side of 5 crore he is."""
        companies_sudo = self.company_ids.sudo()  # whoever may see the return
        return companies_sudo._gst_supplier(self.gstin, self.period)

    def _rows(self):
        """Return the arguments of `gst.returns`.

        :rtype: dict
        """
        rows = {**self._rows_of_sales(), "purchases": self._purchases(), "gone": self._goods_gone()}
        return rows | {"reversals": self._reversals(rows["gone"])}

    def _rows_of_sales(self):
        """Return those of them that GSTR-1 is built from."""
        self.ensure_one()
        self.env.flush_all()
        return {
            "documents": self._documents_where(
                SQL("%s AND m.state = 'posted'", self._documents_of_month())
            ),
            "advances": self._advances(),
            "issued": self._issued(),
        }

    def _documents_where(self, which):
        """Return `documents.Document` rows of what fulfils a condition on `account_move` ``m``."""
        moves, lines = self._moves(which), self._lines(which)
        taxes = self._taxes({tax_id for row in lines for tax_id in row["tax_ids"]})
        return self._documents(moves, lines, taxes)

    # === QUERIES === #

    def _read(self, query):
        """Return the rows of a query as dicts."""
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _documents_of_month(self):
        """Return the condition on documents ``m`` that were issued under this GSTIN in the month.

        The ledger knows it, whatever became of the branch and of its GSTIN.
        """
        return self._documents_numbered(self._numbers_of_month())

    def _documents_numbered(self, which):
        """Return the condition on documents ``m`` by one on their numbers ``n`` in the ledger."""
        return SQL(
            "m.move_type IN ('out_invoice', 'out_refund')"
            " AND m.id IN (SELECT n.move_id FROM fsm_gst_number n WHERE %s)",
            which,
        )

    def _numbers_of_month(self):
        """Return the condition on numbers ``n`` of the ledger that are of documents of GST."""
        return SQL(
            "n.organization_id = %s AND n.registration = %s AND n.kind <> 'financial_note'"
            " AND n.day BETWEEN %s AND %s",
            self.organization_id.id,
            self.gstin,
            self.first_day,
            periods.last_day(self.period),
        )

    def _moves(self, which):
        """Return the documents, by day."""
        return self._read(
            SQL(
                """
                SELECT m.id, m.name, m.invoice_date AS day, m.move_type, abs(m.amount_total_signed) AS value,
                       m.l10n_in_gstin AS gstin, m.l10n_in_gst_treatment AS treatment,
                       m.debit_origin_id, place.l10n_in_tin AS pos,
                       coalesce(m.gst_parties -> 'recipient' ->> 'name', p.name) AS customer,
                       m.l10n_in_shipping_bill_number AS bill, port.code AS port,
                       m.l10n_in_shipping_bill_date AS bill_day, o.name AS original,
                       o.invoice_date AS original_day, abs(o.amount_total_signed) AS original_value,
                       %s AS irn,
                       CASE WHEN m.move_type = 'out_refund' THEN 1 ELSE -1 END * coalesce(
                           (SELECT sum(r.balance) FROM account_move_line r
                             WHERE r.move_id = m.id AND r.display_type = 'rounding'), 0) AS rounding,
                       c.tax_calculation_rounding_method <> 'round_per_line'
                           OR m.currency_id <> c.currency_id AS drifts
                  FROM account_move m
                  JOIN res_company c ON c.id = m.company_id
             LEFT JOIN res_country_state place ON place.id = m.l10n_in_state_id
             LEFT JOIN res_partner p ON p.id = m.commercial_partner_id
             LEFT JOIN l10n_in_port_code port ON port.id = m.l10n_in_shipping_port_code_id
             LEFT JOIN account_move o ON o.id = coalesce(m.reversed_entry_id, m.debit_origin_id)
                 WHERE %s
              ORDER BY m.invoice_date, m.id
                """,
                self._irn(),
                which,
            )
        )

    def _irn(self):
        """Return what of a document ``m`` is its IRN: the bridge to e-invoicing knows it."""
        return SQL("NULL")

    def _lines(self, which):
        """Return the lines of the documents with the ids of their taxes."""
        return self._read(
            SQL(
                """
                SELECT l.id, l.move_id, l.l10n_in_hsn_code AS hsn, l.name, l.quantity,
                       abs(l.balance) * CASE WHEN l.price_subtotal < 0 THEN -1 ELSE 1 END AS taxable,
                       CASE WHEN l.price_subtotal = 0 THEN 0
                            ELSE abs(l.balance) * (l.price_total - l.price_subtotal)
                                 / abs(l.price_subtotal) END AS tax,
                       split_part(u.l10n_in_code, '-', 1) AS uqc, t.type AS product_type,
                       m.gst_parties -> 'taxes' -> l.id::text AS kept,
                       array_remove(array_agg(r.account_tax_id), NULL) AS tax_ids
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
             LEFT JOIN uom_uom u ON u.id = l.product_uom_id
             LEFT JOIN product_product pp ON pp.id = l.product_id
             LEFT JOIN product_template t ON t.id = pp.product_tmpl_id
             LEFT JOIN account_move_line_account_tax_rel r ON r.account_move_line_id = l.id
                 WHERE %s AND l.display_type = 'product'
              GROUP BY l.id, u.id, t.id, m.id
              ORDER BY l.move_id, l.sequence, l.id
                """,
                which,
            )
        )

    def _taxes(self, tax_ids):
        """Return what each tax, or group of taxes, says.

        :return: ``{id: {"rate", "cess", "inter", "nature", "lut", "reverse", "head"}}``
        """
        if not tax_ids:
            return {}
        rows = self._read(
            SQL(
                """
                SELECT t.id, leaf.amount, t.l10n_in_tax_type AS own_nature,
                       leaf.l10n_in_tax_type AS nature,
                       coalesce(t.l10n_in_is_lut OR leaf.l10n_in_is_lut, FALSE) AS lut,
                       coalesce(t.l10n_in_reverse_charge OR leaf.l10n_in_reverse_charge, FALSE)
                           AS reverse,
                       array_agg(DISTINCT substr(known.name, length('tax_tag_') + 1)) AS heads
                  FROM account_tax t
             LEFT JOIN account_tax_filiation_rel f ON f.parent_tax = t.id
                  JOIN account_tax leaf ON leaf.id = coalesce(f.child_tax, t.id)
             LEFT JOIN account_tax_repartition_line part
                    ON part.tax_id = leaf.id AND part.document_type = 'invoice'
             LEFT JOIN account_account_tag_account_tax_repartition_line_rel tag
                    ON tag.account_tax_repartition_line_id = part.id
             LEFT JOIN ir_model_data known
                    ON known.res_id = tag.account_account_tag_id AND known.module = 'l10n_in'
                   AND known.model = 'account.account.tag' AND known.name = ANY(%s)
                 WHERE t.id = ANY(%s)
              GROUP BY t.id, leaf.id
                """,
                [f"tax_tag_{head}" for head in FIGURES],
                list(tax_ids),
            )
        )
        rows.sort(key=itemgetter("id"))
        return {
            tax_id: self._tax(list(leaves))
            for tax_id, leaves in itertools.groupby(rows, key=itemgetter("id"))  # pylint: disable=bad-builtin-groupby
        }

    def _tax(self, leaves):
        rates = defaultdict(float)
        for leaf in leaves:
            for head in filter(None, leaf["heads"]):
                rates[head] += leaf["amount"]
        natures = {leaf[key] for leaf in leaves for key in ("nature", "own_nature")} & NATURES
        head = next((head for head in FIGURES if head in rates), None)
        return {
            "rate": rates["igst"] or rates["cgst"] + rates["sgst"],
            "cess": rates["cess"],
            "inter": bool(rates["igst"]),
            "nature": next(iter(natures), "taxable"),
            "lut": any(leaf["lut"] for leaf in leaves),
            "reverse": any(leaf["reverse"] for leaf in leaves),
            "head": head,
        }

    # === DOCUMENTS === #

    def _documents(self, moves, lines, taxes):
        lines_by_move = {
            move_id: list(rows)
            for move_id, rows in itertools.groupby(lines, key=itemgetter("move_id"))  # pylint: disable=bad-builtin-groupby
        }
        return [self._document(move, lines_by_move.get(move["id"], []), taxes) for move in moves]

    def _document(self, move, rows, taxes):
        used = [taxes[tax_id] for row in rows for tax_id in row["tax_ids"]]
        original = None
        if move["original"]:
            value = tax.paise(move["original_value"])
            original = Original(move["original"], move["original_day"], value)
        kind = "credit_note" if move["move_type"] == "out_refund" else "invoice"
        registered = move["treatment"] not in ("consumer", "unregistered", "overseas")
        lines = tuple(self._line(row, taxes) for row in rows)
        return Document(
            move["id"],
            move["name"],
            move["day"],
            "debit_note" if move["debit_origin_id"] else kind,
            move["pos"] or "",
            tax.paise(move["value"]) + self._tax_not_owed(move, rows, lines),
            lines,
            gstin=(move["gstin"] or "") if registered else "",
            treatment=move["treatment"] or "consumer",
            reverse_charge=any(row["reverse"] for row in used),
            with_payment=not any(row["lut"] for row in used),
            original=original,
            customer=move["customer"] or "",
            irn=move["irn"] or "",
            port=move["port"] or "",
            shipping_bill=move["bill"] or "",
            shipping_date=move["bill_day"],
            whole_rupees=any(row["kept"] for row in rows),
            rounding=tax.paise(move["rounding"]),
            drift=DRIFT * len(rows) if move["drifts"] else 0,
        )

    def _tax_not_owed(self, move, rows, lines):
        """Return the paise of integrated tax that an exporter pays, and his customer does not.

        The value of an invoice in Table 6A has it in it, as the e-invoice has: IGST Act s.16(3)(b).
        Where the customer owes the tax, as a unit in an SEZ does, the total has it already.
        """
        if move["treatment"] not in ("overseas", "special_economic_zone"):
            return 0
        return sum(line.igst for line, row in zip(lines, rows, strict=True) if not row["tax"])

    def _line(self, row, taxes):
        """Return a line with its tax on each head.

        The tax of a line is what its total has more than its value. Where the customer does not pay
        it to us (export and SEZ, reverse charge) it is computed.
        """
        taxable = tax.paise(row["taxable"])
        own = [taxes[tax_id] for tax_id in row["tax_ids"]]
        rate = sum(item["rate"] for item in own)
        inter = any(item["inter"] for item in own)
        natures = [item["nature"] for item in own if item["nature"] != "taxable"]
        kept = row["kept"] or self._line_taxes(row, own, rate, inter, taxable)
        service = row["product_type"] == "service" or (row["hsn"] or "").startswith("99")
        return Line(
            row["hsn"] or "",
            (row["name"] or "").split("\n")[0],
            rate,
            taxable,
            kept.get("igst", 0),
            kept.get("cgst", 0),
            kept.get("sgst", 0),
            kept.get("cess", 0),
            float(row["quantity"]),
            "" if service else row["uqc"] or "OTH",
            natures[0] if natures else "taxable",
            row["id"],
        )

    def _line_taxes(self, row, own, rate, inter, taxable):
        """Return ``{head: paise}`` of a line of which nothing else was kept.

        :param list own: its taxes, of `_taxes`
        """
        cess = tax.share(taxable, sum(item["cess"] for item in own), 100)
        paid = tax.paise(row["tax"]) - cess
        if not paid and rate and not any(item["lut"] for item in own):
            halves = 1 if inter else 2
            paid = halves * tax.share(taxable, rate / halves, 100)
        if any(item["lut"] for item in own):
            paid = cess = 0
        if inter:
            return {"igst": paid, "cess": cess}
        return {"cgst": paid // 2, "sgst": paid - paid // 2, "cess": cess}

    # === ADVANCES === #

    def _advances_of_month(self):
        """Return the condition on rows ``a`` whose receipt ``r`` was issued under this GSTIN."""
        return SQL(
            "n.organization_id = %s AND n.registration = %s AND a.day BETWEEN %s AND %s",
            self.organization_id.id,
            self.gstin,
            self.first_day,
            periods.last_day(self.period),
        )

    def _advances(self):
        """Return what happened to advances in the month: Tables 11A and 11B."""
        rows = self._read(
            SQL(
                """
                SELECT a.id, n.number AS voucher, a.day, a.kind, s.l10n_in_tin AS pos, a.rate,
                       a.taxable, a.igst, a.cgst, a.sgst, r.day AS received_on,
                       coalesce(r.zero_rated, FALSE) AS zero_rated
                  FROM fsm_gst_advance a
                  JOIN fsm_gst_advance r ON r.id = coalesce(a.receipt_id, a.id)
                  JOIN fsm_gst_number n ON n.move_id = r.entry_id
             LEFT JOIN res_country_state s ON s.id = a.state_id
                 WHERE %s
              ORDER BY a.id
                """,
                self._advances_of_month(),
            )
        )
        return [self._advance(row) for row in rows]

    def _advance(self, row):
        return Advance(
            row["id"],
            row["voucher"],
            row["day"],
            row["kind"],
            row["pos"] or "",
            row["rate"],
            tax.paise(row["taxable"]),
            igst=tax.paise(row["igst"]),
            cgst=tax.paise(row["cgst"]),
            sgst=tax.paise(row["sgst"]),
            received_on=row["received_on"],
            zero_rated=row["zero_rated"],
        )

    # === TABLE 13 === #

    def _issued(self):
        """Return the numbers of the month as the ledger has them, cancelled ones marked."""
        rows = self._read(
            SQL(
                """
                SELECT n.kind, n.series, n.counter, n.number, c.id IS NOT NULL AS cancelled
                  FROM fsm_gst_number n
             LEFT JOIN fsm_gst_cancellation c ON c.number_id = n.id
                 WHERE %s
                """,
                self._numbers_of_month(),
            )
        )
        return [Issued(**row) for row in rows]

    def _issued_elsewhere(self):
        """Return ``(series, counter)`` of the other months of the series of this one.

        A branch that was registered in the middle of a year goes on in its series: what it issued
        before, under no GSTIN or under another one, is no gap.
        """
        rows = self._read(
            SQL(
                """
                SELECT o.series, o.counter
                  FROM fsm_gst_number o
                 WHERE (o.company_id, o.series) IN (
                       SELECT n.company_id, n.series FROM fsm_gst_number n WHERE %s)
                   AND o.counter < (
                       SELECT max(n.counter) FROM fsm_gst_number n
                        WHERE %s AND n.series = o.series)
                """,
                self._numbers_of_month(),
                self._numbers_of_month(),
            )
        )
        return {(row["series"], row["counter"]) for row in rows}

    def _unnumbered(self):
        """Return ``[(id, name)]`` of documents of the month that are not in the ledger."""
        rows = self._read(
            SQL(
                """
                SELECT m.id, m.name
                  FROM account_move m
             LEFT JOIN fsm_gst_number n ON n.move_id = m.id
                 WHERE n.id IS NULL AND m.company_id = ANY(%s) AND m.state = 'posted'
                   AND m.move_type IN ('out_invoice', 'out_refund')
                   AND m.invoice_date BETWEEN %s AND %s
              ORDER BY m.id
                """,
                self.company_ids.ids,
                self.first_day,
                periods.last_day(self.period),
            )
        )
        return [(row["id"], row["name"]) for row in rows]

    # === NAMES === #

    def _customer_names(self, gstr1):
        """Return the names of registered customers by GSTIN, as on the last document of the month."""
        numbers = {row["ctin"] for table in ("b2b", "cdnr") for row in gstr1.get(table, [])}
        rows = self._moves(
            SQL("%s AND m.l10n_in_gstin = ANY(%s)", self._documents_of_month(), list(numbers))
        )
        return {row["gstin"]: row["customer"] for row in rows}
