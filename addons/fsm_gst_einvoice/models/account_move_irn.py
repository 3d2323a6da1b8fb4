import base64
import binascii
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.sql import escape_psql

from odoo.addons.fsm_gst_billing.gst import dates
from odoo.addons.fsm_jobs.verbs import verb

from ..einvoice import signed

# An object no caller can send: what carries it in the context took an answer of the portal.
GATE = object()

# What the portal said. Nothing else writes it.
ANSWER = {"irn", "irn_ack", "irn_at", "signed_qr", "irn_cancelled_at"}

IRN = re.compile("[0-9a-f]{64}")  # a SHA-256: schema 1.1

INDIA = ZoneInfo("Asia/Kolkata")
CLOCKS_APART = timedelta(minutes=10)  # as much as the portal's clock may be ahead of ours
CANCEL_HOURS = 24  # the portal cancels an IRN within: Notification 68/2019-CT, its FAQ


class AccountMove(models.Model):
    """What the Invoice Registration Portal answered: the IRN, and the QR code it signed."""

    _inherit = "account.move"

    irn = fields.Char(string="IRN", readonly=True, copy=False, audit=True)
    irn_ack = fields.Char(string="Acknowledgement No.", readonly=True, copy=False)
    irn_at = fields.Datetime(string="Registered On", readonly=True, copy=False)
    signed_qr = fields.Text(string="Signed QR Code", readonly=True, copy=False)
    irn_cancelled_at = fields.Datetime(
        string="IRN Cancelled On", readonly=True, copy=False, audit=True
    )

    _irn_uniq = models.UniqueIndex(
        "(company_id, irn) WHERE irn IS NOT NULL", "This IRN belongs to another document."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_answer_is_not_written(vals)
        ours = {f"default_{name}" for name in ANSWER}
        context = {key: value for key, value in self.env.context.items() if key not in ours}
        moves = super(AccountMove, self.with_context(context)).create(vals_list)
        return moves.with_env(self.env)

    def write(self, vals):
        self._check_answer_is_not_written(vals)
        return super().write(vals)

    def _check_answer_is_not_written(self, vals):
        by_hand = ANSWER & vals.keys() or vals.get("l10n_in_edi_status") in ("sent", "cancelled")
        if by_hand and self.env.context.get("fsm_irn_gate") is not GATE:
            raise UserError(
                self.env._("What the e-invoice portal says is taken from its answer, not by hand.")
            )

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @verb
    def fsm_import_irn(self, content: str):
        """Take the portal's answers: IRN, acknowledgement and signed QR code of each document.

        The signature is verified with the portal's public key, and what it registered is compared
        with the document. One that is wrong refuses them all.

        :param str content: the portal's JSON, one answer or a list of them, in base64
        :return: ``[{id, number, irn}]``
        """
        self._check_may_register()
        answers = self._read_answers(content)
        return [self._take_answer(answer) for answer in answers]

    @verb
    def fsm_irn_cancelled(self, date: str):
        """Note that the portal has cancelled the IRN; then the document may be cancelled as well.

        :param str date: when, as ``YYYY-MM-DD HH:MM:SS`` in India
        :raise AccessError: unless a manager does it
        :return: ``{id, irn, cancelled_at}``, naive UTC
        """
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_manager"):
            raise AccessError(self.env._("Only a manager cancels what was issued to a customer."))
        self.check_access("write")
        for move in self:
            move._note_irn_cancelled(move._portal_time(date))
        return [
            {"id": move.id, "irn": move.irn, "cancelled_at": str(move.irn_cancelled_at)}
            for move in self
        ]

    # === BUSINESS METHODS - ANSWERS === #

    @api.model
    def _read_answers(self, content):
        try:
            answers = signed.answers(base64.b64decode(content, validate=True))
        except (binascii.Error, ValueError, RecursionError):
            raise UserError(self.env._("This is not a file of answers from the portal.")) from None
        if not answers or not all(answer.get("SignedQRCode") for answer in answers):
            raise UserError(
                self.env._(
                    "An answer in this file has no signed QR code: see what the portal said."
                )
            )
        return answers

    @api.model
    def _take_answer(self, answer):
        """Verify one answer and keep it with its document."""
        token = str(answer["SignedQRCode"])
        claims = self._verified(token)
        move = self._registered_document(claims)
        move._check_answer(answer, claims)
        move._check_registered_on(claims.get("IrnDt") or answer.get("AckDt"))
        move._keep_answer(answer, claims, token)
        return {"id": move.id, "number": move.name, "irn": move.irn}

    @api.model
    def _verified(self, token):
        try:
            return signed.read(token, self.env.company.root_id._einvoice_keys())
        except signed.NotGenuine:
            raise UserError(
                self.env._(
                    "The signature of this QR code is not the portal's: it was changed, or the key "
                    "in the settings is not the portal's current one."
                )
            ) from None

    @api.model
    def _registered_document(self, claims):
        """Return the document that the portal registered, if it is one of the caller's."""
        number = str(claims.get("DocNo") or "")
        found = self.env["fsm.gst.number"].search(
            [
                ("organization_id", "=", self.env.company.root_id.id),
                ("registration", "=", str(claims.get("SellerGstin") or "")),
                ("number", "=ilike", escape_psql(number)),
            ]
        )
        days = {row.day.strftime("%d/%m/%Y"): row.move_id for row in found}
        move = days.get(claims.get("DocDt"))
        if not move:
            raise UserError(
                self.env._("No document %s of that day is among those of your branches.", number)
            )
        move.check_access("write")
        return move

    def _check_answer(self, answer, claims):
        irn = str(claims.get("Irn") or "").lower()
        if not IRN.fullmatch(irn) or str(answer.get("Irn") or irn).lower() != irn:
            raise UserError(self.env._("%s: IRN and QR code are of two documents.", self.name))
        if self.irn and self.irn != irn:
            raise UserError(self.env._("%s already has another IRN.", self.name))
        for name, said, sent in signed.differences(claims, self._einvoice_payload()):
            raise UserError(
                self.env._(
                    "%(document)s was registered otherwise than it was issued: %(name)s is "
                    "“%(said)s”, not “%(sent)s”.",
                    document=self.name,
                    name=name,
                    said=said,
                    sent=sent,
                )
            )

    def _check_registered_on(self, text):
        """Refuse a time at which the portal cannot have registered the document."""
        moment = self._portal_time(text)
        day = dates.document_date(moment)
        if day < self.invoice_date or moment > fields.Datetime.now() + CLOCKS_APART:
            raise UserError(
                self.env._(
                    "%(document)s of %(day)s cannot have been registered on “%(said)s”: take the "
                    "answer from the portal anew.",
                    document=self.name,
                    day=self.invoice_date.strftime("%d-%b-%Y"),
                    said=text,
                )
            )

    def _keep_answer(self, answer, claims, token):
        moved = self.with_context(fsm_irn_gate=GATE)
        moved.write(
            {
                "irn": str(claims["Irn"]).lower(),
                "irn_ack": str(answer.get("AckNo") or ""),
                "irn_at": self._portal_time(claims.get("IrnDt") or answer.get("AckDt")),
                "signed_qr": token,
                "l10n_in_edi_status": "sent",
            }
        )

    @api.model
    def _portal_time(self, text):
        """Return a time of the portal, which writes those of India, as naive UTC."""
        try:
            local = datetime.fromisoformat(str(text)).replace(tzinfo=INDIA)
            return local.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, OverflowError):
            raise UserError(
                self.env._("“%s” is not a time: write it as YYYY-MM-DD HH:MM:SS.", text)
            ) from None

    @api.model
    def _time_in_india(self, moment):
        """Return a naive UTC time as the portal writes it."""
        return f"{moment.replace(tzinfo=timezone.utc).astimezone(INDIA):%Y-%m-%d %H:%M:%S}"

    # === BUSINESS METHODS - CANCELLING === #

    def _note_irn_cancelled(self, moment):
        if not self.irn or self.irn_cancelled_at:
            raise UserError(self.env._("%s has no IRN that could be cancelled.", self.name))
        latest = self.irn_at + timedelta(hours=CANCEL_HOURS)
        if not self.irn_at <= moment <= min(latest, fields.Datetime.now()):
            raise UserError(
                self.env._(
                    "The portal cancels an IRN within 24 hours of %s, not later: issue a credit "
                    "note.",
                    self._time_in_india(self.irn_at),
                )
            )
        self.with_context(fsm_irn_gate=GATE).write(
            {"irn_cancelled_at": moment, "l10n_in_edi_status": "cancelled"}
        )

    def _check_may_cancel(self):
        """Override of `fsm_gst_billing`: what the portal holds is cancelled there first."""
        super()._check_may_cancel()
        if self.irn and not self.irn_cancelled_at:
            raise UserError(
                self.env._(
                    "%s is registered at the e-invoice portal. Cancel its IRN there within 24 hours "
                    "and note it here, or issue a credit note.",
                    self.name,
                )
            )

    # === BUSINESS METHODS - ONLINE === #

    def _l10n_in_edi_send_invoice(self):
        """Override of `l10n_in_edi` to keep what its service answers where ours looks for it."""
        moved = self.with_context(fsm_irn_gate=GATE)
        problem = super(AccountMove, moved)._l10n_in_edi_send_invoice()
        if not problem and (answer := self._get_l10n_in_edi_response_json()):
            token = answer.get("SignedQRCode") or ""
            moved._keep_answer(answer, {"Irn": answer["Irn"], "IrnDt": answer.get("AckDt")}, token)
        return problem

    def _l10n_in_edi_cancel_invoice(self):
        """Override of `l10n_in_edi`: who may not cancel here does not cancel at the portal."""
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_manager"):
            raise AccessError(self.env._("Only a manager cancels what was issued to a customer."))
        super()._check_may_cancel()
        self._check_month_open()
        moved = self.with_context(fsm_irn_gate=GATE)
        return super(AccountMove, moved)._l10n_in_edi_cancel_invoice()

    def button_cancel(self):
        """Override of `fsm_gst_billing`: the remark of the portal's cancelling is the reason."""
        if self.env.context.get("fsm_irn_gate") is not GATE:
            return super().button_cancel()
        for move in self:
            move.irn_cancelled_at = fields.Datetime.now()
            move._cancel_issued(move.l10n_in_edi_cancel_remarks or self.env._("IRN cancelled"))
        return True

    # === GETTERS === #

    def _document_einvoice(self):
        """Override of `fsm_gst_billing`: what is printed is what was verified. Rule 46(r)."""
        if not self.irn:
            return {}
        return {
            "irn": self.irn,
            "ack": self.irn_ack or "",
            "date": self._time_in_india(self.irn_at) if self.irn_at else "",
            "qr": self.env["ir.actions.report"]._fsm_qr(self.signed_qr) if self.signed_qr else "",
        }
