from . import fsm_signin_policy
from . import res_users
