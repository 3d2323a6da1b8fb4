from . import test_account_move
from . import test_account_move_document
from . import test_fsm_branch
from . import test_fsm_job
from . import test_gst
from . import test_gst_properties
from . import test_gst_returns
from . import test_payment
