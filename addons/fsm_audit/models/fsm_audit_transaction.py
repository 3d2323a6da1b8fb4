from collections import defaultdict

from odoo import api, models
from odoo.tools import sql
from odoo.tools.misc import format_datetime

NAMED = 3  # kinds of records that the line of a transaction names


class FsmAuditTransaction(models.Model):
    """What was done in one go: the entries of one transaction, told in a line.

    The trail is folded by it. It has the id that PostgreSQL gave the transaction, which stands in
    every entry; nothing of it is stored.
    """

    _name = "fsm.audit.transaction"
    _description = "Audited Transaction"
    _auto = False
    _order = "id"  # what the trail is grouped by is not joined in order to sort

    # === INITIALISATION === #

    def init(self):
        sql.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            "CREATE VIEW fsm_audit_transaction AS SELECT DISTINCT txid AS id FROM fsm_audit.entry"
        )

    # === COMPUTE METHODS === #

    @api.depends_context("lang", "tz", "uid", "allowed_company_ids")
    def _compute_display_name(self):
        entries = self.env["fsm.audit.log"].sudo(False)  # also for who only groups by it
        told = entries._read_group(
            [("transaction_id", "in", self.ids)],
            ["transaction_id", "kind", "model"],
            ["id:min", "record_id:array_agg_distinct"],
        )
        facts = defaultdict(list)
        for transaction, kind, model, first_id, record_ids in told:
            facts[transaction.id].append((first_id, kind, model, record_ids))
        rows = {key: sorted(kinds) for key, kinds in facts.items()}
        firsts = entries.browse([kinds[0][0] for kinds in rows.values()])
        heads = dict(zip(rows, self._heads(firsts), strict=True))
        names = self._names_of_single(rows)
        for transaction in self:
            what = self._what(rows.get(transaction.id, []), names)
            transaction.display_name = " · ".join(filter(None, [heads.get(transaction.id), what]))

    # === GETTERS === #

    def _heads(self, entries):
        """Return when it was and who did it: `21 Nov 2026, 4:30:12 pm · Priya`."""
        sources = dict(entries._fields["source"]._description_selection(self.env))
        for entry in entries:
            who = entry.user_id.sudo().name or sources[entry.source]  # colleagues may have left
            yield f"{format_datetime(self.env, entry.at, dt_format='medium')} · {who}"

    def _names_of_single(self, rows):
        """Return the names of those records that stand alone for their kind."""
        wanted = defaultdict(set)
        for kinds in rows.values():
            for _first, _kind, model, record_ids in kinds[:NAMED]:
                if len(record_ids) == 1 and record_ids[0]:
                    wanted[model].add(record_ids[0])
        log = self.env["fsm.audit.log"]
        return {model: log._names(model, sorted(ids)) for model, ids in wanted.items()}

    def _what(self, kinds, names):
        """Return what was done: `State: Job Card SPR-00042, Created: Status History`."""
        log = self.env["fsm.audit.log"]
        labels = dict(log._fields["kind"]._description_selection(self.env))
        what = []
        for _first, kind, model, record_ids in kinds[:NAMED]:
            ids = [res_id for res_id in record_ids if res_id]
            name = f"({len(ids)})" if len(ids) > 1 else ""
            if len(ids) == 1:
                name = names.get(model, {}).get(ids[0]) or str(ids[0])
            what.append(f"{labels[kind]}: {log._model_label(model)} {name}".rstrip())
        return ", ".join(what + ["…"] * (len(kinds) > NAMED))
