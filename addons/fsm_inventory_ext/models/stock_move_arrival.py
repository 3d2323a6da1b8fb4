from odoo import models


class StockMove(models.Model):
    """Parts that come onto a branch's shelves: bought, brought back, taken out of a device again."""

    _inherit = "stock.move"

    # === BUSINESS METHODS === #

    def _action_done(self, *args, **kwargs):
        """Override to lay out what has arrived for the job cards that wait for it."""
        moves = super()._action_done(*args, **kwargs)
        arrived_sudo = moves.sudo().filtered(  # whoever brings parts need not see who waits
            lambda move: (
                move.state == "done"
                and move.location_dest_id.usage == "internal"
                and not move.location_id.parent_path.startswith(move.location_dest_id.parent_path)
            )
        )
        for company, company_moves in arrived_sudo.grouped("company_id").items():
            usages = company_moves.env["fsm.part.usage"]
            usages._serve_waiting(company_moves.product_id, company)
        return moves
