import logging

import psycopg2

from odoo import api, models
from odoo.tools import mute_logger

from ..const import CLASSES

_logger = logging.getLogger(__name__)

AHEAD = 3  # months that have their partitions before they begin


class FsmAuditRetention(models.AbstractModel):
    """Makes room for the months to come, and lets go what nobody has to keep any more.

    How long that is, nobody can shorten: `sql/retention.sql`, docs/adr/0014.
    """

    _name = "fsm.audit.retention"
    _description = "Audit Retention"

    @api.model
    def _cron_add_partitions(self):
        self.env.cr.execute("SELECT fsm_audit.add_partitions(%s)", [AHEAD])

    @api.model
    def _cron_purge(self):
        """Drop the months past their time, if they are sealed, and the seals kept outside too.

        Somebody's long transaction may hold such a month: then it goes next time.
        """
        if self.env["fsm.audit.seal"]._unanchored():
            _logger.info("Nothing is purged: the seals of the audit trail are not kept outside.")
            return
        self._purge()

    @api.model
    def _purge(self):
        """Return how many entries went."""
        purged = 0
        for class_ in CLASSES:
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    self.env.cr.execute("SELECT fsm_audit.purge(%s)", [class_])
                    purged += self.env.cr.fetchone()[0]
            except psycopg2.errors.LockNotAvailable:
                _logger.info("Entries of class %s are in use; they are purged next month.", class_)
        return purged
