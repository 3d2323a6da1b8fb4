from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.fsm_jobs.models.fsm_job import GATE
from odoo.addons.fsm_jobs.verbs import verb

CREDITABLE_STATES = ("sent", "accepted")


class FsmSupplierClaim(models.Model):
    """A claim is settled by the supplier's credit note in the books, and goes with it.

    When the note is posted the claim is credited; when it is taken back, the claim pends again.
    """

    _inherit = "fsm.supplier.claim"

    credit_note_id = fields.Many2one(
        comodel_name="account.move",
        copy=False,
        index="btree_not_null",
        ondelete="set null",  # a draft may go; one that is posted cannot
        domain="[('move_type', '=', 'in_refund'), ('company_id', '=', company_id),"
        " ('partner_id', 'child_of', supplier_id)]",
        audit=True,
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("credit_note_id")
    def _check_credit_note(self):
        for claim in self.filtered("credit_note_id"):
            note_sudo = claim.credit_note_id.sudo()  # whosever it is: another's is refused
            if (
                note_sudo.move_type != "in_refund"
                or note_sudo.company_id != claim.company_id
                or note_sudo.commercial_partner_id != claim.supplier_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "That is no credit note of %(supplier)s to %(branch)s.",
                        supplier=claim.supplier_id.name,
                        branch=claim.company_id.name,
                    )
                )

    # === ACTION METHODS === #

    def action_credit_note(self):
        """Open the draft of the credit note, to compare it with the supplier's and to post it."""
        return self._draft_credit_notes()._get_records_action()

    # === BUSINESS METHODS - VERBS === #

    @verb
    def credit(self, amount: float = 0.0, credit_reference: str = "", *, credit_note_id: int = 0):
        """Override of `fsm_inventory_ext`: the credit note is in the books, and posted.

        :param str credit_reference: the number of the credit note, ours or the supplier's
        :param int credit_note_id: or its id; by default the one that was drafted for the claim
        """
        for claim in self if credit_reference or credit_note_id else ():
            note = claim._posted_note(credit_reference.strip(), credit_note_id)
            claim._filled(credit_note_id=note.id)
        return self._credited(amount, "")

    @verb
    def draft_credit_note(self, *, client_ref: str = ""):
        """Draft the credit note that settles these claims: one for a supplier and branch.

        :return: ``{id, state, credit_note_id}``
        """
        self._check_claimer()

        def answers():
            self._draft_credit_notes()
            return [
                {"id": claim.id, "state": claim.state, "credit_note_id": claim.credit_note_id.id}
                for claim in self
            ]

        return self.env["fsm.client.ref"]._once_together(
            self, "draft_credit_note", client_ref, {}, answers
        )

    # === BUSINESS METHODS === #

    @api.model
    def _writable(self):
        """Override: who keeps the books chooses the credit note."""
        return super()._writable() | {"credit_note_id"}

    @api.model
    def _needed(self, target):
        """Override: the credit note itself, not only its number."""
        if target == "credited":
            return ["credit_note_id", "amount_credited"]
        return super()._needed(target)

    def _move(self, target):
        """Override: what the credit note says is not typed again.

        One claim after the other: what a note has settled is not there for the next.
        """
        if target != "credited":
            super()._move(target)
            return
        for claim in self:
            if note := claim.credit_note_id:
                claim._filled(credit_reference=note.ref or note.name)
                claim._filled(amount_credited=claim.amount_credited or claim.amount_claimed)
            super(FsmSupplierClaim, claim)._move(target)

    def _check_move(self, target, filled=()):
        """Override: a draft settles nothing, and no note settles more than it is for."""
        super()._check_move(target, filled)
        if target == "replaced":
            self._check_no_credit_note()
        if target != "credited" or "credit_note_id" in filled:
            return
        note = self.credit_note_id
        if note.state != "posted":
            raise UserError(self.env._("Post the credit note first: the claim follows it."))
        if self.currency_id.compare_amounts(self.amount_credited, note._fsm_left_to_claim()) > 0:
            raise UserError(
                self.env._(
                    "Only %(amount)s of credit note %(note)s are left for this claim.",
                    amount=f"{note._fsm_left_to_claim():.2f}",
                    note=note.name,
                )
            )

    def _check_no_credit_note(self):
        """Refuse a part in the place of what a credit note gives back, or is about to."""
        note_sudo = self.credit_note_id.sudo()  # who takes a part in need not read the books
        if note_sudo.state in ("draft", "posted"):
            raise UserError(
                self.env._(
                    "Cancel credit note %s first: the part came instead.", note_sudo.display_name
                )
            )

    def _posted_note(self, reference, note_id):
        """Return the supplier's posted credit note of this number or id."""
        named = Domain("id", "=", note_id)
        if not note_id:
            named = Domain("ref", "=", reference) | Domain("name", "=", reference)
        note = self.env["account.move"].search(
            named
            & Domain("move_type", "=", "in_refund")
            & Domain("state", "=", "posted")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("commercial_partner_id", "=", self.supplier_id.commercial_partner_id.id),
            limit=1,
        )
        if not note:
            raise UserError(
                self.env._(
                    "There is no posted credit note “%(number)s” of %(supplier)s: enter and post it "
                    "first.",
                    number=reference or note_id,
                    supplier=self.supplier_id.name,
                )
            )
        return note

    def _draft_credit_notes(self):
        """Draft a credit note for each supplier and branch of the claims that have none."""
        self._check_claimer()
        self.check_access("write")
        for claim in self:
            claim._check_move("credited", filled=["credit_note_id", "amount_credited"])
        new = self.filtered(lambda claim: not claim.credit_note_id)
        for (supplier, company), claims in new.grouped(
            lambda claim: (claim.supplier_id, claim.company_id)
        ).items():
            notes = self.env["account.move"].with_company(company)
            claims.credit_note_id = notes.create(
                {
                    "move_type": "in_refund",
                    "company_id": company.id,
                    "partner_id": supplier.id,
                    "invoice_date": fields.Date.context_today(self.with_context(tz="Asia/Kolkata")),
                    "invoice_line_ids": [
                        Command.create(claim._credit_line_values()) for claim in claims
                    ],
                }
            )
        return self.credit_note_id

    def _credit_line_values(self):
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "price_unit": self.amount_claimed / self.quantity,
            "name": self.env._(
                "%(part)s, failed under warranty: job card %(job)s",
                part=self.product_id.display_name,
                job=self.sudo().rework_id.name,  # its number alone, be it another branch's card
            ),
        }

    def _follow_note(self):
        """Credit these claims as far as their credit notes, just posted, go; called in sudo."""
        for note, claims in self.grouped("credit_note_id").items():
            left = note._fsm_left_to_claim()
            for claim in claims:
                claimed = claim.amount_credited or claim.amount_claimed
                if (amount := min(claimed, left)) > 0:
                    claim.amount_credited = amount
                    claim._move("credited")
                    left -= amount

    def _pend_again(self):
        """Take back what a credit note has settled that is no longer posted; called in sudo."""
        pending = {"state": "accepted", "credited_on": False, "amount_credited": 0.0}
        self.with_context(fsm_gate=GATE).write(pending)
        self._remind()
