from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, format_datetime

from odoo.addons.base.models.res_lang import intersperse

from .fsm_job_delivery import mask_phone

MAX_LABELS = 20  # stickers for one kind of accessory
INDIAN_GROUPS = [3, 2, 0]  # 12,34,567: a thousand, then a hundred each, without end

# Who, besides a manager, prints what. Whoever sees no phone number prints none.
PRINTERS = {
    "receipt": {"receptionist"},
    "technician": {"receptionist", "technician"},
    "label": {"receptionist", "technician"},
    "estimate": {"receptionist", "technician", "accountant"},
    "delivery": {"receptionist"},
    "notice": {"receptionist"},
    "disposal": {"manager"},
}

# What the counter prints at the press of a button: the paper of the state, else the receipt.
RECEIPT = "fsm_jobs.fsm_job_receipt_report"
LABELS = "fsm_jobs.fsm_job_labels_report"
TECHNICIAN_COPY = "fsm_jobs.fsm_job_technician_copy_report"
PAPERS = {
    "delivered": "fsm_jobs.fsm_job_delivery_note_report",
    "disposed": "fsm_jobs.fsm_job_disposal_report",
}


class FsmJob(models.Model):
    """What the papers of a job card say, as text. No passcode and no code is ever on paper."""

    _inherit = "fsm.job"

    # === ACTION METHODS === #

    def action_print(self):
        """Print what is wanted now; the other papers are in the print menu."""
        paper = TECHNICIAN_COPY
        if self._has_role({"receptionist"}):
            paper = PAPERS.get(self.state, RECEIPT)
        return self.env.ref(paper).report_action(self, config=False)

    # === BUSINESS METHODS - DOCUMENTS === #

    def _print_receipt(self):
        """Return what the customer takes home: what he left, in what state, under which terms."""
        job_sudo = self._for_print("receipt")
        return {
            **job_sudo._document_head(),
            "title": self.env._("Job Card Receipt"),
            "qr": self._qr(self.access_url),
            "customer": job_sudo._document_customer(),
            "facts": job_sudo._document_facts() + job_sudo._document_money(),
            "terms": job_sudo._document_terms(),
            "signatures": [
                {
                    "label": self.env._("Customer"),
                    "name": job_sudo._if_any("intake_signed_by"),
                    "picture": job_sudo._if_any("intake_signature"),
                },
                {
                    "label": self.env._("For %s", job_sudo.branch_id.name),
                    "name": job_sudo._received_by().name,
                    "picture": False,
                },
            ],
        }

    def _print_technician_copy(self):
        """Return what lies with the device: no phone number, no price."""
        job_sudo = self._for_print("technician")
        return {
            **job_sudo._document_head(),
            "title": self.env._("Technician Copy"),
            "qr": self._qr(self._sticker_url()),
            "customer": [job_sudo.partner_id.name],
            "facts": job_sudo._document_facts(),
            "technicians": ", ".join(job_sudo.technician_ids.mapped("name")),
            "diagnosis": job_sudo.diagnosis or "",
            "work": [(line.name, f"{line.quantity:g}") for line in job_sudo.line_ids],
        }

    def _print_delivery_note(self):
        """Return what goes out with the device, and lets it through the gate."""
        job_sudo = self._for_print("delivery")
        if self.state not in ("ready", "unclaimed", "delivered"):
            raise UserError(
                self.env._("Job card %s is not ready: nothing goes out yet.", self.name)
            )
        return {
            **job_sudo._document_head(),
            "title": self.env._("Delivery Note · Gate Pass"),
            "qr": self._qr(self.access_url),
            "customer": job_sudo._document_customer(),
            "facts": job_sudo._document_delivery(),
            "returned": [
                (job_sudo.device_id.model_id.display_name, 1, self.state == "delivered"),
                *(
                    (accessory.name, accessory.quantity, accessory.returned)
                    for accessory in job_sudo.accessory_ids
                ),
            ],
            "diagnosis": job_sudo.diagnosis or "",
            "work": [
                (line["name"], f"{line['quantity']:g}") for line in job_sudo._billable_lines()
            ],
            "signatures": [
                {
                    "label": self.env._("Received the device and all accessories"),
                    "name": job_sudo.delivered_to,
                    "picture": job_sudo.delivery_signature,
                },
                {
                    "label": self.env._("For %s", job_sudo.branch_id.name),
                    "name": job_sudo._delivered_by().name,
                    "picture": False,
                },
            ],
        }

    def _estimate_to_print(self):
        """Return the version of the estimate that the customer was shown last."""
        self.check_access("read")
        estimate = self._current_estimate()
        if not estimate:
            raise UserError(self.env._("No estimate of job card %s was shared yet.", self.name))
        return estimate

    def _print_label(self):
        """Return the sticker of the device."""
        job_sudo = self._for_print("label")
        return {
            "number": job_sudo.name,
            "qr": self._qr(self._sticker_url()),
            "code128": self.env["ir.actions.report"]._fsm_code128(job_sudo.name),
            "device": job_sudo.device_id.model_id.display_name,
            "serial": job_sudo.device_id.serial or job_sudo.device_id.imei or "",
            "date": format_date(
                self.env, job_sudo.received_at or job_sudo.create_date, date_format="d MMM y"
            ),
            "branch": job_sudo.branch_id.name,
        }

    def _print_accessory_labels(self):
        """Return a sticker for each thing that was left with the device."""
        labels = self._print_labels()[1:]
        if not labels:
            raise UserError(self.env._("Nothing was left with the device of %s.", self.name))
        return labels

    def _print_labels(self):
        """Return the sticker of the device, then one for each thing that was left with it."""
        label = self._print_label()
        pieces = [
            (accessory.name, number, accessory.quantity)
            for accessory in self.accessory_ids
            for number in range(1, min(accessory.quantity, MAX_LABELS) + 1)
        ]
        return [
            label,
            *(
                {**label, "device": name, "serial": f"{number} / {count}" if count > 1 else ""}
                for name, number, count in pieces
            ),
        ]

    # --- parts that several papers share --- #

    def _for_reader(self):
        """Return the job card in the language of its customer, who reads what we print or send."""
        self.ensure_one()
        partner_sudo = self.partner_id.sudo()  # whoever prints, it is the customer who reads
        return self.with_context(lang=partner_sudo.lang or self.env.lang)

    def _for_print(self, paper):
        """Return the job card in sudo, for those who may print this paper of it.

        A paper shows what belongs on it, whichever of those fields its printer sees on screen.
        """
        self.ensure_one()
        self.check_access("read")
        if not self._has_role(PRINTERS[paper]):
            raise AccessError(self.env._("Your role does not print this paper."))
        return self.sudo()

    def _document_head(self):
        """Return what stands on every paper of a job card."""
        labels = dict(
            self.env["fsm.job.accessory"]._fields["condition"]._description_selection(self.env)
        )
        results = dict(self.env["fsm.job.check"]._fields["result"]._description_selection(self.env))
        return {
            "shop": self.branch_id._letterhead(),
            "number": self.name,
            "code128": self.env["ir.actions.report"]._fsm_code128(self.name),
            "device": self._document_device(),
            "complaint": self.complaint,
            "accessories": [
                (accessory.name, accessory.quantity, labels[accessory.condition])
                for accessory in self.accessory_ids
            ],
            "checks": [
                (check.name, results[check.result], check.note or "", check.result)
                for check in self.check_ids
            ],
        }

    def _document_device(self):
        device = self.device_id
        return [
            (self.env._("Device"), device.model_id.display_name),
            (self.env._("Category"), device.category_id.name),
            *([(self.env._("Serial No."), device.serial)] if device.serial else []),
            *([(self.env._("IMEI"), device.imei)] if device.imei else []),
        ]

    def _document_customer(self):
        """Return the customer as he is known at the counter; his number is not for finders."""
        partner = self.partner_id
        gstin = self.env._("GSTIN %s", partner.vat) if partner.vat else ""
        return list(filter(None, (partner.name, mask_phone(partner.phone), gstin)))

    def _document_facts(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        facts = [
            (self.env._("Received"), self._moment(self.received_at or self.create_date)),
            (self.env._("Promise"), self._moment(self.promised_at)),
            (self.env._("Kind"), kinds[self.kind]),
        ]
        return [fact for fact in facts if fact[1]]

    def _document_money(self):
        facts = [
            (self.env._("Spend Limit"), self.spend_limit),
            (self.env._("Advance"), self._if_any("advance_amount")),
        ]
        return [(label, self._rupees(amount)) for label, amount in facts if amount]

    def _document_delivery(self):
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        methods = dict(self._fields["delivery_method"]._description_selection(self.env))
        facts = [
            (self.env._("Received"), self._moment(self.received_at)),
            (self.env._("Delivered"), self._moment(self.delivered_at)),
            (self.env._("Outcome"), outcomes.get(self.outcome)),
            (self.env._("Delivered Against"), methods.get(self.delivery_method)),
            (self.env._("Taken By"), self.delivered_to),
        ]
        return [fact for fact in facts if fact[1]]

    def _document_terms(self):
        """Return ``{version, lines}`` of the terms that were signed, or nothing."""
        terms = self._if_any("terms_id")
        if not terms:
            return False
        return {"version": terms.version, "lines": terms.body.splitlines()}

    def _received_by(self):
        return self.history_ids.filtered(lambda row: row.to_state == "received")[-1:].user_id

    def _delivered_by(self):
        return self.history_ids.filtered(lambda row: row.to_state == "delivered")[:1].user_id

    def _if_any(self, name):
        """Return the value of a field that the counter's screen brings, if it is there."""
        return self[name] if name in self._fields else False

    def _qr(self, text):
        return self.env["ir.actions.report"]._fsm_qr(text)

    def _moment(self, moment):
        """Return a moment as the branch's clock shows it."""
        zone = self.branch_id._timezone()
        return moment and format_datetime(self.env, moment, tz=zone, dt_format="d MMM y, h:mm a")

    def _rupees(self, amount):
        """Return an amount with its sign, grouped the Indian way whatever the language."""
        whole, paise = f"{amount:.2f}".split(".")
        grouped, _groups = intersperse(whole, INDIAN_GROUPS, ",")
        return f"{self.currency_id.symbol} {grouped}.{paise}"
