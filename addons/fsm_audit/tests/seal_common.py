from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .. import seal
from ..tools.verify_trail import Trail
from .common import AuditCommon

# Transaction ids of these tests: long past, and of an epoch of their own.
FIRST_TXID = 1000


class SealCommon(AuditCommon):
    """A trail of which three seals are kept, of three entries each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cr.execute("SELECT COALESCE(max(id), 0) FROM fsm_audit.seal")
        [cls.before] = cls.cr.fetchone()
        cls.keys = cls._keys()
        cls.company_id = cls.env.company.id
        cls.gap = cls._new_id()
        cls.opening = cls._open_epoch()
        cls.ids = [cls._write(FIRST_TXID + number, 3) for number in range(3)]
        cls.seals = [cls._seal(FIRST_TXID + number + 1) for number in range(3)]
        cls.anchors = [{"seal": s.id, "head": s.head.hex(), "at": s.at} for s in cls.seals]

    @classmethod
    def _keys(cls, byte=1):
        private = Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32)
        cls.cr.execute("SELECT DISTINCT public_key FROM fsm_audit.seal")
        known = {bytes(key) for (key,) in cls.cr.fetchall()}
        return seal.Keys(private, frozenset(known | {seal.public_bytes(private)}))

    @classmethod
    def _new_id(cls):
        cls.cr.execute("SELECT nextval('fsm_audit.entry_id_seq')")
        return cls.cr.fetchone()[0]

    @classmethod
    def _open_epoch(cls, keys=None):
        """Seal whatever this database holds, as if it had been restored."""
        with patch.object(seal, "has_moved", return_value=True):
            return seal.seal_batch(cls.cr, keys or cls.keys, FIRST_TXID)

    @classmethod
    def _seal(cls, horizon, keys=None):
        return seal.seal_batch(cls.cr, keys or cls.keys, horizon)

    @classmethod
    def _write(cls, txid, n=1, **values):
        """Write entries of a transaction; return their ids."""
        values = {
            "txid": txid,
            "op": "U",
            "class": "ops",
            "model": "res.partner",
            "res_id": 7,
            "actor": 2,
            "company_id": cls.company_id,
            "changes": '{"vat": ["29AAGCR4375J1ZU", "X"]}',
            **values,
        }
        cls.cr.execute(
            f"""INSERT INTO fsm_audit.entry ({", ".join(values)})
                SELECT {", ".join(["%s"] * len(values))} FROM generate_series(1, %s)
                RETURNING id""",  # noqa: S608 - names of columns above
            [*values.values(), n],
        )
        return [entry_id for (entry_id,) in cls.cr.fetchall()]

    def _trail(self, anchors=(), companies=None):
        return Trail(self.cr, self.keys.known, anchors, companies)

    def _verify(self, anchors=(), companies=None):
        """Return how many entries of this epoch were verified, and what was found."""
        checked, findings = -self.opening.n, []
        for _last, count, found in self._trail(anchors, companies).verify(self.before):
            checked += count
            findings += map(str, found)
        return checked, findings

    def _tamper(self, statement, params=()):
        """Do what only a superuser can: switch the guards off, rewrite, and on again."""
        tables = ("entry", "epoch", "seal", "subtree")
        for table in tables:
            self.cr.execute(f"ALTER TABLE fsm_audit.{table} DISABLE TRIGGER append_only")  # pylint: disable=sql-injection
        self.cr.execute(statement, params)
        for table in tables:
            self.cr.execute(f"ALTER TABLE fsm_audit.{table} ENABLE ALWAYS TRIGGER append_only")  # pylint: disable=sql-injection
