from odoo import api, fields, models
from odoo.exceptions import ValidationError

CHANNELS = [("sms", "SMS"), ("email", "E-mail")]


class FsmUnclaimedRule(models.Model):
    """One rung of the ladder: so many days after a device is ready, its owner hears from us.

    An organisation that has rungs of its own climbs those only.
    """

    _name = "fsm.unclaimed.rule"
    _description = "Reminder Rule"
    _order = "days, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        index=True,
        ondelete="restrict",
        help="Empty: for every organisation that has no rules of its own.",
    )
    days = fields.Integer(string="Days After Ready", required=True, audit=True)
    channel = fields.Selection(CHANNELS, required=True, default="sms", audit=True)
    sms_template_id = fields.Many2one(
        string="Text Message",
        comodel_name="sms.template",
        required=True,
        ondelete="restrict",
        domain="[('model', '=', 'fsm.job')]",
        help="Also sent where the customer has no e-mail address.",
    )
    mail_template_id = fields.Many2one(
        string="E-mail",
        comodel_name="mail.template",
        ondelete="restrict",
        domain="[('model', '=', 'fsm.job')]",
    )
    makes_unclaimed = fields.Boolean(
        string="Then Unclaimed", help="The job card becomes “Unclaimed” with this reminder."
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        help="More than 0: this is the notice. So many days later is the last day to fetch it.",
        audit=True,
    )
    active = fields.Boolean(default=True, audit=True)

    _days_positive = models.Constraint("CHECK(days > 0)", "A reminder is sent after a day or more.")
    _notice_positive = models.Constraint(
        "CHECK(notice_days >= 0)", "A notice gives no less than 0 days."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("channel", "mail_template_id")
    def _check_template(self):
        for rule in self:
            if rule.channel == "email" and not rule.mail_template_id:
                raise ValidationError(self.env._("“%s” needs its e-mail.", rule.name))

    # === BUSINESS METHODS === #

    @api.model
    def _ladders(self):
        """Return ``{organisation: rules}``; under no organisation those for all others."""
        return dict(self.search([]).grouped("company_id"))  # pylint: disable=no-search-all
