import hashlib
import hmac
import time

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from .. import context

FORGET = 3600  # seconds without a hit, after which it is counted from one again
NAME_LENGTH = 32  # hex digits
CLEAN_SECONDS = 2.0  # for so long a process believes that nothing failed elsewhere
CLEAN_MOST = 10_000  # names a process remembers so
TRIES = 5  # two workers that count the same at once: the second has to begin again

_clean = {}  # (database, names) → until when, by the monotonic clock; of this process


class FsmAuditThrottle(models.Model):
    """How often something happened lately: wrong passwords, the same refusal again.

    In the database, so that it holds over all workers; counted by cursors of its own, so that it
    holds when the request is rolled back. What is counted stands here as a keyed hash, never as a
    text: a login that nobody has may be a password.
    """

    _name = "fsm.audit.throttle"
    _description = "Audit Throttle"
    _log_access = False

    name = fields.Char(required=True)
    hits = fields.Integer(required=True)
    last_hit = fields.Datetime(required=True, index=True)

    _name_unique = models.Constraint("UNIQUE (name)", "A thing is counted once.")

    @api.model
    def _key(self, *parts):
        """Return the name under which a thing is counted."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret", "")  # hidden
        text = "|".join(map(str, parts))
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:NAME_LENGTH]

    @api.model
    def _hits(self, names):
        """Return `{name: (hits, seconds since the last one)}` of what happened lately.

        What was clean a moment ago is taken to be so still, unless something failed in this
        process since: a program that calls often does not ask each time.
        """
        asked = (self.env.cr.dbname, *sorted(names))
        if _clean.get(asked, 0) > time.monotonic():
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT name, hits, EXTRACT(EPOCH FROM %s - last_hit)::float
                  FROM fsm_audit_throttle
                 WHERE name = ANY(%s) AND last_hit > %s - %s * interval '1 second'
                """,
                NOW,
                list(names),
                NOW,
                FORGET,
            )
        )
        found = {name: (hits, seconds) for name, hits, seconds in self.env.cr.fetchall()}
        if not found:
            _remember_clean(asked)
        return found

    @api.model
    def _hit(self, names, pause=0):
        """Count one more of each, unless the last one is less than `pause` seconds ago.

        :return: `{name: hits}` of what was counted
        :rtype: dict[str, int]
        """
        _clean.clear()
        for _try in range(TRIES):
            try:
                with context.own_cursor(self.env) as cr:
                    cr.execute(_upsert(sorted(names), pause))
                    return dict(cr.fetchall())
            except SerializationFailure:
                continue
        return {}

    @api.model
    def _forget(self, names):
        """Begin to count anew. By a cursor of its own, too: else `_hit` might wait for this one."""
        with context.own_cursor(self.env) as cr:
            cr.execute(SQL("DELETE FROM fsm_audit_throttle WHERE name = ANY(%s)", list(names)))

    @api.autovacuum
    def _gc_throttle(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM fsm_audit_throttle WHERE last_hit < %s - %s * interval '1 second'",
                NOW,
                FORGET,
            )
        )


NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")


def _remember_clean(asked):
    if len(_clean) >= CLEAN_MOST:
        _clean.clear()
    _clean[asked] = time.monotonic() + CLEAN_SECONDS


def _upsert(names, pause):
    return SQL(
        """
        INSERT INTO fsm_audit_throttle AS known (name, hits, last_hit)
        SELECT name, 1, %(now)s FROM unnest(%(names)s) AS name
        ON CONFLICT (name) DO UPDATE SET
               hits = CASE WHEN known.last_hit < %(now)s - %(forget)s * interval '1 second'
                           THEN 1 ELSE known.hits + 1 END,
               last_hit = %(now)s
         WHERE known.last_hit <= %(now)s - %(pause)s * interval '1 second'
        RETURNING name, hits
        """,
        now=NOW,
        names=names,
        forget=FORGET,
        pause=pause,
    )
