from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..verbs import verb
from .fsm_consent import PURPOSES

# Two cards of a branch with one of these the same are of one customer, unless somebody says no.
SAME = ("phone_sanitized", "email_normalized")


class ResPartner(models.Model):
    """Who a customer is: his kind, how he likes to be called, what he agreed to, who sent him."""

    _inherit = "res.partner"

    fsm_customer_type = fields.Selection(
        [("residential", "Residential"), ("commercial", "Commercial")],
        string="Customer Type",
        compute="_compute_fsm_customer_type",
        store=True,
        readonly=False,
        precompute=True,
    )
    fsm_contact_by = fields.Selection(
        [("phone", "Phone"), ("whatsapp", "WhatsApp"), ("sms", "SMS"), ("email", "E-mail")],
        string="Prefers",
    )
    fsm_referred_by_id = fields.Many2one(
        string="Referred by", comodel_name="res.partner", index="btree_not_null", audit=True
    )
    fsm_flag = fields.Char(
        string="Alert at the Counter", help="Shown when he brings a device.", audit=True
    )
    fsm_allow_duplicate = fields.Boolean(
        string="Same Number on Purpose",
        copy=False,
        audit=True,
        help="Another person who shares a phone number or an e-mail address with a customer.",
    )
    fsm_consent_ids = fields.One2many(
        string="Consents", comodel_name="fsm.consent", inverse_name="partner_id"
    )
    fsm_document_ids = fields.One2many(
        string="Documents", comodel_name="fsm.document", inverse_name="partner_id"
    )

    # === COMPUTE METHODS === #

    @api.depends("is_company")
    def _compute_fsm_customer_type(self):
        for partner in self:
            if partner.is_company:
                partner.fsm_customer_type = "commercial"
            else:
                partner.fsm_customer_type = partner.fsm_customer_type or "residential"

    # === CONSTRAINT METHODS === #

    @api.constrains("fsm_referred_by_id")
    def _check_fsm_referred_by(self):
        for partner in self.filtered("fsm_referred_by_id"):
            friend = partner.fsm_referred_by_id
            if friend == partner or friend.company_id != partner.company_id:
                raise ValidationError(
                    self.env._("Who referred a customer is another customer of the branch.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        for partner in partners:
            partner._fsm_check_duplicate(SAME)
        return partners

    def write(self, vals):
        if not vals.keys() & {"phone", "email", "company_id", "active", "fsm_allow_duplicate"}:
            return super().write(vals)
        before = {partner: partner._fsm_said() for partner in self}
        result = super().write(vals)
        for partner in self:
            said, now = before[partner], partner._fsm_said()
            changed = {name for name in SAME if now[name] != said[name]}
            # Who shared a number on purpose locks nobody: he that had it keeps it, and comes back.
            others = not changed and now != said and [("fsm_allow_duplicate", "=", False)]
            partner._fsm_check_duplicate(changed or (SAME if others else ()), others or ())
        return result

    # === BUSINESS METHODS === #

    def _fsm_said(self):
        """Return what decides whether this card is a second one of somebody."""
        names = (*SAME, "company_id", "active", "fsm_allow_duplicate")
        self_sudo = self.sudo()  # it is compared, and told to nobody
        return {name: self_sudo[name] for name in names}

    def _fsm_check_duplicate(self, names, others=()):
        """One customer, one card: a second one is opened on purpose, which is noted, or not.

        :param names: those of `SAME` that are asked about
        :param others: a domain of the cards that count
        """
        if not names or not self._fsm_is_customer():
            return
        if not (known := self._fsm_duplicates(names, others)):
            return
        if not self.fsm_allow_duplicate:
            raise ValidationError(known[0]._fsm_taken())
        self._message_log(
            body=self.env._(
                "Opened on purpose with the same phone number or e-mail address as %s.",
                ", ".join(known.mapped("name")),
            )
        )

    def _fsm_taken(self):
        """Say to whom a phone number or an e-mail address belongs, and what to do."""
        self.ensure_one()
        if self.active:
            text = self.env._(
                "%(name)s (customer %(id)s) already has this phone number or e-mail address. Take "
                "that customer, or tick “Same Number on Purpose” (“allow_duplicate”) for another "
                "person.",
                name=self.name,
                id=self.id,
            )
        else:
            text = self.env._(
                "%(name)s (customer %(id)s), who is archived, already has this phone number or "
                "e-mail address. Restore that customer, or tick “Same Number on Purpose” "
                "(“allow_duplicate”) for another person.",
                name=self.name,
                id=self.id,
            )
        return text

    def _fsm_is_customer(self):
        """Tell whether this is the card of a branch's customer, not a site or a colleague."""
        self.ensure_one()
        return bool(
            self.active
            and not self.parent_id
            and self.company_id.sudo().fsm_branch_ids  # that it is a branch, no more
            and self.partner_share
            and not self.fsm_organization_id
        )

    def _fsm_duplicates(self, names, others=()):
        """Return the branch's other customers who have the same in `names`, archived ones too."""
        self.ensure_one()
        same = [Domain(name, "=", self[name]) for name in names if self[name]]
        if not same:
            return self.browse()
        return self.with_context(active_test=False).search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("parent_id", "=", False)
            & Domain("id", "!=", self.id)
            & Domain.OR(same)
            & Domain(list(others)),
            order="active DESC, id",
            limit=5,
        )

    def _fsm_consents(self):
        """Return what each customer last said: ``{partner id: {purpose: granted}}``."""
        said = {partner.id: {} for partner in self}
        rows = self.env["fsm.consent"].search([("partner_id", "in", self.ids)], order="id")
        for row in rows:
            said[row.partner_id.id][row.purpose] = row.granted
        return said

    def _fsm_may_contact(self, purpose):
        """Tell what the customer last said about `purpose`: True, False, or None for nothing."""
        self.ensure_one()
        return self._fsm_consents()[self.id].get(purpose)

    def _fsm_refusing(self, purposes):
        """Return those who last said no to one of `purposes`; who said nothing has not refused.

        He gave his number for the repair (section 7(a), Digital Personal Data Protection Act 2023).
        """
        said = self._fsm_consents()
        return self.filtered(
            lambda partner: any(said[partner.id].get(each) is False for each in purposes)
        )

    def _fsm_note_consents(self, consents, note):
        """Write down what customers say now.

        :param dict consents: ``{purpose: granted}``
        :param str note: how they said it
        :return: the rows
        """
        return self.env["fsm.consent"].create(
            [
                {"partner_id": partner.id, "purpose": purpose, "granted": granted, "note": note}
                for partner in self
                for purpose, granted in consents.items()
            ]
        )

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_set_consent(self, purpose: str, granted: bool, note: str = ""):
        """Write down that a customer agrees to be contacted about `purpose`, or no longer does.

        :return: ``{id, purpose, granted}``
        """
        if purpose not in dict(PURPOSES):
            raise UserError(self.env._("“purpose” must be one of: %s.", ", ".join(dict(PURPOSES))))
        self.check_access("read")
        return [
            {"id": consent.id, "purpose": consent.purpose, "granted": consent.granted}
            for consent in self._fsm_note_consents({purpose: granted}, note)
        ]
