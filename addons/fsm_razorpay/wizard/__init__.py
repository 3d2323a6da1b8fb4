from . import fsm_day_closing
