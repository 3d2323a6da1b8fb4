import os
import stat
import time
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import config

from .. import capture, schema
from ..tools.verify_trail import Trail, check_capture, check_guards

STARTED = time.monotonic()
SECONDS_TO_SEAL = 150  # the scheduled action runs each minute

READER_GROUPS = "fsm_audit.group_fsm_audit_reader,base.group_system"


class FsmAuditHealth(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """Whether the trail can be relied on: one line for each check, in words.

    An addon adds its own to `_checks` and `_labels`.
    """

    _name = "fsm.audit.health"
    _description = "Audit Health"
    _order = "id"

    name = fields.Char(string="Check", readonly=True)
    level = fields.Selection(
        [("good", "Good"), ("note", "To Know"), ("alarm", "Act Now")], readonly=True
    )
    text = fields.Text(string="Finding", readonly=True)

    # === BUSINESS METHODS === #

    @api.model
    def health(self):
        """Return what is well and what is not, for owners, system administrators and monitors.

        :return: `[{"check", "ok", "level", "text"}]`; `level` is good, note or alarm
        :raise AccessError: to anybody else
        """
        if not self._may_know():
            raise AccessError(self.env._("Only owners and system administrators see this."))
        return self._findings()

    @api.model
    def action_open(self):
        """Return the list of the findings, as they are now."""
        labels = self._labels()
        rows = [
            {"name": labels[finding["check"]], "level": finding["level"], "text": finding["text"]}
            for finding in self.health()
        ]
        records_sudo = self.sudo().create(rows)  # they are this user's own
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Health of the Trail"),
            "res_model": self._name,
            "view_mode": "list,kanban",
            "mobile_view_mode": "kanban",
            "domain": [("id", "in", records_sudo.ids)],
            "target": "main",
        }

    # === GETTERS === #

    @api.model
    def _may_know(self):
        return self.env.su or self.env.user.has_groups(READER_GROUPS)

    @api.model
    def _alarms(self):
        """Return the sentences for the banner. A server that was just started has not sealed yet what
        was written before it stopped: that is no alarm."""
        is_new = time.monotonic() - STARTED < SECONDS_TO_SEAL
        return [
            finding["text"]
            for finding in self._findings(thorough=False)
            if finding["level"] == "alarm" and not (is_new and finding["check"] == "seals")
        ]

    @api.model
    def _findings(self, thorough=True):
        state = schema.read_state(self.env.cr)
        is_current = state.get("stamp") == schema.stamp()
        checks = self._checks(state, thorough) if is_current else {"version": self._say_version()}
        return [
            {"check": check, "ok": level == "good", "level": level, "text": text}
            for check, (level, text) in checks.items()
        ]

    @api.model
    def _checks(self, state, thorough):
        """Return `{check: (level, text)}`.

        :param dict state: of the schema, see `schema.read_state`
        :param bool thorough: also what takes more than a few milliseconds: each page load asks
        """
        return {
            "tier": self._check_tier(state),
            "guards": self._check_guards(state),
            "capture": self._check_capture(thorough),
            "partitions": self._check_partitions(),
            "seals": self._check_seals(),
        }

    @api.model
    def _labels(self):
        return {
            "version": self.env._("Version"),
            "tier": self.env._("Tier"),
            "guards": self.env._("Guards"),
            "capture": self.env._("Capture"),
            "partitions": self.env._("Partitions"),
            "seals": self.env._("Seals"),
        }

    @api.model
    def _say_version(self):
        return "alarm", self.env._(
            "The audit trail in the database is of another version than the program. Ask whoever"
            " runs the server to run scripts/harden."
        )

    # === CHECKS === #

    @api.model
    def _check_tier(self, state):
        """Say which tier holds. 1+ is a hardened one that whoever runs Odoo can get around."""
        if not state["is_hardened"]:
            if state["hardened"]:
                return "alarm", self.env._(
                    "Tier 1: this database was restored and lost the protection of its audit trail."
                    " Ask whoever runs the server to run scripts/harden, then verify the trail."
                )
            return "note", self.env._(
                "Tier 1: Odoo's own database role owns the audit trail and could switch its guards"
                " off. scripts/harden gives the trail an owner of its own."
            )
        if self._has_too_many_rights() or state.get("trust"):
            return "alarm", self.env._(
                "Tier 1+: the trail has an owner of its own, but Odoo's database role can become a"
                " superuser: it has too many rights, or PostgreSQL asks for no password."
            )
        if self._shares_system_user():
            return "note", self.env._(
                "Tier 1+: the trail has an owner of its own, but Odoo and PostgreSQL run as the same"
                " system user, who could change the files below."
            )
        return "good", self.env._("Tier 2: the trail has an owner of its own.")

    @api.model
    def _has_too_many_rights(self):
        self.env.cr.execute(
            "SELECT rolsuper OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _shares_system_user(self):
        """Whether the server's socket belongs to whoever runs this."""
        host = config["db_host"] or "/var/run/postgresql"
        try:
            found = Path(host, f".s.PGSQL.{config['db_port'] or 5432}").stat()
        except OSError:
            return False  # another machine
        return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()

    @api.model
    def _check_guards(self, state):
        trail = Trail(self.env.cr)
        found = [self.env["fsm.audit.seal"]._sentence(finding) for finding in check_guards(trail)]
        if state["is_hardened"]:
            self.env.cr.execute(
                r"""
                SELECT count(*) FROM pg_event_trigger JOIN pg_roles ON pg_roles.oid = evtowner
                 WHERE evtname LIKE 'fsm\_audit\_%' AND evtenabled = 'A' AND rolsuper
                """
            )
            if self.env.cr.fetchone()[0] < 3:
                found.append(
                    self.env._("Event triggers are missing or switched off: run scripts/harden.")
                )
        return self._verdict(found, self.env._("Every table of the trail refuses changes."))

    @api.model
    def _check_capture(self, thorough):
        trail = Trail(self.env.cr)
        found = [self.env["fsm.audit.seal"]._sentence(finding) for finding in check_capture(trail)]
        if thorough and not found and (names := capture.differing(self.env)):
            found = [
                self.env._(
                    "These tables are not captured as they should be: %s. Restart the server.",
                    ", ".join(sorted(names)),
                )
            ]
        return self._verdict(found, self.env._("What is declared as audited is captured."))

    @api.model
    def _check_partitions(self):
        self.env.cr.execute(
            """
            SELECT class, to_regclass('fsm_audit.entry_' || class || to_char(
                       now() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
              FROM unnest('{books,ops,access}'::text[]) AS class
            """
        )
        lacking = [name for name, is_lacking in self.env.cr.fetchall() if is_lacking]
        if lacking:
            return "note", self.env._(
                "Next month has no partition for: %s. Is the scheduled action that makes them"
                " switched off? Entries are kept all the same.",
                ", ".join(lacking),
            )
        return "good", self.env._("The months ahead have their partitions.")

    @api.model
    def _check_seals(self):
        problems = self.env["fsm.audit.seal"]._problems()
        return self._verdict(
            problems, self.env._("The trail is sealed, and seals are kept outside.")
        )

    @api.model
    def _verdict(self, problems, praise):
        return ("alarm", " ".join(problems)) if problems else ("good", praise)
