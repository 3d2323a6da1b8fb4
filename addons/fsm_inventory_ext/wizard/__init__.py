from . import fsm_stock_dialog
from . import fsm_part_request
from . import fsm_bag_change
from . import fsm_part_old
from . import fsm_part_return
from . import fsm_stock_change
from . import fsm_part_use
from . import fsm_job_deliver
