import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# Six digits, ten minutes: NIST SP 800-63B-3, 5.1.3.2 (at least 20 bits, at most ten minutes).
# Five tries, five codes an hour: our own choice, docs/adr/0006.
OTP_DIGITS, OTP_MINUTES, OTP_TRIES, OTP_PER_HOUR = 6, 10, 5, 5
OTP_LOCK = 0x46534D  # "FSM": the first key of the advisory lock on a code, the second is its id


class FsmDeliveryOtp(models.Model):
    """A code that only the customer has: who says it may take the device.

    No access right names this model. The code itself is not kept, only its salted hash.
    """

    _name = "fsm.delivery.otp"
    _description = "Delivery OTP"
    _order = "id desc"

    job_id = fields.Many2one(comodel_name="fsm.job", required=True, index=True, ondelete="cascade")
    digest = fields.Char(required=True)
    expires_at = fields.Datetime(required=True)
    tries = fields.Integer(default=0)

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, job):
        """Make a new code for `job`; every older one ends.

        :return: the code, known to nobody else
        :rtype: str
        :raise UserError: too many codes within an hour
        """
        codes_sudo = self.sudo()  # no role may read or write codes
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        recent = codes_sudo.search_count([("job_id", "=", job.id), ("create_date", ">", hour_ago)])
        if recent >= OTP_PER_HOUR:
            raise UserError(
                self.env._("Too many codes were asked for. Wait an hour, or take a signature.")
            )
        codes_sudo.search([("job_id", "=", job.id)]).expires_at = fields.Datetime.now()
        code = f"{secrets.randbelow(10**OTP_DIGITS):0{OTP_DIGITS}d}"
        codes_sudo.create(
            {
                "job_id": job.id,
                "tries": 0,
                "digest": self.env["res.users"]._crypt_context().hash(code),
                "expires_at": fields.Datetime.now() + timedelta(minutes=OTP_MINUTES),
            }
        )
        return code

    @api.model
    def _check(self, job, code):
        """Accept `code` for `job`, or say why not. A wrong try counts even though it is refused."""
        codes_sudo = self.sudo()  # no role may read or write codes
        current = codes_sudo.search([("job_id", "=", job.id)], limit=1)
        tries = current._lock_tries()
        if not current or current.expires_at <= fields.Datetime.now():
            raise UserError(self.env._("The delivery OTP has expired. Send a new one."))
        if tries >= OTP_TRIES:
            raise UserError(
                self.env._("Too many wrong codes. Send a new one, or take a signature.")
            )
        if not self.env["res.users"]._crypt_context().verify(code, current.digest):
            current._count_try()
            raise UserError(
                self.env._(
                    "This is not the delivery OTP. %s tries are left.",
                    OTP_TRIES - tries - 1,
                )
            )
        current.expires_at = fields.Datetime.now()  # a code opens once

    def _lock_tries(self):
        """Return how many wrong tries there were, the caller being the only one who tries now.

        The row itself is not locked, for `_count_try` writes it from outside, and the count is read
        from outside, for this transaction may have begun before the last try was counted.

        :rtype: int
        """
        if not self:
            return 0
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", (OTP_LOCK, self.id))
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT tries FROM fsm_delivery_otp WHERE id = %s", (self.id,))
            return max(self.tries, *(cr.fetchone() or (0,)))

    def _count_try(self):
        """Count a wrong try in a transaction of its own: the caller's is rolled back."""
        with self.env.registry.cursor() as cr:
            cr.execute("UPDATE fsm_delivery_otp SET tries = tries + 1 WHERE id = %s", (self.id,))
