from odoo import api, fields, models
from odoo.exceptions import ValidationError

CHANNELS = [("sms", "SMS"), ("email", "E-mail")]


class FsmReminderRuleMixin(models.AbstractModel):
    """One rung of a ladder: so many days after something happened, a customer hears from us.

    An organisation that has rungs of its own climbs those only. Who inherits says in `_reminds_of`
    the model its words are about.
    """

    _name = "fsm.reminder.rule.mixin"
    _description = "Rung of a Ladder of Reminders"
    _order = "days, id"
    _reminds_of = ""

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        index=True,
        ondelete="restrict",
        help="Empty: for every organisation that has no rules of its own.",
    )
    days = fields.Integer(required=True, audit=True)
    channel = fields.Selection(CHANNELS, required=True, default="sms", audit=True)
    sms_template_id = fields.Many2one(
        string="Text Message",
        comodel_name="sms.template",
        required=True,
        ondelete="restrict",
        domain=lambda self: [("model", "=", self._reminds_of)],
        help="Also sent where the customer has no e-mail address.",
    )
    mail_template_id = fields.Many2one(
        string="E-mail",
        comodel_name="mail.template",
        ondelete="restrict",
        domain=lambda self: [("model", "=", self._reminds_of)],
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
            if any(template and template.model != self._reminds_of for template in templates_sudo):
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” needs words about: %(what)s.",
                        rule=rule.name,
                        what=self.env["ir.model"]._get(self._reminds_of).name,
                    )
                )

    # === BUSINESS METHODS === #

    @api.model
    def _ladders(self):
        """Return ``{organisation: rules}``; under no organisation those for all others."""
        return dict(self.search([]).grouped("company_id"))  # pylint: disable=no-search-all
