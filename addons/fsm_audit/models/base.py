from lxml import etree

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import boundary, capture, context
from ..declaration import is_audited

EXPORT_IDS = 500  # of so many exported records the trail names the ids, of more the count


class Base(models.AbstractModel):
    """Accepts `audit=True`, `audit="masked"` and `audit="changed"` on the fields of every model.

    Masked is for personal data. A secret is never audited by value: of a field that may hold one,
    `"changed"`, or is named like one, see `const.NEVER_NAMES`, the trail says only that it changed.
    """

    _inherit = "base"

    # How long the entries of a model are to be kept (`const.CLASSES`), and of which kind they are
    # if it is not simply created, changed, deleted (`const.KINDS`).
    _audit_class = "ops"
    _audit_kind = None
    # Whether files that are attached to an audited record are guarded (`ir.attachment`).
    _audit_files = True
    _audit_table = False  # whether it has a table though the ORM does not make it
    # Columns that are no stored field, since core writes them by SQL: of those, too, the trail says
    # only that they changed. For a model that has audited fields.
    _audit_columns = ()
    _audited = False  # whether any field is, set with the model

    def _valid_field_parameter(self, field, name):
        return name == "audit" or super()._valid_field_parameter(field, name)

    def _post_model_setup__(self):
        """Override of `base` to know at every write whether it is captured."""
        super()._post_model_setup__()
        # A mixin has no table: those that inherit it have.
        audited = not self._abstract and any(map(is_audited, self._fields.values()))
        type(self)._audited = audited

    def _auto_init(self):
        """Override of `base` to capture the data that is loaded with an addon."""
        super()._auto_init()
        if self._audited:
            self.pool.post_init(capture.sync, self.env, [self._name])

    # === CRUD METHODS === #

    def _create(self, data_list):
        """Override of `base` to tell PostgreSQL who writes."""
        self._audit_tell()
        return super()._create(data_list)

    def write(self, vals):
        """Override of `base` to tell PostgreSQL who writes: relations are written at once."""
        self._audit_tell()
        return super().write(vals)

    def _write_multi(self, vals_list):
        """Override of `base` to tell PostgreSQL who writes."""
        self._audit_tell()
        return super()._write_multi(vals_list)

    def unlink(self):
        """Override of `base` to tell PostgreSQL who deletes, also what hangs on these records."""
        if self:
            context.tell(self.env)
        return super().unlink()

    def export_data(self, fields_to_export):
        """Override of `base` to log who took which data along, or was refused to."""
        if not (self.env.is_admin() or self.env.user.has_group("base.group_allow_export")):
            call = boundary.Call(self.env, self._name, "export_data", (self.ids,))
            boundary.log_denial(call, UserError(self.env._("No right to export.")))
        result = super().export_data(fields_to_export)
        self.env["fsm.audit.log"]._log_export(
            self.browse(), fields=fields_to_export, count=len(self), ids=self.ids[:EXPORT_IDS]
        )
        return result

    # === VIEWS === #

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Override of `base` to lead from an audited record to its trail."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and self._audited:
            _add_button(arch, self.env._("Audit"))
        return arch, view

    def action_open_audit_trail(self):
        """Show the trail of these records and of what is part of them.

        :raise AccessError: to who may not read the trail, or these records
        """
        self.env["fsm.audit.log"].check_access("read")
        self.check_access("read")  # or it would tell the ids of their parts
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_audit.fsm_audit_log_action")
        return action | {"domain": list(self._audit_trail_domain()), "context": {}}

    def _audit_trail_domain(self):
        """Return which entries tell of these records: theirs, and those of what goes with them."""
        domain = Domain("model", "=", self._name) & Domain("record_id", "in", self.ids)
        for field in self._fields.values():
            if field.type != "one2many" or not self.env[field.comodel_name]._audited:
                continue
            parts_sudo = self.env[field.comodel_name].sudo()  # their ids, to look up in the trail
            inverse = parts_sudo._fields.get(field.inverse_name)
            if inverse and inverse.store and getattr(inverse, "ondelete", None) == "cascade":
                parts_sudo = parts_sudo.with_context(active_test=False)
                ids = parts_sudo.search([(field.inverse_name, "in", self.ids)]).ids
                domain |= Domain("model", "=", field.comodel_name) & Domain("record_id", "in", ids)
        return domain

    # === BUSINESS METHODS === #

    def _audit_tell(self):
        if self._audited:
            context.tell(self.env)


def _add_button(form, label):
    """Put the button into the form, with the others at its top."""
    sheet = form.find(".//sheet")
    if sheet is None:
        return
    box = form.find(".//div[@name='button_box']")
    if box is None:
        box = etree.Element("div", {"class": "oe_button_box", "name": "button_box"})
        sheet.insert(0, box)
    button = {
        "name": "action_open_audit_trail",
        "type": "object",
        "class": "oe_stat_button",
        "icon": "fa-history",
        "string": label,
        "invisible": "not id",
        "groups": "fsm_audit.group_fsm_audit_reader",
    }
    box.append(etree.Element("button", button))
