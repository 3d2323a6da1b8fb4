from odoo import api, fields, models


class FsmPartElsewhere(models.TransientModel):
    """Which branch is asked to send a part; who has a free piece of it is said beside."""

    _name = "fsm.part.elsewhere"
    _inherit = ["fsm.stock.dialog"]
    _description = "Ask Another Branch"

    usage_id = fields.Many2one(string="Part", comodel_name="fsm.part.usage", required=True)
    branch = fields.Selection(
        selection="_branches", required=True, help="It decides whether it sends the part."
    )
    elsewhere = fields.Char(string="It Is At", compute="_compute_elsewhere", compute_sudo=False)

    # === COMPUTE METHODS === #

    @api.model
    def _branches(self):
        """Return the branches of the caller's organisation; their names are no secret in it."""
        branches_sudo = self.env["fsm.branch"].sudo()  # as above
        found = branches_sudo.search([("organization_id", "in", self.env.companies.root_id.ids)])
        return [(str(branch.id), branch.name) for branch in found]

    @api.depends("usage_id")
    def _compute_elsewhere(self):
        for dialog in self:
            having = dialog._having() if dialog.usage_id else []
            dialog.elsewhere = ", ".join(answer["branch"] for answer in having)

    def _having(self):
        """Return those of `fsm_elsewhere` that have the part."""
        branch = self.usage_id.job_id.branch_id
        answers = self.usage_id.product_id.fsm_elsewhere(branch_id=branch.id)
        return [answer for answer in answers if answer["available"]]

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Override: offer the first branch that has the part."""
        defaults = super().default_get(fields)
        having = self.new(defaults)._having() if defaults.get("usage_id") else []
        if having and "branch" in fields:
            defaults["branch"] = str(having[0]["branch_id"])
        return defaults

    # === ACTION METHODS === #

    def action_request(self):
        self.usage_id.request_transfer(branch_id=int(self.branch))
        return {"type": "ir.actions.act_window_close"}
