from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class FsmJob(models.Model):
    """The columns of the workshop: what lies in all that are open is found by one query.

    Odoo searches once for each open column, and has no hook for that search. It is left nothing to
    search for: `_open_groups` finds the job cards, `web_read_group` reads them.
    """

    _inherit = "fsm.job"

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, *args, unfold_read_specification=None, **options):
        """Override of `web`: one search for all open groups, whose answer is Odoo's."""
        domain = Domain(domain).optimize_full(self)  # what is searched in it is searched once
        answer = super().web_read_group(domain, groupby, *args, **options)
        columns = list(self._open_columns(answer["groups"]))
        jobs = self.browse().union(*(column["__records"] for column in columns))
        cards = dict(zip(jobs._ids, jobs.web_read(unfold_read_specification or {}), strict=True))
        for column in columns:
            column["__records"] = [cards[job_id] for job_id in column["__records"]._ids]
        return answer

    def _open_columns(self, groups):
        """Yield those of `groups`, and of the groups in them, whose job cards are shown."""
        for group in groups:
            if "__records" in group:
                yield group
            yield from self._open_columns(group.get("__groups", {}).get("groups", ()))

    def _open_groups(self, *, records_opening_info, domain, groupby, dict_order, **options):
        """Override of `web`: put the job cards in the groups that it opens."""
        super()._open_groups(
            records_opening_info=records_opening_info,
            domain=domain,
            groupby=groupby,
            dict_order=dict_order,
            **options,
        )
        order = self._column_order(groupby, dict_order)
        found = self._search_columns(domain, records_opening_info, order)
        for index, column in enumerate(records_opening_info):
            column["group"]["__records"] = self.browse(found.get(index))
        records_opening_info.clear()  # or Odoo would search again

    def _column_order(self, groupby, dict_order):
        """Return how a column is sorted: as asked, then as ever; not by what all of it share."""
        asked = {name: f"{name} {direction}" for name, direction in dict_order.items()}
        ever = {part.split()[0]: part for part in self._order.split(",")}
        parts = {**asked, **ever, **asked}
        return ", ".join(part for name, part in parts.items() if name not in {*groupby, "__count"})

    def _search_columns(self, domain, columns, order):
        """Return `{index: ids}` of `columns` that are not empty, each within its offset and limit.

        :param columns: `[{"domain", "limit", "offset", "group"}]`, as `web` collects them
        """
        rows = [
            SQL(
                "(%s, ARRAY(%s))",
                index,
                self._search(
                    domain & column["domain"],
                    order=order or self._order,
                    limit=column["limit"],
                    offset=column["offset"],
                ).select(),
            )
            for index, column in enumerate(columns)
            if column["group"]["__count"]
        ]
        return dict(self.env.execute_query(SQL("VALUES %s", SQL(", ").join(rows)))) if rows else {}
