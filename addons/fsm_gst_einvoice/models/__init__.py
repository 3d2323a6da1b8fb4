from . import fsm_gst_transport
from . import account_move
from . import account_move_irn
from . import account_move_transport
from . import fsm_branch
from . import fsm_challan
from . import fsm_gst_return
from . import res_company
