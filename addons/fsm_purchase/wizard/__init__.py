from . import fsm_order_receive
