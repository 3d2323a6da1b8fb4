from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# The customer proves himself with the end of the number we took down; five wrong ones an
# hour: one in two thousand by chance. Our own choice, docs/adr/0020.
PROOF_DIGITS, PROOF_TRIES, PROOF_MINUTES = 4, 5, 60


class FsmJob(models.Model):
    """The customer's link: who is given it, and what it takes to answer with it."""

    _inherit = "fsm.job"

    # === COMPUTE METHODS === #

    @api.depends_context("uid", "su")
    def _compute_access_url(self):
        """A link is for who may write down the answer himself; a technician gets it by sharing."""
        super()._compute_access_url()
        may_answer = self.env.su or self._has_role({"receptionist"})
        for job in self:
            job.access_url = job._customer_link() if may_answer else "#"

    # === BUSINESS METHODS === #

    def _has_field_access(self, field, operation):
        """The token answers in the customer's name: no role reads it, or searches with it."""
        if field.name == "access_token" and operation == "read" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def _customer_link(self):
        """Return the address of the customer's own page."""
        self.ensure_one()
        token = self.sudo().access_token  # whoever calls this hands it to the customer
        return f"{self.get_base_url()}/t/{token}" if token else "#"

    def _portal_ensure_token(self):
        """Every job card is born with its token, which nobody reads."""
        return self.sudo().access_token  # used by Odoo to sign what it sends to the customer

    def get_portal_url(self, *args, **kwargs):
        """The page has one address, for whoever may see it."""
        self.check_access("read")
        return self.access_url

    def _proof_asked(self):
        """Return the digits that whoever answers by link has to know; nothing without a phone."""
        digits = "".join(filter(str.isdigit, self.partner_id.phone or ""))
        return digits[-PROOF_DIGITS:] if len(digits) >= PROOF_DIGITS else ""

    def _check_proof(self, digits):
        """Accept whoever knows the end of the customer's number. A wrong one counts.

        :raise UserError: they are wrong, or were wrong too often
        """
        self.ensure_one()
        wanted = self._proof_asked()
        if not wanted:
            return
        Try_sudo = self.env["fsm.job.link.try"].sudo()  # no role reads or writes them
        since = fields.Datetime.now() - timedelta(minutes=PROOF_MINUTES)
        domain = [("job_id", "=", self.id), ("create_date", ">", since)]
        if Try_sudo.search_count(domain) >= PROOF_TRIES:
            raise UserError(self.env._("Too many wrong numbers. Wait an hour, or call us."))
        if "".join(filter(str.isdigit, digits)) != wanted:
            Try_sudo.create({"job_id": self.id})
            raise UserError(
                self.env._(
                    "These are not the last %s digits of the phone number you gave us.",
                    PROOF_DIGITS,
                )
            )


class FsmJobLinkTry(models.Model):
    """A wrong proof on the customer's page. No access right names this model."""

    _name = "fsm.job.link.try"
    _description = "Wrong Proof"

    job_id = fields.Many2one(comodel_name="fsm.job", required=True, index=True, ondelete="cascade")
