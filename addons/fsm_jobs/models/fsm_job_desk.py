from datetime import timedelta
from urllib.parse import quote

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..verbs import check_id, verb
from .fsm_job_unclaimed import REMINDER_PURPOSES

MOST_READY = 80  # rows of the desk: more are a list's
READY_LONG_DAYS = 3  # the first rung of the reminder ladder that is shipped

# Of the open job cards: each as the filter of the same name in the workshop, which it opens.
COUNTERS = {
    "to_call": [("needs_call", "=", True)],
    "awaiting_approval": [("state", "=", "estimate")],
    "waits_long": [("waits_long", "=", True)],
    "ready": [("state", "=", "ready")],
    "due_today": [("promised_at", ">=", "today"), ("promised_at", "<", "today +1d")],
    "late": [("is_late", "=", True)],
}


class FsmJob(models.Model):
    """What the front desk sees first: whom to call, what is ready, and who is on the phone."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def desk(self, branch_id: int = 0):
        """Return the figures of the front desk, and what is ready, the newest first.

        :return: ``{branch, counters: {to_call, awaiting_approval, waits_long, ready, due_today,
            late}, ready: [{id, name, customer, device, age, …}]}``; each counter is what the filter
            of the workshop of that name finds in the branch
        """
        branch = self._branch_of_counter(branch_id)
        here = Domain("branch_id", "=", branch.id)
        ready = self.search(
            here & Domain("state", "=", "ready"), order="ready_at desc, id desc", limit=MOST_READY
        )
        return {
            "branch": {"id": branch.id, "name": branch.name},
            "counters": self._desk_counters(here & Domain("is_open", "=", True)),
            "ready": ready._desk_rows(),
        }

    @api.model
    @api.readonly
    @verb
    def desk_find(self, text: str, branch_id: int = 0):
        """Find customers and job cards of the branch, as `palette`; where all are one customer's, him.

        :return: ``{found: [{model, id, name}], caller}``; `caller` as `desk_caller` tells it, or
            ``false``
        """
        branch = self._branch_of_counter(branch_id)
        customers, jobs = self._find(text, Domain("company_id", "=", branch.company_id.id))
        callers = customers | jobs.partner_id
        return {
            "found": self._found_rows(customers, jobs),
            "caller": self._desk_caller(callers) if len(callers) == 1 else False,
        }

    @api.model
    @api.readonly
    @verb
    def desk_caller(self, partner_id: int, branch_id: int = 0):
        """Return who is on the phone, and his open job cards; ``false`` where he is nobody's here.

        :return: ``{id, name, city, phone, whatsapp, visits, balance_due, alerts, jobs}``
        """
        branch = self._branch_of_counter(branch_id)
        check_id(self.env, partner_id, "partner_id")
        caller = self.env["res.partner"].search(
            [("id", "=", partner_id), ("company_id", "=", branch.company_id.id)]
        )
        return self._desk_caller(caller) if caller else False

    # === BUSINESS METHODS === #

    @api.model
    def _desk_counters(self, here):
        """Return ``{counter: number of job cards}`` of those `here`, all in one query."""
        query = self._search(here)
        counts = [
            SQL(
                "COUNT(*) FILTER (WHERE %s)",
                Domain(domain).optimize_full(self)._to_sql(self, query.table, query),
            )
            for domain in COUNTERS.values()
        ]
        return dict(zip(COUNTERS, *self.env.execute_query(query.select(*counts)), strict=True))

    @api.model
    def _desk_caller(self, caller):
        jobs = self.search(
            [("partner_id", "=", caller.id), ("is_open", "=", True)], order="state_since desc, id"
        )
        refused = caller._fsm_refusing(REMINDER_PURPOSES)
        return {
            **caller._fsm_counter_rows()[0],
            "city": caller.city or False,
            "alerts": caller._fsm_alerts()[caller.id],
            "whatsapp": not refused and whatsapp_url(caller.phone_sanitized, ""),
            "jobs": jobs._desk_rows(),
        }

    def _desk_rows(self):
        """Return these job cards as the front desk lists them.

        A leaf that knows what the customer owes extends this method.

        :return: ``[{id, name, state, state_label, partner_id, customer, device, age, waits_long,
            whatsapp, amount_due}]``; `age` since the job card is in its state, `amount_due` in
            rupees, or ``false`` where nothing was asked for yet
        """
        # The link is the customer's: read with the rest it takes no query of its own.
        self.sudo().mapped("access_token")  # no role reads it, the message holds it
        refusing = self.partner_id._fsm_refusing(REMINDER_PURPOSES)
        long_ago = fields.Datetime.now() - timedelta(days=READY_LONG_DAYS)
        return [
            {
                "id": job.id,
                "name": job.name,
                "state": job.state,
                "state_label": job._state_label(job.state),
                "partner_id": job.partner_id.id,
                "customer": job.partner_id.name,
                "device": job.device_id.display_name,
                "age": job.state_age,
                "waits_long": bool(job.ready_at and job.ready_at < long_ago),
                "whatsapp": job.partner_id not in refusing and job._desk_whatsapp(),
                "amount_due": False,
            }
            for job in self
        ]

    def _desk_whatsapp(self):
        """Return a WhatsApp message that says where the job card stands, for somebody to send."""
        job = self._for_reader()
        words = {
            "branch": self.branch_id.name,
            "device": self.device_id.model_id.display_name,
            "job": self.name,
            "url": self._customer_link(),
        }
        if self.state == "ready":
            text = job.env._(
                "%(branch)s: your %(device)s (%(job)s) is ready to be fetched. %(url)s", **words
            )
        else:
            text = job.env._("%(branch)s: about your %(device)s (%(job)s): %(url)s", **words)
        return whatsapp_url(self.partner_id.phone_sanitized, text)


def whatsapp_url(number, text):
    """Return the link that opens WhatsApp with a message to `number`, or `False` without one.

    >>> whatsapp_url("+919845012345", "It is ready")
    'https://wa.me/919845012345?text=It%20is%20ready'
    """
    if not number:
        return False
    address = f"https://wa.me/{number.lstrip('+')}"
    return f"{address}?text={quote(text, safe='')}" if text else address
