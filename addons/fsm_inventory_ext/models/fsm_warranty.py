import math

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.fsm_jobs.verbs import verb

from .product_template import COST_GROUPS

KINDS = [("part", "Part"), ("labour", "Labour")]
STATES = [("running", "Running"), ("consumed", "Consumed"), ("expired", "Expired")]


class FsmWarranty(models.Model):
    """For how long we answer for one part that was built in, or for one work that was done.

    A row is opened when the job card is delivered and never written again. What replaces a part
    or repeats a work under warranty gets a row that ends with the first one: no period starts
    twice (docs/adr/0026).
    """

    _name = "fsm.warranty"
    _description = "Warranty"
    _order = "end desc, id desc"
    _rec_names_search = ["product_id.name", "device_id.serial", "lot_id.name"]
    _check_company_auto = True
    _log_access = False

    # What it is for
    job_id = fields.Many2one(
        string="Job Card",
        comodel_name="fsm.job",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    first_job_id = fields.Many2one(
        string="First Job Card",
        comodel_name="fsm.job",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Where the first of all reworks came from.",
    )
    company_id = fields.Many2one(
        string="Branch",
        comodel_name="res.company",
        required=True,
        readonly=True,
        ondelete="restrict",  # the index below begins with it
    )
    device_id = fields.Many2one(
        comodel_name="fsm.device", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(string="Customer", related="job_id.partner_id")
    kind = fields.Selection(KINDS, string="For", required=True, readonly=True)
    product_id = fields.Many2one(
        string="Part or Labour",
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    quantity = fields.Float(digits="Product Unit", required=True, readonly=True, audit=True)
    usage_id = fields.Many2one(
        string="Used Part",
        comodel_name="fsm.part.usage",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    line_id = fields.Many2one(
        string="Estimate Line",
        comodel_name="fsm.job.line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    lot_id = fields.Many2one(
        string="Serial or Lot Number",
        comodel_name="stock.lot",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # How long
    months = fields.Integer(readonly=True, help="As the catalogue said for the part.")
    days = fields.Integer(readonly=True, help="As the category of the device said.")
    start = fields.Date(required=True, readonly=True)
    end = fields.Date(string="Until", required=True, readonly=True, audit=True)
    state = fields.Selection(
        STATES, string="Status", compute="_compute_state", search="_search_state"
    )
    is_consumed = fields.Boolean(compute="_compute_is_consumed", store=True)
    replaces_id = fields.Many2one(
        string="Goes On From",
        comodel_name="fsm.warranty",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The warranty whose remaining period this is.",
    )
    replaced_by_ids = fields.One2many(
        string="Went On As", comodel_name="fsm.warranty", inverse_name="replaces_id"
    )

    # Whom we can hold to it
    supplier_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups=COST_GROUPS,
    )
    supplier_end = fields.Date(
        string="Supplier's Warranty Until", readonly=True, groups=COST_GROUPS, audit=True
    )

    _company_end_idx = models.Index('(company_id, "end")')
    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "A warranty is for something.")

    claim_ids = fields.One2many(
        string="Supplier Claims",
        comodel_name="fsm.supplier.claim",
        inverse_name="warranty_id",
        groups=COST_GROUPS,
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id", "end")
    def _compute_display_name(self):
        for warranty in self:
            warranty.display_name = self.env._(
                "%(product)s until %(date)s",
                product=warranty.product_id.display_name,
                date=warranty._day(warranty.end),
            )

    @api.depends("end", "is_consumed")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for warranty in self:
            over = "expired" if warranty.end < today else "running"
            warranty.state = "consumed" if warranty.is_consumed else over

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        unused = Domain("is_consumed", "=", False)
        domains = {
            "running": unused & Domain("end", ">=", today),
            "consumed": Domain("is_consumed", "=", True),
            "expired": unused & Domain("end", "<", today),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("quantity", "kind", "replaced_by_ids.quantity")
    def _compute_is_consumed(self):
        for warranty in self:
            warranty.is_consumed = warranty._left_for(self.env["fsm.job"]) <= 0

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(self.env._("A warranty cannot be rewritten: what we promised stands."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A warranty that was given is kept."))

    # === ACTION METHODS === #

    def action_open_job(self):
        """Open the job card of the row, for those who may see it."""
        self.job_id.check_access("read")
        return self.job_id._get_records_action()

    def action_claim(self):
        """Ask the supplier back for what this part was replaced by, and show the claim."""
        return self._claim().with_env(self.env)._get_records_action()

    # === BUSINESS METHODS - VERBS === #

    @verb
    def claim(self, *, client_ref: str = ""):
        """Ask the supplier back for what this part was replaced by.

        :return: ``[{id, state, amount_claimed, amount_credited, reference, credit_reference,
            due_on}]``, the claims that were opened
        """
        self.env["fsm.supplier.claim"]._check_claimer()
        return self.env["fsm.client.ref"]._once_together(
            self,
            "claim",
            client_ref,
            {},
            lambda: [warranty._claim()._answers() for warranty in self],
        )

    def _claim(self):
        """Open claims for what replaced this part, as far as it is not claimed; in sudo."""
        self.env["fsm.supplier.claim"]._check_claimer()
        self.check_access("read")
        pending_sudo = self.sudo().claim_ids.filtered(  # the role was checked
            lambda claim: claim.state not in ("refused", "withdrawn")
        )
        rows_sudo = self.sudo().replaced_by_ids.filtered(
            lambda row: row.job_id not in pending_sudo.rework_id
        )
        claims_sudo = self.env["fsm.supplier.claim"]._open_for(rows_sudo)
        if not claims_sudo:
            raise UserError(
                self.env._(
                    "There is nothing to claim: the part was not replaced under warranty, is claimed "
                    "already, or the catalogue names no vendor for it."
                )
            )
        return claims_sudo

    # === BUSINESS METHODS === #

    def _day(self, date):
        return date.strftime("%d %b %Y") if date else ""

    def _left_for(self, job):
        """Return how much of this is still to be had by `job`, as if that had taken none yet.

        A work is repeated until it is right; a part is replaced once.
        """
        self.ensure_one()
        taken = self.replaced_by_ids.filtered(lambda warranty: warranty.job_id != job)
        if self.kind == "labour":
            return 0.0 if taken else math.inf
        return self.product_id.uom_id.round(self.quantity - sum(taken.mapped("quantity")))

    def _running_for(self, job, day):
        """Return those that still ran on `day`, when the device of `job` came back."""
        return self.filtered(
            lambda warranty: (
                warranty.job_id != job
                and warranty.start <= day <= warranty.end
                and warranty._left_for(job) > 0
            )
        )

    def _line_name(self, name):
        """Return what a line says that costs nothing because of this warranty."""
        return self.env._(
            "%(name)s – no charge: under warranty until %(date)s, job card %(job)s",
            name=name,
            date=self._day(self.end),
            job=self.sudo().job_id.name,  # the customer's own; a technician may not see that card
        )

    def _claim_from_suppliers(self):
        """Open claims for the failed parts that these rows, just opened in sudo, replace.

        Only where the part itself failed, and its supplier still answered for it that day.
        """
        replacements_sudo = self.filtered(
            lambda row: (
                row.kind == "part"
                and row.job_id.rework_cause == "part"
                and row.replaces_id.supplier_id
                and (row.replaces_id.supplier_end or row.start) >= row.start
            )
        )
        return self.env["fsm.supplier.claim"]._open_for(replacements_sudo)

    @api.model
    def _terms(self, job_sudo, product_sudo, start):
        """Return how long we answer for `product_sudo`, built into the device of `job_sudo`.

        :return: `months`, `days` and `end`; nothing where no warranty is given
        :rtype: dict
        """
        months = product_sudo.part_warranty_months
        days = 0 if months else job_sudo.device_id.category_id.warranty_days
        if not (months or days):
            return {}
        return {
            "months": months,
            "days": days,
            "end": start + relativedelta(months=months, days=days),
        }

    @api.model
    def _supplier_terms(self, job_sudo, product_sudo, usage_sudo, start):
        """Return who answers to us for a part, and until when: who sold it, else its first vendor.

        His time runs from the day on which the numbered piece reached us; of pieces without a
        number nobody knows that day, so it runs from the day of its use.
        """
        companies = job_sudo.company_id | job_sudo.company_id.root_id
        vendor = self._bought_from(usage_sudo)
        seller = product_sudo.seller_ids.filtered(
            lambda seller: (
                (not seller.company_id or seller.company_id in companies)
                and (not vendor or seller.partner_id == vendor)
            )
        )[:1]
        months = seller.part_warranty_months
        since = usage_sudo.lot_id._come_on() or usage_sudo.used_at
        since = job_sudo._day_here(since) if since else start
        return {
            "supplier_id": (vendor or seller.partner_id).id,
            "supplier_end": months and since + relativedelta(months=months),
        }

    @api.model
    def _bought_from(self, usage_sudo):
        """Return from whom a used part was bought. Here: nobody knows.

        An addon that knows orders extends this method.

        :return: of `res.partner`, in sudo; empty where it is not known
        """
        return usage_sudo.env["res.partner"]


class WarrantyPool:
    """What a rework may have for nothing, handed out piece by piece.

    :param warranties: of `fsm.warranty`, those that run out first first
    :param job: the rework
    """

    def __init__(self, warranties, job):
        self.left = {warranty: warranty._left_for(job) for warranty in warranties}

    def take(self, product, quantity):
        """Yield each warranty that covers `quantity` of `product`, with how much; then the rest.

        :return: pairs of a warranty (`None` for what is not covered) and a quantity
        """
        for warranty, left in self.left.items():
            if warranty.product_id != product or left <= 0 or quantity <= 0:
                continue
            taken = min(left, quantity)
            self.left[warranty] = left - taken
            quantity = product.uom_id.round(quantity - taken)
            yield warranty, taken
        if quantity > 0:
            yield None, quantity
