from . import fsm_payment
