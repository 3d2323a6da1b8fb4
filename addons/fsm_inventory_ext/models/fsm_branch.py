from odoo import fields, models

ASK_OLD_PARTS = [
    ("no", "Not Asked"),
    ("counter", "Asked at the Counter"),
    ("must", "Must Be Told"),
]
TRANSFER_DIGITS = 5  # SPR/TR/00012


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    warehouse_id = fields.Many2one(
        comodel_name="stock.warehouse", readonly=True, copy=False, ondelete="restrict"
    )
    stock_location_id = fields.Many2one(string="Stock", related="warehouse_id.lot_stock_id")
    usage_location_id = fields.Many2one(
        string="Used on Jobs",
        comodel_name="stock.location",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Where parts go that were built into customers' devices.",
    )

    old_parts_location_id = fields.Many2one(
        string="Old Parts",
        comodel_name="stock.location",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Where parts lie that came out of customers' devices: nobody takes them for new ones.",
    )
    ask_old_parts = fields.Selection(
        ASK_OLD_PARTS,
        string="Old Parts at Delivery",
        default="counter",
        required=True,
        help="Whether it is written down, before a device leaves, what became of the parts taken "
        "out of it. Asked at the counter: by the dialog there. Must be told: by programs, too.",
        audit=True,
    )

    # === BUSINESS METHODS - CREATION === #

    def _provision(self):
        """Override to give the branch its warehouse, and a place for the parts it has used."""
        res = super()._provision()
        for branch in self:
            if not branch.warehouse_id:
                branch.warehouse_id = branch._find_or_create_warehouse()
            if not branch.usage_location_id:
                branch.usage_location_id = self.env["stock.location"].create(
                    {
                        "name": self.env._("Used on Jobs"),
                        "usage": "customer",
                        "company_id": branch.company_id.id,
                    }
                )
            if not branch.old_parts_location_id:
                branch.old_parts_location_id = self.env["stock.location"].create(
                    {
                        "name": self.env._("Old Parts"),
                        "usage": "customer",
                        "is_old_parts": True,
                        "company_id": branch.company_id.id,
                    }
                )
        return res

    def _find_or_create_warehouse(self):
        """Return the branch's warehouse. Odoo makes one for a new company, but only in tests."""
        self.ensure_one()
        values = {"name": self.name, "code": self.code}
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], order="id", limit=1
        )
        if not warehouse:
            return warehouse.create({**values, "company_id": self.company_id.id})
        if (warehouse.name, warehouse.code) != (self.name, self.code):
            warehouse.write(values)
        return warehouse

    def _transfer_series(self):
        """Return the series of what the branch sends, in sudo; made where it is missing."""
        self.ensure_one()
        series_sudo = self.env["ir.sequence"].sudo()  # a series is drawn from, not read
        return series_sudo.search(
            [("code", "=", "fsm.transfer"), ("company_id", "=", self.company_id.id)], limit=1
        ) or series_sudo.create(
            {
                "name": self.env._("Transfers %s", self.code),
                "code": "fsm.transfer",
                "prefix": f"{self.code}/TR/",
                "padding": TRANSFER_DIGITS,
                "company_id": self.company_id.id,
            }
        )

    # === BUSINESS METHODS - STOCK === #

    def _stock(self, products, location=None, lot=None):
        """Return what lies on the shelves of the branch, or in another `location` of it.

        :return: ``{product: (on_hand, free)}`` in the products' units; free is what nobody has
            reserved; a product that the branch never had is missing
        :rtype: dict
        """
        self.ensure_one()
        quants_sudo = self.env["stock.quant"].sudo()  # totals of a branch the caller may see
        return {
            product.with_env(products.env): (
                product.uom_id.round(quantity),
                product.uom_id.round(quantity - reserved),
            )
            for product, quantity, reserved in quants_sudo._read_group(
                [
                    ("product_id", "in", products.ids),
                    # Where a branch keeps its parts is no secret.
                    ("location_id", "child_of", (location or self.sudo().stock_location_id).id),
                    *([("lot_id", "=", lot.id)] if lot else []),
                ],
                ["product_id"],
                ["quantity:sum", "reserved_quantity:sum"],
            )
        }

    def _everywhere(self):
        """Return the place, in sudo, in which all is that the branch has: the shelves and the bags."""
        return self.sudo().warehouse_id.view_location_id  # no secret, as above

    def _stock_and_bag(self, products):
        """Return what lies on the shelves, and what the caller has in his bag, as `_stock` does."""
        if not self or not products:
            return {}, {}
        # Where somebody's own bag is, is no secret to him.
        bag_sudo = self.env["fsm.technician"].sudo()._bag_of(self.env.user, self.company_id)
        return self._stock(products), self._stock(products, bag_sudo) if bag_sudo else {}

    def _on_hand(self, product, lot=None):
        """Return how much of `product` lies in the branch, reserved or not, in its unit.

        :param lot: only the pieces with this serial or lot number
        """
        return self._stock(product, lot=lot).get(product, (0.0, 0.0))[0]

    def _other_branches(self):
        """Return the other open branches of the organisation, in sudo: their names are no secret."""
        self.ensure_one()
        branches_sudo = self.sudo()  # as above
        return branches_sudo.search(
            [("organization_id", "=", branches_sudo.organization_id.id), ("id", "!=", self.id)]
        )

    def _having(self, products):
        """Return ``{(branch id, product id)}`` of what has a free piece on the shelves. In sudo."""
        by_company = {branch.company_id.id: branch.id for branch in self}
        rows = self.env["stock.quant"]._read_group(
            [
                ("product_id", "in", products.ids),
                ("location_id", "child_of", self.stock_location_id.ids),
            ],
            ["company_id", "product_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        return {
            (by_company[company.id], product.id)
            for company, product, quantity, reserved in rows
            if company.id in by_company and product.uom_id.compare(quantity, reserved) > 0
        }
