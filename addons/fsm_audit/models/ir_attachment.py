from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import context
from .ir_binary import FACES

# Where a file belongs, and what opens it to who is not signed in.
PLACE_FIELDS = ("res_model", "res_id", "res_field")
OPENING_FIELDS = ("public", "access_token")
CONTENT_FIELDS = {"raw", "datas", "db_datas"}


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

    def _read_format(self, fnames, load="_classic_read"):
        """Override of `base` to log who reads the content of files instead of downloading them."""
        rows = super()._read_format(fnames, load)
        if not CONTENT_FIELDS.isdisjoint(fnames) and not self.env.su and context.address():
            if not self.env.context.get("bin_size"):  # sizes alone, as forms ask for them
                self._log_content()
        return rows

    # === BUSINESS METHODS === #

    def _log_content(self):
        """Log a download for the audited records that these files belong to."""
        files_sudo = self.sudo().exists()  # what was taken is a fact, whoever may read the rest
        files_sudo = files_sudo.filtered(lambda file: file._is_record_file())
        for name, of_model in files_sudo.grouped("res_model").items():
            if name in self.env and self.env[name]._audited:
                owners = self.env[name].browse(set(of_model.mapped("res_id")))
                ids = of_model.ids if len(of_model) > 1 else of_model.id
                self.env["fsm.audit.log"]._log_event(
                    "download", owners, changes={"attachment": [None, ids]}
                )

    def _is_record_file(self):
        """Whether it is a file of a record, not a face or logo that pages show by themselves."""
        return bool(self.res_id) and not (self.res_field or "").startswith(FACES)

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
