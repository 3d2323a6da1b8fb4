from collections import defaultdict

from odoo import api, fields, models

from .fsm_low_stock import LEVELS

TOLD_AT_ONCE = 200  # reorder rules in one digest: more is read in the list
ACTIVITIES_AT_ONCE = 20  # who has more to do does nothing


class StockWarehouseOrderpoint(models.Model):
    """How many of a part a branch wants to have; it says so once when there are less.

    And once more when none is left: that is another matter for who waits for one.
    """

    _name = "stock.warehouse.orderpoint"
    _inherit = ["stock.warehouse.orderpoint", "mail.thread", "mail.activity.mixin"]
    _audit_kind = "stock"

    # A branch suggests; what is ordered is somebody's decision.
    trigger = fields.Selection(default="manual")
    product_id = fields.Many2one(audit=True)
    product_min_qty = fields.Float(audit=True)
    product_max_qty = fields.Float(audit=True)
    alerted_at = fields.Datetime(
        string="Told On", readonly=True, copy=False, help="When the branch was told it runs short."
    )
    alerted_level = fields.Selection(LEVELS, string="Told That It Is", readonly=True, copy=False)
    # Computed where they are shown. Stored, each move of a part would compute them anew, for all
    # branches: thirty queries each while a customer waits, and a lock between the branches.
    deadline_date = fields.Date(store=False)
    qty_to_order_computed = fields.Float(store=False, compute_sudo=True)

    # === BUSINESS METHODS - ALERTS === #

    @api.model
    def _cron_alert(self):
        """Tell each branch what runs short there and what is gone, once each until there was enough."""
        short = self.env["fsm.low.stock"].search([])  # pylint: disable=no-search-all
        self._forget(short.orderpoint_id)
        new = short.filtered(lambda row: row._is_news())
        for company, rows in new.grouped("company_id").items():
            rows.orderpoint_id._alert(company)
        for level, rows in new.grouped("level").items():
            rows.orderpoint_id.write({"alerted_at": fields.Datetime.now(), "alerted_level": level})

    @api.model
    def _forget(self, short):
        """Let rules speak again whose parts are there again."""
        enough = self.search([("alerted_at", "!=", False), ("id", "not in", short.ids)])
        enough.activity_unlink(["fsm_inventory_ext.mail_activity_type_low_stock"])
        enough.write({"alerted_at": False, "alerted_level": False})

    def _alert(self, company):
        """Send managers and accountants of a branch one message, and each of them to the worst."""
        managers, accountants = self._people(company)
        people = managers | accountants
        quiet = self.with_context(mail_activity_quick_update=True)  # the one message tells it all
        rows = quiet.env["fsm.low.stock"].browse(self.ids).sorted("level", reverse=True)
        self.activity_unlink(["fsm_inventory_ext.mail_activity_type_low_stock"])  # it says less
        for row in rows[:ACTIVITIES_AT_ONCE]:
            for person in people:
                row.orderpoint_id.activity_schedule(
                    "fsm_inventory_ext.mail_activity_type_low_stock",
                    summary=row._sentence(),
                    user_id=person.id,
                )
        if people:
            self.env["mail.thread"].message_notify(
                partner_ids=people.partner_id.ids,
                subject=rows._headline(),
                body=rows._list(TOLD_AT_ONCE),
            )

    @api.model
    def _people(self, company):
        """Return the managers and the accountants of a branch."""
        group = {
            role: self.env.ref(f"fsm_jobs.group_fsm_{role}")
            for role in ("accountant", "manager", "owner")
        }
        people = defaultdict(self.env["res.users"].browse)
        for user in self.env["res.users"].search(
            [("company_ids", "in", company.ids), ("all_group_ids", "in", group["accountant"].ids)]
        ):
            role = next(
                role
                for role in ("owner", "manager", "accountant")
                if group[role] in user.all_group_ids
            )
            people[role] |= user
        return people["manager"] or people["owner"], people["accountant"]
