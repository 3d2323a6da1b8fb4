import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import sql

from .. import capture, context, log_filter, schema
from ..const import ACCESS_KINDS, CHANGED, KINDS, NEVER_NAMES, SOURCES


class FsmAuditLog(models.Model):
    """What happened: one line for each change of a record and for each event.

    A view of the trail that PostgreSQL keeps in the schema `fsm_audit`. Nothing is written here.
    """

    _name = "fsm.audit.log"
    _description = "Audit Entry"
    _auto = False
    _order = "id desc"
    _rec_name = "kind"

    # What happened
    at = fields.Datetime(readonly=True)
    kind = fields.Selection(list(KINDS.items()), readonly=True)
    changes = fields.Json(compute="_compute_changes", help="{field: [old, new]}")
    raw_changes = fields.Json(readonly=True)
    reason = fields.Char(readonly=True)

    # To what
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    model = fields.Char(readonly=True)
    record_id = fields.Many2oneReference(string="Record ID", model_field="model", readonly=True)

    # By whom, and how
    user_id = fields.Many2one(comodel_name="res.users", readonly=True)
    source = fields.Selection(list(SOURCES.items()), readonly=True)
    ip = fields.Char(string="IP Address", readonly=True)
    request_ref = fields.Char(string="Request", readonly=True)
    api_key_id = fields.Integer(string="API Key ID", readonly=True)
    session_ref = fields.Char(string="Session", readonly=True, help="A hash of the session.")
    transaction = fields.Char(readonly=True, help="Entries of one transaction share it.")
    transaction_id = fields.Many2one(
        string="What Was Done", comodel_name="fsm.audit.transaction", readonly=True
    )
    out_of_band = fields.Boolean(readonly=True, help="It was written around Odoo.")
    db_user = fields.Char(string="Database User", readonly=True)

    # === INITIALISATION === #

    def init(self):
        schema.bring_up(self.env.cr)
        sql.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            """
            CREATE VIEW fsm_audit_log AS
            SELECT id, at AT TIME ZONE 'UTC' AS at,
                   CASE WHEN kind IS NOT NULL THEN kind
                        WHEN op = 'I' THEN 'create'
                        WHEN op IN ('D', 'T') THEN 'delete'
                        WHEN changes ? 'state' THEN 'state'
                        ELSE 'change' END AS kind,
                   changes AS raw_changes, reason, company_id, model, res_id::integer AS record_id,
                   (ctx->>'uid')::integer AS user_id,
                   COALESCE(ctx->>'src', 'sql') AS source, ctx->>'ip' AS ip,
                   ctx->>'req' AS request_ref, (ctx->>'key')::integer AS api_key_id,
                   ctx->>'dev' AS session_ref, txid::text AS transaction,
                   txid AS transaction_id,
                   ctx IS NULL AS out_of_band, db_user
              FROM fsm_audit.entry
            """
        )

    def _register_hook(self):
        super()._register_hook()
        capture.sync(self.env)
        log_filter.install()

    # === COMPUTE METHODS === #

    @api.depends("raw_changes")
    def _compute_changes(self):
        """Say `False` for what was empty: XML-RPC has no word for nothing."""
        for entry in self:
            entry.changes = {
                name: [False if value is None else value for value in pair]
                for name, pair in (entry.raw_changes or {}).items()
            }

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        raise self._refusal()

    def write(self, vals):
        raise self._refusal()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise self._refusal()

    def _refusal(self):
        return UserError(self.env._("The audit trail only grows: nobody changes an entry."))

    # === BUSINESS METHODS === #

    @api.model
    def _log_event(self, kind, records_or_model, reason=None, changes=None, separate=False):
        """Log what is not told by a change of a row: an export, a denial, a revealed passcode.

        :param str kind: one of `const.KINDS`
        :param records_or_model: records, one entry each, or the name of a model
        :param dict changes: `{name: [before, after]}`, of values JSON knows; never a secret
        :param bool separate: log in a transaction of its own, so that the mark stays even though
            this request is refused and rolled back
        """
        assert kind in KINDS, f"unknown kind of audit event: {kind}"
        if separate or self.env.cr.readonly:
            with context.own_cursor(self.env) as cr:
                self._insert_event(cr, kind, records_or_model, reason, changes)
        else:
            self._insert_event(self.env.cr, kind, records_or_model, reason, changes)

    @api.model
    def _log_export(self, records, **facts):
        """Log that data left as a file: an export, or a report of ours.

        :param records: those that were exported, one entry each; an empty recordset of a model
            for many, or for none in particular
        :param facts: what is known of it: `fields`, `count`, `ids`, `what`
        """
        changes = {name: [None, fact] for name, fact in facts.items()}
        self._log_event("export", records or records._name, changes=changes)

    def _insert_event(self, cr, kind, records_or_model, reason, changes):
        is_name = isinstance(records_or_model, str)
        model = self.env[records_or_model] if is_name else records_or_model
        facts = {name: _shown(name, pair) for name, pair in (changes or {}).items()}
        cr.execute(
            "SELECT fsm_audit.log_event(%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                kind,
                "access" if kind in ACCESS_KINDS else model._audit_class,
                model._name,
                model.ids or [None],
                self._companies(model) or [None],
                reason,
                json.dumps(facts, default=str) if facts else None,
                json.dumps(context.describe(self.env)),
            ],
        )

    @api.model
    def _erase(self, partner, reason):
        """Forget what the masked values of a person really were; return of how many entries.

        The entries stay as they are, and so does what was sealed over them.
        """
        partner.ensure_one()
        self.env.cr.execute(
            "SELECT fsm_audit.erase(%s, %s, %s)",
            [partner.id, reason, json.dumps(context.describe(self.env))],
        )
        return self.env.cr.fetchone()[0]

    # === GETTERS === #

    @api.model
    def web_read_group(self, domain, groupby, *args, order=None, **options):
        """Override of `web` to begin with what was done last."""
        if not order and list(groupby)[:1] == ["transaction_id"]:
            order = "transaction_id desc"
        return super().web_read_group(domain, groupby, *args, order=order, **options)

    @api.model
    def _companies(self, records):
        """Return the id of the company of each record."""
        if records._name == "res.company":
            return records.ids
        if "company_id" not in records:
            return [None] * len(records)
        return [record.company_id.id or None for record in records.sudo()]  # whoever logs it


def _shown(name, pair):
    return [value and CHANGED for value in pair] if NEVER_NAMES.search(name) else pair
