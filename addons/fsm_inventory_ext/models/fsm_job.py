from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.blockers import Blocker
from odoo.addons.fsm_jobs.verbs import verb

from .fsm_part_usage import OPEN_STATES, WORKING_STATES

# The states that a job card reaches only when each of its parts is either used or returned.
STATES_WITHOUT_OPEN_PARTS = {"qc", "ready", "delivered", "disposed"}

# What `deliver` is told of the old parts, as it is kept.
OLD_PARTS_TOLD = {"returned": "customer", "waived": "waived"}


class FsmJob(models.Model):
    _inherit = "fsm.job"

    part_usage_ids = fields.One2many(
        string="Parts", comodel_name="fsm.part.usage", inverse_name="job_id"
    )

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _blockers(self, target):
        blockers = super()._blockers(target)
        if target in STATES_WITHOUT_OPEN_PARTS:
            open_parts = self.part_usage_ids.filtered(lambda usage: usage.state in OPEN_STATES)
            if open_parts:
                blockers.append(
                    self.env._(
                        "Parts are neither used nor returned: %s.",
                        ", ".join(open_parts.product_id.mapped("display_name")),
                    )
                )
        if target == "delivered" and self.branch_id.ask_old_parts == "must":
            if untold := self._untold_parts():
                blockers.append(self._blocker_old_parts(untold))
        if target == "cancelled" and not (self.env.su or self._has_role({"manager"})):
            used_parts = self.part_usage_ids.filtered(lambda usage: usage.state == "used")
            if used_parts:
                blockers.append(
                    self.env._(
                        "Parts were used, so a manager has to cancel it: %s.",
                        ", ".join(used_parts.product_id.mapped("display_name")),
                    )
                )
        return blockers

    def _write_history(self, source, reason="", *args, **kwargs):
        """Override to keep that a device has left and nobody was asked about its old parts."""
        unasked = self.filtered(
            lambda job: (
                job.state == "delivered"
                and job.branch_id.ask_old_parts == "counter"
                and job._untold_parts()
            )
        )
        for job in unasked:
            words = [(reason or "").strip(), job._sentence_unasked()]
            super(FsmJob, job)._write_history(
                source, " ".join(filter(None, words)), *args, **kwargs
            )
        super(FsmJob, self - unasked)._write_history(source, reason, *args, **kwargs)

    def _sentence_unasked(self):
        return self.env._(
            "Nobody was asked what became of the old parts: %s.",
            ", ".join(self._untold_parts().product_id.mapped("display_name")),
        )

    def _settle_old_parts(self, old_parts):
        """Override of `fsm_jobs`: only what somebody said is kept; `_blockers` asks for the rest."""
        super()._settle_old_parts(old_parts)
        if old_parts and (untold := self._untold_parts()):
            untold.record_old_part(old_part=OLD_PARTS_TOLD[old_parts])

    def _untold_parts(self):
        """Return the used parts of which nobody has said what became of the old one."""
        return self.part_usage_ids.filtered(
            lambda usage: usage.state == "used" and not usage.old_part
        )

    def _blocker_old_parts(self, untold):
        sentence = self.env._(
            "Nobody has said what became of the old parts: %s.",
            ", ".join(untold.product_id.mapped("display_name")),
        )
        return Blocker("old_parts", sentence)

    def _document_delivery(self):
        """Override of `fsm_jobs`: the customer signs for what became of the old parts, too."""
        told = self.part_usage_ids.filtered("old_part")
        fates = dict(told._fields["old_part"]._description_selection(self.env))
        rows = [
            f"{', '.join(usages.product_id.mapped('name'))}: {fates[fate]}"
            for fate, usages in told.grouped("old_part").items()
        ]
        return super()._document_delivery() + [
            (self.env._("Old Part") if not number else "", row) for number, row in enumerate(rows)
        ]

    def _dispute_tables(self):
        """Override of `fsm_jobs` to say which parts went into the device, and how it ended."""
        job_sudo = self.sudo()  # as there
        columns = ("product_id", "lot_id", "quantity", "state", "price_unit")
        columns += ("requested_by_id", "used_by_id", "used_at", "warranty_until", "old_part")
        rows = job_sudo._dispute_rows(job_sudo.part_usage_ids, columns)
        return super()._dispute_tables() | {"parts": rows}

    def _moved(self, source, target):
        """Override to put back what was laid out for job cards that are cancelled."""
        res = super()._moved(source, target)
        if target == "cancelled":
            usages_sudo = self.part_usage_ids.sudo()  # who may cancel a job card gives them up
            open_sudo = usages_sudo.filtered(lambda part: part.state in OPEN_STATES)
            # Two parts in the order in which everybody takes them: see `fsm.stock.guard._hold`.
            for usage_sudo in open_sudo.sorted(lambda part: part.product_id.id):
                usage_sudo._return("", usage_sudo.move_ids)
            open_sudo._offer_released()  # not before all are given up: these job cards wait no more
        return res

    # === BUSINESS METHODS - PARTS === #

    @verb
    def request_part(
        self, product_id: int, quantity: float = 1.0, client_ref: str = "", use: bool = False
    ):
        """Ask for a part. It is reserved if the branch has it; else the job card waits for it.

        :param bool use: build it in at once, if the branch has it
        :return: ``{part_usage_id, state, available}``
        """
        self._check_may_handle_parts()
        return [
            self.env["fsm.client.ref"]._once(
                job.company_id,
                "fsm.job.request_part",
                client_ref,
                {"id": job.id, "product_id": product_id, "quantity": quantity, "use": use},
                lambda job=job: job._request_part(product_id, quantity, client_ref, use)._offer(),
            )
            for job in self
        ]

    def _request_part(self, product_id, quantity, client_ref=False, use=False):
        """Return the part usage that is made of a request. The caller's role was checked."""
        self.ensure_one()
        self._check_parts_open(WORKING_STATES)
        product = self.env["product.product"].search([("id", "=", product_id)])
        if not product:
            raise UserError(self.env._("There is no such part."))
        product._check_part(self.company_id)
        product._check_quantity(quantity)
        # The caller was checked; nobody holds a right to write parts.
        usage_sudo = (
            self.env["fsm.part.usage"]
            .sudo()
            .with_company(self.company_id)
            ._insert(
                [
                    {
                        "job_id": self.id,
                        "product_id": product.id,
                        "quantity": quantity,
                        "state": "requested",
                        "client_ref": client_ref,
                        "requested_by_id": self.env.uid,
                    }
                ]
            )
        )
        if use and product.tracking == "none" and not usage_sudo._use():
            self._start_repair_if_complete()
        elif not usage_sudo._reserve():
            self._move("parts")
        usage_sudo.served_at_once = usage_sudo.state != "requested"
        return usage_sudo.with_env(self.env)

    def _start_repair_if_complete(self):
        """Take job cards that wait for no other part into repair."""
        for job in self:
            awaited = "requested" in job.part_usage_ids.mapped("state")
            if job.state in ("approved", "parts") and not awaited:
                job._move("repair")

    def _check_may_handle_parts(self, role="technician"):
        """Refuse who is not of this role, and a technician on somebody else's job card."""
        if not self.env.su and not self._has_role({role}):
            raise AccessError(self.env._("Your role does not handle the parts of a job card."))
        self.check_access("read")

    def _check_parts_open(self, states):
        """Refuse job cards on whose parts there is nothing to do, or nothing any more."""
        for job in self:
            if job.state not in states:
                raise UserError(
                    self.env._(
                        "The parts of job card %(job)s cannot be changed while it is “%(state)s”.",
                        job=job.name,
                        state=self._state_label(job.state),
                    )
                )

    # === BUSINESS METHODS - BILLING === #

    def _part_price(self, product):
        """Return what the customer pays for a part: what he approved, else the price list's."""
        approved = self.estimate_ids.filtered(lambda estimate: estimate.answer == "approved")[:1]
        lines = (approved.lines or []) + self.line_ids._line_values()
        prices = [line["price_unit"] for line in lines if line["product_id"] == product.id]
        return prices[0] if prices else product._branch_prices(self.company_id)[product]

    def _billable_lines(self):
        """Override to bill parts as they were used, in the words of the estimate."""
        lines = super()._billable_lines()
        names = {line["product_id"]: line["name"] for line in lines}
        used = self.part_usage_ids._line_values(names)
        # What the estimate gives for nothing costs nothing, whenever that was decided.
        charged = {line["product_id"] for line in lines if line["price_unit"]}
        for product_id in names.keys() - charged:
            used[product_id] = [{**part, "price_unit": 0.0} for part in used.get(product_id, [])]
        billable = []
        products = self.env["product.product"].browse(filter(None, names))
        for line in lines:
            product = products.browse(line["product_id"]).with_prefetch(products.ids)
            parts = used.get(product.id, [])
            if product.is_storable:
                billable += parts
                used[product.id] = []
            else:  # nobody counts it: billed as approved, and what is used beyond that
                billable.append(line)
                used[product.id] = self.part_usage_ids._beyond(product, line["quantity"], parts)
        return billable + [line for rest in used.values() for line in rest]
