import shutil
from contextlib import suppress
from pathlib import Path

from psycopg2 import errors

from odoo import api, models
from odoo.tools import config

# More than its memory takes, so that PostgreSQL writes 4 MB beside its tables; it takes 50 ms.
PROBE = "SELECT count(*) FROM generate_series(1, 200000)"
MEGABYTE = 2**20
LOW, FULL = 1024, 100  # MB free below which it is said, and is an alarm


class FsmAuditHealth(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """Whether there is room to write: for the database, for files, for the anchors."""

    _inherit = "fsm.audit.health"

    @api.model
    def _checks(self, state, thorough):
        return super()._checks(state, thorough) | {"disk": self._check_disk(thorough)}

    @api.model
    def _labels(self):
        return super()._labels() | {"disk": self.env._("Disk")}

    @api.model
    def _check_disk(self, thorough):
        if thorough and not self._database_has_room():
            return "alarm", self.env._(
                "The disk of the database is full: nothing is lost, and nothing can be changed"
                " until there is room. Ask whoever runs the server to make some."
            )
        path, free = min(self._free(), key=lambda place: place[1], default=(None, LOW))
        if free < LOW:
            level = "alarm" if free < FULL else "note"
            return level, self.env._(
                "Only %(free)s MB are free in %(path)s. Ask whoever runs the server to make room.",
                free=free,
                path=path,
            )
        return "good", self.env._("There is room on the disk.")

    @api.model
    def _database_has_room(self):
        """Have PostgreSQL write to its disk what it forgets at once; also where it only reads."""
        with self.env.registry.cursor(readonly=True) as cr:
            cr.execute("SET LOCAL work_mem = '64kB'")
            try:
                cr.execute(PROBE, log_exceptions=False)
            except errors.DiskFull:
                return False
            return True

    @api.model
    def _free(self):
        """Yield the folders that Odoo writes to, and how many MB are free there."""
        for folder in (Path(config["data_dir"]), self.env["fsm.audit.seal"]._anchor_path().parent):
            with suppress(OSError):  # no folder yet, or not ours to see: other checks tell
                yield str(folder), shutil.disk_usage(folder).free // MEGABYTE
