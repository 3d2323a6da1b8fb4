from . import fsm_job_dialog
from . import fsm_job_answer
from . import fsm_job_deliver
from . import fsm_job_hold
from . import fsm_job_move
from . import fsm_job_rework
from . import fsm_new_organization
from . import fsm_device_move
