from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import check_keys, verb

MAX_COUNTS = 500  # parts of one count: a shelf, not the house
COUNT_KEYS = {"product_id": int, "quantity": float, "lot": str}


class ProductProduct(models.Model):
    """A physical count: what was scanned on the shelves is what there is."""

    _inherit = "product.product"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @verb
    def fsm_count(self, counts: list, reason: str, branch_id: int = 0, client_ref: str = ""):
        """Say how much of many parts was counted in a branch; all of them or none.

        :param list counts: ``[{product_id, quantity, lot}]``, `lot` the serial or lot number of a
            part that has them; what is not named stays as it is
        :return: ``[{product_id, name, lot, before, after}]`` in the same order
        """
        self._check_stock_role("manager")
        self.env["stock.quant"]._check_reason(reason)
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        counts = self._check_counts(counts, branch)
        return self.env["fsm.client.ref"]._once(
            branch.company_id,
            "product.product.fsm_count",
            client_ref,
            {"counts": counts, "reason": reason, "branch_id": branch.id},
            lambda: self._count_all(branch, reason, counts),
        )

    @api.model
    def _count_all(self, branch, reason, counts):
        """Adjust the parts, and answer in the order of the caller."""
        # They are held in the order in which everybody takes them: see `fsm.stock.guard._hold`.
        numbers = sorted(range(len(counts)), key=lambda number: counts[number]["product_id"])
        answers = {number: self._count_one(branch, reason, **counts[number]) for number in numbers}
        return [answers[number] for number in range(len(counts))]

    @api.model
    def _check_counts(self, counts, branch):
        """Return the counts complete; refuse what is none, and what is named twice."""
        if not counts or len(counts) > MAX_COUNTS:
            raise UserError(self.env._("A count has 1 to %s parts.", MAX_COUNTS))
        checked = []
        for count in counts:
            count = check_keys(self.env, count, COUNT_KEYS, "counts")
            product = self.search([("id", "=", count.get("product_id") or 0)])
            product._check_part(branch.company_id)
            quantity = count.get("quantity") or 0.0
            if not product:
                raise UserError(self.env._("There is no such part."))
            if quantity:
                product._check_quantity(quantity)
            lot = (count.get("lot") or "").strip()
            checked.append({"product_id": product.id, "quantity": quantity, "lot": lot})
        if len({(count["product_id"], count["lot"]) for count in checked}) < len(checked):
            raise UserError(self.env._("A part is counted twice."))
        return checked

    @api.model
    def _count_one(self, branch, reason, product_id, quantity, lot):
        """Adjust one part to what was counted, and say what there was before."""
        product = self.browse(product_id)
        # Checked by the verb: role, branch, product, quantity and reason.
        product_sudo = product.sudo().with_company(branch.company_id)
        lots = [lot] if lot else []
        product_sudo._check_lots(lots, 1)
        lot_sudo = product_sudo._lots(lots, branch.company_id, create=True)
        before = branch._on_hand(product, lot_sudo)
        product_sudo._adjust(branch.sudo(), quantity, reason, lots)
        return {
            "product_id": product.id,
            "name": product.display_name,
            "lot": lot,
            "before": before,
            "after": branch._on_hand(product, lot_sudo),
        }
