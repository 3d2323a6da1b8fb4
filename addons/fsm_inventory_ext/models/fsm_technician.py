from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import verb


class FsmTechnician(models.Model):
    """A technician has a bag or a van: a place of the branch from which he uses parts himself."""

    _inherit = "fsm.technician"

    bag_location_id = fields.Many2one(
        string="Bag",
        comodel_name="stock.location",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === ACTION METHODS === #

    def action_fill_bag(self):
        return self._bag_dialog("fill", self.env._("Fill the Bag"))

    def action_empty_bag(self):
        return self._bag_dialog("empty", self.env._("Empty the Bag"))

    def _bag_dialog(self, kind, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "fsm.bag.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_technician_id": self.id, "default_kind": kind},
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fill_bag(
        self, product_id: int, quantity: float = 1.0, lot_id: int = 0, client_ref: str = ""
    ):
        """Give the technician parts from the shelf to take along.

        :param int lot_id: which piece, for a part tracked by serial or lot number
        :return: ``{technician_id, product_id, quantity}``, the quantity then in the bag
        """
        return self._change_bag_once("fill_bag", product_id, quantity, lot_id, client_ref)

    @verb
    def empty_bag(
        self, product_id: int, quantity: float = 1.0, lot_id: int = 0, client_ref: str = ""
    ):
        """Take parts that the technician brings back onto the shelf.

        :return: ``{technician_id, product_id, quantity}``, the quantity then in the bag
        """
        return self._change_bag_once("empty_bag", product_id, quantity, lot_id, client_ref)

    def _change_bag_once(self, verb_name, product_id, quantity, lot_id, client_ref):
        if not self.env.su and not self.env["fsm.job"]._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not hand out parts."))
        self.check_access("read")
        arguments = {"product_id": product_id, "quantity": quantity, "lot_id": lot_id}
        return [
            self.env["fsm.client.ref"]._once(
                technician.company_id,
                f"fsm.technician.{verb_name}",
                client_ref,
                {**arguments, "id": technician.id},
                lambda technician=technician: technician._change_bag(verb_name, **arguments),
            )
            for technician in self
        ]

    def _change_bag(self, verb_name, product_id, quantity, lot_id):
        product = self.env["product.product"].search([("id", "=", product_id)])
        if not product:
            raise UserError(self.env._("There is no such part."))
        product._check_part(self.company_id)
        product._check_quantity(quantity)
        # The caller hands out parts; accountants hold no rights on stock.
        technician_sudo = self.sudo().with_company(self.company_id)
        in_bag = technician_sudo._move_bag(
            product.sudo(), quantity, lot_id, fill=verb_name == "fill_bag"
        )
        return {"technician_id": self.id, "product_id": product.id, "quantity": in_bag}

    # === BUSINESS METHODS - STOCK === #

    def _move_bag(self, product, quantity, lot_id, fill):
        """Move parts between shelf and bag, and return how many are in the bag then."""
        product = product.with_env(self.env)
        branch = self._bag_branch()
        bag = self._ensure_bag(branch)
        shelf = branch.stock_location_id
        source, destination = (shelf, bag) if fill else (bag, shelf)
        lot = product._find_lot(lot_id, self.company_id)
        moves = self.env["stock.move"]
        plan = moves._plan_taking(product, quantity, source, lot)
        found = sum(taken for _location, _lot, taken in plan)
        if product.uom_id.compare(found, quantity) < 0:
            raise self.env["stock.quant"]._shortage(product, found, source)
        moves._create_planned(
            product, plan, destination, company_id=self.company_id.id, origin=self.name
        )._complete()
        return branch._stock(product, bag).get(product, (0.0, 0.0))[0]

    @api.model
    def _bag_of(self, user, company):
        """Return the bag of a user in the branch of `company`, if he has one."""
        return self.search(
            [("user_id", "=", user.id), ("company_id", "=", company.id)]
        ).bag_location_id

    def _bag_branch(self):
        return self.env["fsm.branch"].search([("company_id", "=", self.company_id.id)])

    def _ensure_bag(self, branch):
        """Return the bag, beside the shelves: what is in it is not there for others."""
        if not self.bag_location_id:
            self.bag_location_id = self.env["stock.location"].create(
                {
                    "name": self.env._("Bag of %s", self.name),
                    "usage": "internal",
                    "location_id": branch.warehouse_id.view_location_id.id,
                    "company_id": self.company_id.id,
                }
            )
        return self.bag_location_id
