import base64

from odoo import models

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import law
from ..gst.words import amount_in_words, indian_format
from .fsm_gst_payment_voucher import HEADS


class FsmGstPaymentVoucher(models.Model):
    """What a payment voucher says, as text: the letters of CGST Rule 52 beside what answers them."""

    _inherit = "fsm.gst.payment.voucher"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_pdf(self):
        """Return the printed voucher.

        :return: ``{filename, content}``, a PDF in base64
        """
        self.check_access("read")
        report = self.env["ir.actions.report"].sudo()  # who may read a voucher may print it
        name, answers = "fsm_gst_billing.action_report_payment_voucher", []
        for voucher in self:
            content, _kind = report._render_qweb_pdf(name, voucher.ids)
            answers.append(
                {
                    "filename": f"{voucher.name.replace('/', '-')}.pdf",
                    "content": base64.b64encode(content).decode(),
                }
            )
        return answers

    # === BUSINESS METHODS === #

    def _print_action(self):
        """Return the action that prints these vouchers; nothing, if there is none."""
        if not self:
            return {"type": "ir.actions.act_window_close"}
        report_sudo = self.env.ref(
            "fsm_gst_billing.action_report_payment_voucher"
        ).sudo()  # as above
        return report_sudo.report_action(self)

    def _voucher_document(self):
        """Return all that `report_voucher` prints: the branch issues it, the supplier gets it.

        :rtype: dict
        """
        self.ensure_one()
        title, cancelled = self.env._("Payment Voucher"), self.env._("Cancelled")
        bill_sudo = self.bill_id.sudo()  # who may read a voucher may print it
        heads = [head for head in HEADS if self[head]]
        owed = sum(self[head] for head in HEADS)
        return {
            "title": f"{cancelled} – {title}" if self.is_cancelled else title,
            "party": self.env._("Paid To (Supplier)"),
            "copy": bill_sudo._copy_labels()["recipient"],
            "supplier": self.printed["recipient"] | {"contact": ""},  # (d)
            "recipient": self.printed["supplier"],  # (a)
            "facts": self._voucher_facts(bill_sudo),  # (b), (c), (i)
            "taxes": [bill_sudo._tax_label(head) for head in heads],
            "rows": [
                self._voucher_row(row, heads) for row in self.printed["rows"]
            ],  # (e), (g), (h)
            "has_total": False,
            "amount_label": self.env._("Amount Paid"),
            "amount": indian_format(self.amount),  # (f)
            "owed": [(self.env._("Tax Payable by Recipient"), indian_format(owed))],
            "words": amount_in_words(self.amount),
        }

    def _voucher_facts(self, bill):
        facts = [
            (self.env._("Voucher No."), self.name),
            (self.env._("Date"), bill._date_text(self.day)),
            (self.env._("Place of Supply"), bill._state_text(self.state_id)),
            (self.env._("Reverse Charge"), self.env._("Yes")),
            (self.env._("Self-Invoice No."), bill.self_invoice_number),
            (self.env._("Supplier’s Bill"), bill.ref or bill.name),
            (self.env._("Payment"), self.entry_id.sudo().name),  # who may read a voucher
        ]
        return [(label, text) for label, text in facts if text]

    def _voucher_row(self, row, heads):
        goods = [row["name"], row["hsn"] and f"HSN/SAC {row['hsn']}"]
        taxes = [row["taxes"].get(head, (0, 0)) for head in heads]
        return {
            "description": " · ".join(filter(None, goods)),
            "taxable": indian_format(row["taxable"] / law.RUPEE),
            "taxes": [(f"{rate:g} %", indian_format(amount / law.RUPEE)) for rate, amount in taxes],
        }
