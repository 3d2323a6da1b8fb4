from odoo import api, fields, models
from odoo.tools import SQL

from ..lifecycle import FINAL_STATES, OUTCOMES, STATES

# The work itself, whose opening time is what a job card took us.
WORK = ("diagnosis", "repair", "qc")

# Of so many job cards the sums of other tables are made at once; of fewer, of each by an index.
MANY = 5_000

# A device that comes back with these was repaired well the first time.
NOT_OURS = ("new_fault", "no_fault")


class FsmJobReport(models.Model):
    """Job cards, as figures: who did how many, how well, in what time.

    One row for a job card. It is a view: nothing is kept twice. What takes a look at another table
    is a query of its own in `_columns`: PostgreSQL leaves out those that nobody asks for. What is
    summed up over all years is told in `_sums`, which are asked for each job card, or all at once.
    """

    _name = "fsm.job.report"
    _description = "Job Cards, Figures"
    _inherit = "fsm.state.mixin"
    _auto = False
    _order = "received_at desc, id desc"
    _rec_name = "job_id"
    _depends = {
        "fsm.job": [
            "branch_id",
            "company_id",
            "device_id",
            "lead_technician_id",
            "original_job_id",
            "outcome",
            "partner_id",
            "promised_at",
            "ready_at",
            "received_at",
            "repaired_by_id",
            "rework_cause",
            "state",
        ],
        "fsm.job.history": ["clock", "from_state", "job_id", "to_state", "working_seconds"],
        "fsm.device": ["model_id"],
        "fsm.device.model": ["brand_id", "category_id"],
        "fsm.technician": ["company_id", "user_id"],
    }

    # Which, whose, where
    job_id = fields.Many2one(string="Job Card", comodel_name="fsm.job", readonly=True)
    branch_id = fields.Many2one(comodel_name="fsm.branch", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    partner_id = fields.Many2one(string="Customer", comodel_name="res.partner", readonly=True)
    device_id = fields.Many2one(comodel_name="fsm.device", readonly=True)
    model_id = fields.Many2one(
        string="Device Model", comodel_name="fsm.device.model", readonly=True
    )
    brand_id = fields.Many2one(comodel_name="fsm.device.brand", readonly=True)
    device_category_id = fields.Many2one(comodel_name="fsm.device.category", readonly=True)
    technician_id = fields.Many2one(
        comodel_name="fsm.technician", readonly=True, help="Who repaired; before that, who leads."
    )

    # How far
    state = fields.Selection(STATES, string="Status", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    received_at = fields.Datetime(string="Received", readonly=True)
    promised_at = fields.Datetime(string="Promise", readonly=True)
    ready_at = fields.Datetime(string="Ready Since", readonly=True)
    days_open = fields.Integer(readonly=True, aggregator="avg", help="Of what is still open.")
    days_late = fields.Integer(
        readonly=True, aggregator="avg", help="Since the promise, of what is not ready."
    )

    # How many, how well
    done = fields.Integer(readonly=True, help="The work ended, with whatever outcome.")
    repaired = fields.Integer(readonly=True)
    came_back = fields.Integer(
        readonly=True,
        help="Was repaired, and had to be repaired again: before it went home, or as a rework "
        "that is no new fault.",
    )
    first_time_fix = fields.Float(
        string="Fixed First Time %",
        readonly=True,
        aggregator="avg",
        help="Of a hundred repairs, how many did not have to be repeated.",
    )
    on_time = fields.Float(
        string="On Time %",
        readonly=True,
        aggregator="avg",
        help="Of a hundred promises, how many were kept.",
    )

    # In what time, in hours
    working_hours = fields.Float(
        readonly=True, help="Opening time in diagnosis, repair and quality check, without holds."
    )
    turnaround_hours = fields.Float(
        string="Turnaround (Hours)",
        readonly=True,
        aggregator="avg",
        help="From the counter until it was ready, nights and waiting included.",
    )

    # === BUSINESS METHODS === #

    @property
    def _table_query(self):
        columns = [
            SQL("%s AS %s", column, SQL.identifier(name))
            for name, column in self._columns().items()
        ]
        sums = self._sums() if self.env.context.get("fsm_many") else {}
        joins = [  # PostgreSQL leaves out those that nobody asks for
            SQL("LEFT JOIN (%s) %s ON %s = job.id", rows, table, SQL("%s.job_id", table))
            for table, rows in ((self._sum_table(name), rows) for name, rows in sums.items())
        ]
        return SQL(
            """
            SELECT %s
              FROM fsm_job job
              JOIN fsm_device device ON device.id = job.device_id
              JOIN fsm_device_model model ON model.id = device.model_id
              LEFT JOIN fsm_technician repairer ON repairer.user_id = job.repaired_by_id
                                               AND repairer.company_id = job.company_id
              LEFT JOIN LATERAL (
                    SELECT job.outcome = 'repaired' AND job.ready_at IS NOT NULL AS yes
                   ) repaired ON TRUE
              %s
            """,
            SQL(", ").join(columns),
            SQL(" ").join(joins),
        )

    @api.model
    def _for(self, domain):
        """Return this model as it is read best: of many job cards at once, or of each."""
        many = self.search_count(domain, limit=MANY) == MANY
        return self.with_context(fsm_many=many)

    @api.model
    def _columns(self):
        """Return what each field is of a job card ``job``: ``{field: SQL}``."""
        sums = {name: self._sum_column(name) for name in self._sums() if name in self._fields}
        return {**self._columns_of_card(), **self._columns_of_work(), **sums}

    @api.model
    def _sums(self):
        """Return what is summed up of another table's rows, fields and what they are made of.

        :return: ``{name: SQL}``, a query of `job_id` and `total`, a row a job card
        """
        hours = """
            SELECT job_id, SUM(working_seconds) / 3600.0 AS total
              FROM fsm_job_history
             WHERE from_state = ANY(%s) AND clock = 'us'
             GROUP BY job_id
        """
        reopened = """
            SELECT job_id, COUNT(*) AS total
              FROM fsm_job_history
             WHERE from_state = 'ready' AND to_state = 'repair'
             GROUP BY job_id
        """
        reworks = """
            SELECT original_job_id AS job_id, COUNT(*) AS total
              FROM fsm_job
             WHERE original_job_id IS NOT NULL AND state <> 'cancelled'
               AND COALESCE(rework_cause, '') <> ALL(%s)
             GROUP BY original_job_id
        """
        return {
            "working_hours": SQL(hours, list(WORK)),
            "reopened": SQL(reopened),
            "reworks": SQL(reworks, list(NOT_OURS)),
        }

    @api.model
    def _sum_table(self, name):
        return SQL.identifier(f"sum_of_{name}")

    @api.model
    def _sum_column(self, name):
        """Return the sum of a job card ``job``: of the whole table, if it is joined, or of its rows."""
        if self.env.context.get("fsm_many"):
            return SQL("%s.total", self._sum_table(name))
        own = "(SELECT total FROM (%s) own WHERE own.job_id = job.id)"
        return SQL(own, self._sums()[name])

    @api.model
    def _columns_of_card(self):
        of_job = ("branch_id", "company_id", "partner_id", "device_id", "state", "outcome")
        moments = ("received_at", "promised_at", "ready_at")
        final = list(FINAL_STATES)
        due = self.env["fsm.job"]._due_states()
        now = SQL("(now() AT TIME ZONE 'UTC')")
        return {
            "id": SQL("job.id"),
            "job_id": SQL("job.id"),
            **{name: SQL.identifier("job", name) for name in (*of_job, *moments)},
            "model_id": SQL("device.model_id"),
            "brand_id": SQL("model.brand_id"),
            "device_category_id": SQL("model.category_id"),
            "technician_id": SQL("COALESCE(repairer.id, job.lead_technician_id)"),
            "days_open": SQL(
                "CASE WHEN job.state <> ALL(%s) THEN EXTRACT(DAY FROM %s - job.received_at)::integer END",
                final,
                now,
            ),
            "days_late": SQL(
                "CASE WHEN job.state = ANY(%s) AND job.promised_at < %s"
                " THEN EXTRACT(DAY FROM %s - job.promised_at)::integer END",
                due,
                now,
                now,
            ),
        }

    @api.model
    def _columns_of_work(self):
        came_back = SQL(
            "(COALESCE(%s, 0) > 0 OR COALESCE(%s, 0) > 0)",
            self._sum_column("reworks"),
            self._sum_column("reopened"),
        )
        return {
            "done": SQL("(job.ready_at IS NOT NULL AND job.outcome IS NOT NULL)::integer"),
            "repaired": SQL("COALESCE(repaired.yes, FALSE)::integer"),
            "came_back": SQL("(COALESCE(repaired.yes, FALSE) AND %s)::integer", came_back),
            "first_time_fix": SQL(
                "CASE WHEN repaired.yes THEN CASE WHEN %s THEN 0 ELSE 100 END END", came_back
            ),
            "on_time": SQL(
                "CASE WHEN job.ready_at IS NOT NULL AND job.promised_at IS NOT NULL"
                " THEN CASE WHEN job.ready_at <= job.promised_at THEN 100 ELSE 0 END END"
            ),
            "turnaround_hours": SQL("EXTRACT(EPOCH FROM job.ready_at - job.received_at) / 3600"),
        }
