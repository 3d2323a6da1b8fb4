from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # However often Razorpay says so, and however many workers hear it at once.
    _fsm_online_reference_uniq = models.UniqueIndex(
        "(company_id, payment_reference) "
        "WHERE fsm_method = 'online' AND payment_reference > '' "
        "AND state NOT IN ('canceled', 'rejected')",
        "This online payment is booked already.",
    )
