from . import fsm_audit_erasure
from . import fsm_audit_export
