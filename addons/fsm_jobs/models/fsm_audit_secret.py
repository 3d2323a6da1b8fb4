from odoo import api, models


class FsmAuditSecret(models.Model):
    _inherit = "fsm.audit.secret"

    @api.model
    def _purge(self, records, field_name):
        """Override of `fsm_audit`: the job card says no more that it keeps a passcode."""
        if records._name == "fsm.job" and field_name == "passcode":
            records._wipe_passcode()
        return super()._purge(records, field_name)
