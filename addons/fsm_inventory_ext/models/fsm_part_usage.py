from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import clean_context

from odoo.addons.fsm_jobs.lifecycle import FINAL_STATES, NEXT_STATES
from odoo.addons.fsm_jobs.models.fsm_job import GATE
from odoo.addons.fsm_jobs.verbs import check_value, verb

from .product_template import COST_GROUPS

STATES = [
    ("requested", "Requested"),
    ("reserved", "Reserved"),
    ("used", "Used"),
    ("returned", "Returned"),
    ("scrapped", "Scrapped"),
    ("cancelled", "Cancelled"),
]

OPEN_STATES = ("requested", "reserved")  # neither used nor returned

# What becomes of a part that is given back, from each state that allows it.
AFTER_RETURN = {"requested": "cancelled", "reserved": "returned", "used": "returned"}

# The states of a job card in which parts are asked for and built in ...
WORKING_STATES = {"approved", "parts", "repair"}
# ... and those in which they stay as they are: what is on the bill is on the bill.
SETTLED_STATES = FINAL_STATES | {"ready", "unclaimed"}

# What a caller says when he asks for a part, with its type; the rest follows.
REQUEST_KEYS = {"job_id": int, "product_id": int, "quantity": float, "client_ref": str}


class FsmPartUsage(models.Model):
    """A part taken for a job card, and what became of it.

    Nobody writes it by hand: it is requested by `create`, and changed by `use`, `issue` and
    `return_part`. A used part is a stock move that is done, in the same transaction.
    """

    _name = "fsm.part.usage"
    _description = "Part Usage"
    _order = "job_id, id"
    _check_company_auto = True
    _rec_name = "product_id"

    # The part
    job_id = fields.Many2one(
        string="Job Card",
        comodel_name="fsm.job",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="job_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    quantity = fields.Float(
        digits="Product Unit", default=1.0, required=True, readonly=True, audit=True
    )
    lot_id = fields.Many2one(
        string="Serial or Lot Number",
        comodel_name="stock.lot",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # What became of it
    state = fields.Selection(
        STATES,
        string="Status",
        default="requested",
        required=True,
        readonly=True,
        index=True,
        copy=False,
        audit=True,
    )
    client_ref = fields.Char(readonly=True, copy=False)
    requested_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    used_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    used_at = fields.Datetime(string="Used On", readonly=True)
    return_reason = fields.Char(readonly=True)
    served_at_once = fields.Boolean(
        readonly=True, help="It was there when it was asked for; the fill rate counts these."
    )
    move_ids = fields.One2many(
        string="Stock Moves",
        comodel_name="stock.move",
        inverse_name="part_usage_id",
        groups="stock.group_stock_user",
    )
    available_quantity = fields.Float(
        string="Free in Stock",
        digits="Product Unit",
        compute="_compute_available_quantity",
        help="In the branch of the job card, and not reserved for anybody.",
    )

    bag_quantity = fields.Float(
        string="In Your Bag", digits="Product Unit", compute="_compute_available_quantity"
    )

    # Frozen when it was used
    price_unit = fields.Monetary(string="Price", readonly=True, audit=True)
    cost = fields.Monetary(readonly=True, groups=COST_GROUPS)

    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "A part is used at least once.")

    # === COMPUTE METHODS === #

    @api.depends("product_id", "job_id")
    @api.depends_context("uid")
    def _compute_available_quantity(self):
        for branch, usages in self.grouped(lambda usage: usage.job_id.branch_id).items():
            stock, bag = branch._stock_and_bag(usages.product_id)
            for usage in usages:
                usage.available_quantity = stock.get(usage.product_id, (0.0, 0.0))[1]
                usage.bag_quantity = bag.get(usage.product_id, (0.0, 0.0))[1]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Request parts. The same `client_ref` again returns the first request."""
        self.check_access("create")
        if self.env.context.get("fsm_gate") is GATE:
            return super().create(vals_list)
        usages = self.browse()
        for vals in vals_list:
            request = self._check_request_values(vals)
            job = self.env["fsm.job"].browse(request.pop("job_id"))
            job._check_may_handle_parts()
            usages += self.browse(
                self.env["fsm.client.ref"]._once(
                    job.company_id,
                    self._name,
                    request.get("client_ref"),
                    {"job_id": job.id, **request, "client_ref": False},
                    lambda job=job, request=request: job._request_part(**request).id,
                )
            )
        return usages

    def write(self, vals):
        """Override to leave every change to the methods that also move the stock."""
        if not self.env.su:
            raise AccessError(
                self.env._("A part on a job card is changed by using it or returning it only.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A part on a job card is kept: return it."))

    @api.model
    def _check_request_values(self, vals):
        """Return what a request says, complete; refuse what it does not say."""
        # An empty field of a form is no attempt to set it.
        given = {key: value for key, value in vals.items() if value or key in REQUEST_KEYS}
        if foreign := given.keys() - REQUEST_KEYS.keys():
            labels = self.env["fsm.part.usage"].fields_get(foreign, ["string"])
            raise AccessError(
                self.env._(
                    "Nobody writes this by hand: %s.",
                    ", ".join(sorted(field["string"] for field in labels.values())),
                )
            )
        given.setdefault("quantity", 1.0)
        for key, value in given.items():
            given[key] = check_value(self.env, value, REQUEST_KEYS[key], key)
        if not given.get("job_id") or not given.get("product_id"):
            raise UserError(self.env._("Say which job card needs which part."))
        return given

    @api.model
    def _insert(self, vals_list):
        """Create rows as they are, past the rules of a request: the caller has checked them."""
        gate = self._without_defaults().with_context(fsm_gate=GATE)
        return gate.create(vals_list).with_env(self.env)

    def _without_defaults(self):
        """Return the records without the defaults a caller may have put into the context."""
        return self.with_env(self.env(context=clean_context(self.env.context)))

    # === ACTION METHODS === #

    def action_use(self):
        self.use()

    def action_issue(self):
        self.issue()

    def action_return(self):
        """Give the part back; a dialog asks for the reason where one is needed."""
        self.ensure_one()
        if self.state != "used":
            self.return_part()
            return False
        return self._return_dialog(self.env._("Return Part"))

    def _return_dialog(self, name, is_scrap=False):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "fsm.part.return",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_usage_id": self.id,
                "default_quantity": self.quantity,
                "default_is_scrap": is_scrap,
            },
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def use(self, quantity: float = 0.0, lot_id: int = 0):
        """Take the part from the branch's stock and build it in.

        :param float quantity: less than requested leaves the rest as it was; by default all
        :param int lot_id: which piece, for a part tracked by serial or lot number
        :return: ``{id, state, quantity}``
        """
        for usages in self._in_branches(OPEN_STATES, WORKING_STATES):
            for usage in usages:
                if rest := usage._rest(quantity):
                    usage._split(rest)
            if unserved := usages._use(lot_id):
                raise unserved[0]._shortage(lot_id)
        self.job_id._start_repair_if_complete()
        return self._answers()

    @verb
    def return_part(self, quantity: float = 0.0, reason: str = "", *, client_ref: str = ""):
        """Give the part back: from the device to the shelf, or a request that is not needed.

        :param float quantity: less than all leaves the rest as it was; by default all
        :param str reason: needed for a part that was used
        :return: ``{id, state, quantity}``; where some is left, of what is left
        """
        self.job_id._check_may_handle_parts()
        return self.env["fsm.client.ref"]._once_together(
            self,
            "return_part",
            client_ref,
            {"quantity": quantity, "reason": reason},
            lambda: self._return_parts(quantity, reason),
        )

    def _return_parts(self, quantity, reason):
        """Give the parts back, and return the answers of the verb."""
        for usage_sudo in self._checked_for(AFTER_RETURN, set(NEXT_STATES) - SETTLED_STATES):
            if usage_sudo.state == "used" and not reason.strip():
                raise UserError(self.env._("Say why a used part comes back."))
            origin = usage_sudo.move_ids
            rest = usage_sudo._rest(quantity)
            back = usage_sudo._split(usage_sudo.quantity - rest) if rest else usage_sudo
            back._return(reason.strip(), origin)
            back._offer_released()
        return self._answers()

    @verb
    def issue(self):
        """Lay a requested part out for the technician: the store reserves it for the job card.

        :return: ``{id, state, quantity}``
        """
        for usages in self._in_branches({"requested"}, WORKING_STATES, "accountant"):
            if unserved := usages - usages._reserve_from_shelves():
                raise unserved[0]._shortage()
        return self._answers()

    def _answers(self):
        return [
            {"id": usage.id, "state": usage.state, "quantity": usage.quantity} for usage in self
        ]

    def _offer(self):
        """Return the answer to a request."""
        return {
            "part_usage_id": self.id,
            "state": self.state,
            "available": self.state != "requested",
        }

    # === BUSINESS METHODS - CHECKS === #

    def _checked_for(self, states, job_states, role="technician"):
        """Return the parts in sudo, if the caller may take them a step further now.

        :param states: of the parts, in which the step is possible
        :param job_states: of their job cards
        :param str role: who takes this step, besides a manager
        """
        self.job_id._check_may_handle_parts(role)
        self.check_access("read")
        for usage in self:
            if usage.state not in states:
                raise UserError(
                    self.env._(
                        "%(part)s on job card %(job)s already is “%(state)s”.",
                        part=usage.product_id.display_name,
                        job=usage.job_id.name,
                        state=dict(self._fields["state"]._description_selection(self.env))[
                            usage.state
                        ],
                    )
                )
            usage.job_id._check_parts_open(job_states)
        # Role, own job and states are checked; technicians hold no rights on stock.
        return [
            usage.sudo().with_company(usage.company_id)._without_defaults()
            # Two parts in the order in which everybody takes them: see `fsm.stock.guard._hold`.
            for usage in self.sorted(lambda usage: usage.product_id.id)
        ]

    def _in_branches(self, *states_and_role):
        """Return what `_checked_for` returns, a batch for each branch in its company."""
        checked_sudo = self._together(self._checked_for(*states_and_role))
        batches = checked_sudo.grouped("company_id").items()
        return [usages.with_company(company) for company, usages in batches]

    def _together(self, usages):
        """Return what `_checked_for` returns as one batch, in sudo, in no branch's company yet."""
        # Those that were checked, and no others.
        return self._without_defaults().browse().sudo().concat(*usages)

    def _rest(self, quantity):
        """Return how much stays behind when `quantity` is taken out of this; nothing by default."""
        if not quantity:
            return 0.0
        self.product_id._check_quantity(quantity)
        rest = self.product_id.uom_id.round(self.quantity - quantity)
        if rest < 0:
            raise UserError(
                self.env._(
                    "Only %(quantity)s of %(part)s are on job card %(job)s: request the others.",
                    quantity=f"{self.quantity:g}",
                    part=self.product_id.display_name,
                    job=self.job_id.name,
                )
            )
        return rest

    def _shortage(self, lot_id=0):
        """Return the error that says how much of this part there is to take; in sudo.

        :param int lot_id: where only this piece would do; who it is laid out for is said
        """
        branch, product = self.job_id.branch_id, self.product_id
        lot = product._find_lot(lot_id, self.company_id) if lot_id else None
        free = branch._stock(product, lot=lot).get(product, (0.0, 0.0))[1]
        if lot:
            return product._not_free(branch, free, lot)
        return self.env["stock.quant"]._shortage(product, free, branch.stock_location_id)

    # === BUSINESS METHODS - BILLING === #

    def _line_values(self, names):
        """Return the used parts as `fsm.job._billable_lines` describes them, by product.

        :param dict names: ``{product id: name}``, the words of the estimate where it has the part
        :return: ``{product id: [line]}``, one line for a price
        :rtype: dict
        """
        lines = {}
        used = self.filtered(lambda usage: usage.state == "used")
        for (product, price_unit), usages in used.grouped(
            lambda usage: (usage.product_id, usage.price_unit)
        ).items():
            lines.setdefault(product.id, []).append(
                {
                    "product_id": product.id,
                    "name": names.get(product.id) or product.display_name,
                    "quantity": sum(usages.mapped("quantity")),
                    "price_unit": price_unit,
                }
            )
        return lines

    @api.model
    def _beyond(self, product, quantity, parts):
        """Return what of the used `parts` goes beyond `quantity`, which is billed as approved.

        :param list parts: of `product`, as `_line_values` returns them
        """
        rest = []
        for part in parts:
            left = product.uom_id.round(max(part["quantity"] - quantity, 0.0))
            quantity = max(quantity - part["quantity"], 0.0)
            if left:
                rest.append({**part, "quantity": left})
        return rest
