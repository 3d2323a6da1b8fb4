from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..verbs import check_id, verb
from .fsm_device import is_imei
from .fsm_job_document import LABELS, RECEIPT

MAX_FOUND = 8  # rows below the search box of the counter: more are not read
MAX_BRANDS = 500
COUNTER_PAPERS = {"receipt": RECEIPT, "labels": LABELS}  # printed at once, without a download


class FsmJob(models.Model):
    """What the counter's screen asks while it is filled in. It writes nothing."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def intake_form(self, branch_id: int = 0):
        """Return what the screen of the counter starts with.

        :return: ``{branch, kinds, categories, brands, technicians, terms, purposes, may_assign}``
        """
        branch = self._branch_of_counter(branch_id)
        terms = self.env["fsm.terms"]._current(branch)
        kinds = self._fields["kind"]._description_selection(self.env)
        return {
            "branch": {
                "id": branch.id,
                "name": branch.name,
                "currency_id": branch.currency_id.id,
            },
            "kinds": [{"key": key, "label": label} for key, label in kinds],
            "categories": self._counter_categories(branch),
            "brands": self.env["fsm.device.brand"]
            .search([("company_id", "=", branch.organization_id.id)], limit=MAX_BRANDS)
            .mapped("name"),
            "technicians": self._counter_technicians(branch),
            "terms": {"version": terms.version, "body": terms.body} if terms else False,
            "purposes": [
                {"key": key, "label": label}
                for key, label in self.env["fsm.consent"]
                ._fields["purpose"]
                ._description_selection(self.env)
            ],
            "may_assign": self._has_role({"manager"}),
        }

    @api.model
    @api.readonly
    @verb
    def intake_customers(self, text: str, branch_id: int = 0):
        """Find customers of the branch by a fragment of a phone number, a name or a device's number.

        :return: ``[{id, name, phone, email, visits, open_jobs, balance_due, last_job_date, exact,
            device_id}]``; `exact` where the phone number is the one that was typed
        """
        branch = self._branch_of_counter(branch_id)
        Partner = self.env["res.partner"]
        here = [
            ("company_id", "=", branch.company_id.id),
            ("parent_id", "=", False),
            ("fsm_only_sells", "=", False),
        ]
        digits = Partner._fsm_phone_digits(text)
        found = Partner.browse()
        if digits:
            found = Partner.search(
                [*here, ("phone_mobile_search", "ilike", digits)], limit=MAX_FOUND
            )
        elif len(text.strip()) > 1:
            found = Partner.search([*here, ("name", "ilike", text.strip())], limit=MAX_FOUND)
        device = self.env["fsm.device"]
        if not found:
            device = device._find_by_text(text, branch.company_id)
            found = device.partner_id
        return found._fsm_counter_rows(digits, device)

    @api.model
    @api.readonly
    @verb
    def intake_customer(self, partner_id: int, branch_id: int = 0):
        """Return one customer with his devices, sites and open job cards, newest first.

        :return: ``{id, name, phone, …, devices, sites, jobs, alerts, consents}``, or
            ``false``; `consents` what he last said of each purpose
        """
        branch = self._branch_of_counter(branch_id)
        partner = self.env["res.partner"].search(
            [("id", "=", partner_id), ("company_id", "=", branch.company_id.id)]
        )
        if not partner:
            return False
        row = partner._fsm_counter_rows()[0]
        return {
            **row,
            "alerts": partner._fsm_alerts()[partner.id],
            "consents": partner._fsm_consents()[partner.id],
            "devices": partner.fsm_device_ids._counter_rows(),
            "sites": partner.fsm_site_ids._fsm_site_rows(),
            "jobs": partner.fsm_pending_jobs(),
        }

    @api.model
    @api.readonly
    @verb
    def intake_device(self, number: str, branch_id: int = 0):
        """Find a device of the branch by its serial number or IMEI, as scanned.

        :return: ``{number, kind, problem, device, partner_id}``; `problem` is a sentence where the
            number looks like an IMEI and is none
        """
        branch = self._branch_of_counter(branch_id)
        Device = self.env["fsm.device"]
        number = Device._tidy({"serial": number})["serial"] or ""
        imei_like = len(number) == 15 and number.isdecimal()
        device = Device._find_by_text(number, branch.company_id)
        return {
            "number": number,
            "kind": "imei" if imei_like else "serial",
            "problem": self.env._("“%s” is not an IMEI: its last digit does not fit.", number)
            if imei_like and not is_imei(number)
            else False,
            "device": device._counter_rows()[0] if device else False,
            "partner_id": device.partner_id.id,
        }

    @api.model
    @api.readonly
    @verb
    def intake_models(self, text: str, branch_id: int = 0):
        """Find device models of the organisation whose brand and name hold all words of `text`.

        :return: ``[{brand, model, category_id}]``
        """
        branch = self._branch_of_counter(branch_id)
        domain = [("company_id", "=", branch.organization_id.id)]
        for word in text.split()[:5]:
            domain += ["|", ("name", "ilike", word), ("brand_id.name", "ilike", word)]
        return [
            {
                "brand": model.brand_id.name,
                "model": model.name,
                "category_id": model.category_id.id,
            }
            for model in self.env["fsm.device.model"].search(domain, limit=MAX_FOUND)
        ]

    @api.model
    @api.readonly
    @verb
    def intake_report(self, job_id: int, paper: str = "receipt"):
        """Return the report that the counter prints for a job card, or ``false``: its `report_name`.

        :param str paper: ``receipt``, or ``labels``: the device's and one for each accessory
        """
        if paper not in COUNTER_PAPERS:
            raise UserError(self.env._("“paper” must be one of: %s.", ", ".join(COUNTER_PAPERS)))
        job = self.search([("id", "=", check_id(self.env, job_id, "job_id"))])
        report = job and self.env.ref(COUNTER_PAPERS[paper], raise_if_not_found=False)
        return report.sudo().report_name if report else False  # a name everybody prints by

    @api.model
    @api.readonly
    @verb
    def palette(self, text: str):
        """Find customers and job cards for the palette (Ctrl+K), by whatever is typed.

        :return: ``[{model, id, name}]``; customers first
        """
        if not self.env.user.fsm_role:
            return []
        return self._found_rows(*self._find(text, Domain("company_id", "!=", False)))

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, text, where):
        """Return the customers and the job cards that `text` may stand for, a page of each."""
        found = where & Domain("display_name", "ilike", text.strip())
        if len(text.strip()) < 2:
            found = Domain.FALSE
        customers = self.env["res.partner"].search(
            found & Domain("partner_share", "=", True) & Domain("fsm_only_sells", "=", False),
            limit=MAX_FOUND,
        )
        return customers, self.search(found, limit=MAX_FOUND, order="id desc")

    @api.model
    def _found_rows(self, customers, jobs):
        told = self._has_role({"receptionist", "accountant"})
        return [
            {
                "model": customer._name,
                "id": customer.id,
                "name": " · ".join(filter(None, (customer.name, told and customer.phone))),
            }
            for customer in customers
        ] + [
            {
                "model": job._name,
                "id": job.id,
                "name": f"{job.name} · {job.partner_id.name} · {job.device_id.display_name}",
            }
            for job in jobs
        ]

    @api.model
    def _branch_of_counter(self, branch_id):
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter takes in devices."))
        return self.env["fsm.branch"]._of_caller(branch_id)

    def _counter_categories(self, branch):
        now = fields.Datetime.now()
        moments = {}

        def moment(hours):
            if hours not in moments:
                moments[hours] = fields.Datetime.to_string(branch._after_working_hours(now, hours))
            return moments[hours]

        return [
            {
                "id": category.id,
                "name": category.name,
                "accessories": category._listed("accessories"),
                "checks": category._listed("checks"),
                "faults": category.fault_ids.mapped("name"),
                "promised_at": moment(category.repair_hours),
                "sla_at": moment(category.sla_hours),
            }
            for category in self.env["fsm.device.category"].search([])
        ]

    def _counter_technicians(self, branch):
        """Return those at work, the freest first: the first with the skill is suggested."""
        return [
            {
                "id": technician.id,
                "name": technician.name,
                "open_jobs": technician.open_job_count,
                "skill_ids": technician.skill_ids.ids,
            }
            for technician in self.env["fsm.technician"]._of_branch(branch)
        ]

    def _customer_summary(self):
        """Return the job card as a row of its customer's history."""
        self.ensure_one()
        moments = ("received_at", "promised_at", "delivered_at")
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "outcome": self.outcome,
            "device": self.device_id.display_name,
            "complaint": self.complaint,
            **{name: fields.Datetime.to_string(self[name]) or False for name in moments},
            "amount_estimate": self.amount_estimate,
        }
