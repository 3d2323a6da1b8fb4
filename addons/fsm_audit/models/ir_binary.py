from contextvars import ContextVar

from odoo import models
from odoo.exceptions import AccessError

from .. import boundary, context

FACES = ("avatar_", "image_", "logo")
THUMBNAIL = 512  # pixels of the longer side; of more, core gives the picture as it is
_thumbnail = ContextVar("fsm_audit.thumbnail", default=False)


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _find_record(
        self, xmlid=None, res_model="ir.attachment", res_id=None, access_token=None, field=None
    ):
        """Override of `base` to log who was refused a file: the client is told it is not there.

        Faces of colleagues, which pages show by themselves, are no file.
        """
        try:
            return super()._find_record(xmlid, res_model, res_id, access_token, field)
        except AccessError as error:
            if field and field.startswith(FACES):
                raise
            call = boundary.Call(self.env, res_model, "download", ([res_id],))
            boundary.log_denial(call, error)
            raise

    def _get_image_stream_from(self, record, field_name="raw", *args, width=0, height=0, **kwargs):
        """Override of `base`: a thumbnail, a logo or an avatar is no download."""
        is_small = 0 < max(int(width or 0), int(height or 0)) <= THUMBNAIL
        is_face = record._name != "ir.attachment" and field_name.startswith(FACES)
        token = _thumbnail.set(is_small or is_face)
        try:
            return super()._get_image_stream_from(
                record, field_name, *args, width=width, height=height, **kwargs
            )
        finally:
            _thumbnail.reset(token)

    def _get_stream_from(self, record, field_name="raw", *args, **kwargs):
        """Override of `base` to log who took a file of an audited record."""
        stream = super()._get_stream_from(record, field_name, *args, **kwargs)
        if context.address() and not _thumbnail.get():
            self._log_download(record.sudo(), field_name)  # whom core let read it
        return stream

    def _log_download(self, record_sudo, field_name):
        if record_sudo._name == "ir.attachment":
            model, res_id = record_sudo.res_model, record_sudo.res_id
            facts = {"attachment": record_sudo.id}
            is_file = record_sudo._is_record_file()
        else:
            model, res_id = record_sudo._name, record_sudo.id
            facts = {"field": field_name}
            is_file = record_sudo._fields[field_name].type == "binary"
        if is_file and model in self.env and self.env[model]._audited:
            changes = {name: [None, fact] for name, fact in facts.items()}
            owner = self.env[model].browse(res_id).exists()
            self.env["fsm.audit.log"]._log_event("download", owner or model, changes=changes)
