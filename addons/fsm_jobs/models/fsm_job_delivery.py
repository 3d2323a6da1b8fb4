from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..blockers import Blocker
from ..lifecycle import REASON_MIN_LENGTH
from ..verbs import verb
from .fsm_job import GATE

OLD_PARTS = ("returned", "waived")  # to or by the customer


class FsmJob(models.Model):
    """The delivery gate."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def send_delivery_otp(self):
        """Send the customer a code to show at the counter.

        :return: ``{sent_to}``, masked; never the code
        """
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter sends a delivery OTP."))
        answers = []
        for job in self:
            job._check_deliverable()
            code = self.env["fsm.delivery.otp"]._issue(job)
            job._send_sms(
                job._for_reader().env._(
                    "%(code)s is your code to fetch %(device)s at %(branch)s. Tell it at the "
                    "counter only.",
                    code=code,
                    device=job.device_id.model_id.display_name,
                    branch=job.branch_id.name,
                )
            )
            answers.append({"sent_to": mask_phone(job.partner_id.phone)})
        return answers

    @verb
    def deliver(
        self,
        otp: str = "",
        signature: str = "",
        received_by: str = "",
        reason: str = "",
        accessories_returned: bool = False,
        *,
        old_parts: str = "",
    ):
        """Hand the device over: the delivery gate, all of it or nothing.

        A job card that is already delivered answers as it did the first time.

        :param str otp: the delivery OTP the customer shows, or
        :param str signature: base64 PNG, with `received_by`, or
        :param str reason: of a manager, where the branch allows it
        :param bool accessories_returned: tick all accessories back
        :param str old_parts: `returned` or `waived`: what became of the old parts that nobody has
            told of yet; needed where a part was used and the branch asks for old parts
        :return: ``{id, state, delivered_at}``
        """
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter delivers."))
        if old_parts and old_parts not in OLD_PARTS:
            raise UserError(self.env._("“old_parts” must be one of: %s.", ", ".join(OLD_PARTS)))
        for job in self.filtered(lambda job: job.state != "delivered"):
            job._settle_old_parts(old_parts)
            job._deliver(otp, signature, received_by, reason, accessories_returned)
        return [
            {
                "id": job.id,
                "state": job.state,
                "delivered_at": fields.Datetime.to_string(job.delivered_at),
            }
            for job in self
        ]

    def _settle_old_parts(self, old_parts):
        """Write down, on one job card, what became of its old parts. Who keeps parts has more.

        :param str old_parts: one of `OLD_PARTS`, or nothing
        """

    def _deliver(self, otp, signature, received_by, reason, accessories_returned):
        self._check_deliverable()
        if accessories_returned:
            self.accessory_ids.returned = True
        proof = self._delivery_proof(otp, signature, received_by, reason)
        self.with_context(fsm_gate=GATE).sudo().write(proof)  # checked in `_delivery_proof`
        self._move("delivered", reason)

    def _check_deliverable(self):
        if self.state not in ("ready", "unclaimed"):
            raise UserError(
                self.env._(
                    "Job card %(job)s is “%(state)s”: only what is ready is delivered.",
                    job=self.name,
                    state=self._state_label(self.state),
                )
            )

    def _delivery_proof(self, otp, signature, received_by, reason):
        """Return what proves that the right person took the device."""
        if otp:
            self.env["fsm.delivery.otp"]._check(self, otp.strip())
            return {
                "delivery_method": "otp",
                "delivered_to": received_by or self.partner_id.name,
            }
        if signature:
            if not received_by:
                raise UserError(self.env._("Write down who signed: “received_by” is missing."))
            self._check_picture(signature, "signature", {"PNG": "image/png"})
            return {
                "delivery_method": "signature",
                "delivered_to": received_by,
                "delivery_signature": signature,
            }
        if reason and self.branch_id.allow_delivery_by_reason and self._has_role({"manager"}):
            if len(reason.strip()) < REASON_MIN_LENGTH:
                raise UserError(
                    self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
                )
            return {"delivery_method": "reason", "delivery_reason": reason.strip()}
        return {}  # `_blockers` says what is missing, together with all else

    def _blocker_proof(self):
        return Blocker("proof", self.env._("Neither a delivery OTP nor a signature was given."))

    def _blocker_accessories(self, missing):
        names = ", ".join(missing.mapped("name"))
        return Blocker("accessories", self.env._("Accessories are not ticked back: %s.", names))

    def _delivery_settled(self):
        """Say what of the delivery gate is settled already, for whoever stands at the counter.

        Each addon adds its own.

        :return: translated sentences
        :rtype: list[str]
        """
        self.ensure_one()
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        settled = [outcomes[self.outcome]] if self.outcome else []
        checked = self.history_ids.filtered(
            lambda row: (row.from_state, row.to_state) == ("qc", "ready")
        ).sorted("id")[-1:]
        if self.outcome == "repaired" and checked:
            name = checked.user_id.sudo().name  # colleagues may know each other's names
            settled = [self.env._("Repaired, and checked by %s", name)]
        if self.has_passcode:
            settled.append(self.env._("The passcode is wiped as the device leaves"))
        return settled


def mask_phone(phone):
    """Return a phone number as it may be read aloud.

    >>> mask_phone("+91 98450 12345")
    '+91 ••••• ••345'
    """
    digits = sum(character.isdigit() for character in phone or "")
    masked, seen = "", 0
    for character in phone or "":
        seen += character.isdigit()
        hidden = character.isdigit() and 2 < seen <= digits - 3
        masked += "•" if hidden else character
    return masked


def mask_email(address):
    """Return an e-mail address as it may be read aloud.

    >>> mask_email("suresh@example.com")
    'su•••@example.com'
    """
    name, _at, domain = address.partition("@")
    return f"{name[:2]}•••@{domain}"
