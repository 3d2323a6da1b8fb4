from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

# What a message says of itself: staff neither chooses it nor changes it.
FIXED_FIELDS = {
    "author_id",
    "author_guest_id",
    "email_from",
    "date",
    "model",
    "res_id",
    "message_type",
    "create_uid",
    "create_date",
}
FORGED = FIXED_FIELDS - {"model", "res_id", "message_type"}


class MailMessage(models.Model):
    """Staff writes in its own name and now, and to people it knows; what is written stays."""

    _inherit = "mail.message"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self._fsm_by_staff():
            vals_list = [self._fsm_own_words(vals) for vals in vals_list]
            self._fsm_check_addressees(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if self._fsm_by_staff():
            if FIXED_FIELDS & vals.keys():
                raise AccessError(self.env._("Who wrote a message, when and where, stays."))
            self._fsm_check_addressees([vals])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_staff(self):
        if self._fsm_by_staff() and any(message.model for message in self):
            raise UserError(self.env._("What was written is kept: write that it was wrong."))

    # === BUSINESS METHODS === #

    @api.model
    def _fsm_by_staff(self):
        return not self.env.su and bool(self.env.user.fsm_role)

    @api.model
    def _fsm_own_words(self, vals):
        """Return `vals` as the caller's own: no other author, no other day."""
        kept = {name: value for name, value in vals.items() if name not in FORGED}
        user = self.env.user
        kept |= {"author_id": user.partner_id.id, "email_from": user.email_formatted}
        return kept | {"author_guest_id": False, "date": fields.Datetime.now()}

    @api.model
    def _fsm_check_addressees(self, vals_list):
        ids = set()
        for vals in vals_list:
            for command in vals.get("partner_ids") or ():
                if isinstance(command, int):
                    ids.add(command)
                elif command[0] == Command.LINK:
                    ids.add(command[1])
                elif command[0] == Command.SET:
                    ids.update(command[2])
        self.env["res.partner"]._fsm_check_known(ids)
