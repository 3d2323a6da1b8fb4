from . import account_payment_register
from . import fsm_payment
