from odoo import api, models

from .fsm_report import SUMMED

# Names that are stored, where there may be ten thousands: they are read by one query.
STORED_NAMES = {"res.partner": "complete_name", "fsm.job": "name"}


class FsmReport(models.AbstractModel):
    """How figures become columns and rows: in a handful of queries, however many rows there are."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _grouped(self, model, domain, group_by, measures):
        """Return columns and rows of one of Odoo's own groupings.

        :param list group_by: ``(key, label, spec)``, a spec as `_read_group` takes it
        :param list measures: ``(key, label, type, spec)``
        :return: ``(columns, rows)``, the rows in the order of their groups
        """
        specs = [spec for _key, _label, spec in group_by]
        # Days and months begin at midnight on the branch's wall.
        found = model.with_context(tz=self._timezone())._read_group(
            domain, specs, [spec for *_column, spec in measures]
        )
        kinds = [kind for _key, _label, kind, _spec in measures]
        shapes = ["date" if spec.endswith(":day") else "char" for spec in specs]
        texts = [
            self._texts(model, spec, [row[number] for row in found])
            for number, spec in enumerate(specs)
        ]
        rows = [
            [
                *(texts[number][value] for number, value in enumerate(row[: len(specs)])),
                *self._rounded(row[len(specs) :], kinds),
            ]
            for row in found
        ]
        places = [{text: at for at, text in enumerate(names.values())} for names in texts]
        rows.sort(key=lambda row: [place[row[at]] for at, place in enumerate(places)])
        columns = [(*group[:2], kind) for group, kind in zip(group_by, shapes, strict=True)]
        return columns + [measure[:3] for measure in measures], rows

    @api.model
    def _rounded(self, values, kinds):
        """Return figures; the sum of nothing is 0, its average is not known."""
        return [
            round(value or 0, 2) if kind in SUMMED or value not in (None, False) else False
            for value, kind in zip(values, kinds, strict=True)
        ]

    @api.model
    def _texts(self, model, spec, values):
        """Return how the groups of a spec are shown: ``{value: text}``, in their order."""
        values = set(values)
        if not values:
            return {}
        if any(isinstance(value, models.BaseModel) for value in values):
            texts = self._names(values)
        elif ":" in spec:
            shape = "%Y-%m-%d" if spec.endswith(":day") else "%Y-%m"
            texts = {value: value.strftime(shape) if value else "" for value in values}
        else:
            labels = self._labels(model, spec)
            return {value: label for value, label in labels.items() if value in values}
        return dict(sorted(texts.items(), key=lambda item: item[1]))

    @api.model
    def _names(self, records):
        """Return ``{record: name}``, read at once; the rows are the caller's, their names go along.

        :param set records: single records of one model, or empty ones
        """
        some = next(iter(records))
        everything = some.browse(sorted(record.id for record in records if record)).sudo()  # names
        name = STORED_NAMES.get(some._name, "display_name")
        everything.fetch([name])
        names = dict(zip(everything.ids, everything.mapped(name), strict=True))
        return {record: names.get(record.id) or "" for record in records}

    @api.model
    def _labels(self, model, name):
        """Return ``{value: label}`` of a selection, in its order."""
        return {False: "", **dict(model._fields[name]._description_selection(self.env))}

    @api.model
    def _listed(self, records, names, kinds):
        """Return columns and rows of records, a record a row."""
        labels = records.fields_get(names)
        columns = [
            (name, labels[name]["string"], kind) for name, kind in zip(names, kinds, strict=True)
        ]
        cells = [self._cells(records, name) for name in names]
        return columns, [list(row) for row in zip(*cells, strict=True)]

    @api.model
    def _cells(self, records, name):
        """Return what stands in the column `name` of all the records."""
        field, values = records._fields[name], [record[name] for record in records]
        if field.type == "many2one":
            names = self._names(set(values)) if values else {}
            return [names[value] for value in values]
        if field.type == "datetime":
            day_of = self._period("", "").day_of
            return [day_of(value) for value in values]
        if field.type == "selection":
            labels = self._labels(records, name)
            return [labels.get(value, "") for value in values]
        return values
