from . import test_fsm_purchase
