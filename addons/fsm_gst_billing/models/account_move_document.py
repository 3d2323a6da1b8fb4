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
            "hsn": self._document_hsn(rows, kinds),
            "totals": self._document_totals(rows, kinds),
            "total": self.amount_total,
            "all_taxed": all(row["taxes"] for row in rows if "number" in row),
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
        """Return where it is delivered, if that is not where the recipient is."""
        address = self.partner_shipping_id
        if not address or address == self.partner_id:
            return []
        name = address.name or address.commercial_partner_id.name
        return [name, *self._address_lines(address), self._state_text(address.state_id)]

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
        if self.invoice_date_due and self.invoice_date_due != self.invoice_date:
            facts.append((self.env._("Due Date"), self._date_text(self.invoice_date_due)))
        return [(label, text) for label, text in facts if text]

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
        taxes = self.invoice_line_ids.tax_ids
        reverse = any((taxes | taxes.children_tax_ids).mapped("l10n_in_reverse_charge"))
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
        taxes = {}
        for data in base_line["tax_details"]["taxes_data"]:
            if kind := data["tax"].l10n_in_gst_tax_type:
                rate, amount = taxes.get(kind, (0.0, 0.0))
                # Under reverse charge a tax comes twice, and its amounts are nothing together.
                rate += 0.0 if data["is_reverse_charge"] else data["tax"].amount
                taxes[kind] = (rate, amount + data["tax_amount_currency"])
        details = base_line["tax_details"]
        taxable = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        return {
            "name": self._document_goods(line),
            "hsn": line.l10n_in_hsn_code or "",
            "quantity": self._quantity_text(line),
            "price": indian_format(self._price_before_tax(line, taxable)),
            "discount": f"{line.discount:.4g} %" if line.discount else "",
            "taxable": taxable,
            "taxes": taxes,
            "total": taxable + sum(amount for _rate, amount in taxes.values()),
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
        groups = {}
        for row in (row for row in rows if "number" in row):
            rate = sum(rate for rate, _amount in row["taxes"].values())
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
        value = sum(row.get("taxable", 0.0) for row in rows)
        untaxed = sum(row["taxable"] for row in rows if "number" in row and not row["taxes"])
        if not kinds:
            totals = [(self.env._("Value"), value)]
        elif self.currency_id.is_zero(untaxed):
            totals = [(self.env._("Taxable Value"), value)]
        else:  # Rule 46A: what is exempt is no taxable value
            totals = [
                (self.env._("Taxable Value"), value - untaxed),
                (self.env._("Exempt Value"), untaxed),
            ]
        for kind in kinds:
            amount = sum(row["taxes"].get(kind, (0, 0.0))[1] for row in rows)
            totals.append((self._tax_label(kind), amount))
        rounding = self.amount_total - sum(amount for _label, amount in totals)
        if not self.currency_id.is_zero(rounding):
            totals.append((self.env._("Round-off"), rounding))
        return totals

    def _document_payments(self):
        """Return ``[(label, amount)]`` of what was paid and what is due, of a posted invoice."""
        if self.state != "posted" or self.move_type != "out_invoice":
            return []
        paid = self.amount_total - self.amount_residual
        payments = [(self.env._("Paid"), paid)] if not self.currency_id.is_zero(paid) else []
        return payments + [(self.env._("Balance Due"), self.amount_residual)]

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
