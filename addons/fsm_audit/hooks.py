from . import capture


def uninstall_hook(env):
    """Stop the capture. What was written stays: the schema `fsm_audit` is not dropped."""
    module = env["ir.module.module"].search([("name", "=", "fsm_audit")])
    env["fsm.audit.log"]._log_event("config", module, changes={"state": ["installed", None]})
    capture.disarm(env.cr)
