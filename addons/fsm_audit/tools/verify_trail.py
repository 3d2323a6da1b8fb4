#!/usr/bin/env python3
"""Proves that an audit trail is what was sealed: in a database, or in a signed export.

    verify_trail.py --dsn "host=… dbname=… user=…" --public-key KEY [--anchors FILE]
    verify_trail.py --file export.zip --public-key KEY

KEY is the public key that was handed over (base64, or a file with one key a line); FILE the anchors
that were kept outside the database. Exit code 0: all is as it was sealed; 1: it is not, each finding
is told; 2: it could not be verified. It reads only, the schema fsm_audit, and wants Python 3.11,
psycopg2 and cryptography, nothing of Odoo. The addon verifies by this same file.

How it is sealed (docs/adr/0013): an entry's text is a JSON array, its hash and the trees are those of
RFC 6962. A seal takes the entries of the transactions that had ended, in one tree for each class,
month and company, and one tree over the records of those; its head names the head before, and is
signed (Ed25519).

>>> tree = Tree()
>>> for text in ("", "\\0", "\\x10"):
...     tree.add(leaf_hash(text))
>>> tree.root().hex()[:16]  # RFC 6962, test vectors of its reference implementation
'aeb6bcfe274b70a1'
>>> Tree().root() == hashlib.sha256(b"").digest()
True
"""

# pylint: disable=print-used,sql-injection  # of the command line; its queries are its own

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import zipfile
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VERSION = 1  # of the texts below
GENESIS = bytes(32)  # the head before the first seal
SEAL, EXPORT = b"fsm_audit seal ", b"fsm_audit export "  # what a signature is for
FETCH_ROWS = 5000
SLICE_SEALS, SLICE_ENTRIES = 500, 100_000  # what is verified at once
WAIT_MINUTES = 15  # an entry that waits longer for its seal is a finding

AT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
# Of an entry: the same in each session, whatever its time zone or style of dates.
LEAF = f"""json_build_array(id, txid, {AT.format("at")}, op, class, kind, model, res_id, company_id,
    actor, db_user, app, ctx, changes, commitment, reason)::text"""
ROW = f"class, COALESCE(company_id, 0), id, {AT.format('at')}, {LEAF}"


def _lt(text):
    """Mark a sentence for Odoo's translators."""
    return text


MISSING = _lt("Seals %(first)s to %(last)s are missing.")
BROKEN = _lt("Seal %(seal)s does not continue the seal before it.")
REWRITTEN = _lt("Seal %(seal)s was rewritten: its head is not of what it says.")
SIGNATURE = _lt("The signature of seal %(seal)s is not of its key.")
UNKNOWN_KEY = _lt("Seal %(seal)s was signed with an unknown key (%(key)s).")
NO_KEY = _lt("Whose signatures these are cannot be told: no public key is known here.")
CHANGED = _lt(
    "Entries of seal %(seal)s are not what was sealed: class %(class)s, %(period)s, company"
    " %(company)s, ids %(id_from)s to %(id_to)s; %(n)s were sealed, %(found)s are there."
)
UNSEALED_PURGE = _lt(
    "Of class %(class)s, %(period_from)s to %(period_to)s, %(entries)s entries were purged, but"
    " %(sealed)s had been sealed."
)
STRAYS = _lt("%(n)s entries belong to no seal, the first is %(id)s: they were put in later.")
FUTURE = _lt("%(n)s entries are of transactions that were not there yet, the first is %(id)s.")
WAITING = _lt("Entries wait for their seal since %(at)s (UTC).")
GUARD = _lt("The table %(table)s is not guarded against changes (%(trigger)s).")
CAPTURE = _lt("The table %(table)s is not captured as it should be.")
TIER = _lt("The hardened tier of the trail is not whole: run scripts/harden.")
ANCHOR_GONE = _lt("Seal %(seal)s, which was anchored at %(at)s, is not in the database.")
ANCHOR_OTHER = _lt("Seal %(seal)s is not the one that was anchored at %(at)s.")
BAD_EXPORT = _lt("The file %(file)s is not what was exported.")


class Finding(NamedTuple):
    """Something that is not as it was sealed, in a sentence."""

    text: str
    args: dict

    def __str__(self):
        return self.text % self.args


# === HASHES, RFC 6962 SECTION 2.1 === #


def leaf_hash(text):
    return hashlib.sha256(b"\0" + text.encode()).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The root over leaves as they come; of a million it keeps twenty hashes."""

    __slots__ = ("n", "stack")

    def __init__(self, leaves=()):
        self.n, self.stack = 0, []
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf):
        self.n += 1
        complete = self.n
        while not complete & 1:  # a subtree of a power of two is full
            leaf = node_hash(self.stack.pop(), leaf)
            complete >>= 1
        self.stack.append(leaf)

    def root(self):
        if not self.stack:
            return hashlib.sha256(b"").digest()
        *lefts, root = self.stack
        for left in reversed(lefts):
            root = node_hash(left, root)
        return root


# === WHAT IS SEALED === #


class Record(NamedTuple):
    """What a seal says of one of its subtrees."""

    company_id: int
    organisation_id: int
    class_: str
    period: str
    n: int
    id_from: int
    id_to: int
    at_from: str
    at_to: str
    root: str  # hexadecimal

    def leaf(self):
        return leaf_hash(json.dumps(self))

    @property
    def place(self):
        return self.class_, self.period, self.company_id


class Subtree:
    """The entries of one class, month and company, as they come."""

    __slots__ = ("ats", "ids", "tree")

    def __init__(self):
        self.tree, self.ids, self.ats = Tree(), [], []

    def add(self, entry_id, at, text):
        self.tree.add(leaf_hash(text))
        self.ids = [self.ids[0] if self.ids else entry_id, entry_id]
        self.ats = [min(self.ats[0], at), max(self.ats[1], at)] if self.ats else [at, at]

    def record(self, place, organisation_id):
        class_, period, company_id = place
        root = self.tree.root().hex()
        extent = (self.tree.n, *self.ids, *self.ats)
        return Record(company_id, organisation_id, class_, period, *extent, root)


class Epoch(NamedTuple):
    """A run of transaction ids: a restored database begins a new one."""

    id: int
    system_identifier: str
    database_oid: int
    id_floor: int  # below are entries of the epochs before
    txid_from: int
    id_ceiling: int  # above it nothing is sealed yet, or entries of the epochs after
    txid_to: int
    taken: str  # int8multirange: what it found unsealed, whatever their transactions


class Seal(NamedTuple):
    id: int
    epoch: int
    version: int
    txid_from: int
    txid_to: int
    ids: str | None
    id_high: int
    n: int
    at: str
    root: bytes
    prev: bytes
    head: bytes
    public_key: bytes
    signature: bytes

    def true_head(self, epoch):
        """Return the hash over all this seal says, and over the head before."""
        place = [epoch.system_identifier, epoch.database_oid, epoch.id_floor, epoch.txid_from]
        extent = [self.txid_from, self.txid_to, self.ids, self.id_high, self.n, self.at]
        hashes = [self.root.hex(), self.prev.hex()]
        return leaf_hash(json.dumps([self.version, self.id, self.epoch, *place, *extent, *hashes]))

    def message(self):
        """Return what is signed: never anything else, so that no signature means two things."""
        return SEAL + self.head

    def is_signed(self):
        return is_signed(self.public_key, self.signature, self.message())


def is_signed(public_key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public_key):
    """Return the short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


# === READING A DATABASE === #


def stream(cr, query, params):
    """Yield the rows of a query, however many, without holding them all."""
    cr.execute(f"DECLARE fsm_audit_rows NO SCROLL CURSOR FOR {query}", params)
    while True:
        cr.execute(f"FETCH {FETCH_ROWS} FROM fsm_audit_rows")  # pylint: disable=sql-injection
        rows = cr.fetchall()
        yield from rows
        if len(rows) < FETCH_ROWS:
            break
    cr.execute("CLOSE fsm_audit_rows")


def read_epochs(cr):
    """Return all epochs: id → Epoch. One that lost its seals is as if it had just begun."""
    cr.execute(
        """
        SELECT epoch.id, system_identifier, database_oid, id_floor, epoch.txid_from,
               COALESCE(last.id_high, id_floor), COALESCE(last.txid_to, epoch.txid_from),
               COALESCE(first.ids, '{}')
          FROM (SELECT *, lead(seal_from) OVER (ORDER BY id) AS seal_to FROM fsm_audit.epoch)
               AS epoch
          LEFT JOIN fsm_audit.seal AS first ON first.id = seal_from
          LEFT JOIN LATERAL (
               SELECT id_high, txid_to FROM fsm_audit.seal
                WHERE id >= seal_from AND (seal_to IS NULL OR id < seal_to)
                ORDER BY id DESC LIMIT 1
          ) AS last ON true
         ORDER BY epoch.id
        """
    )
    return {row[0]: Epoch(*row) for row in cr.fetchall()}


def read_seals(cr, condition, params):
    cr.execute(
        f"""
        SELECT id, epoch, version, txid_from, txid_to, ids, id_high, n, {AT.format("at")},
               root, prev, head, public_key, signature
          FROM fsm_audit.seal WHERE {condition}
        """,  # noqa: S608 - conditions of this file
        params,
    )
    return [
        Seal(*(bytes(v) if isinstance(v, memoryview) else v for v in row)) for row in cr.fetchall()
    ]


def read_records(cr, seals):
    """Return the records of these seals: seal → list, in their order."""
    records = {seal.id: [] for seal in seals}
    cr.execute(
        """
        SELECT seal_id, company_id, organisation_id, class, period, n, id_from, id_to,
               at_from, at_to, encode(root, 'hex')
          FROM fsm_audit.subtree WHERE seal_id = ANY(%s) ORDER BY seal_id, position
        """,
        [list(records)],
    )
    for seal_id, *record in cr.fetchall():
        records[seal_id].append(Record(*record))
    return records


def read_identity(cr):
    """Return cluster and database, and the first transaction id that is not given out yet."""
    cr.execute(
        """
        SELECT system_identifier::text, pg_database.oid::bigint,
               pg_snapshot_xmax(pg_current_snapshot())::text::bigint
          FROM pg_control_system(), pg_database WHERE datname = current_database()
        """
    )
    return cr.fetchone()


def has_moved(cr, epoch, txid_to):
    """Whether the transaction ids began anew since `epoch`: the database was restored."""
    *identity, next_txid = read_identity(cr)
    return [epoch.system_identifier, epoch.database_oid] != identity or next_txid < txid_to


def sealed_by_txid(epoch):
    """Return the condition that entries belong to `epoch` by their transaction, and its values."""
    # Plus zero: so that the index on transactions is taken, not that on ids.
    condition = "id + 0 > %s AND id + 0 <= %s AND NOT id <@ %s::int8multirange"
    return condition, [epoch.id_floor, epoch.id_ceiling, epoch.taken]


def grow(rows):
    """Plant the subtrees of entries `(batch, *ROW)`: batch → place → Subtree."""
    batches = {}
    for batch, class_, company_id, entry_id, at, text in rows:
        subtrees = batches.setdefault(batch, {})
        place = (class_, at[:7], company_id)
        if place not in subtrees:
            subtrees[place] = Subtree()
        subtrees[place].add(entry_id, at, text)
    return batches


class Trail:
    """A trail in a database. It is verified in slices, then as a whole (`checks`).

    :param cr: a cursor, in a transaction that sees one state (REPEATABLE READ)
    :param set public_keys: those that are known, 32 bytes each
    :param anchors: iterable of `{"seal", "head", "at"}`
    :param companies: ids, verify only their entries (and all seals); `None` for all
    """

    def __init__(self, cr, public_keys=(), anchors=(), companies=None):
        self.cr, self.public_keys, self.anchors = cr, set(public_keys), anchors
        self.companies = None if companies is None else list(companies)
        self.checks = CHECKS
        self.epochs = read_epochs(cr)
        self.purged = self._read_purged()

    def verify(self, after=0, until=None):
        """Yield `(last seal, entries checked, findings)` for each slice, then of the whole."""
        while True:
            seals = self.read_slice(after, until)
            if not seals:
                break
            checked, findings = self._verify_slice(after, seals)
            after = seals[-1].id
            yield after, checked, findings
        yield after, 0, list(self.verify_whole())

    def verify_whole(self):
        for check in self.checks:
            yield from check(self)

    def last_seal(self):
        self.cr.execute("SELECT COALESCE(max(id), 0) FROM fsm_audit.seal")
        return self.cr.fetchone()[0]

    def seals_between(self, at_from, at_to):
        """Return the seal before, and the last, of those with entries of a period.

        :param str at_from: as in the texts of entries
        :param str at_to: the first moment after the period
        """
        self.cr.execute(
            """
            SELECT min(seal_id) - 1, max(seal_id) FROM fsm_audit.subtree
             WHERE at_to >= %s AND at_from < %s AND (%s OR company_id = ANY(%s))
            """,
            [at_from, at_to, self.companies is None, self.companies or []],
        )
        before, last = self.cr.fetchone()
        return before or 0, last or 0

    def entries_between(self, at_from, at_to):
        """Return how many entries the subtrees of a period hold."""
        self.cr.execute(
            """
            SELECT COALESCE(sum(n), 0)::bigint FROM fsm_audit.subtree
             WHERE at_to >= %s AND at_from < %s AND (%s OR company_id = ANY(%s))
            """,
            [at_from, at_to, self.companies is None, self.companies or []],
        )
        return self.cr.fetchone()[0]

    # === A SLICE === #

    def read_slice(self, after, until):
        seals = read_seals(
            self.cr,
            "id > %s AND (%s IS NULL OR id <= %s) ORDER BY id LIMIT %s",
            [after, until, until, SLICE_SEALS],
        )
        entries = 0
        for count, seal in enumerate(seals):
            entries += seal.n
            if entries > SLICE_ENTRIES:
                return seals[: count + 1]
        return seals

    def _verify_slice(self, after, seals):
        records = read_records(self.cr, seals)
        findings = [*self._check_chain(after, seals, records)]
        findings += self._check_signatures(seals, sound=not findings)
        checked = 0
        for batch in batches(seals):
            found = self._grow(batch)
            for seal in batch:
                checked += sum(s.tree.n for s in found.get(seal.id, {}).values())
                findings += self._check_entries(seal, records[seal.id], found.get(seal.id, {}))
        return checked, findings

    def _check_chain(self, after, seals, records):
        before = read_seals(self.cr, "id = %s", [after])
        previous, head = after, before[0].head if before else GENESIS
        for seal in seals:
            if seal.id != previous + 1:
                yield Finding(MISSING, {"first": previous + 1, "last": seal.id - 1})
            elif seal.prev != head:
                yield Finding(BROKEN, {"seal": seal.id})
            root = Tree(record.leaf() for record in records[seal.id]).root()
            epoch = self.epochs.get(seal.epoch)
            n = sum(record.n for record in records[seal.id])
            if not epoch or (root, n, seal.true_head(epoch)) != (seal.root, seal.n, seal.head):
                yield Finding(REWRITTEN, {"seal": seal.id})
            previous, head = seal.id, seal.head

    def _check_signatures(self, seals, sound):
        """In a sound chain the signature of its last seal stands for those before."""
        first = {seal.public_key: seal.id for seal in reversed(seals)}
        unknown = set(first) - self.public_keys if self.public_keys else ()
        for public_key in unknown:
            yield Finding(UNKNOWN_KEY, {"seal": first[public_key], "key": key_id(public_key)})
        if sound and seals[-1].is_signed() and len(first) == 1:
            return
        for seal in seals:
            if not seal.is_signed():
                yield Finding(SIGNATURE, {"seal": seal.id})

    def _grow(self, seals):
        """Plant the subtrees of these seals anew, from the entries that are there."""
        found = grow(self.stream_entries(seals, "id"))
        return {seals[number].id: subtrees for number, subtrees in found.items()}

    def stream_entries(self, seals, order):
        """Yield `(position in seals, *ROW)` of the entries of seals that `batches` put together."""
        first, last = seals[0], seals[-1]
        if first.ids is not None:
            number, condition, params = "0", "id <@ %s::int8multirange", [first.ids]
        else:
            number = "width_bucket(txid, %s::bigint[]) - 1"
            condition, params = sealed_by_txid(self.epochs[first.epoch])
            condition += " AND txid >= %s AND txid < %s"
            starts = [seal.txid_from for seal in seals]
            params = [starts, *params, first.txid_from, last.txid_to]
        if self.companies is not None:
            condition += " AND COALESCE(company_id, 0) = ANY(%s)"
            params.append(self.companies)
        query = f"""SELECT {number}, {ROW} FROM fsm_audit.entry WHERE {condition}
            ORDER BY 1, {order}"""  # noqa: S608 - conditions of this file
        return stream(self.cr, query, params)

    def _check_entries(self, seal, records, found):
        sealed = {record.place: record for record in records if self.is_mine(record.company_id)}
        for place in sorted({*sealed, *found}):
            record, subtree = sealed.get(place), found.get(place)
            if record and subtree:
                if subtree.record(place, record.organisation_id) == record:
                    continue
            elif record and place[:2] in self.purged:
                continue
            class_, period, company_id = place
            yield Finding(
                CHANGED,
                {
                    "seal": seal.id,
                    "class": class_,
                    "period": period,
                    "company": company_id,
                    "id_from": record.id_from if record else subtree.ids[0],
                    "id_to": record.id_to if record else subtree.ids[1],
                    "n": record.n if record else 0,
                    "found": subtree.tree.n if subtree else 0,
                },
            )

    def is_mine(self, company_id):
        return self.companies is None or company_id in self.companies

    def has_purges(self):
        """Whether there is a table of what was purged: copies of before have none."""
        self.cr.execute("SELECT to_regclass('fsm_audit.purge') IS NOT NULL")
        return self.cr.fetchone()[0]

    def _read_purged(self):
        """Return `(class, month)` of what was purged by the rule: what the law keeps was not, though
        a row says so. The same days as in `fsm_audit.kept_from`, which could be replaced."""
        if not self.has_purges():
            return set()
        self.cr.execute(
            """
            SELECT DISTINCT class, to_char(month, 'YYYY-MM')
              FROM fsm_audit.purge,
                   generate_series(period_from::timestamp, period_to, '1 month') AS month
             WHERE month + interval '1 month' <= period_to + 1
               AND period_to < CASE class
                   WHEN 'books' THEN make_date(extract(year FROM
                       now() AT TIME ZONE 'Asia/Kolkata' - interval '3 months')::int - 8, 4, 1)
                   ELSE (now() AT TIME ZONE 'Asia/Kolkata' - interval '3 years')::date END
            """
        )
        return set(self.cr.fetchall())

    # === WHAT WAITS === #

    def waiting(self):
        """Return condition and values of entries that have no seal yet."""
        if not self.epochs:
            return "true", []
        epoch = self.epochs[max(self.epochs)]
        condition = "(id > %s AND txid >= %s AND NOT id <@ %s::int8multirange)"
        params = [epoch.id_floor, epoch.txid_to, epoch.taken]
        if has_moved(self.cr, epoch, epoch.txid_to):  # and no seal was made since
            return f"({condition} OR id > %s)", [*params, epoch.id_ceiling]
        return condition, params

    def oldest_waiting(self):
        """Return when the oldest entry without a seal was written, as text (UTC), or `None`."""
        condition, params = self.waiting()
        self.cr.execute(
            f"SELECT {AT.format('min(at)')} FROM fsm_audit.entry WHERE {condition}",  # noqa: S608
            params,
        )
        return self.cr.fetchone()[0]


def batches(seals):
    """Divide seals into lists that one query can read."""
    together = []
    for seal in seals:
        last = together[-1][-1] if together else None
        follows = last and last.ids is None and seal.ids is None and last.epoch == seal.epoch
        if follows and last.txid_to == seal.txid_from:
            together[-1].append(seal)
        else:
            together.append([seal])
    return together


# === THE TRAIL AS A WHOLE === #


def check_strays(trail):
    """Each entry belongs to one seal or waits for it."""
    for epoch in trail.epochs.values():
        condition, params = sealed_by_txid(epoch)
        later = trail.epochs.get(epoch.id + 1)
        if later:  # but for what it left behind
            condition += " AND (txid < %s OR txid >= %s) AND NOT id <@ %s::int8multirange"
            params += [epoch.txid_from, epoch.txid_to, later.taken]
        else:
            condition += " AND txid < %s"
            params += [epoch.txid_from]
        yield from _count(trail, STRAYS, condition, params)


def check_late(trail):
    """What has no seal yet is of transactions that have none yet, and that there were."""
    epoch = trail.epochs.get(max(trail.epochs, default=0))
    if epoch and not has_moved(trail.cr, epoch, epoch.txid_to):
        ids = [epoch.id_ceiling]
        yield from _count(trail, STRAYS, "id > %s AND txid < %s", [*ids, epoch.txid_to])
        next_txid = read_identity(trail.cr)[2]
        future = "id > %s AND txid >= %s AND txid IS DISTINCT FROM txid_current_if_assigned()"
        yield from _count(trail, FUTURE, future, [*ids, next_txid])


def _count(trail, text, condition, params):
    trail.cr.execute(
        f"SELECT count(*), min(id) FROM fsm_audit.entry WHERE {condition}",  # noqa: S608
        params,
    )
    n, first = trail.cr.fetchone()
    if n:
        yield Finding(text, {"n": n, "id": first})


def check_keys(trail):
    if not trail.public_keys and trail.last_seal():
        yield Finding(NO_KEY, {})


def check_waiting(trail):
    condition, params = trail.waiting()
    trail.cr.execute(
        f"""SELECT {AT.format("min(at)")}, min(at) < now() - make_interval(mins => %s)
              FROM fsm_audit.entry WHERE {condition}""",  # noqa: S608 - conditions of this file
        [WAIT_MINUTES, *params],
    )
    at, is_late = trail.cr.fetchone()
    if is_late:
        yield Finding(WAITING, {"at": at[:19]})


def check_anchors(trail):
    """What was kept outside is what is here."""
    anchors = sorted(trail.anchors, key=lambda anchor: anchor["seal"])
    trail.cr.execute(
        "SELECT id, encode(head, 'hex') FROM fsm_audit.seal WHERE id = ANY(%s::bigint[])",
        [[anchor["seal"] for anchor in anchors]],
    )
    heads = dict(trail.cr.fetchall())
    for anchor in anchors:
        seal_id = anchor["seal"]
        if heads.get(seal_id) != anchor["head"]:
            text = ANCHOR_OTHER if seal_id in heads else ANCHOR_GONE
            yield Finding(text, {"seal": seal_id, "at": anchor.get("at")})
            return  # what follows is not there either


def check_purges(trail):
    """What was purged had been sealed."""
    if not trail.has_purges():
        return
    trail.cr.execute(
        """
        SELECT purge.class, period_from::text, period_to::text, entries,
               COALESCE((
                   SELECT sum(n) FROM fsm_audit.subtree
                    WHERE subtree.class = purge.class
                      AND to_date(period, 'YYYY-MM') >= period_from
                      AND to_date(period, 'YYYY-MM') + interval '1 month' <= period_to + 1), 0)
          FROM fsm_audit.purge
        """
    )
    for class_, period_from, period_to, entries, sealed in trail.cr.fetchall():
        if entries != sealed:
            period = {"period_from": period_from, "period_to": period_to}
            yield Finding(
                UNSEALED_PURGE,
                {"class": class_, **period, "entries": entries, "sealed": int(sealed)},
            )


def check_guards(trail):
    """The tables of the trail refuse changes, also for session_replication_role."""
    trail.cr.execute(
        """
        SELECT relname, guard
          FROM pg_class, unnest((CASE relname WHEN 'pii' THEN '{append_only,erase_only,no_truncate}'
                                 ELSE '{append_only,no_truncate}' END)::name[]) AS guard
         WHERE relnamespace = 'fsm_audit'::regnamespace AND relkind IN ('r', 'p')
           AND NOT EXISTS (
               SELECT FROM pg_trigger
                WHERE tgrelid = pg_class.oid AND tgname = guard AND tgenabled = 'A')
         ORDER BY 1, 2
        """
    )
    for table, guard in trail.cr.fetchall():
        yield Finding(GUARD, {"table": table, "trigger": guard})


def check_capture(trail):
    """Each table that is captured has its triggers, switched on for everybody: two, or five if it
    is one of relations, of which each statement is looked at."""
    trail.cr.execute(
        r"""
        SELECT place FROM (
            SELECT note->>'type' AS type, note->'capture'->>'name' AS place
              FROM pg_proc, LATERAL CAST(obj_description(oid, 'pg_proc') AS jsonb) AS note
             WHERE pronamespace = 'fsm_audit'::regnamespace AND proname LIKE 'capture\_%'
        ) AS captured
         WHERE to_regclass(quote_ident(place)) IS NOT NULL
           AND CASE type WHEN 'Relation' THEN 5 ELSE 2 END <> (
               SELECT count(*) FROM pg_trigger
                WHERE tgrelid = to_regclass(quote_ident(place))
                  AND tgname LIKE 'fsm\_audit\_capture%' AND tgenabled = 'A')
         ORDER BY 1
        """
    )
    for (table,) in trail.cr.fetchall():
        yield Finding(CAPTURE, {"table": table})


def check_tier(trail):
    """A trail that was given an owner of its own still has it, and what looks at each DDL."""
    trail.cr.execute(
        r"""
        WITH tier AS (
            SELECT pg_get_userbyid(nspowner) = 'fsm_audit_owner' AS is_hardened,
                   CASE WHEN note LIKE '{%' THEN (note::jsonb->>'hardened')::boolean END AS was_hardened,
                   (SELECT count(*) FROM pg_event_trigger JOIN pg_roles ON pg_roles.oid = evtowner
                     WHERE evtname LIKE 'fsm\_audit\_%' AND evtenabled = 'A' AND rolsuper) AS watchers
              FROM pg_namespace, obj_description(oid, 'pg_namespace') AS note
             WHERE nspname = 'fsm_audit'
        )
        SELECT FROM tier
         WHERE (is_hardened OR was_hardened) AND NOT (is_hardened AND watchers >= 3)
        """
    )
    if trail.cr.rowcount:
        yield Finding(TIER, {})


# Each takes a Trail and yields Findings; whoever adds a guard adds its check here.
CHECKS = [
    check_keys,
    check_strays,
    check_late,
    check_waiting,
    check_anchors,
    check_purges,
    check_guards,
    check_capture,
    check_tier,
]


# === A SIGNED EXPORT === #


def verify_export(path, public_keys):
    """Yield `(last seal, entries checked, findings)` of an export, then of it as a whole."""
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("manifest.json")
        facts = json.loads(manifest)
        public_key = base64.b64decode(facts["public_key"])
        signature = base64.b64decode(archive.read("manifest.sig"))
        if not is_signed(public_key, signature, EXPORT + manifest):
            yield 0, 0, [Finding(BAD_EXPORT, {"file": "manifest.json"})]
        if public_key not in public_keys:
            yield 0, 0, [Finding(UNKNOWN_KEY, {"seal": 0, "key": key_id(public_key)})]
        for name, digest in facts["files"].items():
            with archive.open(name) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    yield 0, 0, [Finding(BAD_EXPORT, {"file": name})]
        with archive.open("entries.jsonl") as entries, archive.open("seals.jsonl") as seals:
            head = None
            for line in seals:
                fact = json.loads(line)
                seal = Seal(*map(_from_json, Seal._fields, fact["seal"]))
                findings = [*_check_exported_seal(seal, Epoch(*fact["epoch"]), head, public_keys)]
                checked = 0
                if fact["subtrees"]:
                    records = [s if isinstance(s, str) else Record(*s) for s in fact["subtrees"]]
                    leaves = (bytes.fromhex(r) if isinstance(r, str) else r.leaf() for r in records)
                    if Tree(leaves).root() != seal.root:
                        findings.append(Finding(REWRITTEN, {"seal": seal.id}))
                    own = [record for record in records if not isinstance(record, str)]
                    checked = sum(record.n for record in own)
                    findings += _check_exported_entries(seal, own, entries)
                head = seal.head
                yield seal.id, checked, findings
            if entries.readline():
                yield 0, 0, [Finding(BAD_EXPORT, {"file": "entries.jsonl"})]


def _check_exported_seal(seal, epoch, head, public_keys):
    if head and seal.prev != head:
        yield Finding(BROKEN, {"seal": seal.id})
    if seal.head != seal.true_head(epoch):
        yield Finding(REWRITTEN, {"seal": seal.id})
    if seal.public_key not in public_keys:
        yield Finding(UNKNOWN_KEY, {"seal": seal.id, "key": key_id(seal.public_key)})
    if not seal.is_signed():
        yield Finding(SIGNATURE, {"seal": seal.id})


def _check_exported_entries(seal, records, entries):
    """Check the next lines against the records; a line is an entry, or the hash of one."""
    for record in records:
        tree = Tree()
        for _ in range(record.n):
            line = entries.readline().decode().removesuffix("\n")
            is_hash = line.startswith('"')
            tree.add(bytes.fromhex(line.strip('"')) if is_hash else leaf_hash(line))
        if tree.root().hex() != record.root:
            extent = {"id_from": record.id_from, "id_to": record.id_to}
            place = {"class": record.class_, "period": record.period, "company": record.company_id}
            count = {"n": record.n, "found": record.n}
            yield Finding(CHANGED, {"seal": seal.id, **extent, **place, **count})


def _from_json(name, value):
    return bytes.fromhex(value) if Seal.__annotations__[name] is bytes else value


# === THE COMMAND === #


def read_keys(text):
    """Return the public keys of `text`, base64 of 32 bytes each; or of the file it names."""
    if os.path.exists(text):
        with open(text, encoding="utf-8") as file:
            text = file.read()
    words = re.findall(r"[A-Za-z0-9+/]{43}=", text)
    keys = {base64.b64decode(word) for word in words}
    if not keys:
        raise ValueError("This is no public key: 32 bytes in base64 are wanted.")
    return keys


def read_anchors(path):
    with open(path, encoding="utf-8") as file:
        return anchors_of(file)


def anchors_of(lines):
    """Return what these lines keep; a line that was cut off, by a full disk, keeps nothing."""
    facts = []
    for line in lines:
        try:
            fact = json.loads(line)
        except ValueError:
            continue
        facts.append(fact)
    return facts


def report(slices, out=sys.stdout):
    """Tell what was verified and found; return the exit code."""
    total, bad = 0, 0
    for last, checked, findings in slices:
        total += checked
        bad += len(findings)
        for finding in findings:
            print(finding, file=out, flush=True)
        if checked:
            print(f"… {total} entries, up to seal {last}", file=out, flush=True)
    if bad:
        print(f"NOT as it was sealed: {bad} findings in {total} entries.", file=out)
    else:
        print(f"All {total} entries are as they were sealed.", file=out)
    return 1 if bad else 0


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--dsn", help="how to connect to the database, as psql knows it")
    source.add_argument("--file", help="a signed export")
    parser.add_argument("--public-key", required=True, help="base64, or a file")
    parser.add_argument("--anchors", help="the file of anchors")
    args = parser.parse_args(arguments)
    try:
        public_keys = read_keys(args.public_key)
        if args.file:
            return report(verify_export(args.file, public_keys))
        import psycopg2  # not needed for a file

        with psycopg2.connect(args.dsn) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            connection.set_client_encoding("UTF8")
            anchors = read_anchors(args.anchors) if args.anchors else []
            return report(Trail(connection.cursor(), public_keys, anchors).verify())
    except Exception as error:  # whatever it is, an auditor wants one line
        sys.stderr.write(f"It could not be verified: {error}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
