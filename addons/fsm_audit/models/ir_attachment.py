from odoo import api, fields, models
from odoo.exceptions import AccessError

# Where a file belongs, and what opens it to who is not signed in.
PLACE_FIELDS = ("res_model", "res_id", "res_field")
OPENING_FIELDS = ("public", "access_token")


class IrAttachment(models.Model):
    """A file of an audited record stays with it, and closed. Core lets who may write it move it,
    make it public, and store it as the content of a field that he may not write.

    The ORM keeps the content of fields, and the server shares documents, as superuser.
    """

    _inherit = "ir.attachment"

    res_model = fields.Char(audit=True)
    res_id = fields.Many2oneReference(audit=True)
    public = fields.Boolean(audit=True)
    access_token = fields.Char(audit=True)  # by its name only that it changed
    checksum = fields.Char(audit=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            names = [*PLACE_FIELDS, *OPENING_FIELDS]
            defaults = self.default_get(names)  # a client may send them
            for vals in vals_list:
                self._check_stays_closed({**defaults, **vals})
        return super().create(vals_list)

    def write(self, vals):
        watched = [name for name in (*PLACE_FIELDS, *OPENING_FIELDS) if name in vals]
        if watched and not self.env.su:
            for file_sudo in self.sudo():  # who may not read it is refused by core
                now = {name: file_sudo[name] for name in (*PLACE_FIELDS, *OPENING_FIELDS)}
                new = {name: vals[name] for name in watched if (vals[name] or False) != now[name]}
                if new.keys() & set(PLACE_FIELDS):
                    if self._is_guarded(now["res_model"]):
                        raise self._stays_error()
                    self._check_stays_closed(now | new)
                else:
                    self._check_stays_closed({"res_model": now["res_model"]} | new)
        return super().write(vals)

    # === BUSINESS METHODS === #

    @api.model
    def _is_guarded(self, model_name):
        """Whether files of this model stay where they are: what is audited, not what is set up."""
        model = self.env.get(model_name) if model_name else None
        return (
            model is not None
            and model._audited
            and model._audit_files
            and model._audit_kind != "config"
        )

    @api.model
    def _check_stays_closed(self, vals):
        if self._is_guarded(vals.get("res_model")):
            if any(vals.get(name) for name in ("res_field", *OPENING_FIELDS)):
                raise self._stays_error()

    @api.model
    def _stays_error(self):
        return AccessError(
            self.env._(
                "This file belongs to a record that is audited: it stays there, "
                "and it is not opened to the public."
            )
        )
