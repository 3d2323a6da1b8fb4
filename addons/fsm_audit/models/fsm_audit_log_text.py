from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate
from odoo.tools.misc import format_date, format_datetime, formatLang

_lt = LazyTranslate(__name__)

LINE = Markup("<div><b>{label}</b> {old}{arrow}{new}</div>")
RELATIONS = ("many2one", "many2many")
NAMED = 10  # of so many exported records the names are told

# What the facts of events are called.
FACTS = {
    "as": _lt("As"),
    "attachment": _lt("File"),
    "context": _lt("Context keys"),
    "count": _lt("Records"),
    "domain": _lt("Looked for"),
    "field": _lt("File"),
    "fields": _lt("Fields"),
    "groupby": _lt("Grouped by"),
    "ids": _lt("Of"),
    "limit": _lt("Limit of"),
    "method": _lt("Called"),
    "report": _lt("Printed"),
    "signed in with": _lt("Signed in with"),
    "specification": _lt("Fields"),
    "what": _lt("As"),
}
# Facts that are ids, and of which model; `None`: of the model of the entry.
POINTERS = {"ids": None, "attachment": "ir.attachment"}

# How one side of a change is told, by the type of the field.
READABLE = {
    "boolean": "_read_boolean",
    "date": "_read_date",
    "datetime": "_read_datetime",
    "float": "_read_number",
    "integer": "_read_number",
    "many2many": "_read_relation",
    "many2one": "_read_relation",
    "monetary": "_read_number",
    "selection": "_read_selection",
}


class FsmAuditLog(models.Model):
    """How an entry reads: labels, names and local time, not columns, ids and UTC."""

    _inherit = "fsm.audit.log"

    summary = fields.Html(string="What Changed", compute="_compute_summary", sanitize=False)
    model_name = fields.Char(string="Kind of Record", compute="_compute_model_name")
    record_name = fields.Char(
        string="Record", compute="_compute_record_name", search="_search_record_name"
    )
    api_key_name = fields.Char(string="API Key", compute="_compute_api_key_name")

    # === COMPUTE METHODS === #

    @api.depends("kind", "model", "record_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = f"{kinds.get(entry.kind)}: {entry.record_name}"

    @api.depends("model")
    def _compute_model_name(self):
        for entry in self:
            entry.model_name = self._model_label(entry.model)

    @api.depends("model", "record_id")
    def _compute_record_name(self):
        for model, entries in self.grouped("model").items():
            names = self._names(model, entries.filtered("record_id").mapped("record_id"))
            label = self._model_label(model)
            for entry in entries:
                gone = f"{label} {entry.record_id}" if entry.record_id else label
                entry.record_name = names.get(entry.record_id) or gone

    @api.depends("api_key_id")
    def _compute_api_key_name(self):
        """Say what a key is called; of one that was revoked its number is left."""
        names = self._names("res.users.apikeys", sorted({*self.mapped("api_key_id")} - {0}))
        for entry in self:
            number = entry.api_key_id
            name = number and (names.get(number) or self.env._("Key %s", number))
            entry.api_key_name = name or False

    def _search_record_name(self, operator, value):
        """Search the names of those audited records that the reader may see."""
        if operator not in ("ilike", "=ilike", "like", "=like", "=", "in"):
            return NotImplemented
        found = []
        for name in self.env.registry:
            model = self.env[name].with_context(active_test=False)
            named = model._rec_names_search or model._rec_name
            if model._audited and named and model.has_access("read"):
                query = model._search([("display_name", operator, value)])
                found.append(Domain("model", "=", name) & Domain("record_id", "any!", query))
        return Domain.OR(found)

    @api.depends("raw_changes")
    @api.depends_context("lang", "tz", "uid")
    def _compute_summary(self):
        names = self._related_names()
        for entry in self:
            entry.summary = entry._render_changes(names)

    # === ACTION METHODS === #

    def action_open_transaction(self):
        """Show all that was done together with this entry."""
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_audit.fsm_audit_log_action")
        transactions = self.mapped("transaction")
        return action | {"domain": [("transaction", "in", transactions)], "context": {}}

    # === GETTERS === #

    @api.model
    def _model_label(self, model):
        return self.env["ir.model"]._get(model).name or model if model in self.env else model

    @api.model
    def _names(self, model, ids):
        """Return what those of the records are called now that still exist, and their addon."""
        if model not in self.env:
            return {}
        records_sudo = self.env[model].sudo().browse(ids)  # who reads the trail reads the names
        return {record.id: record.display_name for record in records_sudo.exists()}

    def _related_names(self):
        """Return the names of all records that the changes of these entries point to.

        :return: ``{model: {id: name}}``, and under `report` those of papers
        :rtype: dict[str, dict[int | str, str]]
        """
        ids, reports = defaultdict(set), set()
        for entry in self:
            for name, pair in (entry.raw_changes or {}).items():
                field = entry._changed_field(name)
                if field is not None and field.type in RELATIONS:
                    for value in pair:
                        ids[field.comodel_name].update(_as_ids(value))
                elif field is None and name in POINTERS:
                    ids[POINTERS[name] or entry.model].update(_as_ids(pair[1])[:NAMED])
                elif field is None and name == "report":
                    reports.add(pair[1])
        names = {model: self._names(model, sorted(related)) for model, related in ids.items()}
        return names | {"report": self._report_names(reports)}

    @api.model
    def _report_names(self, technical):
        """Return what papers are called, by what a program calls them."""
        reports_sudo = self.env["ir.actions.report"].sudo()  # a name tells nothing of a customer
        found = reports_sudo.search([("report_name", "in", sorted(technical))]) if technical else ()
        return {report.report_name: report.name for report in found}

    def _changed_field(self, name):
        """Return the field an entry names; none if its addon is gone, or an event names a fact."""
        return self.env[self.model]._fields.get(name) if self.model in self.env else None

    def _render_changes(self, names):
        """Return the changes as a list for people."""
        self.ensure_one()
        lines = []
        for name, pair in sorted((self.raw_changes or {}).items()):
            field = self._changed_field(name)
            label = field._description_string(self.env) if field else self._fact_label(name)
            told = {} if field else {"fact": name}
            old, new = (self._readable(field, value, names, **told) for value in pair)
            lines.append(LINE.format(label=label, old=old, arrow=" → " if old else "", new=new))
        return Markup().join(lines)

    @api.model
    def _fact_label(self, name):
        """Return what the fact of an event is called; an addon may name others."""
        label = FACTS.get(name)
        return str(label) if label else name.capitalize().replace("_", " ")

    def _readable(self, field, value, names, fact=None):
        """Return one side of a change as people say it."""
        if value is None or value == [] and (field is None or field.type != "boolean"):
            return self.env._("No") if field is not None and field.type == "boolean" else ""
        if isinstance(value, dict):
            return self._read_dict(field, value, names)
        if field is None:
            return self._read_fact(fact, value, names)
        reader = READABLE.get(field.type)
        return getattr(self, reader)(field, value, names) if reader else str(value)

    def _read_fact(self, fact, value, names):
        """Tell a fact of an event: names for ids, as far as there are not too many."""
        values = value if isinstance(value, list) else [value]
        shown = values
        if fact in POINTERS:
            model = POINTERS[fact] or self.model
            known, label = names.get(model, {}), self._model_label(model)
            shown = [known.get(res_id) or f"{label} {res_id}" for res_id in values[:NAMED]]
            shown += ["…"] * (len(values) > NAMED)
        elif fact == "report":
            shown = [names["report"].get(value) or value]
        return ", ".join(map(str, shown))

    def _read_boolean(self, field, value, names):
        return self.env._("Yes") if value else self.env._("No")

    def _read_date(self, field, value, names):
        return format_date(self.env, value)

    def _read_datetime(self, field, value, names):
        at = fields.Datetime.to_datetime(str(value).replace("T", " ")[:19])
        return format_datetime(self.env, at, dt_format="medium")

    def _read_number(self, field, value, names):
        if field.type == "integer" or not isinstance(value, (int, float)):
            return str(value)
        digits = field.get_digits(self.env) if field.type == "float" else None
        return formatLang(self.env, value, digits=digits[1] if digits else 2)

    def _read_selection(self, field, value, names):
        return dict(field._description_selection(self.env)).get(value, value)

    def _read_relation(self, field, value, names):
        known, label = names.get(field.comodel_name, {}), self._model_label(field.comodel_name)
        return ", ".join(known.get(res_id) or f"{label} {res_id}" for res_id in _as_ids(value))

    def _read_dict(self, field, value, names):
        """Tell a value for each language, or for each company."""
        if field is not None and field.company_dependent:
            companies = self._names("res.company", [int(key) for key in value])
            told = {
                companies.get(int(key), key): self._readable(field, each, names)
                for key, each in value.items()
            }
        else:
            told = value
        if len(told) == 1:
            return str(next(iter(told.values())))
        return ", ".join(f"{key}: {each}" for key, each in told.items())


def _as_ids(value):
    """Return the ids on one side of a change of a relation."""
    values = value if isinstance(value, list) else [value]
    return [res_id for res_id in values if isinstance(res_id, int)]
