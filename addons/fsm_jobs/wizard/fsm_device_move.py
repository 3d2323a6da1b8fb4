from odoo import api, fields, models

from ..models.fsm_custody import CUSTODY_KINDS
from ..models.fsm_job_custody import CUSTODY_MOVERS


class FsmDeviceMove(models.TransientModel):
    """Where the devices of some job cards go: a shelf, a bench, a lab, a courier, another branch."""

    _name = "fsm.device.move"
    _description = "Move Device"
    _inherit = ["fsm.job.dialog"]

    job_ids = fields.Many2many(
        string="Job Cards", comodel_name="fsm.job", default=lambda self: self._default_job_ids()
    )
    job_count = fields.Integer(compute="_compute_job_count")
    company_id = fields.Many2one(related="job_id.company_id")
    kind = fields.Selection(
        selection="_selection_kind",
        string="To",
        required=True,
        default="shelf",
    )
    place_id = fields.Many2one(
        comodel_name="fsm.place",
        domain="[('company_id', '=', company_id), ('kind', '=', kind)]",
    )
    partner_id = fields.Many2one(
        string="Lab or Courier",
        comodel_name="res.partner",
        domain="[('company_id', 'in', [False, company_id])]",
    )
    to_branch = fields.Selection(selection="_selection_to_branch", string="Branch")
    due_date = fields.Date(string="Due Back")
    note = fields.Char()
    currency_id = fields.Many2one(related="company_id.currency_id")
    value = fields.Monetary(
        string="Declared Value", help="Of each device: it stands on the challan it travels with."
    )

    # === COMPUTE METHODS === #

    @api.model
    def _default_job_ids(self):
        context = self.env.context
        ids = context.get("active_ids") if context.get("active_model") == "fsm.job" else []
        return self.env["fsm.job"].browse(ids or context.get("default_job_id"))

    @api.model
    def _selection_kind(self):
        """Return the kinds of places to which the caller may move a device."""
        has_role = self.env["fsm.job"]._has_role
        return [
            (kind, label)
            for kind, label in CUSTODY_KINDS
            if kind in CUSTODY_MOVERS and has_role(CUSTODY_MOVERS[kind])
        ]

    @api.model
    def _selection_to_branch(self):
        """Return the other branches of the organisations the caller works in."""
        organizations = self.env["fsm.branch"].search([]).organization_id  # pylint: disable=no-search-all
        branches_sudo = self.env["fsm.branch"].sudo()  # their names are public in an organisation
        return [
            (str(branch.id), branch.name)
            for branch in branches_sudo.search(
                [
                    ("organization_id", "in", organizations.ids),
                    ("company_id", "!=", self.env.company.id),
                ]
            )
        ]

    @api.depends("job_ids")
    def _compute_job_count(self):
        for dialog in self:
            dialog.job_count = len(dialog.job_ids)

    # === ACTION METHODS === #

    def action_move_device(self):
        """Move the devices; what leaves the house gets its challan printed."""
        jobs = self.job_ids or self.job_id
        jobs.move_device(
            kind=self.kind,
            place_id=self.place_id.id or 0,
            partner_id=self.partner_id.id or 0,
            to_branch_id=int(self.to_branch or 0),
            due_date=fields.Date.to_string(self.due_date) or "",
            note=self.note or "",
            value=self.value,
        )
        if challan := jobs.custody_id.challan_id:
            report = self.env.ref("fsm_jobs.fsm_challan_report")
            return {**report.report_action(challan, config=False), "close_on_report_download": True}
        return {"type": "ir.actions.act_window_close"}
