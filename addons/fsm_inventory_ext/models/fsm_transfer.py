from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("requested", "Requested"),
    ("sent", "On the Way"),
    ("short", "Arrived Short"),
    ("received", "Received"),
    ("cancelled", "Declined or Taken Back"),
]


class FsmTransfer(models.Model):
    """Parts that go from one branch of an organisation to another, in one document.

    Each line becomes two stock moves: out of the sending branch, and into the receiving one. What
    is on the way lies between the branches, below Odoo's inter-company transit. Both branches see
    the document; each sees the move of its own stock only.
    """

    _name = "fsm.transfer"
    _description = "Transfer"
    _order = "id desc"
    _audit_kind = "stock"

    name = fields.Char(string="Transfer No.", required=True, readonly=True)
    company_id = fields.Many2one(
        string="From Branch",
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    to_company_id = fields.Many2one(
        string="To Branch",
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        STATES, string="Status", default="requested", required=True, readonly=True, audit=True
    )
    line_ids = fields.One2many(
        string="Parts", comodel_name="fsm.transfer.line", inverse_name="transfer_id", readonly=True
    )
    note = fields.Char(readonly=True)
    reason = fields.Char(readonly=True, help="Why it was declined, or what became of the missing.")

    # Who and when
    requested_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    sent_by_id = fields.Many2one(comodel_name="res.users", readonly=True, audit=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    received_by_id = fields.Many2one(comodel_name="res.users", readonly=True, audit=True)
    received_at = fields.Datetime(string="Received On", readonly=True)

    # Which half is the caller's
    is_sender = fields.Boolean(compute="_compute_side")
    is_receiver = fields.Boolean(compute="_compute_side")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "Another transfer of the branch has this number: try again."
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id", "to_company_id")
    @api.depends_context("uid")
    def _compute_side(self):
        companies = self.env.user.company_ids
        for transfer in self:
            transfer.is_sender = transfer.company_id in companies
            transfer.is_receiver = transfer.to_company_id in companies

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A transfer has a number and is kept: decline it."))

    # === ACTION METHODS === #

    def action_send(self):
        return self._step_dialog("send", self.env._("Send Parts"))

    def action_receive(self):
        return self._step_dialog("receive", self.env._("Confirm Arrival"))

    def action_decline(self):
        return self._step_dialog("decline", self.env._("Decline"))

    def action_settle(self):
        return self._step_dialog("settle", self.env._("What Is Missing"))

    def _step_dialog(self, kind, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "fsm.transfer.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_transfer_id": self.id, "default_kind": kind},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, source, destination, lines, note):
        """Return a new transfer in sudo; the caller was checked.

        :param source: the branch that has the parts
        :param lines: ``[(product, quantity)]``
        """
        return self.sudo().create(  # nobody writes one by hand
            {
                "name": source._transfer_series().next_by_id(),
                "company_id": source.company_id.id,
                "to_company_id": destination.company_id.id,
                "note": note.strip() or False,
                "requested_by_id": self.env.uid,
                "line_ids": [
                    fields.Command.create({"product_id": product.id, "quantity": quantity})
                    for product, quantity in lines
                ],
            }
        )

    def _branch(self, company):
        """Return the branch of one side; called in sudo."""
        return self.env["fsm.branch"].search([("company_id", "=", company.id)])

    def _for_step(self, states, side=None):
        """Return the transfers in sudo, if the caller may take them a step further now.

        :param states: in which the step is possible
        :param str side: the field with the branch that takes it; either one without it
        """
        self._check_keeper()
        self.check_access("read")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for transfer in self:
            sides = transfer[side] if side else transfer.company_id | transfer.to_company_id
            if not self.env.su and not sides & self.env.user.company_ids:
                raise AccessError(self.env._("That is for the other branch to do."))
            if transfer.state not in states:
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s is “%(state)s”.",
                        transfer=transfer.name,
                        state=labels[transfer.state],
                    )
                )
        return self.sudo()  # checked; accountants hold no rights on stock, nobody on transfers

    @api.model
    def _check_keeper(self, role="accountant"):
        if not self.env.su and not self.env["fsm.job"]._has_role({role}):
            raise AccessError(self.env._("Your role does not send parts between branches."))

    def _tell(self, company, subject):
        """Tell the people who keep the parts of a branch; called in sudo."""
        managers, accountants = self.env["stock.warehouse.orderpoint"]._people(company)
        if people := (managers | accountants) - self.env.user:
            self.env["mail.thread"].message_notify(
                partner_ids=people.partner_id.ids,
                subject=subject,
                body=", ".join(line._sentence() for line in self.line_ids),
            )

    def _answers(self):
        return [
            {
                "id": transfer.id,
                "name": transfer.name,
                "state": transfer.state,
                "lines": transfer.line_ids._answers(),
                "document": transfer._document_answer(),
            }
            for transfer in self
        ]
