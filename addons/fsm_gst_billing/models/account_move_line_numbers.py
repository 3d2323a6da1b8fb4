import re

from odoo import api, fields, models

MAX_AT_HAND = 12  # numbers that are proposed for one line


class AccountMoveLine(models.Model):
    """Which pieces are sold over the counter, of a part that is told apart by its numbers."""

    _inherit = "account.move.line"

    part_numbers = fields.Char(
        string="Serial or Lot Numbers",
        help="Of what is sold without a job card, or comes back of it; with commas between them. "
        "They are printed.",
    )
    numbers_at_hand = fields.Char(compute="_compute_numbers_at_hand")

    # === COMPUTE METHODS === #

    @api.depends("product_id", "move_id.state", "move_id.job_id", "move_id.reversed_entry_id")
    def _compute_numbers_at_hand(self):
        self.numbers_at_hand = False
        asked = self.filtered(
            lambda line: (
                line.product_id.type == "consu"
                and line.move_id.state == "draft"
                and line.move_id._is_counter_sale()
            )
        )
        for company, lines in asked.grouped("company_id").items():
            branch_sudo = company.sudo().fsm_branch_ids  # who sells knows what lies there
            numbers = branch_sudo._numbers_at_hand(lines.product_id) if branch_sudo else {}
            for line in lines:
                known = numbers.get(line.product_id) or []
                more = "…" if len(known) > MAX_AT_HAND else ""
                line.numbers_at_hand = ", ".join(known[:MAX_AT_HAND]) + more or False

    # === BUSINESS METHODS === #

    def _part_numbers(self):
        """Return the numbers that stand on these lines, as a list."""
        names = re.split(r"[,;\n]", "\n".join(line.part_numbers or "" for line in self))
        return [name.strip() for name in names if name.strip()]
