from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount

from ..lifecycle import (
    FINAL_STATES,
    NEXT_STATES,
    OUTCOMES_WITHOUT_REPAIR,
    REASON_MIN_LENGTH,
    STAMPS,
    STATES,
    may_move,
    movers,
    needs_reason,
)
from .fsm_job import GATE

STATES_OF_REPAIR = {"approved", "parts", "repair", "outside", "qc"}  # work was agreed to
# From here a device becomes ready without a repair, or was ready before: what he was not asked is
# not billed (`_billable_lines`), or was asked then.
STATES_UNREPAIRED = {"diagnosis", "estimate", "unclaimed"}
MOST_TOLD = 20  # job cards whose refusals stand in one message
DONE_STATES = {"ready", "unclaimed"}  # there is an outcome, and the customer is expected


class FsmJob(models.Model):
    """How a job card moves from state to state, and what holds it back."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _move(self, target, reason="", override=False):
        """Move the job cards to `target`: the one gate through which a state changes.

        :param str target: the state to move to; where a job card already is there, nothing happens
        :param str reason: kept in the status history
        :param bool override: skip the table of moves and the quality check, as a manager, with a
            reason; never what else blocks, never out of or into a final state
        :raise UserError: with every reason of every job card at once, so that the user needs one
            round only; nothing has moved then
        """
        self.check_access("write")
        self._check_target(target, reason, override)
        jobs = self.filtered(lambda job: job.state != target)
        jobs._check_moves(target, reason, override)
        now = fields.Datetime.now()
        # Those whose outcome was said apart: the others get theirs with the move.
        for (source, _said), batch in jobs.grouped(lambda j: (j.state, bool(j.outcome))).items():
            since = {job.id: job.state_since for job in batch}
            rested = {job.id: job.hold_reason for job in batch}
            gate = batch.with_context(fsm_gate=GATE).sudo()  # checked above; see docs/adr/0005
            gate.write(batch._move_values(source, target, now))
            batch._write_history(source, reason, override, since, now, rested)
            if override:
                changes = {"state": [source, target]}
                self.env["fsm.audit.log"]._log_event("override", batch, reason, changes)
            batch._moved(source, target)

    def _check_target(self, target, reason, override):
        if not isinstance(target, str) or target not in NEXT_STATES:
            raise UserError(
                self.env._(
                    "“%(state)s” is no status. They are: %(states)s.",
                    state=target,
                    states=", ".join(NEXT_STATES),
                )
            )
        if not override:
            return
        if not self._has_role({"manager"}):
            raise AccessError(self.env._("Only a manager overrides the order of work."))
        if len((reason or "").strip()) < REASON_MIN_LENGTH:
            raise UserError(
                self.env._(
                    "An override needs a reason of at least %s characters.", REASON_MIN_LENGTH
                )
            )
        if target in FINAL_STATES:
            raise UserError(self.env._("Nothing overrides the way to the end of a job card."))

    def _check_moves(self, target, reason, override):
        """Refuse a move that some job cards cannot make, with the reasons of each of them.

        Nothing moves then: who moves five hundred is told which to leave out.
        """
        refusals = []
        for job in self:
            try:
                job._check_move(target, reason, override)
            except UserError as refusal:
                refusals.append(refusal)
        if not refusals:
            return
        told = list(dict.fromkeys(refusal.args[0] for refusal in refusals))
        if len(told) > MOST_TOLD:
            told[MOST_TOLD:] = [self.env._("%s more cannot either.", len(told) - MOST_TOLD)]
        raise type(refusals[0])("\n\n".join(told))

    def _check_move(self, target, reason="", override=False):
        """Refuse a move that the life cycle, the role or a condition does not allow."""
        self.ensure_one()
        current = self._state_label(self.state)
        label = self._state_label(target)
        if self.state in FINAL_STATES or not (override or may_move(self.state, target)):
            raise UserError(self._no_way(target))
        if not (self.env.su or override or self._has_role(movers(self.state, target))):
            raise AccessError(
                self.env._(
                    "Your role does not move a job card from “%(current)s” to “%(target)s”.",
                    current=current,
                    target=label,
                )
            )
        if needs_reason(self.state, target) and not (reason or "").strip():
            raise UserError(
                self.env._(
                    "Say why job card %(job)s goes from “%(current)s” to “%(target)s”: a reason "
                    "is missing.",
                    job=self.name,
                    current=current,
                    target=label,
                )
            )
        self.with_context(fsm_override=override and GATE)._check_blockers(target)

    def _check_blockers(self, target):
        """Refuse what the conditions of a move to `target` forbid, with all their reasons."""
        if blockers := self._blockers(target):
            raise UserError(
                "\n– ".join(
                    [
                        self.env._(
                            "Job card %(job)s cannot become “%(target)s” yet:",
                            job=self.name,
                            target=self._state_label(target),
                        ),
                        *blockers,
                    ]
                )
            )

    def _no_way(self, target):
        """Say that no way leads to `target`, and which do from here."""
        refusal = self.env._(
            "Job card %(job)s is “%(current)s”: it cannot become “%(target)s”.",
            job=self.name,
            current=self._state_label(self.state),
            target=self._state_label(target),
        )
        ways = [state for state, _label in STATES if may_move(self.state, state)]
        if not ways:
            return refusal
        ways = ", ".join(f"“{self._state_label(state)}”" for state in ways)
        return " ".join([refusal, self.env._("From here it goes to %s.", ways)])

    def _blockers(self, target):
        """Say why this job card cannot become `target` yet.

        Each addon adds its own reasons.

        :param str target: the state to move to
        :return: one translated sentence for each missing thing; empty when the way is free
        :rtype: list[str]
        """
        self.ensure_one()
        check = BLOCKERS.get(target)
        return [reason for reason in check(self) if reason] if check else []

    def _blockers_estimate(self):
        if not self.line_ids:
            yield self.env._("The estimate has no line.")

    def _blockers_approved(self):
        if self._current_estimate().answer != "approved":
            yield self.env._("The customer has not approved the estimate.")

    def _blockers_repair(self):
        if not self.technician_ids:
            yield self.env._("No technician is assigned.")
        if self.state == "diagnosis" and not self._is_covered():
            yield self.env._("The customer has to approve the estimate first.")

    def _blockers_qc(self):
        yield self._blocker_unapproved_amount()

    def _blockers_ready(self):
        if self.state == "qc" and not self._passes_qc():
            yield self.env._("Somebody else than %s must check the work.", self.env.user.name)
        if self.state == "diagnosis" and self.outcome not in OUTCOMES_WITHOUT_REPAIR:
            yield self.env._(
                "Say the outcome: straight from diagnosis a device is ready only if it cannot be "
                "repaired or has no fault."
            )
        if self.state in ("request", "received"):
            yield self.env._("Nobody has looked at the device: its outcome is said in diagnosis.")
        if self.state == "estimate" and self.outcome != "declined":
            yield self.env._("The customer has not declined the estimate.")
        if self.state not in STATES_UNREPAIRED:
            yield self._blocker_unapproved_amount()

    def _blockers_delivered(self):
        if not self.delivery_method:
            yield self._blocker_proof()
        if missing := self.accessory_ids.filtered(lambda accessory: not accessory.returned):
            yield self._blocker_accessories(missing)

    def _blockers_disposed(self):
        asked_by = self.disposal_asked_by_id
        if not asked_by or asked_by == self.env.user:
            yield self.env._("Another person must have proposed the disposal.")

    def _blocker_unapproved_amount(self):
        """Nobody is billed more than he agreed to: neither an answer nor a limit covers the rise."""
        agreed = self._amount_agreed()
        now = max(self.amount_estimate, self._amount_beyond_estimate())
        if self.currency_id.compare_amounts(now, agreed) > 0:
            return self.env._(
                "It would cost %(now)s, but the customer has agreed to %(agreed)s: share the "
                "estimate again.",
                now=format_amount(self.env, now, self.currency_id),
                agreed=format_amount(self.env, agreed, self.currency_id),
            )
        return ""

    def _amount_agreed(self):
        """Return what the customer agreed to pay, tax included: by his answer, or at intake."""
        answered = self.estimate_ids.filtered(lambda estimate: estimate.answer == "approved")
        return max(answered.sorted("version")[-1:].amount, self.spend_limit)

    def _amount_beyond_estimate(self):
        """Return what is billed now, where more was used than the estimate says; else nothing."""
        lines = self._billable_lines()
        untaxed = sum(line["quantity"] * line["price_unit"] for line in lines)
        more = self.currency_id.compare_amounts(untaxed, self.amount_untaxed) > 0
        return self._amount_with_tax(lines) if more else 0.0

    def _is_covered(self):
        """Tell whether work may start without an answer: within the customer's spend limit."""
        return bool(self.spend_limit) and self.amount_estimate <= self.spend_limit

    def _passes_qc(self):
        """Tell whether the caller may pass the quality check."""
        return (
            self.branch_id.waive_qc
            or self.env.context.get("fsm_override") is GATE
            or self.env.user not in self.repaired_by_id | self._began_repair()
        )

    def _began_repair(self):
        """Return the technician of this job card who took it into repair last, if one did."""
        rows = self.history_ids.filtered(lambda row: row.to_state == "repair")
        return rows.sorted("id")[-1:].user_id & self.technician_ids.user_id

    def _move_values(self, source, target, now):
        """Return what is written along with a move."""
        values = {"state": target, "state_since": now, "hold_reason": False}
        if target in STAMPS and not (target == "received" and any(self.mapped("received_at"))):
            values[STAMPS[target]] = now  # an override takes nobody's device in a second time
        if target == "ready" and source in STATES_OF_REPAIR and not any(self.mapped("outcome")):
            values["outcome"] = "repaired"  # unless whoever is done has said another
        if target in ("diagnosis", "estimate"):
            values["repaired_by_id"] = False  # what comes now is another repair
        if source in DONE_STATES and target not in FINAL_STATES | DONE_STATES:
            values.update(ready_at=False, outcome=False)
        return values

    def _moved(self, source, target):
        """Do what follows a move of these job cards from `source` to `target`."""
        if target == "estimate":
            self.env["fsm.estimate"]._share(self)
        if target == "qc":
            for repairer, jobs in self.grouped(lambda job: job._repairer()).items():
                gate = jobs.with_context(fsm_gate=GATE).sudo()  # the move was checked
                gate.repaired_by_id = repairer
        if target in FINAL_STATES:
            self._wipe_passcode()

    def _repairer(self):
        """Return the user who repaired, whoever moves the card: who passes it is another."""
        users = self.technician_ids.user_id
        return users & self.env.user or self.lead_technician_id.user_id or self.env.user

    def _write_history(self, source, reason="", override=False, since=None, now=None, rested=None):
        # Nobody writes history by hand, so that only a move makes it.
        history_sudo = self.env["fsm.job.history"].sudo()
        history_sudo._record(self, source, reason, override, since, now, rested)

    @api.model
    def _state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env)).get(state, state)


# target state: the reasons of this addon against it.
BLOCKERS = {
    "estimate": FsmJob._blockers_estimate,
    "approved": FsmJob._blockers_approved,
    "repair": FsmJob._blockers_repair,
    "qc": FsmJob._blockers_qc,
    "ready": FsmJob._blockers_ready,
    "delivered": FsmJob._blockers_delivered,
    "disposed": FsmJob._blockers_disposed,
}
