import hashlib
import json

from odoo import fields, models
from odoo.exceptions import AccessError, ConcurrencyError, LockError, UserError
from odoo.tools import SQL

from odoo.addons.fsm_jobs.lifecycle import REASON_MIN_LENGTH
from odoo.addons.fsm_jobs.verbs import verb

from ..gst import dates, periods
from .account_move_issued import may_manage


def _as_kept(value):
    """Return what PostgreSQL gives back of JSON: lists for tuples, and no zero below zero."""
    if isinstance(value, dict):
        return {key: _as_kept(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_kept(item) for item in value]
    return value + 0.0 if isinstance(value, float) else value


def _digest(gstr1, gstr3b):
    """Return the SHA-256 of both returns."""
    text = json.dumps([gstr1, gstr3b], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class FsmGstReturn(models.Model):
    """From a draft to what was filed: a return is locked, opened again, and filed with its number."""

    _inherit = "fsm.gst.return"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def lock(self):
        """Keep both returns as they are, and the documents of the month with them.

        :raise UserError: while an error is found, or the month is not over in India: what is
            declared is all of it, CGST Act s.37(1)
        """
        self._check_may_file()
        return [gst_return._lock() for gst_return in self]

    @verb
    def reopen(self):
        """Let the documents of a locked month change again; only a manager does it."""
        self._check_may_file()
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_manager"):
            raise AccessError(self.env._("Only a manager reopens a return."))
        for gst_return in self:
            gst_return._check_state("locked")
            gst_return._keep({"state": "draft", "sha256": False})
        return [gst_return._state_figures() for gst_return in self]

    @verb
    def mark_filed(self, arn: str, date: str = ""):
        """Note that the portal has accepted a locked return.

        :param str arn: the Acknowledgement Reference Number, 15 characters
        :param str date: today by default; never a day of the month itself
        :raise UserError: if the books of the month are no longer what was locked
        """
        self._check_may_file()
        arn = "".join(arn.split()).upper()
        if len(arn) != 15 or not arn.isalnum() or not arn.isascii():
            raise UserError(self.env._("An ARN has 15 letters and digits, “%s” has not.", arn))
        day = self._filing_day(date)
        for gst_return in self:
            gst_return._check_state("locked")
            gst_return._check_month_is_over(day)
            gst_return._check_as_locked()
            gst_return._keep({"state": "filed", "arn": arn, "filed_on": day})
        return [gst_return._state_figures() for gst_return in self]

    @verb
    def unfile(self, reason: str):
        """Take back that a return was filed, where it was marked by mistake; it stays locked.

        :param str reason: 10 characters or more, for the audit trail
        :raise AccessError: unless a manager does it
        """
        self._check_may_file()
        if not may_manage(self.env):
            raise AccessError(self.env._("Only a manager takes back that a return was filed."))
        reason = reason.strip()
        if len(reason) < REASON_MIN_LENGTH:
            raise UserError(
                self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
            )
        for gst_return in self:
            gst_return._check_state("filed")
            changes = {"arn": [gst_return.arn, None]}
            self.env["fsm.audit.log"]._log_event("override", gst_return, reason, changes)
            gst_return._keep({"state": "locked", "arn": False, "filed_on": False})
        return [gst_return._state_figures() for gst_return in self]

    # === ACTION METHODS === #

    def action_lock(self):
        self.lock()

    def action_reopen(self):
        self.reopen()

    # === BUSINESS METHODS === #

    def _lock(self):
        self._check_state("draft")
        self._check_month_is_over(dates.document_date(fields.Datetime.now()))
        self._wait_for_others()
        self._check_sees_all()
        branches_sudo = self.company_ids.sudo().fsm_branch_ids  # what is due by itself; checked
        branches_sudo._consolidate(periods.last_day(self.period))
        rows = self._rows()
        found = self._findings(rows, *self._build(rows))
        self._store(found)
        errors = [finding for finding in found if finding["severity"] == "error"]
        if errors:
            raise UserError(
                self.env._(
                    "%(name)s cannot be locked yet: %(count)s errors, the first: %(text)s",
                    name=self.display_name,
                    count=len(errors),
                    text=errors[0]["text"],
                )
            )
        gstr1, gstr3b = map(_as_kept, self._build(rows))
        self._keep(
            {
                "state": "locked",
                "gstr1_data": gstr1,
                "gstr3b_data": gstr3b,
                "sha256": _digest(gstr1, gstr3b),
            }
        )
        return self._state_figures()

    def _locked_data(self):
        """Return both returns as they were locked; its callers check who may, and log it.

        :raise UserError: if they are not those of which the digest was kept
        """
        self_sudo = self.sudo()  # as above
        kept = self_sudo.gstr1_data, self_sudo.gstr3b_data
        if _digest(*map(_as_kept, kept)) != self.sha256:
            raise UserError(
                self.env._(
                    "%s was changed after it was locked, and not by Odoo: it does not have the "
                    "SHA-256 that was kept. Compare it with the audit trail and a backup; a manager "
                    "opens it and has it built again.",
                    self.display_name,
                )
            )
        return kept

    def _check_as_locked(self):
        """Refuse to note as filed what the books no longer say.

        :raise UserError: naming the tables that differ, or the entry that is in none
        """
        built = map(_as_kept, self._build(self._rows()))
        found = self._findings_of_entries(self._entries_beside())
        errors = [finding["text"] for finding in found if finding["severity"] == "error"]
        if differing := self._tables_changed(*built):
            why = self.env._("Now differs: %s", ", ".join(differing))
        elif errors:
            why = errors[0]
        else:
            return
        raise UserError(
            self.env._(
                "The books of %(name)s have changed since it was locked. %(why)s. Take the change back "
                "or give it a day of an open month; or a manager opens the return, and you lock it "
                "again.",
                name=self.display_name,
                why=why.rstrip("."),
            )
        )

    def _tables_changed(self, gstr1, gstr3b):
        """Return the names of the tables that are not as they were locked: ``["GSTR-1 b2b"]``."""
        pairs = zip(("GSTR-1", "GSTR-3B"), self._locked_data(), (gstr1, gstr3b), strict=True)
        return [
            f"{form} {table}"
            for form, kept, now in pairs
            for table in sorted(kept.keys() | now.keys())
            if kept.get(table) != now.get(table)
        ]

    def _wait_for_others(self):
        """Hold the month; have Odoo repeat the call while somebody posts or cancels in it.

        To wait for him would not do: what he commits is not in what this transaction sees.
        """
        try:
            self.lock_for_update()
        except LockError as busy:
            raise ConcurrencyError(f"documents of return {self.id} while it is locked") from busy

    def _check_month_is_over(self, day):
        """Refuse to declare a month before it ends: nobody could issue in it any more.

        :param datetime.date day: of the declaration, in India
        """
        last = periods.last_day(self.period)
        if day <= last:
            raise UserError(
                self.env._(
                    "%(name)s runs until %(last)s: a return is locked and filed once its month is "
                    "over (CGST Act s.37(1)). Until then check it.",
                    name=self.display_name,
                    last=last.strftime("%d-%b-%Y"),
                )
            )

    def _check_sees_all(self):
        """Start again if the month changed since this transaction began: it does not see that.

        Who issues, cancels or takes an advance shares the row that is locked here, so nobody does
        from now on.
        """
        count = self._count_of_month()
        [seen] = self.env.execute_query(count)
        with self.env.registry.cursor() as now:
            now.execute(count)
            [written] = now.fetchall()
        if any(there > here for there, here in zip(written, seen, strict=True)):
            raise ConcurrencyError("documents were issued or cancelled meanwhile")

    def _count_of_month(self):
        """Return the query for how many numbers, cancellations and rows of advances there are."""
        return SQL(
            """
            SELECT (SELECT count(*) FROM fsm_gst_number n WHERE %(numbers)s),
                   (SELECT count(*) FROM fsm_gst_cancellation c
                      JOIN fsm_gst_number n ON n.id = c.number_id
                     WHERE %(numbers)s),
                   (SELECT count(*) FROM fsm_gst_advance a
                      JOIN fsm_gst_advance r ON r.id = coalesce(a.receipt_id, a.id)
                      JOIN fsm_gst_number n ON n.move_id = r.entry_id
                     WHERE %(advances)s)
            """,
            numbers=self._numbers_of_month(),
            advances=self._advances_of_month(),
        )

    def _filing_day(self, text):
        today = dates.document_date(fields.Datetime.now())
        try:
            day = fields.Date.to_date(text) if text else today
        except ValueError:
            day = None
        if not day or day > today:
            raise UserError(
                self.env._("“date” must be a day up to today, as YYYY-MM-DD, not “%s”.", text)
            )
        return day
