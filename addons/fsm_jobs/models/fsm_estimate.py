from odoo import api, fields, models
from odoo.exceptions import UserError

from .fsm_job import GATE

ANSWERS = [("approved", "Approved"), ("declined", "Declined"), ("revise", "To Be Revised")]
CHANNELS = [
    ("link", "Link"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("phone", "Phone Call"),
    ("counter", "Counter"),
]

ANSWER_FIELDS = ("answer", "answered_at", "answered_by", "recorded_by_id")
ANSWER_FIELDS += ("channel", "reason", "signature")


class FsmEstimate(models.Model):
    """What the customer was shown, word for word, and what he answered.

    The lines of a job card go on living; what was approved must not.
    """

    _name = "fsm.estimate"
    _description = "Estimate"
    _order = "job_id, version desc"
    _rec_name = "version"

    job_id = fields.Many2one(
        comodel_name="fsm.job", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    version = fields.Integer(required=True, readonly=True)
    lines = fields.Json(required=True, readonly=True)
    amount_untaxed = fields.Monetary(string="Before Tax", readonly=True)
    amount = fields.Monetary(string="Total", readonly=True, audit=True)
    shared_at = fields.Datetime(readonly=True, required=True)
    shared_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    answer = fields.Selection(ANSWERS, readonly=True, audit=True)
    answered_at = fields.Datetime(readonly=True)
    answered_by = fields.Char(
        readonly=True, help="The customer's word, as it was given.", audit="changed"
    )
    recorded_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True, audit=True)
    reason = fields.Char(readonly=True)
    signature = fields.Binary(readonly=True, attachment=True)

    _version_uniq = models.Constraint(
        "UNIQUE(job_id, version)", "This version of the estimate is already there."
    )

    # === CRUD METHODS === #

    def write(self, vals):
        if self.env.context.get("fsm_gate") is not GATE:
            raise UserError(self.env._("An estimate that was shared cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("An estimate that was shared is kept."))

    # === BUSINESS METHODS === #

    @api.model
    def _share(self, jobs):
        """Write down what the customers of `jobs` are shown now, as the next version of each."""
        Estimate = self.sudo()  # a technician shares, but nobody writes estimates by hand
        return Estimate.create([self._share_values(job) for job in jobs])

    def _share_values(self, job):
        return {
            "job_id": job.id,
            "company_id": job.company_id.id,
            "version": job._current_estimate().version + 1,
            "lines": job._estimate_lines(),
            "amount_untaxed": job.amount_untaxed,
            "amount": job.amount_estimate,
            "shared_at": fields.Datetime.now(),
            "shared_by_id": self.env.uid,
            # Said, so that no default of a caller answers for the customer.
            **dict.fromkeys(ANSWER_FIELDS, False),
        }

    def _answer(self, answer, channel, answered_by="", reason="", signature=False):
        """Write down the customer's answer, once."""
        self.ensure_one()
        if self.answer:
            raise UserError(
                self.env._("The customer has already answered: %s.", dict(ANSWERS)[self.answer])
            )
        self.sudo().with_context(fsm_gate=GATE).write(  # written once, here
            {
                "answer": answer,
                "answered_at": fields.Datetime.now(),
                "answered_by": answered_by,
                "recorded_by_id": self.env.uid,
                "channel": channel,
                "reason": reason,
                "signature": signature,
            }
        )
