"""Seals what was written: one batch of entries, one row that nobody can make without the key.

Only transactions that have ended are sealed, those below the oldest that runs (`horizon`): nothing
can join such a batch afterwards, and no writer ever waits. An entry of a transaction that is still
open is sealed when it has ended. No ORM in here; what is hashed, and how it is verified, is in
`tools/verify_trail.py`.
"""

import json
from contextlib import contextmanager
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .tools.verify_trail import (
    AT,
    EXPORT,
    GENESIS,
    ROW,
    VERSION,
    Epoch,
    Seal,
    Tree,
    grow,
    has_moved,
    key_id,
    read_epochs,
    read_identity,
    read_seals,
    sealed_by_txid,
    stream,
)

LOCK = 0x46534D53  # "FSMS": one sealer at a time
BATCH_ENTRIES = 100_000  # and what else is of the last transaction: none is divided


class UnknownKey(Exception):
    """The last seal is of a key that nobody here has: `args[0]` is its short name."""


class Keys(NamedTuple):
    """What signs, and whose signatures are known."""

    private: Ed25519PrivateKey
    known: frozenset[bytes]  # public keys, the signing one among them

    @classmethod
    def of(cls, ring, public_keys=()):
        """Make them of a key ring (`vault.KeyRing`), its first key signs."""
        privates = [Ed25519PrivateKey.from_private_bytes(seed) for seed in ring.values()]
        return cls(privates[0], frozenset([*map(public_bytes, privates), *public_keys]))

    @property
    def public(self):
        return public_bytes(self.private)

    def sign_export(self, manifest):
        return self.private.sign(EXPORT + manifest)


def public_bytes(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


@contextmanager
def alone(cr):
    """Tell whether this cursor may seal; nobody else does until the end of the block.

    The lock is the session's and is taken in a transaction before, so that the one that seals sees
    what others have sealed.
    """
    cr.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    is_alone = cr.fetchone()[0]
    cr.commit()  # pylint: disable=invalid-commit
    try:
        yield is_alone
    finally:
        if is_alone and not cr.connection.closed:  # else the lock went with the connection
            cr.rollback()
            cr.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            cr.commit()  # pylint: disable=invalid-commit


def seal_batch(cr, keys, horizon):
    """Seal the next batch, if there is one. The caller commits.

    :param Keys keys: what signs it
    :param int horizon: where to end: the oldest transaction that still runs, see `horizon`
    :return: the seal, `None` if there was nothing to seal
    :raise UnknownKey: whoever continues a chain has to know its key
    """
    last = next(iter(read_seals(cr, "id = (SELECT max(id) FROM fsm_audit.seal)", [])), None)
    if last and last.public_key not in keys.known:
        raise UnknownKey(key_id(last.public_key))
    epoch = read_epochs(cr).get(last.epoch) if last else None
    if not epoch or has_moved(cr, epoch, last.txid_to):
        return _open_epoch(cr, keys, last, epoch, horizon)
    return _continue_epoch(cr, keys, last, epoch, horizon)


def horizon(cr):
    """Return the transaction id below which all transactions have ended that could write here.

    Those of other databases of the cluster may run on. Whose one is that nobody knows, it counts.
    """
    cr.execute(
        """
        WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot)
        SELECT COALESCE(
            (SELECT min(xid::text::bigint) FROM pg_snapshot_xip(snapshot) AS xid
              WHERE NOT EXISTS (
                  SELECT FROM pg_stat_activity
                   WHERE backend_xid = xid::xid AND datname <> current_database())),
            pg_snapshot_xmax(snapshot)::text::bigint)
          FROM now
        """
    )
    return cr.fetchone()[0]


# === WHICH ENTRIES === #


def _continue_epoch(cr, keys, last, epoch, horizon):
    # What comes next may have any id above those of the epochs before.
    condition, params = sealed_by_txid(epoch._replace(id_ceiling=2**63 - 1))
    condition += " AND txid >= %s AND txid < %s"
    txid_to = _batch_end(cr, condition, [*params, last.txid_to, horizon]) or horizon
    span = (last.txid_to, txid_to, None)
    return _write(cr, keys, last, epoch, span, condition, [*params, last.txid_to, txid_to])


def _batch_end(cr, condition, params):
    """Return the transaction id before which a batch ends, so that it is not too large."""
    cr.execute(
        f"""SELECT txid + 1 FROM fsm_audit.entry WHERE {condition}
             ORDER BY txid OFFSET %s LIMIT 1""",  # noqa: S608 - conditions of this file
        [*params, BATCH_ENTRIES - 1],
    )
    end = cr.fetchone()
    return end and end[0]


def _open_epoch(cr, keys, last, before, horizon):
    """Begin anew, with all that has no seal and is there: its transactions are of another time."""
    condition, params = "true", []
    if before:
        condition = "(id > %s OR (id > %s AND txid >= %s AND NOT id <@ %s::int8multirange))"
        params = [last.id_high, before.id_floor, last.txid_to, before.taken]
    cr.execute(
        f"""SELECT COALESCE(range_agg(int8range(id, id, '[]')), '{{}}')::text
              FROM fsm_audit.entry WHERE {condition}""",  # noqa: S608 - conditions of this file
        params,
    )
    ids = cr.fetchone()[0]
    floor = last.id_high if last else 0
    cluster, database, _ = read_identity(cr)
    cr.execute("SELECT COALESCE(max(id), 0) + 1 FROM fsm_audit.epoch")
    epoch = Epoch(cr.fetchone()[0], cluster, database, floor, horizon, floor, horizon, ids)
    cr.execute(
        """
        INSERT INTO fsm_audit.epoch
            (id, system_identifier, database_oid, id_floor, txid_from, seal_from)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        [*epoch[:5], last.id + 1 if last else 1],
    )
    span = (horizon, horizon, ids)
    return _write(cr, keys, last, epoch, span, "id <@ %s::int8multirange", [ids])


# === WHAT IS WRITTEN === #


def _write(cr, keys, last, epoch, span, condition, params):
    """Write the seal over the entries of `condition`; over none only if it opens an epoch."""
    records = _records(cr, condition, params)
    if not records and span[2] is None:
        return None
    high = max((record.id_to for record in records), default=0)
    cr.execute(f"SELECT {AT.format('clock_timestamp()')}")  # pylint: disable=sql-injection
    seal = Seal(
        id=last.id + 1 if last else 1,
        epoch=epoch.id,
        version=VERSION,
        txid_from=span[0],
        txid_to=span[1],
        ids=span[2],
        id_high=max(high, epoch.id_floor, last.id_high if last else 0),
        n=sum(record.n for record in records),
        at=cr.fetchone()[0],
        root=Tree(record.leaf() for record in records).root(),
        prev=last.head if last else GENESIS,
        head=b"",
        public_key=keys.public,
        signature=b"",
    )
    seal = seal._replace(head=seal.true_head(epoch))
    seal = seal._replace(signature=keys.private.sign(seal.message()))
    _insert(cr, seal, records)
    return seal


def _records(cr, condition, params):
    """Return the records of the subtrees of these entries."""
    query = f"SELECT 0, {ROW} FROM fsm_audit.entry WHERE {condition} ORDER BY id"  # noqa: S608
    subtrees = grow(stream(cr, query, params)).get(0, {})
    organisations = _organisations(cr)
    return [
        subtree.record(place, organisations.get(place[2], 0))
        for place, subtree in sorted(subtrees.items())
    ]


def _organisations(cr):
    """Return the root company of each company."""
    cr.execute("SELECT id, split_part(parent_path, '/', 1)::int FROM res_company")
    return dict(cr.fetchall())


def _insert(cr, seal, records):
    cr.execute(
        f"""
        INSERT INTO fsm_audit.seal ({", ".join(Seal._fields)})
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::timestamp AT TIME ZONE 'UTC',
                %s, %s, %s, %s, %s)
        """,  # noqa: S608 - names of this file
        list(seal),
    )
    cr.execute(
        """
        INSERT INTO fsm_audit.subtree
            (seal_id, position, company_id, organisation_id, class, period, n, id_from, id_to,
             at_from, at_to, root)
        SELECT %s, position, (r->>0)::int, (r->>1)::int, r->>2, r->>3, (r->>4)::bigint,
               (r->>5)::bigint, (r->>6)::bigint, r->>7, r->>8, decode(r->>9, 'hex')
          FROM jsonb_array_elements(%s) WITH ORDINALITY AS records (r, position)
        """,
        [seal.id, json.dumps(records)],
    )
