import base64
import contextlib
import doctest
import hashlib
import os
import tempfile
from unittest.mock import patch

from psycopg2.errors import DiskFull

from odoo.exceptions import UserError
from odoo.sql_db import db_connect

from .. import seal
from ..anchor import FileAnchor
from ..tools import verify_trail
from .seal_common import FIRST_TXID, SealCommon

# Leaves and roots of the reference implementation of RFC 6962 (certificate-transparency,
# merkle_tree_test.cc): the root over the first, the first two, …
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
}


class TestSeal(SealCommon):
    # === HASHES === #

    def test_examples_of_the_tool(self):
        self.assertEqual(doctest.testmod(verify_trail).failed, 0)

    def test_roots_are_those_of_rfc_6962(self):
        hashes = [hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in LEAVES]
        for n, root in ROOTS.items():
            self.assertEqual(verify_trail.Tree(hashes[:n]).root().hex(), root)

    def test_root_of_any_number_of_leaves_is_the_recursive_one(self):
        def root(leaves):  # as section 2.1 writes it
            if len(leaves) == 1:
                return leaves[0]
            split = 1 << (len(leaves) - 1).bit_length() - 1
            return verify_trail.node_hash(root(leaves[:split]), root(leaves[split:]))

        hashes = [verify_trail.leaf_hash(str(number)) for number in range(40)]
        for n in range(1, 41):
            self.assertEqual(verify_trail.Tree(hashes[:n]).root(), root(hashes[:n]))

    def test_text_of_an_entry_does_not_depend_on_the_session(self):
        texts = set()
        for zone, style in (("UTC", "ISO"), ("Asia/Kolkata", "German"), ("US/Pacific", "SQL")):
            self.cr.execute(f"SET LOCAL TIME ZONE '{zone}'; SET LOCAL DateStyle = '{style}'")
            self.cr.execute(
                f"SELECT {verify_trail.LEAF} FROM fsm_audit.entry WHERE id = %s",  # noqa: S608
                [self.ids[0][0]],
            )
            texts |= set(self.cr.fetchall())
        self.assertEqual(len(texts), 1)

    # === WHICH ENTRIES === #

    def test_each_entry_is_sealed_once(self):
        self.assertEqual([s.n for s in self.seals], [3, 3, 3])
        self.assertIsNone(self._seal(FIRST_TXID + 3))
        self.assertEqual(self._verify(self.anchors), (9, []))

    def test_r12_transaction_left_open_over_a_seal_lands_in_the_next(self):
        [late] = self._write(FIRST_TXID + 5)  # its id comes first, it ends later
        self._write(FIRST_TXID + 4)
        self.assertEqual(self._seal(FIRST_TXID + 5).n, 1)
        self.assertEqual(self._seal(FIRST_TXID + 6).n, 1)
        self.cr.execute("SELECT id_from FROM fsm_audit.subtree ORDER BY seal_id DESC LIMIT 1")
        self.assertEqual(self.cr.fetchone(), (late,))
        self.assertEqual(self._verify(), (11, []))

    def test_nothing_of_a_transaction_that_still_runs_is_sealed(self):
        connection = db_connect(self.cr.dbname)
        with connection.cursor() as writer:
            writer.execute("SELECT txid_current()")
            [open_txid] = writer.fetchone()
            with connection.cursor() as sealer:
                self.assertLessEqual(seal.horizon(sealer), open_txid)

    def test_large_backlog_is_sealed_in_batches(self):
        for number in range(6):
            self._write(FIRST_TXID + 10 + number, 2)
        with patch.object(seal, "BATCH_ENTRIES", 4):
            sizes = [self._seal(FIRST_TXID + 20).n for _ in range(3)]
            self.assertEqual(sizes, [4, 4, 4])
            self.assertIsNone(self._seal(FIRST_TXID + 20))
        self.assertEqual(self._verify(), (21, []))

    def test_r6_sealer_killed_half_way_leaves_nothing_half(self):
        self._write(FIRST_TXID + 4, 2)
        with (
            self.assertRaises(ZeroDivisionError),
            self.cr.savepoint(),
            patch.object(seal.json, "dumps", side_effect=ZeroDivisionError),
        ):
            self._seal(FIRST_TXID + 5)
        self.assertEqual(self._verify(), (9, []))
        self.assertEqual(self._seal(FIRST_TXID + 5).n, 2)
        self.assertEqual(self._verify(), (11, []))

    def test_restored_database_begins_an_epoch(self):
        [left] = self._write(FIRST_TXID + 9)  # had no seal when the copy was made
        with self._restored():
            self._write(FIRST_TXID + 1)  # ids go on, transactions begin anew
            opening = self._seal(FIRST_TXID + 2)
            self.assertEqual(opening.ids, f"{{[{left},{left + 2})}}")
            self._write(FIRST_TXID + 2, 3)
            self.assertEqual(self._seal(FIRST_TXID + 3).n, 3)
            self.assertEqual(self._verify(self.anchors), (14, []))

    def test_restored_database_is_in_order_before_its_first_seal(self):
        self._write(FIRST_TXID + 9)
        with self._restored():
            self._write(FIRST_TXID + 1)
            self.assertEqual(self._verify(self.anchors), (9, []))

    def _restored(self):
        """Have this be another cluster, which has not given out many transaction ids."""
        stack = contextlib.ExitStack()
        for module in (seal, verify_trail):
            identity = patch.object(
                module, "read_identity", return_value=("another", 1, FIRST_TXID + 5)
            )
            stack.enter_context(identity)
        return stack

    def test_clock_does_not_matter(self):
        self._write(FIRST_TXID + 4, at="2031-01-01")
        self._write(FIRST_TXID + 5, at="2021-01-01")
        self._seal(FIRST_TXID + 6)
        self.assertEqual(self._verify(), (11, []))

    def test_g8_erased_personal_data_leaves_the_seals_valid(self):
        self.cr.execute(
            "SELECT count(*) FROM fsm_audit.pii WHERE partner_id = %s", self.customer.ids
        )
        self.assertTrue(self.cr.fetchone()[0])
        self.env["fsm.audit.log"]._erase(self.customer, "Asked for by letter, DPDP s. 12")
        self.assertEqual(self._verify(self.anchors), (9, []))

    # === BY RULE === #

    def test_purged_month_leaves_the_other_seals_valid(self):
        [old] = self._write(FIRST_TXID + 4, at="2020-02-29 23:59:59+00")
        self._write(FIRST_TXID + 4, at="2020-03-01 00:00:00+00")
        self._seal(FIRST_TXID + 5)
        self._tamper("DELETE FROM fsm_audit.entry WHERE id = %s", [old])
        self.assertIn("1 were sealed, 0 are there", self._verify()[1][0])
        self._note_purge(1)
        self.assertEqual(self._verify(), (10, []))

    def test_more_was_purged_than_had_been_sealed(self):
        self._note_purge(4)
        self.assertIn("4 entries were purged, but 0 had been sealed", self._verify()[1][0])

    def _note_purge(self, entries):
        self.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS fsm_audit.purge (
                class text, period_from date, period_to date, entries bigint,
                id_from bigint, id_to bigint, at timestamptz);
            INSERT INTO fsm_audit.purge (class, period_from, period_to, entries, id_from, id_to)
            VALUES ('ops', '2020-02-01', '2020-02-29', %s, 0, 0)
            """,
            [entries],
        )
        self.cr.execute(
            """
            CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON fsm_audit.purge
                FOR EACH STATEMENT EXECUTE FUNCTION fsm_audit.refuse();
            CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON fsm_audit.purge
                FOR EACH STATEMENT EXECUTE FUNCTION fsm_audit.refuse();
            ALTER TABLE fsm_audit.purge ENABLE ALWAYS TRIGGER append_only;
            ALTER TABLE fsm_audit.purge ENABLE ALWAYS TRIGGER no_truncate
            """
        )

    # === KEYS === #

    def _use_signing_key(self, ring, public_keys=""):
        environ = {
            "FSM_AUDIT_SIGNING_KEY": ring,
            "FSM_AUDIT_SIGNING_KEY_FILE": "",
            "FSM_AUDIT_PUBLIC_KEYS": public_keys,
        }
        self.startPatcher(patch.dict(os.environ, environ))
        return self.env["fsm.audit.seal"]

    def test_without_a_key_entries_wait(self):
        seals = self._use_signing_key("")
        with self.assertRaisesRegex(UserError, "no key to seal the audit trail"):
            seals._keys()
        self.assertIn("Entries wait for their seal", seals._problems()[0])
        with self.assertLogs("odoo.addons.fsm_audit", "WARNING"):
            seals._cron_seal()
        self._use_signing_key("s1:" + base64.b64encode(bytes([1]) * 32).decode())
        full = patch.object(seal, "seal_batch", side_effect=DiskFull("no space left"))
        with full, self.assertLogs("odoo.addons.fsm_audit", "WARNING") as logs:
            seals._cron_seal()  # R9: Odoo switches off what fails
        self.assertIn("is not sealed: no space left", logs.output[0])
        self._write(FIRST_TXID + 4)
        self.assertEqual(self._seal(FIRST_TXID + 5).n, 1)

    def test_bad_key_is_named_without_its_value(self):
        seals = self._use_signing_key("s1:c2hvcnQ=")
        with self.assertRaisesRegex(UserError, "key s1 of FSM_AUDIT_SIGNING_KEY") as error:
            seals._keys()
        self.assertNotIn("c2hvcnQ", str(error.exception))

    def test_other_key_does_not_continue_the_chain(self):
        self._write(FIRST_TXID + 4)
        ring = "s2:" + base64.b64encode(bytes([2]) * 32).decode()
        seals = self._use_signing_key(ring)
        with self.assertRaisesRegex(UserError, "which is not in the key ring"):
            seals._seal_batch(self.cr, seals._keys(), FIRST_TXID + 5)
        self.assertIn("not in the key ring", seals._problems()[0])
        seals = self._use_signing_key(ring, base64.b64encode(self.keys.public).decode())
        self.assertEqual(self._seal(FIRST_TXID + 5, seals._keys()).n, 1)

    # === ANCHORS === #

    def test_anchor_grows_by_lines_and_survives_a_cut_one(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        anchor = FileAnchor(f"{folder}/below/heads.jsonl")
        self.assertIsNone(anchor.last())
        anchor.append(self.anchors[0])
        with anchor.path.open("a") as file:
            file.write('{"seal": 2, "he')  # the disk was full
        self.assertEqual(anchor.last(), self.anchors[0]["head"])
        anchor.append(self.anchors[2])
        self.assertEqual(anchor.last(), self.anchors[2]["head"])
        self.assertEqual(anchor.read(), [self.anchors[0], self.anchors[2]])
        self.assertEqual(anchor.path.stat().st_mode & 0o777, 0o600)

    def test_newest_head_is_kept_once(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.startPatcher(patch.dict(os.environ, {"FSM_AUDIT_ANCHORS": folder}))
        seals = self.env["fsm.audit.seal"]
        self.assertTrue(seals._unanchored())
        seals._anchor(self.cr)
        seals._anchor(self.cr)
        self.assertFalse(seals._unanchored())
        [kept] = seals._anchors()[0].read()
        self.assertEqual(kept["head"], self.seals[-1].head.hex())

    def test_heads_after_a_restore_are_kept_beside_the_old_ones(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.startPatcher(patch.dict(os.environ, {"FSM_AUDIT_ANCHORS": folder}))
        seals = self.env["fsm.audit.seal"]
        [anchor] = seals._anchors()
        later = {"seal": self.seals[-1].id + 9, "head": "00", "at": "2026-11-21 10:00:00"}
        anchor.append(later)  # its seal was made after the backup
        seals._anchor(self.cr)
        self.assertEqual([kept["seal"] for kept in anchor.read()][1:], [self.seals[-1].id])
        self.assertIn("is not in the database", self._verify(anchor.read())[1][0])

    def test_anchor_that_cannot_be_kept_is_a_problem_not_an_error(self):
        environ = {"FSM_AUDIT_ANCHORS": "/dev/null/nowhere"}
        self.startPatcher(patch.dict(os.environ, environ))
        seals = self.env["fsm.audit.seal"]
        with self.assertLogs("odoo.addons.fsm_audit", "WARNING"):
            seals._anchor(self.cr)
        self.assertIn("not kept outside", seals._unanchored()[0])
