import base64
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import trail_export

MOST_ENTRIES = 500_000  # of a file that is made in one request


class FsmAuditExport(models.TransientModel):
    """The entries of a period in a signed file, for an auditor who verifies it by himself."""

    _name = "fsm.audit.export"
    _description = "Export the Audit Trail"

    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(string="To", required=True, default=fields.Date.context_today)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(compute="_compute_file_name")
    entries = fields.Integer(readonly=True)

    # === COMPUTE METHODS === #

    @api.model
    def _default_date_from(self):
        return fields.Date.context_today(self).replace(day=1)

    @api.depends("date_from", "date_to")
    def _compute_file_name(self):
        for export in self:
            export.file_name = f"audit-trail-{export.date_from}-{export.date_to}.zip"

    # === ACTION METHODS === #

    def action_export(self):
        """Make the file, log who took it along, and show where it is downloaded."""
        self.ensure_one()
        log = self.env["fsm.audit.log"]
        trail = log._trail()
        keys = self.env["fsm.audit.seal"]._keys()
        period = trail_export.Period(*log._period(self.date_from, self.date_to))
        self._check_size(trail, period)
        file = io.BytesIO()
        count = trail_export.write(file, trail, keys, period, self._facts())
        if not count:
            raise UserError(self.env._("Nothing of these days was sealed yet."))
        self.write({"file": base64.b64encode(file.getvalue()), "entries": count})
        facts = {"from": str(self.date_from), "to": str(self.date_to), "count": count}
        log._log_event(
            "export", log._name, changes={name: [None, fact] for name, fact in facts.items()}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export the Audit Trail"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_size(self, trail, period):
        if trail.entries_between(*period) > MOST_ENTRIES:
            raise UserError(
                self.env._(
                    "These are more than %s entries. Choose fewer days, and export several files.",
                    f"{MOST_ENTRIES:,}",
                )
            )

    # === GETTERS === #

    def _facts(self):
        """Return what the manifest tells people."""
        companies = self.env.user.company_ids
        return {
            "database": self.env.cr.dbname,
            "companies": {company.id: company.name for company in companies.sorted("id")},
            "date_from": str(self.date_from),
            "date_to": str(self.date_to),
            "time_zone": str(self.env.tz),
            "exported_by": self.env.user.name,
            "exported_at": str(fields.Datetime.now()),
        }
