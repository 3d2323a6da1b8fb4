from odoo import models


class Told:
    """What should be known of documents that are just being issued, for whoever issues them.

    No caller can send one in the context: it has no form in JSON or XML-RPC.
    """

    def __init__(self):
        self.rows = []  # (account.move, row of `_gst_check`)

    def warnings(self):
        """Return ``[{id, name, severity, rule, text}]``."""
        return [{"id": move.id, "name": move.name, **row} for move, row in self.rows]

    def answer(self):
        """Return what a verb adds to its answer: ``{"warnings": …}``, nothing without any."""
        warnings = self.warnings()
        return {"warnings": warnings} if warnings else {}


class AccountMove(models.Model):
    """What is no reason to refuse a document is said as it is issued, from every door."""

    _inherit = "account.move"

    # === ACTION METHODS === #

    def action_post(self):
        """Override of `account` to say what should be known of what was just issued.

        :return: as `account`; where that is false and there is something to say, the notification
            that says it, with ``{id, name, severity, rule, text}`` of each in ``params.warnings``
        """
        moves, told = self._telling()
        return super(AccountMove, moves).action_post() or self._notification(told)

    def action_validate_moves_with_confirmation(self):
        """Override of `account`: “Confirm” on several invoices of a list says it as well."""
        moves, told = self._telling()
        result = super(AccountMove, moves).action_validate_moves_with_confirmation()
        return result or self._notification(told)

    # === BUSINESS METHODS === #

    def _telling(self):
        """Return these moves, and where it is written down what their checks have found.

        :rtype: tuple[account.move, Told]
        """
        told = Told()
        if self._is_telling():  # a verb that issues it says it in its own answer
            told = self.env.context["fsm_told"]
        return self.with_context(fsm_told=told), told

    def _is_telling(self):
        return isinstance(self.env.context.get("fsm_told"), Told)

    def _gst_check(self, *, issuing=False):
        """Override to keep what is said of a document that is just being issued."""
        found = super()._gst_check(issuing=issuing)
        if issuing and self._is_telling():
            warnings = [row for row in found if row["severity"] == "warning"]
            self.env.context["fsm_told"].rows += [(self, row) for row in warnings]
        return found

    def _notification(self, told):
        """Return the notification of what was found, false if that is nothing."""
        warnings = told.warnings()
        if not warnings:
            return False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Issued. To know:"),
                "message": "\n".join(f"{row['text']} ({row['rule']})" for row in warnings),
                "warnings": warnings,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
