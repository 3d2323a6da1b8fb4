from ..tools.verify_trail import Trail
from .seal_common import FIRST_TXID, SealCommon


class TestTampering(SealCommon):
    """audit.md, G3: what somebody with all rights on the database might do to the trail."""

    def _assert_found(self, alone, anchored):
        """Whether it is found by chain and signatures alone, and by what was kept outside."""
        findings = self._verify()[1]
        self.assertEqual(bool(findings), alone, findings)
        findings = self._verify(self.anchors)[1]
        self.assertEqual(bool(findings), anchored, findings)

    def _rebuild(self, keys):
        """Seal everything anew."""
        self._tamper("DELETE FROM fsm_audit.seal WHERE id > %s", [self.before])
        self._tamper("DELETE FROM fsm_audit.subtree WHERE seal_id > %s", [self.before])
        self._tamper("DELETE FROM fsm_audit.epoch WHERE seal_from > %s", [self.before])
        self._open_epoch(keys)

    def test_g3_00_nothing_is_found_where_nothing_was_done(self):
        self.assertEqual(self._verify(self.anchors), (9, []))

    def test_g3_01_edited_value(self):
        self._tamper("UPDATE fsm_audit.entry SET changes = '{}' WHERE id = %s", [self.ids[1][1]])
        self._assert_found(alone=True, anchored=True)

    def test_g3_02_edited_actor(self):
        self._tamper("UPDATE fsm_audit.entry SET actor = 1 WHERE id = %s", [self.ids[0][0]])
        self._assert_found(alone=True, anchored=True)

    def test_g3_03_edited_time(self):
        self._tamper(
            "UPDATE fsm_audit.entry SET at = at - interval '1 microsecond' WHERE id = %s",
            [self.ids[2][2]],
        )
        self._assert_found(alone=True, anchored=True)

    def test_g3_04_swapped_rows(self):
        one, other, _ = self.ids[1]
        for source, target in ((one, -1), (other, one), (-1, other)):
            self._tamper("UPDATE fsm_audit.entry SET id = %s WHERE id = %s", [target, source])
        self._assert_found(alone=True, anchored=True)

    def test_g3_05_deleted_row(self):
        self._tamper("DELETE FROM fsm_audit.entry WHERE id = %s", [self.ids[1][2]])
        self._assert_found(alone=True, anchored=True)

    def test_g3_06_forged_old_row(self):
        for values in ({}, {"id": self.gap}):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                self._write(FIRST_TXID + 1, at="2026-04-01 10:00:00", **values)
                self._assert_found(alone=True, anchored=True)
                savepoint.rollback()

    def test_g3_07_removed_seal(self):
        self._tamper("DELETE FROM fsm_audit.seal WHERE id = %s", [self.seals[1].id])
        self._assert_found(alone=True, anchored=True)

    def test_g3_08_edited_and_rebuilt_without_the_key(self):
        self._tamper("UPDATE fsm_audit.entry SET actor = 1 WHERE id = %s", [self.ids[1][1]])
        self._rebuild(self._keys(2))
        self._tamper(
            "UPDATE fsm_audit.seal SET public_key = %s WHERE id > %s",
            [self.keys.public, self.before],
        )
        self._assert_found(alone=True, anchored=True)
        self.assertIn("signature", self._verify()[1][0])

    def test_g3_08_edited_and_rebuilt_with_another_key(self):
        self._rebuild(self._keys(2))
        self.assertIn("unknown key", self._verify()[1][0])

    def test_g3_09_cut_end(self):
        self._tamper("DELETE FROM fsm_audit.entry WHERE id = ANY(%s)", [self.ids[2]])
        self._tamper("DELETE FROM fsm_audit.seal WHERE id = %s", [self.seals[2].id])
        self._assert_found(alone=False, anchored=True)

    def test_g3_10_wiped(self):
        for table in ("entry", "seal", "subtree", "epoch"):
            self._tamper(f"DELETE FROM fsm_audit.{table}")  # noqa: S608 - names above
        self._assert_found(alone=False, anchored=True)

    def test_g3_11_edited_and_rebuilt_with_the_stolen_key(self):
        self._tamper("UPDATE fsm_audit.entry SET actor = 1 WHERE id = %s", [self.ids[1][1]])
        self._rebuild(self.keys)
        self._assert_found(alone=False, anchored=True)

    def test_g3_12_deleted_before_it_was_sealed(self):
        [entry_id] = self._write(FIRST_TXID + 3)
        self._tamper("DELETE FROM fsm_audit.entry WHERE id = %s", [entry_id])
        self._assert_found(alone=False, anchored=False)

    def test_g3_13_deleted_and_called_purged(self):
        self._tamper("DELETE FROM fsm_audit.entry WHERE id = ANY(%s)", [self.ids[1]])
        for class_ in ("books", "ops", "access"):
            self.cr.execute(
                """
                INSERT INTO fsm_audit.purge (class, period_from, period_to, entries)
                SELECT %s, month, month + interval '1 month - 1 day', (
                           SELECT COALESCE(sum(n), 0) FROM fsm_audit.subtree
                            WHERE class = %s AND period = to_char(month, 'YYYY-MM'))
                  FROM date_trunc('month', now() AT TIME ZONE 'UTC') AS month
                """,
                [class_, class_],
            )
        self.assertIn("3 were sealed, 0 are there", self._verify()[1][0])

    def test_seals_of_nobody_known(self):
        slices = Trail(self.cr).verify(self.before)
        found = [str(finding) for _, _, findings in slices for finding in findings]
        self.assertEqual(len(found), 1)
        self.assertIn("no public key is known here", found[0])

    def test_edited_seal(self):
        for change in ("n = n + 1", "at = at - interval '1 day'", "txid_to = txid_to + 1"):
            with self.subTest(change), self.env.cr.savepoint() as savepoint:
                self._tamper(
                    f"UPDATE fsm_audit.seal SET {change} WHERE id = %s",  # noqa: S608 - above
                    [self.seals[2].id],
                )
                self._assert_found(alone=True, anchored=True)
                savepoint.rollback()

    def test_edited_record_of_a_seal(self):
        self._tamper(
            "UPDATE fsm_audit.subtree SET organisation_id = 0 WHERE seal_id = %s",
            [self.seals[2].id],
        )
        self._assert_found(alone=True, anchored=True)

    def test_guard_that_was_switched_off(self):
        for table in ("entry", "entry_ops", "seal"):
            with self.subTest(table), self.env.cr.savepoint() as savepoint:
                self.cr.execute(f"ALTER TABLE fsm_audit.{table} DISABLE TRIGGER append_only")
                self.assertIn(f"The table {table} is not guarded", self._verify()[1][0])
                savepoint.rollback()
        self.cr.execute("ALTER TABLE fsm_audit.pii DISABLE TRIGGER erase_only")
        self.assertIn("The table pii is not guarded", self._verify()[1][0])

    def test_hardened_tier_that_was_lost(self):
        self.cr.execute("""COMMENT ON SCHEMA fsm_audit IS '{"hardened": true}'""")
        self.assertEqual(
            self._verify()[1], ["The hardened tier of the trail is not whole: run scripts/harden."]
        )

    def test_capture_that_was_switched_off(self):
        self.cr.execute("ALTER TABLE res_partner ENABLE TRIGGER fsm_audit_capture")
        self.assertIn("The table res_partner is not captured", self._verify()[1][0])
