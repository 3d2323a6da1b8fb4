from . import test_append_only
from . import test_capture
from . import test_context
from . import test_declaration
from . import test_fsm_audit_log
from . import test_fsm_audit_secret
from . import test_ir_actions_report
from . import test_res_users
