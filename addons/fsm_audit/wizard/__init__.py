from . import fsm_audit_export
