from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _all_taxes(self):
        """Return the taxes of these lines, and those that a group of them is made of."""
        return self.tax_ids | self.tax_ids.children_tax_ids

    def _document_taxes(self, taxes_data):
        """Return what each tax of this line is, and whose it is if the customer does not pay it us.

        Of a tax that the customer does not pay `account` has two entries, which cancel each other.

        :param list taxes_data: as `account` has computed them
        :return: ``({"igst": (rate, rupees)}, {"igst": "recipient" or "supplier"})``; under a letter
            of undertaking the rate is what GSTR-1 says, and the tax nothing
        """
        undertaking = any(self._all_taxes().mapped("l10n_in_is_lut"))
        reverse = any(self._all_taxes().mapped("l10n_in_reverse_charge"))
        taxes, apart = {}, {}
        for data in taxes_data:
            kind = data["tax"].l10n_in_gst_tax_type
            if kind and data["is_reverse_charge"] and not undertaking:
                apart[kind] = "recipient" if reverse else "supplier"
            elif kind and not data["is_reverse_charge"]:
                rate, rupees = taxes.get(kind, (0.0, 0.0))
                charged = 0.0 if undertaking else data["tax_amount_currency"]
                taxes[kind] = (rate + data["tax"].amount, rupees + charged)
        return taxes, apart

    def _document_nature(self):
        """Return why no tax is on this line, a key of `_document_untaxed_labels`."""
        natures = set(self._all_taxes().mapped("l10n_in_tax_type"))
        return next(
            (nature for nature in self.move_id._document_untaxed_labels() if nature in natures), ""
        )


class AccountMove(models.Model):
    """What a document says of tax that its customer does not pay, or that is not on all of it.

    IGST Act s.16 (export and SEZ), CGST Act s.9(3) and (4) (reverse charge), Rule 46A (exempt).
    """

    _inherit = "account.move"

    def _document_untaxed_labels(self):
        """Return what the value of supplies without tax is called in the totals, by their nature."""
        return {
            "exempt": self.env._("Exempt Value"),
            "nil_rated": self.env._("Nil-Rated Value"),
            "non_gst": self.env._("Non-GST Value"),
            "": self.env._("Value without Tax"),
        }

    def _document_untaxed_words(self):
        """Return what stands where a taxed line has its taxable value and its rate."""
        return {
            "exempt": self.env._("Exempt"),
            "nil_rated": self.env._("Nil-rated"),
            "non_gst": self.env._("Non-GST"),
            "": "–",
        }

    def _under_undertaking(self):
        """Tell whether this is supplied without payment of tax: Rule 96A of the CGST Rules."""
        return any(self.invoice_line_ids._all_taxes().mapped("l10n_in_is_lut"))

    def _document_apart(self, rows, kinds):
        """Return ``[(label, rupees)]`` of the tax that is not in the total."""
        labels = {
            "recipient": self.env._("* %s payable by the recipient"),
            "supplier": self.env._("* %s paid by the supplier"),
        }
        return [
            (label % self._tax_label(kind), sum(amounts))
            for kind in kinds
            for whose, label in labels.items()
            if (
                amounts := [
                    row["taxes"][kind][1] for row in rows if row.get("apart", {}).get(kind) == whose
                ]
            )
        ]

    def _document_untaxed(self, rows):
        """Return ``[(label, rupees)]`` of the values that no tax is on, in a document that has tax."""
        values = {}
        for row in (row for row in rows if "number" in row and not row["taxes"]):
            values[row["nature"]] = values.get(row["nature"], 0.0) + row["taxable"]
        labels = self._document_untaxed_labels()
        return [(labels[nature], values[nature]) for nature in labels if nature in values]
