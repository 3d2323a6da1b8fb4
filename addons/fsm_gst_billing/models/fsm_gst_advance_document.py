import base64

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..gst.words import amount_in_words, indian_format
from .fsm_gst_advance import HEADS


class FsmGstAdvance(models.Model):
    """What a receipt or refund voucher says, as text: Rules 50 and 51 of the CGST Rules."""

    _inherit = "fsm.gst.advance"

    @verb
    def fsm_pdf(self):
        """Return the printed voucher.

        :return: ``{filename, content}``, a PDF in base64
        """
        self.check_access("read")
        report = self.env["ir.actions.report"].sudo()  # who may read a voucher may print it
        answers = []
        for advance in self:
            if advance.kind == "adjusted":
                raise UserError(self.env._("What was adjusted on an invoice stands on it."))
            name = "fsm_gst_billing.action_report_voucher"
            content, _kind = report._render_qweb_pdf(name, advance.ids)
            answers.append(
                {
                    "filename": f"{advance.number.replace('/', '-')}.pdf",
                    "content": base64.b64encode(content).decode(),
                }
            )
        return answers

    # === ACTION METHODS === #

    def action_print(self):
        self.check_access("read")
        return self._print_action()

    # === BUSINESS METHODS === #

    def _print_action(self):
        """Return the action that prints these vouchers; nothing, if there is none."""
        if not self:
            return {"type": "ir.actions.act_window_close"}
        report_sudo = self.env.ref("fsm_gst_billing.action_report_voucher").sudo()  # as above
        return report_sudo.report_action(self, config=False) | {"close_on_report_download": True}

    def _voucher_document(self):
        """Return all that `report_voucher` prints.

        :rtype: dict
        """
        self.ensure_one()
        refund = self.kind == "refunded"
        entry_sudo = self.entry_id.sudo()  # who may read a voucher may print it
        parties = entry_sudo._parties()
        heads = [head for head in HEADS if self[head]]
        percent = self.rate if "igst" in heads else self.rate / 2
        return {
            "title": self.env._("Refund Voucher") if refund else self.env._("Receipt Voucher"),
            "party": self.env._("Refunded To") if refund else self.env._("Received From"),
            "copy": entry_sudo._copy_labels()["recipient"],
            "supplier": parties["supplier"],
            "recipient": parties["recipient"],
            "facts": self._voucher_facts(entry_sudo),
            "taxes": [entry_sudo._tax_label(head) for head in heads],
            "rows": [
                {
                    "description": self._voucher_description(),
                    "taxable": indian_format(self.taxable),
                    "taxes": [(f"{percent:g} %", indian_format(self[head])) for head in heads],
                }
            ],
            "has_total": True,
            "amount_label": self.env._("Total"),
            "amount": indian_format(self.amount),
            "owed": [],
            "words": amount_in_words(self.amount),
        }

    def _voucher_facts(self, entry):
        facts = [
            (self.env._("Voucher No."), self.number),
            (self.env._("Date"), entry._date_text(self.day)),
            (self.env._("Place of Supply"), entry._state_text(self.state_id)),
            (self.env._("Reverse Charge"), self.env._("No")),
        ]
        if self.kind == "refunded":  # Rule 51(d)
            receipt = self.receipt_id
            facts.append(
                (
                    self.env._("Against Voucher"),
                    f"{receipt.number} · {entry._date_text(receipt.day)}",
                )
            )
        payment_sudo = self.payment_id.sudo()  # as above
        method = payment_sudo.journal_id.fsm_method
        if method:
            labels = dict(
                payment_sudo.journal_id._fields["fsm_method"]._description_selection(self.env)
            )
            reference = payment_sudo.payment_reference
            facts.append(
                (self.env._("Paid By"), " · ".join(filter(None, (labels[method], reference))))
            )
        return facts

    def _voucher_description(self):
        job_sudo = self.job_id.sudo()  # as above
        if not job_sudo:
            return self.env._("Advance for repairs and parts")
        return self.env._(
            "Advance for the repair of %(device)s, job card %(job)s",
            device=job_sudo.device_id.model_id.display_name or self.env._("the device"),
            job=job_sudo.name,
        )
