"""What `audit` on the fields of a registry asks for, table by table."""

from typing import NamedTuple

from .const import CLASSES, NEVER_NAMES


class Column(NamedTuple):
    name: str
    type: str  # of PostgreSQL; `id` if it points to a record
    how: str  # plain, masked or changed


class Table(NamedTuple):
    """What is captured of one table."""

    name: str
    model: str
    class_: str
    kind: str | None
    columns: tuple[Column, ...]
    company: str | None = None  # column
    partner: str | None = None  # column
    has_uid: bool = True


class Relation(NamedTuple):
    """What is captured of one relation table: the field on its left side."""

    name: str
    model: str
    class_: str
    kind: str | None
    field: str | None  # none: not captured any more
    left: str
    right: str
    owner: str | None = None  # table of the left side, if it has a company

    @property
    def columns(self):
        return (Column(self.field, "relation", "plain"),) if self.field else ()


def declared(registry, model_names=None):
    """Return what the fields of these models (by default of all) ask for, by table.

    :rtype: dict[str, Table | Relation]
    """
    captures = {}
    for name in model_names or registry:
        model = registry[name]
        if model._abstract or model._transient or not (model._auto or model._audit_table):
            continue
        fields = [field for field in model._fields.values() if is_audited(field)]
        columns = [_column(field) for field in fields if field.column_type]
        if columns:
            columns += [Column(name, "varchar", "changed") for name in model._audit_columns]
            captures[model._table] = _table(model, tuple(sorted(columns)))
        for field in fields:
            if field.type == "many2many":
                captures.setdefault(field.relation, _relation(model, field))
    return captures


def is_audited(field):
    """Whether this very field is declared: a related field does not take it over."""
    if "audit" not in field._extra_keys__:
        return False
    assert field.audit in (True, False, "masked", "changed"), f"{field}: unknown audit"
    return bool(field.audit and field.store)


def _column(field):
    is_id = field.type in ("many2one", "many2one_reference")
    how = "plain" if field.audit is True else field.audit
    if NEVER_NAMES.search(field.name) or field.type == "binary":
        how = "changed"
    return Column(field.name, "id" if is_id else field.column_type[0], how)


def _table(model, columns):
    assert model._audit_class in CLASSES, f"{model._name}: unknown class {model._audit_class}"
    return Table(
        name=model._table,
        model=model._name,
        class_=model._audit_class,
        kind=model._audit_kind,
        columns=columns,
        company=_owner_column(model, "res.company", "company_id"),
        partner=_owner_column(model, "res.partner", "partner_id"),
        has_uid=model._log_access,
    )


def _relation(model, field):
    return Relation(
        name=field.relation,
        model=model._name,
        class_=model._audit_class,
        kind=model._audit_kind,
        field=field.name,
        left=field.column1,
        right=field.column2,
        owner=_owner_column(model, None, "company_id") and model._table,
    )


def _owner_column(model, owner, name):
    """Return the column that tells whose row it is: of the `owner` itself, its id."""
    if model._name == owner:
        return "id"
    field = model._fields.get(name)
    return name if field and field.store and field.column_type else None
