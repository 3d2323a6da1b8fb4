from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..issued import MOVE_COLUMNS, NAME
from .fsm_gst_once import GATE

# What a document keeps once it has a number, beside what `account` locks: Rule 46 of the CGST Rules.
# The balance follows from payments; nobody writes it.
KEPT_FIELDS = {
    *MOVE_COLUMNS,
    "state",
    "payment_state",
    "amount_residual",
    "amount_residual_signed",
    "returned_parts",  # the goods have moved as it says
}

# What a document was issued for: set where it is made.
JOB_FIELDS = {"job_id", "claim_job_id"}

# What only posting may set: the number is the next of its series.
NUMBER_FIELDS = {"name", "sequence_prefix", "sequence_number"}

# What the entry of a payment has of it.
PAYMENT_FIELDS = {
    *NUMBER_FIELDS,
    "date",
    "journal_id",
    "partner_id",
    "currency_id",
    "company_id",
    "move_type",
    "origin_payment_id",
}


class AccountMove(models.Model):
    """What was issued under a number stays as it is: Rule 46(b) of the CGST Rules, s. 31 and 34.

    The sentences are here, for people. The lock itself is in the database (`issued.py`).
    """

    _inherit = "account.move"

    gst_number_ids = fields.One2many(
        string="Number in the Ledger", comodel_name="fsm.gst.number", inverse_name="move_id"
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self._passes_gate():
            return super().create(vals_list)
        self._check_job_card(vals_list)
        # Defaults of the context are the caller's as well.
        ours = {f"default_{name}" for name in NUMBER_FIELDS | JOB_FIELDS}
        context = {key: value for key, value in self.env.context.items() if key not in ours}
        moves = super(AccountMove, self.with_context(context)).create(
            [self._without_number(vals) for vals in vals_list]
        )
        return moves.with_env(self.env)

    def write(self, vals):
        if self._passes_gate():
            return super().write(vals)
        if vals.get("state") == "posted":
            self._check_is_posted_here()
        if KEPT_FIELDS & vals.keys():
            self._check_not_issued(lambda move: differs(move, vals, KEPT_FIELDS))
        if any(vals.get(name) for name in JOB_FIELDS):
            if any(differs(move, vals, JOB_FIELDS) for move in self):
                self._check_job_card([vals])
        if vals.get("state") in ("draft", "cancel"):
            self.origin_payment_id._check_may_change(vals)
        self._check_payments_kept(vals)
        # No name is what Odoo itself writes to a draft that moves to another series.
        if not any(vals.get(name) for name in NUMBER_FIELDS):
            return super().write(vals)
        drafts = self.filtered(
            lambda move: (
                move.country_code == "IN"
                and not move._has_gst_number()
                and (move._is_gst_document() or move.journal_id.type == "sale")
            )
        )
        rest = {name: value for name, value in vals.items() if name not in NUMBER_FIELDS}
        if drafts:
            super(AccountMove, drafts).write(rest)
        return self == drafts or super(AccountMove, self - drafts).write(vals)

    def _passes_gate(self):
        return self.env.context.get("fsm_billing_gate") is GATE

    @api.model
    def _without_number(self, vals):
        """Return the values of a new document, without a number if it is one of a sale."""
        if not NUMBER_FIELDS & vals.keys():
            return vals
        move_type = vals.get("move_type") or self.env.context.get("default_move_type")
        journal = self.env["account.journal"].browse(vals.get("journal_id") or [])
        if move_type not in ("out_invoice", "out_refund") and journal.type != "sale":
            return vals
        return {name: value for name, value in vals.items() if name not in NUMBER_FIELDS}

    def _check_job_card(self, vals_list):
        """Refuse to say from outside what a document was issued for: the delivery gate counts it.

        :raise UserError: unless superuser
        """
        if not self.env.su and any(vals.get(name) for vals in vals_list for name in JOB_FIELDS):
            raise UserError(
                self.env._("The job card of an invoice is set when the invoice is made from it.")
            )

    def _check_payments_kept(self, vals):
        """Refuse to change the entry of a booked payment where the payment could not be changed."""
        if not PAYMENT_FIELDS & vals.keys():
            return
        posted = self.filtered(lambda move: move.origin_payment_id and move.state == "posted")
        posted.filtered(lambda move: differs(move, vals, {"name"})).origin_payment_id._check_name()
        changed = posted.filtered(lambda move: differs(move, vals, PAYMENT_FIELDS))
        changed.origin_payment_id._check_entry_kept()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_numbered(self):
        for move in self.filtered(lambda move: move._has_gst_number()):
            raise UserError(
                self.env._(
                    "%s has a number and is kept. Cancel it, or issue a credit note.", move.name
                )
            )

    def _check_is_posted_here(self):
        """Refuse to write the state of a document instead of posting it: it would have no number.

        :raise UserError: if one of them is a document of a sale in India
        """
        if any(move.state != "posted" and move._is_gst_document() for move in self):
            raise UserError(self.env._("An invoice is issued with “Confirm”, not by its state."))

    def _check_not_issued(self, concerned=lambda move: True):
        """Refuse to change a document that was issued under a number.

        :param callable concerned: tells of an issued document whether it would change
        """
        if self._passes_gate():
            return
        for move in self:
            if move._has_gst_number() and concerned(move):
                raise UserError(
                    self.env._(
                        "%s was issued: its number, series and content stay as they are. "
                        "Cancel it, or issue a credit note.",
                        move.name,
                    )
                )

    def _check_lines_kept(self):
        """Refuse to change lines of what was issued, and of payments that are booked."""
        self._check_not_issued()
        posted = self.filtered(lambda move: move.state == "posted")
        posted.origin_payment_id._check_entry_kept()

    def _has_gst_number(self):
        """Tell whether this is a document under GST that was issued, cancelled ones included."""
        return (
            self.posted_before
            and bool(self.name)
            and self.name != "/"
            and (self._is_gst_document() or self._is_self_invoiced())
        )

    def _is_gst_document(self):
        """Tell whether this is a tax invoice, bill of supply, credit note or voucher in India."""
        return self.country_code == "IN" and (
            self.is_sale_document() or bool(self.journal_id.fsm_voucher)
        )

    # === COMPUTE METHODS === #

    def _compute_show_reset_to_draft_button(self):
        """Override of `account`: what was issued never is a draft again."""
        super()._compute_show_reset_to_draft_button()
        self.filtered(lambda move: move._has_gst_number()).show_reset_to_draft_button = False

    # === ACTION METHODS === #

    def button_cancel(self):
        """Override of `account`: what was issued is cancelled with a reason, by `fsm_cancel`."""
        if issued := self.filtered(lambda move: move.state != "draft" and move._has_gst_number()):
            raise UserError(self.env._("%s was issued: say why it is cancelled.", issued[0].name))
        return super().button_cancel()

    # === BUSINESS METHODS - CANCELLING === #

    @verb
    def fsm_cancel(self, reason: str):
        """Cancel an issued document: it stays whole and keeps its number, which is used up.

        Only before its month is filed and before anything was paid; later a credit note does it.

        :param str reason: what the auditor will read
        :raise AccessError: unless a manager does it
        :return: ``{id, name, state}``
        """
        if not may_manage(self.env):
            raise AccessError(self.env._("Only a manager cancels what was issued to a customer."))
        self.check_access("write")
        reason = reason.strip()
        if not reason:
            raise UserError(self.env._("Say why it is cancelled."))
        for move in self:
            move._check_may_cancel()
        self._cancel_issued(reason)
        return [{"id": move.id, "name": move.name, "state": move.state} for move in self]

    def _check_may_cancel(self):
        if self.state != "posted" or not self._has_gst_number():
            raise UserError(
                self.env._(
                    "%s is no document that was issued.", self.name or self.env._("The draft")
                )
            )
        if self.currency_id.compare_amounts(self.amount_residual, self.amount_total):
            raise UserError(
                self.env._(
                    "%s was paid or credited in part: issue a credit note for the rest.", self.name
                )
            )

    def _cancel_issued(self, reason):
        """Cancel documents that may be cancelled, beside the reason that the database asks for."""
        self._check_month_open()
        self.env["fsm.gst.cancellation"]._record(self, reason)
        moves = self.with_context(fsm_billing_gate=GATE)
        moves.line_ids.analytic_line_ids.with_context(skip_analytic_sync=True).unlink()
        moves.write({"state": "cancel", "auto_post": "no"})
        self._undo_hand_over()
        self.env.flush_all()

    # === GETTERS === #

    @api.model
    def _sql_error_to_message(self, exc):
        """Override to show what the lock in the database says as it says it."""
        if exc.diag.constraint_name == NAME:
            return exc.diag.message_primary
        return super()._sql_error_to_message(exc)


def differs(record, vals, names):
    """Tell whether `vals` would change one of the fields `names` of `record`.

    :param set names: of fields with one value; a list of records is always a change
    """
    for name in names & vals.keys():
        field = record._fields[name]
        if field.type in ("one2many", "many2many"):
            return True
        if field.convert_to_cache(vals[name], record) != field.convert_to_cache(
            record[name], record
        ):
            return True
    return False


def may_manage(env):
    return env.su or env.user.has_group("fsm_jobs.group_fsm_manager")
