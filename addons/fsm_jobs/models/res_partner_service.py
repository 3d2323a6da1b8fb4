from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..verbs import verb

REPEAT_DAYS = 30  # who comes back that soon after a delivery is asked what went wrong


class ResPartner(models.Model):
    """What the service centre knows of a customer: his visits, his open job cards."""

    _inherit = "res.partner"

    fsm_alerts = fields.Text(
        string="Alerts",
        compute="_compute_fsm_alerts",
        groups="fsm_jobs.group_fsm_receptionist,fsm_jobs.group_fsm_accountant",
        help="What the counter should know of him, a line each.",
    )

    # === COMPUTE METHODS === #

    @api.depends("fsm_flag", "fsm_job_ids.delivered_at")
    def _compute_fsm_alerts(self):
        alerts = self._origin._fsm_alerts()
        for partner in self:
            partner.fsm_alerts = "\n".join(alerts.get(partner._origin.id, []))

    # === BUSINESS METHODS - VERBS === #

    @api.readonly
    @verb
    def fsm_service_history(self):
        """Return the customer's job cards, newest first.

        :return: ``[{id, name, state, outcome, device, complaint, received_at, promised_at,
            delivered_at, amount_estimate}]``
        """
        return self._fsm_job_lists([], "received_at desc, id desc")

    @api.readonly
    @verb
    def fsm_pending_jobs(self):
        """Return the customer's open job cards, most urgent first; keys as `fsm_service_history`."""
        return self._fsm_job_lists(
            [("is_open", "=", True)], "priority desc, promised_at asc nulls last, id"
        )

    @api.model
    @api.readonly
    @verb
    def fsm_customer_stats(self, date_from: str, date_to: str):
        """Count the customers of the caller's branches.

        :param str date_from: first day, `date_to` last day of the period
        :return: ``{total, new, active, repeat, by_type, by_branch}``; `new` were opened in the
            period, `active` brought a device in it, `repeat` are those of them who had one here
            before
        """
        Job = self.env["fsm.job"]
        if not Job._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not read statistics."))
        start, end = Job._check_date(date_from), Job._check_date(date_to)
        if start > end:
            raise UserError(self.env._("“date_from” comes before “date_to”."))
        end = f"{end} 23:59:59"
        customers = self._fsm_customers()
        came = Job._read_group(
            [("received_at", ">=", start), ("received_at", "<=", end)], ["partner_id"], ["__count"]
        )
        active = self.browse([partner.id for partner, _count in came])
        visits = dict(
            Job._read_group(
                [("partner_id", "in", active.ids), ("received_at", "<=", end)],
                ["partner_id"],
                ["__count"],
            )
        )
        created = Domain("create_date", ">=", start) & Domain("create_date", "<=", end)
        return {
            "total": self.search_count(customers),
            "new": self.search_count(customers & created),
            "active": len(active),
            "repeat": sum(count > 1 for count in visits.values()),
            "by_type": {
                kind or "residential": count
                for kind, count in self._read_group(customers, ["fsm_customer_type"], ["__count"])
            },
            "by_branch": self._fsm_count_by_branch(customers),
        }

    # === BUSINESS METHODS === #

    @api.model
    def _fsm_customers(self):
        """Return the domain of the customers of the caller's branches."""
        branches = self.env["fsm.branch"].search([])  # pylint: disable=no-search-all
        return Domain("company_id", "in", (branches.company_id & self.env.companies).ids) & Domain(
            [("parent_id", "=", False), ("fsm_organization_id", "=", False)]
        )

    @api.model
    def _fsm_count_by_branch(self, customers):
        counts = dict(self._read_group(customers, ["company_id"], ["__count"]))
        return [
            {"branch_id": branch.id, "name": branch.name, "total": counts.get(branch.company_id, 0)}
            for branch in self.env["fsm.branch"].search([])
            if branch.company_id in self.env.companies
        ]

    def _fsm_job_lists(self, domain, order):
        """Return a list of dicts for each customer, found by one search."""
        self.check_access("read")
        jobs = self.env["fsm.job"].search([("partner_id", "in", self.ids), *domain], order=order)
        by_partner = jobs.grouped("partner_id")
        return [
            [job._customer_summary() for job in by_partner.get(partner, ())] for partner in self
        ]

    def _fsm_counter_rows(self, digits="", device=None):
        """Return the customers as the counter lists them."""
        figures = self._fsm_job_figures()
        visits = dict(
            self.env["fsm.job"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        return [
            {
                "id": partner.id,
                "name": partner.name,
                "phone": partner.phone or False,
                "email": partner.email or False,
                "visits": visits.get(partner, 0),
                "exact": len(digits) == 10 and self._fsm_phone_digits(partner.phone) == digits,
                "device_id": device.id if device and device.partner_id == partner else False,
                **figures[partner.id],
            }
            for partner in self
        ]

    def _fsm_alerts(self):
        """Say what the counter should know of each customer before it takes in another device.

        :return: ``{partner id: [sentence]}``: flagged, unpaid, here lately
        """
        figures = self._fsm_job_figures()
        recent = self._fsm_recent_jobs()
        return {
            partner.id: list(
                filter(
                    None,
                    (
                        partner.fsm_flag,
                        partner._fsm_unpaid_alert(figures[partner.id]["balance_due"]),
                        recent.get(partner.id),
                    ),
                )
            )
            for partner in self
        }

    def _fsm_unpaid_alert(self, balance_due):
        if balance_due <= 0:
            return ""
        currency = self.company_id.currency_id or self.env.company.currency_id
        return self.env._("%s are still unpaid.", format_amount(self.env, balance_due, currency))

    def _fsm_recent_jobs(self):
        """Return ``{partner id: sentence}`` of those whose device left a short while ago."""
        since = fields.Datetime.now() - timedelta(days=REPEAT_DAYS)
        jobs = self.env["fsm.job"].search(
            [("partner_id", "in", self.ids), ("delivered_at", ">=", since)], order="delivered_at"
        )
        return {
            job.partner_id.id: self.env._(
                "Was here lately: %(job)s, delivered on %(date)s.",
                job=job.name,
                date=format_date(self.env, job.delivered_at),
            )
            for job in jobs
        }

    def _fsm_site_rows(self):
        return [
            {
                "id": site.id,
                "name": site.name or site.contact_address.replace("\n", ", "),
                "city": site.city or False,
            }
            for site in self
        ]
