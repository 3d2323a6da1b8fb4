import re
import time
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.base.models.res_users import check_identity

from ..lifecycle import FINAL_STATES, REASON_MIN_LENGTH
from ..verbs import verb
from .fsm_job import GATE

# A passcode is shown for so long: docs/adr/0006.
PASSCODE_SECONDS = 30

# How many looks are usual; more are refused: docs/adr/0006. The field of the entry that is counted,
# the span, the most looks within it.
LOOKS = (
    ("user_id", timedelta(minutes=1), 5),
    ("user_id", timedelta(days=1), 30),
    ("record_id", timedelta(hours=1), 3),
)
LOOKS_OWNER_HEARS = 10  # of one person within a day

# How long a passcode is kept at most, also where nobody closes the job card: docs/adr/0006.
KEEP_DAYS = 90

# How long a password that was typed again is good for: Odoo's own ten minutes.
IDENTITY_SECONDS = 600

# What a passcode of a type looks like. A pattern is the dots in their order, 1 top left to 9.
SHAPES = {
    "pin": re.compile(r"\d{1,16}"),
    "password": re.compile(r"[^\x00]{1,128}"),
    "pattern": re.compile(r"(?!.*(.).*\1)[1-9]{2,9}"),
}

SHOWN, REFUSED = "shown", "refused"


class FsmJob(models.Model):
    """The passcode of the device: sealed, shown for a reason to whoever works on it, then wiped."""

    _inherit = "fsm.job"

    # === ACTION METHODS === #

    @check_identity
    def action_reveal_passcode(self):
        """Ask for the reason, and show the passcode; whoever sits there types his password first."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "fsm_jobs.passcode",
            "name": self.env._("Passcode of %s", self.name),
            "target": "new",
            "params": {"job_id": self.id, "reason_min_length": REASON_MIN_LENGTH},
        }

    def action_passcode_looks(self):
        """Show the owner who looked at passcodes."""
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_jobs.fsm_job_action_passcodes")
        domain = [("kind", "=", "passcode"), ("record_id", "in", self.ids)]
        return action | {"domain": domain} if self else action

    # === BUSINESS METHODS - VERBS === #

    @verb
    def reveal_passcode(self, reason: str):
        """Show the passcode of the device to whoever works on it; the look is written down first.

        :param str reason: ten characters or more; the customer can read it
        :return: ``{type, value, expires_in}``, seconds; a pattern is its dots, `1` top left to `9`
        """
        return [job._reveal_passcode(reason.strip()) for job in self]

    @verb
    def set_passcode(self, type: str, value: str = ""):
        """Keep the passcode that the customer tells later, in place of what was kept before.

        :param str type: `none` wipes it; `pin`, `password` or `pattern`
        :return: ``{id, has_passcode}``
        """
        self.check_access("read")
        if not self._has_role({"receptionist", "technician"}):
            raise AccessError(self.env._("Your role does not take passcodes."))
        for job in self:
            if job.state in FINAL_STATES:
                raise UserError(
                    self.env._("Job card %s is closed: it keeps no passcode.", job.name)
                )
            job._wipe_passcode()
            if type != "none":
                job._seal_passcode(type, value)
        return [{"id": job.id, "has_passcode": job.has_passcode} for job in self]

    # === BUSINESS METHODS === #

    def _seal_passcode(self, kind, value):
        """Seal the passcode of the device; it is in no field, message or log."""
        self.ensure_one()
        shape = SHAPES.get(kind)
        if not shape:
            raise UserError(
                self.env._("“passcode.type” must be one of: %s.", ", ".join(["none", *SHAPES]))
            )
        if not shape.fullmatch(value):
            raise UserError(
                self.env._(
                    "This is no passcode of that type: a PIN is 1 to 16 digits, a pattern 2 to 9 "
                    "different dots from 1 (top left) to 9, a password up to 128 characters."
                )
            )
        last_day = fields.Datetime.now() + timedelta(days=KEEP_DAYS)
        self.env["fsm.audit.secret"]._seal(self, "passcode", f"{kind}:{value}", last_day)
        self.with_context(fsm_gate=GATE).sudo().has_passcode = True  # a sign, not the secret
        self._log_passcode("taken")

    def _wipe_passcode(self):
        kept = self.filtered("has_passcode")
        if kept:
            self.env["fsm.audit.secret"]._wipe(kept, "passcode")
            kept.with_context(fsm_gate=GATE).sudo().has_passcode = False  # so is the sign
            kept._log_passcode("wiped")

    def _reveal_passcode(self, reason):
        if not self.has_access("read"):
            # A look at another's job card leaves its mark, too.
            self.sudo()._log_passcode(REFUSED, self.env._("No access."), separate=True)
            self.check_access("read")
        if refusal := next(self._passcode_refusals(reason), ""):
            self._log_passcode(REFUSED, refusal, separate=True)
            raise AccessError(refusal)
        # The entry and the answer are one transaction: no look without its mark.
        self._log_passcode(SHOWN, reason)
        kind, _sep, value = self.env["fsm.audit.secret"]._open(self, "passcode").partition(":")
        return {"type": kind, "value": value, "expires_in": PASSCODE_SECONDS}

    def _passcode_refusals(self, reason):
        """Say why the caller does not see the passcode, what weighs most first."""
        if not self._has_role({"technician"}):
            yield self.env._("Your role does not read passcodes.")
        if self.state in FINAL_STATES or not self.has_passcode:
            yield self.env._("No passcode is kept for job card %s.", self.name)
        if len(reason) < REASON_MIN_LENGTH:
            yield self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
        if request and request.session.uid and not _identified():
            yield self.env._("Type your password again before you look at a passcode.")
        if self._looked_too_often():
            yield self.env._(
                "Too many passcodes were looked at in a short time. Wait, or ask the owner."
            )

    def _looked_too_often(self):
        """Tell whether one more look is too many; the owner hears of somebody who looks a lot."""
        keys = {"user_id": self.env.uid, "record_id": self.id}
        counts = [self._count_looks(key, keys[key], span) for key, span, _most in LOOKS]
        if any(count >= most for count, (*_key, most) in zip(counts, LOOKS, strict=True)):
            return True
        if counts[1] == LOOKS_OWNER_HEARS:
            self._tell_owners_of_looks()
        return False

    def _count_looks(self, key, value, span):
        since = fields.Datetime.now() - span
        domain = [("kind", "=", "passcode"), ("model", "=", self._name), (key, "=", value)]
        entries = self.env["fsm.audit.log"].sudo().search([*domain, ("at", ">=", since)])  # a count
        return sum(_fate(entry) == SHOWN for entry in entries)

    def _tell_owners_of_looks(self):
        owners_sudo = self.sudo()._owners()  # colleagues he may not see
        self.sudo().message_notify(  # he is not to keep it from them
            partner_ids=owners_sudo.partner_id.ids,
            subject=self.env._("Many passcodes were looked at"),
            body=self.env._(
                "%(user)s has looked at %(count)s passcodes within a day, now at that of %(job)s.",
                user=self.env.user.name,
                count=LOOKS_OWNER_HEARS,
                job=self.name,
            ),
        )

    def _owners(self):
        """Return the owners of the organisation of these job cards."""
        owners = self.env.ref("fsm_jobs.group_fsm_owner").user_ids
        return owners.filtered(lambda user: user.company_ids >= self.company_id)

    def _passcode_looks(self):
        """Tell the customer who looked at the passcode of his device, the last one first.

        :return: ``[{at, by, reason}]``; by first names only
        """
        self.ensure_one()
        log_sudo = self.env["fsm.audit.log"].sudo()  # the one stated exception: `roles.md`
        domain = [
            ("kind", "=", "passcode"),
            ("model", "=", self._name),
            ("record_id", "=", self.id),
        ]
        return [
            {
                "at": entry.at,
                "by": (entry.user_id.name or "").split(" ")[0],
                "reason": entry.reason,
            }
            for entry in log_sudo.search(domain)
            if _fate(entry) == SHOWN
        ]

    def _log_passcode(self, fate, reason=None, separate=False):
        changes = {"look": [None, fate]}
        log = self.env["fsm.audit.log"]
        log._log_event("passcode", self, reason=reason, changes=changes, separate=separate)


def _fate(entry):
    """Return what became of a look: shown or refused; or that a passcode was taken or wiped."""
    return (entry.raw_changes or {}).get("look", [None, None])[1]


def _identified():
    return request.session.get("identity-check-last", 0) > time.time() - IDENTITY_SECONDS
