from . import account_journal
from . import account_payment
from . import fsm_branch
from . import fsm_day_close
from . import fsm_job
from . import payment_provider
from . import payment_transaction
