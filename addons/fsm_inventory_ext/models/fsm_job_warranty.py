from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.fsm_jobs.lifecycle import OUTCOMES_WITHOUT_REPAIR, REASON_MIN_LENGTH

from .fsm_warranty import WarrantyPool

# Why a device came back, if we answer for it: not for what is new, nor for what is not there.
COVERED_CAUSES = {"part", "workmanship", "diagnosis"}


class FsmJob(models.Model):
    """What a job card is warranted for, and what a rework costs nothing for."""

    _inherit = "fsm.job"

    warranty_ids = fields.One2many(
        string="Warranties", comodel_name="fsm.warranty", inverse_name="job_id", readonly=True
    )
    warranty_count = fields.Integer(compute="_compute_warranty_count")
    cover_declined_reason = fields.Char(
        string="Warranty Declined Because",
        copy=False,
        help="Written by a manager: this rework is charged although a warranty runs.",
        audit=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("warranty_ids", "original_job_id")
    def _compute_warranty_count(self):
        first = {job: job._first_job_sudo() for job in self}
        counts = dict(
            self.env["fsm.warranty"]._read_group(
                [("first_job_id", "in", [job.id for job in first.values()])],
                ["first_job_id"],
                ["__count"],
            )
        )
        by_id = {job.id: count for job, count in counts.items()}
        for job in self:
            job.warranty_count = by_id.get(first[job].id, 0)

    @api.depends("original_job_id", "rework_cause", "cover_declined_reason")
    def _compute_amount_untaxed(self):
        """Override to follow what decides about the cover."""
        return super()._compute_amount_untaxed()

    @api.depends("original_job_id", "rework_cause", "cover_declined_reason")
    def _compute_amount_estimate(self):
        """Override to follow what decides about the cover."""
        return super()._compute_amount_estimate()

    # === CONSTRAINT METHODS === #

    @api.constrains("cover_declined_reason")
    def _check_cover_declined_reason(self):
        for job in self:
            reason = job.cover_declined_reason
            if reason and len(reason.strip()) < REASON_MIN_LENGTH:
                raise ValidationError(
                    self.env._(
                        "A warranty is declined with a reason of at least %s characters.",
                        REASON_MIN_LENGTH,
                    )
                )

    # === ACTION METHODS === #

    def action_open_warranties(self):
        """Show what was warranted on this job card, on the first one and on its other reworks."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fsm_inventory_ext.fsm_warranty_action"
        )
        first_sudo = self._first_job_sudo()
        return action | {"domain": [("first_job_id", "=", first_sudo.id)], "context": {}}

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _moved(self, source, target):
        """Override to open the warranties of what is delivered."""
        res = super()._moved(source, target)
        if target == "delivered":
            self._open_warranties()._claim_from_suppliers()
        return res

    def _is_covered(self):
        """Override: work for which the customer pays nothing waits for no answer of his."""
        lines = self._estimate_lines() if self._cover() else []
        free = bool(lines) and not any(line["price_unit"] for line in lines)
        return free or super()._is_covered()

    # === BUSINESS METHODS - BILLING === #

    def _estimate_lines(self):
        """Override to show the customer what his warranty covers."""
        return self._under_warranty(super()._estimate_lines())

    def _billable_lines(self):
        """Override to charge nothing for what is under warranty, and to say why."""
        return self._under_warranty(super()._billable_lines())

    def _part_price(self, product):
        """Override: a rework's part has its own price, charged if the cover is declined."""
        if not self.original_job_id:
            return super()._part_price(product)
        lines = self.line_ids.filtered(lambda line: line.product_id == product)
        rows = lines[:1]._line_values()
        return rows[0]["price_unit"] if rows else product._branch_prices(self.company_id)[product]

    def _under_warranty(self, lines):
        """Return `lines` with what is covered at price 0, and the reason in its words.

        :param list lines: as `_billable_lines` returns them
        """
        cover_sudo = self._cover().get(self)
        if not cover_sudo:
            return lines
        pool = WarrantyPool(cover_sudo, self)
        products = self.env["product.product"].browse([line["product_id"] for line in lines])
        priced = []
        for line, product in zip(lines, products, strict=True):
            for warranty_sudo, quantity in pool.take(product, line["quantity"]):
                free = warranty_sudo and {
                    "name": warranty_sudo._line_name(line["name"]),
                    "price_unit": 0.0,
                }
                priced.append({**line, "quantity": quantity, **(free or {})})
        return priced

    # === BUSINESS METHODS - WARRANTY === #

    def _first_job_sudo(self):
        """Return the job card that the reworks up to this one come from, in sudo."""
        job_sudo = self.sudo()  # a technician may not see the job card of another one
        while job_sudo.original_job_id:
            job_sudo = job_sudo.original_job_id
        return job_sudo._origin  # of a form that is not saved yet, the record behind it

    def _day_here(self, moment):
        """Return the day it was in the branch.

        :param datetime moment: naive UTC
        """
        zone = self.branch_id._timezone()
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), moment).date()

    def _cover(self):
        """Return the warranties that the reworks among these job cards have a claim to.

        What ran on the day the device came back counts, however long the repair takes.

        :return: ``{job: warranties in sudo}`` of those that have any
        :rtype: dict
        """
        first = {
            job: job._first_job_sudo().id
            for job in self
            if job.original_job_id
            and job.rework_cause in COVERED_CAUSES
            and not job.cover_declined_reason
        }
        if not first:
            return {}
        # What the customer is owed is the same, whoever asks.
        rows_sudo = (
            self.env["fsm.warranty"]
            .sudo()
            .search([("first_job_id", "in", list(set(first.values())))], order="end, id")
        )
        families = rows_sudo.grouped(lambda row: row.first_job_id.id)
        covers = {
            job: families.get(first_id, rows_sudo.browse())._running_for(
                job, job._day_here(job.received_at or job.create_date or fields.Datetime.now())
            )
            for job, first_id in first.items()
        }
        return {job: cover for job, cover in covers.items() if cover}

    def _open_warranties(self):
        """Open a row for each part used and each work done; return them, in sudo."""
        jobs_sudo = self.sudo()  # nobody writes warranties by hand
        covers = jobs_sudo._cover()
        Warranty_sudo = self.env["fsm.warranty"].sudo()
        values = []
        for job_sudo in jobs_sudo:
            pool = WarrantyPool(covers.get(job_sudo, Warranty_sudo), job_sudo)
            for item in job_sudo._warranted_items():
                for replaced_sudo, quantity in pool.take(item.product_id, item.quantity):
                    values.append(job_sudo._warranty_values(item, quantity, replaced_sudo))
        return Warranty_sudo.create([row for row in values if row])

    def _warranted_items(self):
        """Return the used parts, then the lines of the work, for which a warranty is given."""
        parts = self.part_usage_ids.filtered(
            lambda usage: usage.state == "used" and usage.product_id.is_storable
        )
        if self.outcome in OUTCOMES_WITHOUT_REPAIR | {"declined"}:
            return [*parts]
        return [*parts, *self.line_ids.filtered(lambda line: not line.product_id.is_storable)]

    def _warranty_values(self, item, quantity, replaced_sudo):
        """Return the row for `quantity` of a used part or of an estimate line.

        :param replaced_sudo: the warranty whose period goes on, or `None` for a new one
        """
        Warranty = self.env["fsm.warranty"]
        product, is_part = item.product_id, item._name == "fsm.part.usage"
        start = self._day_here(self.delivered_at or fields.Datetime.now())
        if replaced_sudo:
            terms = {name: replaced_sudo[name] for name in ("months", "days", "end")}
        else:
            terms = Warranty._terms(self, product, start)
        if not terms:
            return {}
        values = {
            "job_id": self.id,
            "first_job_id": self._first_job_sudo().id,
            "company_id": self.company_id.id,
            "device_id": self.device_id.id,
            "kind": "labour" if product.type == "service" else "part",
            "product_id": product.id,
            "quantity": quantity,
            "usage_id": is_part and item.id,
            "line_id": not is_part and item.id,
            "lot_id": is_part and item.lot_id.id,
            "start": start,
            "replaces_id": replaced_sudo and replaced_sudo.id,
            "supplier_id": False,
            "supplier_end": False,
            **terms,
        }
        if is_part:
            values |= Warranty._supplier_terms(self, product, item, start)
        return values
