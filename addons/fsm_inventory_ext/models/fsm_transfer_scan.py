from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import verb


class FsmTransfer(models.Model):
    """Parts are scanned when they are packed, and when they come out of the box."""

    _inherit = "fsm.transfer"

    # === BUSINESS METHODS - VERBS === #

    @api.readonly
    @verb
    def scan_part(self, code: str):
        """Say which line a code belongs to: EAN, internal reference, serial or lot number.

        Of a transfer that is sent, numbers are those on the way; before, those of the caller's branch.

        :return: ``{line_id, product_id, name, lot}``, `lot` empty where the code is not of one piece
        """
        self._check_keeper()
        self.check_access("read")
        return [transfer._scan_part(code.strip()) for transfer in self]

    # === BUSINESS METHODS === #

    def _scan_part(self, code):
        transfer_sudo = self.sudo()  # what travels is known at both ends
        if self.state != "requested":
            for line in transfer_sudo.line_ids:
                if code in {lot.name for lot in line._on_the_way()}:
                    return line._scan_answer(code)
        company = self.company_id if self.is_sender else self.to_company_id
        branch = transfer_sudo._branch(company).with_env(self.env)
        product, lot_sudo = self.env["product.product"]._scanned(code, branch)
        line = transfer_sudo.line_ids.filtered(lambda line: line.product_id == product)[:1]
        if not line or (lot_sudo and self.state != "requested"):
            raise UserError(
                self.env._(
                    "“%(code)s” is not on transfer %(transfer)s.",
                    code=code[:60],
                    transfer=self.name,
                )
            )
        return line._scan_answer(lot_sudo.name or "")


class FsmTransferLine(models.Model):
    _inherit = "fsm.transfer.line"

    def _scan_answer(self, lot):
        return {
            "line_id": self.id,
            "product_id": self.product_id.id,
            "name": self.product_id.display_name,
            "lot": lot,
        }
