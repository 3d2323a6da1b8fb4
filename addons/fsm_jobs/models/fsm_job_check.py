from odoo import fields, models


class FsmJobCheck(models.Model):
    """One point of the condition at intake. A dead device cannot be tested, and we say so."""

    _name = "fsm.job.check"
    _description = "Condition Check"
    _inherit = ["fsm.job.child"]
    _job_field = "check_ids"

    name = fields.Char(required=True)
    result = fields.Selection(
        [("ok", "OK"), ("fault", "Fault"), ("untestable", "Cannot Be Tested")],
        default="untestable",
        required=True,
    )
    note = fields.Char()
