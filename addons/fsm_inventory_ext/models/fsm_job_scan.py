from odoo import models

from odoo.addons.fsm_jobs.verbs import verb

from .fsm_part_usage import OPEN_STATES


class FsmJob(models.Model):
    """A part is scanned at the bench: what was asked for by typing is asked for by reading."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def scan_part(self, code: str, client_ref: str = ""):
        """Ask for the part whose EAN, internal reference, serial or lot number was read.

        The number of a piece uses that piece: whoever reads it holds it in his hand.

        :return: ``{part_usage_id, state, available, name}``
        """
        self._check_may_handle_parts()
        return [
            self.env["fsm.client.ref"]._once(
                job.company_id,
                "fsm.job.scan_part",
                client_ref,
                {"id": job.id, "code": code},
                lambda job=job: job._scan_part(code),
            )
            for job in self
        ]

    def _scan_part(self, code):
        product, lot_sudo = self.env["product.product"]._scanned(code, self.branch_id)
        usage = self.env["fsm.part.usage"]
        if lot_sudo:  # what is laid out or waited for is this piece
            usage = self.part_usage_ids.filtered(
                lambda usage: usage.product_id == product and usage.state in OPEN_STATES
            )[:1]
        usage = usage or self._request_part(product.id, 1.0)
        if lot_sudo:
            usage.use(quantity=1.0, lot_id=lot_sudo.id)
        return {**usage._offer(), "name": product.display_name}
