from . import account_payment_register
from . import fsm_day_closing
from . import fsm_discount
from . import fsm_gst_cancel
from . import fsm_gst_filing
from . import fsm_gst_refund
from . import fsm_job_deliver
from . import fsm_payment
