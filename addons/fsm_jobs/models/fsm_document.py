from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..verbs import check_id

DOCUMENT_KINDS = [
    ("id_proof", "Proof of Identity"),
    ("purchase", "Purchase Bill"),
    ("warranty", "Warranty Card"),
    ("agreement", "Agreement"),
    ("permit", "Gate Pass or Permit"),
    ("other", "Other"),
]


class FsmDocument(models.Model):
    """A paper of a customer, of one of his sites or of a device, with the day it expires."""

    _name = "fsm.document"
    _description = "Document"
    _order = "expires_on, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    kind = fields.Selection(DOCUMENT_KINDS, string="Type", required=True, default="other")
    expires_on = fields.Date(index="btree_not_null")
    is_expired = fields.Boolean(compute="_compute_is_expired", search="_search_is_expired")
    file = fields.Binary(required=True, attachment=True)
    filename = fields.Char()

    # Whose it is: one of them
    partner_id = fields.Many2one(
        string="Customer or Site",
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    device_id = fields.Many2one(
        comodel_name="fsm.device", index="btree_not_null", check_company=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )

    _one_owner = models.Constraint(
        "CHECK((partner_id IS NULL) <> (device_id IS NULL))",
        "A document belongs to a customer, a site or a device: to one of them.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id.company_id", "device_id.company_id")
    def _compute_company_id(self):
        for document in self:
            document.company_id = document.device_id.company_id or document.partner_id.company_id

    @api.depends("expires_on")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for document in self:
            document.is_expired = bool(document.expires_on and document.expires_on < today)

    @api.model
    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("expires_on", "<", fields.Date.context_today(self))

    # === CONSTRAINT METHODS === #

    @api.constrains("company_id")
    def _check_company_is_known(self):
        if any(not document.company_id for document in self):
            raise ValidationError(self.env._("This contact is no customer of a branch."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_owner(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_owner(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _check_owner(self, vals):
        """Nobody files a paper with somebody he cannot see."""
        for name in ("partner_id", "device_id"):
            if vals.get(name):
                owner = self.env[self._fields[name].comodel_name]
                owner.browse(check_id(self.env, vals[name], name)).check_access("read")
