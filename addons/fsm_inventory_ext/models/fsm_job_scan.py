from odoo import models

from odoo.addons.fsm_jobs.verbs import verb

from .fsm_part_usage import OPEN_STATES


class FsmJob(models.Model):
    """A part is scanned at the bench: what was asked for by typing is asked for by reading."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def scan_part(self, code: str, client_ref: str = "", *, product_id: int = 0):
        """Ask for the part whose EAN, internal reference, serial or lot number was read.

        The number of a piece uses that piece: whoever reads it holds it in his hand. Where several
        things have the code nothing is asked for: the answer says which, and is `choose`.

        :param int product_id: which of them is meant
        :return: ``{part_usage_id, state, available, name, choices: [{product_id, name}]}``
        """
        self._check_may_handle_parts()
        chosen = {"product_id": product_id} if product_id else {}
        return [
            (not product_id and job._scan_choices(code))
            or self.env["fsm.client.ref"]._once(
                job.company_id,
                "fsm.job.scan_part",
                client_ref,
                {"id": job.id, "code": code, **chosen},
                lambda job=job: job._scan_part(code, product_id),
            )
            for job in self
        ]

    def _scan_choices(self, code):
        """Return the answer that asks which of several things is meant; nothing if it is clear."""
        found = self.env["product.product"]._with_code(code, self.branch_id)
        if len(found) < 2:
            return {}
        choices = [{"product_id": part.id, "name": part._called(lot)} for part, lot in found]
        nothing = {"part_usage_id": False, "available": False, "name": ""}
        return {**nothing, "state": "choose", "choices": choices}

    def _scan_part(self, code, product_id):
        product, lot_sudo = self.env["product.product"]._scanned(code, self.branch_id, product_id)
        usage = self.env["fsm.part.usage"]
        if lot_sudo:  # what is laid out or waited for is this piece
            usage = self.part_usage_ids.filtered(
                lambda usage: usage.product_id == product and usage.state in OPEN_STATES
            )[:1]
        usage = usage or self._request_part(product.id, 1.0)
        if lot_sudo:
            usage.use(quantity=1.0, lot_id=lot_sudo.id)
        return {**usage._offer(), "name": product.display_name, "choices": []}
