from odoo import api, models
from odoo.exceptions import AccessError

from ..verbs import check_id

# What may be changed of a photo; the picture itself is evidence.
WRITABLE_FIELDS = {"name", "description"}


class IrAttachment(models.Model):
    """What is attached to a job card is evidence: never public, never moved, kept at the end."""

    _inherit = "ir.attachment"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ours = [vals for vals in vals_list if vals.get("res_model") == "fsm.job"]
        if ours and not self.env.su:
            for vals in ours:
                job = self.env["fsm.job"].browse(check_id(self.env, vals.get("res_id"), "res_id"))
                job._check_attachments_open()
                vals["public"] = False
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.get("res_model") == "fsm.job":
            raise AccessError(self.env._("Attach a file to a job card when you add it."))
        if files := self._of_job_cards():
            if vals.keys() - WRITABLE_FIELDS:
                raise files._stays()
            files._check_changeable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if files := self._of_job_cards():
            files._check_changeable()
            if not self.env["fsm.job"]._has_role({"manager"}):
                raise AccessError(self.env._("Only a manager takes a file from a job card."))

    # === BUSINESS METHODS === #

    def _of_job_cards(self):
        """Return those attached to job cards that the caller changes himself."""
        if self.env.su:
            return self.browse()
        return self.filtered(lambda file: file.res_model == "fsm.job")

    def _check_changeable(self):
        """Refuse a change of what a field holds, e.g. a signature, and of what is closed."""
        if any(file.res_field for file in self):
            raise self._stays()
        self.env["fsm.job"].browse(self.mapped("res_id"))._check_attachments_open()

    def _stays(self):
        return AccessError(self.env._("What is attached to a job card stays as it is."))
