from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from ..gst import eway, numbers, periods, tax

# Why goods travel → the kind of challan in the ledger, a key of `gst.table13.NATURES`.
KINDS = {"job_work": "challan_job_work", "own_use": "challan", "other": "challan"}

# What of a challan is known only when somebody comes to carry it.
TRANSPORT = {
    "transport_mode",
    "transporter_gstin",
    "transporter_name",
    "vehicle_number",
    "transport_distance",
    "eway_number",
}


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _challan_number(self, purpose, day):
        """Override of `fsm_jobs` to number challans as Rule 55(1)(i) wants: anew each year.

        Those for job work have a series of their own: Table 13 lists them apart.
        """
        return self._next_number(KINDS[purpose], day)


class FsmChallan(models.Model):
    """A challan has its number in the ledger, and is locked with it: CGST Rule 55."""

    _name = "fsm.challan"
    _inherit = ["fsm.challan", "fsm.gst.transport.mixin"]

    gst_number_ids = fields.One2many(
        string="Number in the Ledger", comodel_name="fsm.gst.number", inverse_name="challan_id"
    )
    needs_eway_bill = fields.Boolean(
        string="Needs an e-Way Bill", compute="_compute_needs_eway_bill", compute_sudo=True
    )
    eway_warning = fields.Char(compute="_compute_needs_eway_bill", compute_sudo=True)
    lacks_value = fields.Boolean(compute="_compute_lacks_value", compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends("line_ids.value", "purpose", "cancelled_at", "eway_number")
    def _compute_needs_eway_bill(self):
        for challan in self:
            challan.needs_eway_bill = not challan.cancelled_at and eway.needed(
                tax.paise(sum(challan.line_ids.mapped("value"))),
                *challan._way(),
                challan.date,
                job_work=challan.purpose == "job_work",
            )
            missing = challan.needs_eway_bill and not challan.eway_number
            challan.eway_warning = missing and challan._say_eway_bill()

    @api.depends("line_ids.value")
    def _compute_lacks_value(self):
        for challan in self:
            challan.lacks_value = not all(challan.line_ids.mapped("value"))

    def _say_eway_bill(self):
        """Return why goods may not leave without an e-way bill; called in sudo."""
        origin, destination = self._way()
        if self.purpose == "job_work" and origin != destination:
            return self.env._(
                "Goods for job work in another state need an e-way bill, whatever they are worth: "
                "Rule 138(1). Make it at the portal and write its number here."
            )
        return self.env._(
            "Goods worth more than ₹%s need an e-way bill here: Rule 138. Make it at the portal and "
            "write its number here.",
            f"{eway.limit(origin, destination, self.date) // 100:,}",
        )

    def _way(self):
        """Return the state codes from where and to where the goods go; called in sudo."""
        origin = self.company_id.state_id.l10n_in_tin or ""
        return origin, self.partner_id.state_id.l10n_in_tin or origin

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `fsm_jobs`: who carries the goods is written when it is known."""
        if not vals.keys() <= TRANSPORT:
            return super().write(vals)
        if not self.env.su and not self.company_id <= self.env.user.company_ids:
            raise AccessError(self.env._("The branch that sends the goods says who carries them."))
        if any(self.mapped("cancelled_at")):
            raise UserError(self.env._("What is on a cancelled challan does not travel."))
        self.check_access("write")
        return self._write_transport(self._normalise_transport(vals))

    def _write_transport(self, vals):
        return super(FsmChallan, self.with_context(fsm_gate=GATE)).write(vals)

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, *args, **kwargs):
        """Override of `fsm_jobs` to put the number into the ledger, in the same transaction."""
        challan_sudo = super()._issue(*args, **kwargs)
        challan_sudo._check_month_open()
        self.env["fsm.gst.number"]._issue(challan_sudo)
        return challan_sudo

    def _gst_number_values(self):
        """Return what the ledger of numbers says of this challan alone."""
        return {
            "challan_id": self.id,
            "day": self.date,
            "kind": KINDS[self.purpose],
            "series": self.name[: -numbers.COUNTER_DIGITS],
            "counter": int(self.name[-numbers.COUNTER_DIGITS :]),
        }

    def _check_may_cancel(self):
        """Override of `fsm_jobs`: Table 13 of a month that was declared stays as it is."""
        super()._check_may_cancel()
        self.sudo()._check_month_open()  # whoever may cancel it

    def _cancel(self, reason):
        """Override of `fsm_jobs` to write down why beside the number, as the database asks for."""
        numbered = self.filtered("gst_number_ids")
        self.env["fsm.gst.cancellation"]._record(numbered, reason)
        super()._cancel(reason)
        self.env.flush_all()

    def _check_month_open(self):
        """Refuse a challan in a month whose return is locked; called in sudo."""
        for challan in self:
            number = challan.gst_number_ids.registration or challan.company_id.vat
            month = (number, periods.period_of(challan.date))
            organization = challan.company_id.root_id
            locked = self.env["account.move"]._locked_months(organization, [month])
            for _gstin, _period, name in locked:
                raise UserError(
                    self.env._(
                        "Challan %(challan)s of %(day)s belongs to the GST return %(name)s, which "
                        "is locked.",
                        challan=challan.name,
                        day=challan.date.strftime("%d-%b-%Y"),
                        name=name,
                    )
                )


class FsmChallanLine(models.Model):
    _inherit = "fsm.challan.line"

    hsn_code = fields.Char(string="HSN", readonly=True)
    uqc = fields.Char(
        string="Unit", readonly=True, help="Unique Quantity Code of GST: NOS, KGS, MTR."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to keep what a part is under GST, as it is when it leaves."""
        products = self.env["product.product"].browse(
            [vals["product_id"] for vals in vals_list if vals.get("product_id")]
        )
        known = {product.id: product for product in products}
        return super().create(
            [
                {**vals, **self._goods_values(known.get(vals.get("product_id")) or products[:0])}
                if vals.get("product_id")
                else vals
                for vals in vals_list
            ]
        )

    @api.model
    def _goods_values(self, product):
        return {
            "hsn_code": product.l10n_in_hsn_code,
            "uqc": (product.uom_id.l10n_in_code or "OTH").split("-")[0],
        }


class FsmJob(models.Model):
    _inherit = "fsm.job"

    def _way_out(self, kind, *args):
        """Override of `fsm_jobs`: a courier is who carries the goods."""
        way = super()._way_out(kind, *args)
        if kind == "courier":
            challan_sudo = self.env["fsm.challan"].sudo().browse(way["challan_id"])  # just issued
            carrier = self.env["res.partner"].browse(way["partner_id"])
            challan_sudo._write_transport({"transporter_name": carrier.display_name})
        return way

    def _challan_lines(self, value):
        """Override of `fsm_jobs`: a device is a piece, with the HSN of its kind."""
        lines = super()._challan_lines(value)
        jobs_sudo = self.sudo()  # who may send a device away knows what it is
        for job, line in zip(jobs_sudo, lines, strict=True):
            category = job.device_id.model_id.category_id
            line |= {"hsn_code": category.l10n_in_hsn_code, "uqc": "NOS"}
        return lines
