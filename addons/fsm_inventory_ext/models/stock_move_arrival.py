from odoo import models


class StockMove(models.Model):
    """Parts that are free on a branch's shelves: bought, brought back, or not delivered after all."""

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

    def _do_unreserve(self):
        """Override to lay out what a delivery gives up; a job card offers its parts itself."""
        released_sudo = self.sudo().filtered(  # as above
            lambda move: (
                not move.part_usage_id
                and move.state not in ("done", "cancel")
                and move.quantity
                and move.location_id._never_below_zero()
            )
        )
        res = super()._do_unreserve()
        for company, moves in released_sudo.grouped("company_id").items():
            moves.env["fsm.part.usage"]._serve_waiting(moves.product_id, company)
        return res
