from odoo import fields, models

from ..gst import dates, law
from ..gst.words import amount_in_words, indian_format

# The taxes that have a column of their own, in the order in which they are printed.
TAX_KINDS = ("cgst", "sgst", "igst", "cess")


class AccountMove(models.Model):
    """What a tax invoice says, as text: Rules 46, 49 and 53 of the CGST Rules.

    The letters of Rule 46 stand beside what answers them. Digits are grouped and words are written
    the Indian way, whatever the language of the reader.
    """

    _inherit = "account.move"

    def _tax_document(self):
        """Return all that `report_tax_document` prints.

        :rtype: dict
        """
        self.ensure_one()
        rows = self._document_rows()
        kinds = [kind for kind in TAX_KINDS if any(kind in row["taxes"] for row in rows)]
        parties = self._parties()
        return {
            "title": self._document_title(),
            "declaration": self._document_declaration(kinds),
            **{party: parties[party] for party in ("supplier", "recipient", "delivery")},
            "facts": self._document_facts(),  # (b), (c), (n), (p)
            "job": self._document_job(),
            "taxes": [(kind, self._tax_label(kind)) for kind in kinds],
            "rows": rows,  # (g) to (m)
            "has_discount": any(row.get("discount") for row in rows),
            "has_untaxed": bool(kinds and self._document_untaxed(rows)),
            "hsn": self._document_hsn(rows, kinds),
            "untaxed": self._document_untaxed_words(),
            "totals": self._document_totals(rows, kinds),
            "total": self.amount_total,
            "apart": self._document_apart(rows, kinds),
            "words": amount_in_words(self.amount_total),
            "recipient_label": self.env._("Bill To"),
            "signatory": parties["supplier"]["name"],
            "payments": self._document_payments(),
            "einvoice": self._document_einvoice(),  # (r)
            "upi": self._document_upi(),
            "notes": self._document_notes(),
        }

    # === HEAD === #

    def _document_supplier(self):
        company = self.company_id
        partner = company.partner_id
        return {
            "name": company.root_id.name,
            "branch": company.fsm_branch_ids.name or "",
            "address": self._address_lines(partner),
            "gstin": self._gst_registration() or "",
            "state": company._gst_state(),
            "contact": " · ".join(filter(None, (company.phone, company.email))),
        }

    def _document_recipient(self):
        partner = self.partner_id
        state = partner.state_id or partner.commercial_partner_id.state_id
        issued = self.state != "draft" and self.is_sale_document()
        return {
            "name": partner.commercial_partner_id.name or partner.name,
            "attention": partner.name if partner.parent_id else "",
            "address": self._address_lines(partner),
            "gstin": (self.l10n_in_gstin if issued else partner.vat) or "",
            "state": self._state_text(state),
            "phone": partner.phone or "",
        }

    def _document_delivery(self):
        """Return where goods are delivered, if that is not where the recipient is.

        The state stands there with its code, once; a service is delivered nowhere.
        """
        address = self.partner_shipping_id
        goods = any(line.product_id.type == "consu" for line in self.invoice_line_ids)
        if not goods or not address or address == self.partner_id:
            return []
        name, state = address.name or address.commercial_partner_id.name, address.state_id
        lines = [name, *self._address_lines(address)]
        return [self._state_text(state) if line == state.name else line for line in lines]

    def _document_facts(self):
        note = self.reversed_entry_id or self.debit_origin_id
        facts = [
            (self._number_label(), self.name or self.env._("Draft")),
            (self.env._("Date"), self._date_text(self.invoice_date)),
            (self.env._("Against Invoice"), self._original_text(note)),  # Rule 53(1A)(f)
            (self.env._("Reason") if note else self.env._("Your Reference"), self.ref),
            (self.env._("Place of Supply"), self._state_text(self.l10n_in_state_id)),
            (self.env._("Reverse Charge"), self._reverse_charge_text()),
        ]
        if self.l10n_in_gst_treatment == "overseas":  # Rule 46, third proviso
            country = (self.partner_shipping_id or self.partner_id).country_id.name
            facts.append((self.env._("Country of Destination"), country))
        return [(label, text) for label, text in facts + self._document_due() if text]

    def _document_due(self):
        """Return ``[(label, text)]`` of when it is to be paid, if that is not at once."""
        lines = self._instalments()
        if len(lines) > 1:
            return [
                (
                    self.env._("Instalment %s", number),
                    f"{self._date_text(line.date_maturity)} · ₹ "
                    f"{indian_format(abs(line.amount_currency))}",
                )
                for number, line in enumerate(lines, 1)
            ]
        late = self.invoice_date_due != self.invoice_date
        return [(self.env._("Due Date"), self._date_text(self.invoice_date_due))] if late else []

    def _number_label(self):
        labels = {
            "credit_note": self.env._("Credit Note No."),
            "debit_note": self.env._("Debit Note No."),
            "financial_note": self.env._("Credit Note No."),
            "bill_of_supply": self.env._("Bill No."),
        }
        return labels.get(self._document_kind()) or self.env._("Invoice No.")

    def _original_text(self, original):
        return original and f"{original.name} · {self._date_text(original.invoice_date)}"

    def _document_job(self):
        """Return what was repaired: ``[(label, text)]``."""
        job = self.job_id or self.claim_job_id
        if not job:
            return []
        device = job.device_id
        facts = [
            (self.env._("Job Card"), job.name),
            (self.env._("Device"), device.model_id.display_name),
            (self.env._("Serial No."), device.serial),
            (self.env._("IMEI"), device.imei),
        ]
        return [(label, text) for label, text in facts if text]

    def _reverse_charge_text(self):
        reverse = any(self.invoice_line_ids._all_taxes().mapped("l10n_in_reverse_charge"))
        return self.env._("Yes") if reverse else self.env._("No")

    # === LINES === #

    def _document_rows(self):
        """Return a dict a line; `taxes` is ``{"cgst": (rate, amount)}`` in numbers."""
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        by_line = {base_line["record"]: base_line for base_line in base_lines}
        rows, number = [], 0
        for line in self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id)):
            if line not in by_line or line.display_type == "rounding":
                if line.display_type != "rounding":
                    rows.append({"note": line.name, "taxes": {}})
                continue
            number += 1
            rows.append({"number": number, **self._document_row(line, by_line[line])})
        return rows

    def _document_row(self, line, base_line):
        details = base_line["tax_details"]
        taxes, apart = line._document_taxes(details["taxes_data"])
        charged = sum(amount for kind, (_rate, amount) in taxes.items() if kind not in apart)
        taxable = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        return {
            "name": self._document_goods(line),
            "hsn": line.l10n_in_hsn_code or "",
            "quantity": self._quantity_text(line),
            "price": indian_format(self._price_before_tax(line, taxable)),
            "discount": f"{line.discount:.4g} %" if line.discount else "",
            "taxable": taxable,
            "taxes": taxes,
            "apart": apart,
            "nature": "" if taxes else line._document_nature(),
            "total": taxable + charged,
        }

    def _document_goods(self, line):
        """Return what was supplied, with the numbers by which it is told apart."""
        name = line.name or line.product_id.display_name
        numbers = ", ".join(line._part_numbers())
        return f"{name} ({numbers})" if numbers else name

    def _price_before_tax(self, line, taxable):
        """Return the price of one unit; without its tax, if it includes it."""
        share = line.quantity * (1 - line.discount / 100)
        return taxable / share if line.price_includes_gst and share else line.price_unit

    def _quantity_text(self, line):
        """Return the quantity and, of goods, the Unique Quantity Code: ``2 NOS``."""
        code = (line.product_uom_id.l10n_in_code or "").split("-")[0]
        unit = "" if line.product_id.type == "service" else code
        return f"{line.quantity:g} {unit}".strip()

    def _document_hsn(self, rows, kinds):
        """Return the summary by HSN/SAC and rate, as Table 12 of GSTR-1 will have it."""
        groups, words = {}, self._document_untaxed_words()
        for row in (row for row in rows if "number" in row):
            rate = sum(rate for rate, _amount in row["taxes"].values())
            rate = f"{rate:g} %" if row["taxes"] else words[row["nature"]]
            group = groups.setdefault(
                (row["hsn"], rate), {"taxable": 0.0, **dict.fromkeys(kinds, 0.0)}
            )
            group["taxable"] += row["taxable"]
            for kind, (_rate, amount) in row["taxes"].items():
                group[kind] += amount
        return [{"hsn": hsn, "rate": rate, **group} for (hsn, rate), group in groups.items()]

    # === FOOT === #

    def _document_totals(self, rows, kinds):
        """Return ``[(label, amount)]`` from the taxable value down to the total."""
        taxed = [row for row in rows if row["taxes"] or not kinds]
        label = self.env._("Taxable Value") if kinds else self.env._("Value")
        totals = [(label, sum(row.get("taxable", 0.0) for row in taxed))]
        totals += self._document_untaxed(rows) if kinds else []
        for kind in kinds:
            charged = [row for row in taxed if kind in row["taxes"] and kind not in row["apart"]]
            if charged:
                label = self._tax_label(kind)
                totals.append((label, sum(row["taxes"][kind][1] for row in charged)))
        rounding = self.amount_total - sum(amount for _label, amount in totals)
        if not self.currency_id.is_zero(rounding):
            totals.append((self.env._("Round-off"), rounding))
        return totals

    def _document_payments(self):
        """Return ``[(label, amount)]`` of what was paid, credited and is due, of a posted invoice."""
        if self.state != "posted" or self.move_type != "out_invoice":
            return []
        credited = self._document_credits()
        paid = self.amount_total - self.amount_residual - sum(credited.values())
        payments = [] if self.currency_id.is_zero(paid) else [(self.env._("Paid"), paid)]
        payments += [
            (self.env._("Credited %s", note.name), rupees) for note, rupees in credited.items()
        ]
        return payments + [(self.env._("Balance Due"), self.amount_residual)]

    def _document_credits(self):
        """Return ``{credit note: what it took off this invoice}``, the oldest note first."""
        found = {}
        for part in self._get_all_reconciled_invoice_partials():
            note = part["aml"].move_id
            if note.move_type == "out_refund":
                found[note] = found.get(note, 0.0) + part["amount"]
        return dict(sorted(found.items(), key=lambda item: item[0].id))

    def _document_upi(self):
        """Return ``{qr, id, amount}`` with which what is due is paid, or nothing."""
        url = self._upi_url()
        return url and {
            "qr": self.env["ir.actions.report"]._fsm_qr(url),
            "id": self.company_id.l10n_in_upi_id,
            "amount": self.amount_residual,
        }

    def _document_notes(self):
        """Return the sentences that the law or the branch wants at the foot."""
        return [note for note in (self._parties().get("not_e_invoiced"), self.narration) if note]

    # === TEXT === #

    def _tax_label(self, kind):
        """Return what a tax is called in the branch's state: SGST or, in five of them, UTGST."""
        day = self.invoice_date or self.date or dates.document_date(fields.Datetime.now())
        in_territory = law.is_union_territory(self.company_id.state_id.l10n_in_tin or "", day)
        return "UTGST" if kind == "sgst" and in_territory else kind.upper()

    def _state_text(self, state):
        return f"{state.l10n_in_tin}-{state.name}" if state.l10n_in_tin else state.name or ""

    def _date_text(self, day):
        return day.strftime("%d-%b-%Y") if day else ""

    def _address_lines(self, partner):
        place = " ".join(filter(None, (partner.city, partner.zip)))
        country = partner.country_id.name if partner.country_id.code != "IN" else ""
        parts = (partner.street, partner.street2, place, partner.state_id.name, country)
        return [part for part in parts if part]

    def _inr(self, amount):
        """Return an amount as it is printed; the template has no import."""
        return indian_format(amount)
