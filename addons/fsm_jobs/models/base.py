from collections import defaultdict

from psycopg2.errors import ForeignKeyViolation, InFailedSqlTransaction

from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command

from ..verbs import MAX_ID

# What Odoo itself adds to the values of others' records: nobody names it.
BOOKKEEPING = {"properties.base.definition"}

# Whose names tell something, wherever in Odoo's models they stand.
TELLING = {"res.partner", "res.users", "fsm.job", "fsm.device", "fsm.technician", "account.move"}
TELLING |= {"account.payment", "product.product", "product.template", "purchase.order", "stock.lot"}


class Base(models.AbstractModel):
    """Whoever names a record by its id learns nothing of it that he may not read (docs/adr/0043).

    Odoo computes and checks with records the caller names as superuser, and tells their names in
    what it answers and in what it refuses.
    """

    _inherit = "base"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: one sentence for what does not exist and for what belongs to others."""
        self._fsm_check_named(vals_list)
        try:
            return super().create(vals_list)
        except (UserError, ForeignKeyViolation) as refusal:
            if told := self._fsm_retold(refusal, vals_list):
                raise told from None  # or the traceback would tell
            raise

    def write(self, vals):
        """Override: as `create`, and what is worked out is not written."""
        self._fsm_check_worked_out(vals)
        self._fsm_check_named([vals])
        try:
            return super().write(vals)
        except (UserError, ForeignKeyViolation) as refusal:
            if told := self._fsm_retold(refusal, [vals]):
                raise told from None  # as above
            raise

    def onchange(self, values, field_names, fields_spec):
        """Override of `web`: a form computes as superuser with whatever it is sent."""
        if self._fsm_by_outsider() and (unseen := self._fsm_unseen([values])):
            raise self._fsm_not_yours(unseen)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _sql_error_to_message_generic(self, exc):
        """Override: core takes an id that does not exist for a record that is in use."""
        if isinstance(exc, ForeignKeyViolation) and (field := self._fsm_field_of(exc)):
            return str(self._fsm_not_yours({field}))
        return super()._sql_error_to_message_generic(exc)

    # === BUSINESS METHODS === #

    @api.model
    def _fsm_by_outsider(self):
        """Tell whether staff or a customer calls: nobody who runs the system."""
        return not self.env.su and bool(self.env.user.fsm_role or self.env.user.share)

    @api.model
    def _fsm_retold(self, refusal, vals_list):
        """Return what is said in the place of a refusal that may tell of records of others."""
        if isinstance(refusal, ForeignKeyViolation):
            try:
                field = self._fsm_field_of(refusal)
                return self._fsm_not_yours({field}) if field and self._fsm_by_outsider() else None
            except InFailedSqlTransaction:  # what is not cached cannot be asked any more
                return None  # core says it after the rollback: `_sql_error_to_message_generic`
        if not self._fsm_by_outsider() or hasattr(refusal, "fsm_retold"):
            return None
        unseen = self._fsm_unseen(vals_list)
        return self._fsm_not_yours(unseen) if unseen else None

    @api.model
    def _fsm_check_named(self, vals_list):
        """Refuse to keep in a record what would tell its name when the record is read.

        What has `check_company` is checked by core, and looked at where that refuses.
        """
        if not self._fsm_by_outsider():
            return
        if unseen := self._fsm_unseen(vals_list, self._fsm_is_unguarded):
            raise self._fsm_not_yours(unseen)

    @api.model
    def _fsm_check_worked_out(self, vals):
        """Refuse to write over a sum that is stored: core takes it, and shows it until it is redone.

        :raise UserError: if staff or a customer names such a field of one of our models
        """
        if not self._original_module.startswith("fsm_") or not self._fsm_by_outsider():
            return
        fields = [self._fields[name] for name in vals if name in self._fields]
        kept = [
            field.get_description(self.env, ["string"])["string"]
            for field in fields
            if field.store and field.compute and field.readonly and not field.inverse
        ]
        if kept:
            raise UserError(
                self.env._("%s: this is worked out, nobody writes it.", ", ".join(sorted(kept)))
            )

    @api.model
    def _fsm_is_unguarded(self, field):
        """Tell whether nothing else asks if the caller may name a record in `field`."""
        model = self.env[field.model_name]
        if model._check_company_auto and getattr(field, "check_company", False):
            return False
        ours = model._original_module.startswith("fsm_")
        return ours or getattr(field, "comodel_name", None) in TELLING

    @api.model
    def _fsm_not_yours(self, fields):
        names = sorted(field.get_description(self.env, ["string"])["string"] for field in fields)
        error = AccessError(
            self.env._("There is no such record in your branches: %s.", ", ".join(names))
        )
        error.fsm_retold = True
        return error

    @api.model
    def _fsm_field_of(self, violation):
        """Return the field in which an id stands that no record has."""
        if violation.diag.table_name != self._table or "is not present" not in str(violation):
            return None
        return next(
            (
                field
                for field in self._fields.values()
                if field.type == "many2one"
                and violation.diag.constraint_name == f"{self._table}_{field.name}_fkey"
            ),
            None,
        )

    @api.model
    def _fsm_unseen(self, vals_list, asked=None):
        """Return the fields in which these values name a record that the caller may not read.

        :param asked: which fields count, all by default
        """
        defaults = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }
        named = defaultdict(set)  # {(field, model): ids}
        for vals in [*vals_list, defaults]:
            if isinstance(vals, dict):
                self._fsm_collect(vals, named)
        named = {key: ids for key, ids in named.items() if asked is None or asked(key[0])}
        by_model = defaultdict(set)
        for (_field, model), ids in named.items():
            by_model[model] |= ids
        known = {model: self.env[model]._fsm_known_ids(ids) for model, ids in by_model.items()}
        return {field for (field, model), ids in named.items() if ids - known[model]}

    @api.model
    def _fsm_known_ids(self, ids):
        """Return those of `ids` that the caller may read; of companies, those he works for, too."""
        try:
            known = set(self.browse(ids)._filtered_access("read").ids)
        except MissingError:
            known = set(self.browse(ids).exists()._filtered_access("read").ids)
        if self._name == "res.company":
            mine_sudo = self.env.user.company_ids.sudo()  # the organisation of his branches
            known |= ids & {
                int(id_)
                for path in mine_sudo.mapped("parent_path")
                for id_ in path.split("/")
                if id_
            }
        return known

    @api.model
    def _fsm_collect(self, vals, named):
        """Add to `named` which records `vals` name, however deep: ``{(field, model): ids}``."""
        for name, value in vals.items():
            field = self._fields.get(name)
            if not value or not field:
                continue
            if field.type == "many2one":
                self._fsm_collect_one(field, field.comodel_name, value, named)
            elif field.type == "many2one_reference" and vals.get(field.model_field) in self.env:
                self._fsm_collect_one(field, vals[field.model_field], value, named)
            elif field.type == "reference" and isinstance(value, str):
                model, _comma, id_ = value.partition(",")
                if model in self.env and id_.isdecimal():
                    self._fsm_collect_one(field, model, int(id_), named)
            elif field.type in ("one2many", "many2many") and isinstance(value, list | tuple):
                for command in value:
                    self._fsm_collect_many(field, command, named)

    @api.model
    def _fsm_collect_one(self, field, model, value, named):
        """A form says a record by its id, by id and name, or, around a line, by all it holds."""
        if isinstance(value, dict):
            self.env[model]._fsm_collect(value, named)
            value = value.get("id")
        elif isinstance(value, list | tuple):
            value = value[0] if value else False
        if model not in BOOKKEEPING and type(value) is int and 0 < value <= MAX_ID:
            named[field, model].add(value)

    @api.model
    def _fsm_collect_many(self, field, command, named):
        """Of a list: an id, the values of a line, or a command."""
        model = field.comodel_name
        if not isinstance(command, list | tuple):
            self._fsm_collect_one(field, model, command, named)
            return
        operation, id_, rest = (*command, None, None, None)[:3]
        if operation in (Command.UPDATE, Command.LINK):
            self._fsm_collect_one(field, model, id_, named)
        if operation == Command.SET and isinstance(rest, list | tuple):
            for each in rest:
                self._fsm_collect_one(field, model, each, named)
        if operation in (Command.CREATE, Command.UPDATE) and isinstance(rest, dict):
            self.env[model]._fsm_collect(rest, named)
