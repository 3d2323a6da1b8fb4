from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_move_issued import differs
from .account_payment import BOOKED_FIELDS, UNDONE


class AccountPayment(models.Model):
    """What was paid for a small sale belongs to it, and pays the invoice of its day alone."""

    _inherit = "account.payment"

    small_sale_id = fields.Many2one(
        comodel_name="fsm.small.sale",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("small_sale_id") for vals in vals_list):
            raise UserError(self.env._("What is paid for a counter sale is recorded with it."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and "small_sale_id" in vals:
            raise UserError(self.env._("What is paid for a counter sale is recorded with it."))
        if vals.get("state") in UNDONE or BOOKED_FIELDS & vals.keys():
            self._check_stays_with_its_sale(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_small_sale(self):
        self._check_stays_with_its_sale({"state": "canceled"})

    # === BUSINESS METHODS === #

    def _check_stays_with_its_sale(self, vals):
        """Refuse to change or undo, whoever does it, what a customer paid who has no invoice."""
        for payment in self.filtered("small_sale_id"):
            if payment.state in ("in_process", "paid") and (
                vals.get("state") in UNDONE or differs(payment, vals, BOOKED_FIELDS)
            ):
                raise UserError(
                    self.env._(
                        "%(payment)s paid counter sale %(sale)s: cancel the sale, or credit the "
                        "invoice of its day.",
                        payment=payment.name,
                        sale=payment.small_sale_id.name,
                    )
                )


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: the money of a small sale pays nothing else."""
        partials = super().create(vals_list)
        for partial in partials:
            sale_sudo = partial._small_sale()
            own = sale_sudo.invoice_id | sale_sudo.payment_ids.move_id
            if sale_sudo and partial.debit_move_id.move_id not in own:
                raise UserError(
                    self.env._(
                        "This money paid counter sale %s and pays nothing else.", sale_sudo.name
                    )
                )
        return partials

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_small_sale(self):
        for partial in self:
            sale_sudo = partial._small_sale()
            if sale_sudo:
                raise UserError(
                    self.env._(
                        "Counter sale %s was paid at once: its money stays on the invoice of its day.",
                        sale_sudo.name,
                    )
                )

    # === BUSINESS METHODS === #

    def _small_sale(self):
        """Return, in sudo, the small sale whose money is used here."""
        payment_sudo = self.credit_move_id.move_id.origin_payment_id.sudo()  # a fact
        return payment_sudo.small_sale_id
