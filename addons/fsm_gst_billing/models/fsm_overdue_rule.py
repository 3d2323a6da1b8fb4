from odoo import api, fields, models
from odoo.exceptions import ValidationError

CHANNELS = [("email", "E-mail"), ("sms", "SMS")]


class FsmOverdueRule(models.Model):
    """One rung of the ladder: so many days after the due date, who has not paid hears from us.

    An organisation that has rungs of its own climbs those only.
    """

    _name = "fsm.overdue.rule"
    _description = "Payment Reminder Rule"
    _order = "days, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        index=True,
        ondelete="restrict",
        help="Empty: for every organisation that has no rules of its own.",
    )
    days = fields.Integer(string="Days After Due Date", required=True, audit=True)
    channel = fields.Selection(CHANNELS, required=True, default="email", audit=True)
    mail_template_id = fields.Many2one(
        string="E-mail",
        comodel_name="mail.template",
        ondelete="restrict",
        domain="[('model', '=', 'account.move')]",
    )
    sms_template_id = fields.Many2one(
        string="Text Message",
        comodel_name="sms.template",
        required=True,
        ondelete="restrict",
        domain="[('model', '=', 'account.move')]",
        help="Also sent where the customer has no e-mail address.",
    )
    active = fields.Boolean(default=True, audit=True)

    _days_positive = models.Constraint("CHECK(days > 0)", "A reminder is sent after a day or more.")

    # === CONSTRAINT METHODS === #

    @api.constrains("channel", "mail_template_id", "sms_template_id")
    def _check_template(self):
        for rule in self:
            if rule.channel == "email" and not rule.mail_template_id:
                raise ValidationError(self.env._("“%s” needs its e-mail.", rule.name))
            templates_sudo = (rule.mail_template_id.sudo(), rule.sms_template_id.sudo())  # checked
            if any(template and template.model != "account.move" for template in templates_sudo):
                raise ValidationError(self.env._("“%s” needs words about an invoice.", rule.name))

    # === BUSINESS METHODS === #

    @api.model
    def _ladders(self):
        """Return ``{organisation: rules}``; under no organisation those for all others."""
        return dict(self.search([]).grouped("company_id"))  # pylint: disable=no-search-all
