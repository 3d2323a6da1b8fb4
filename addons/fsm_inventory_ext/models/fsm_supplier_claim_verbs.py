from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.fsm_jobs.models.fsm_job import GATE
from odoo.addons.fsm_jobs.verbs import verb

from .fsm_supplier_claim import PENDING_STATES

MAX_CLAIMS = 1000  # of one answer


class FsmSupplierClaim(models.Model):
    """What is done with a claim: sent, accepted or refused, credited or replaced."""

    _inherit = "fsm.supplier.claim"

    # === ACTION METHODS === #

    def action_replace(self):
        """Ask for the numbers of what the supplier sent instead, and take it in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replacement Has Come"),
            "res_model": "fsm.claim.replacement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_claim_id": self.id},
        }

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def pending(self, branch_id: int = 0, overdue: bool = False, limit: int = 200, offset: int = 0):
        """List what suppliers owe a branch, oldest first.

        :param bool overdue: only those whose day has passed
        :return: ``[{id, name, supplier, product_id, quantity, amount_claimed, reference, state,
            opened_on, due_on, age, overdue}]``; `age` in days since it was opened
        """
        self._check_claimer()
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        domain = Domain("company_id", "=", branch.company_id.id)
        domain &= Domain("state", "in", PENDING_STATES)
        if overdue:
            domain &= Domain("due_on", "<", fields.Date.context_today(self))
        claims = self.search(domain, limit=min(max(limit, 1), MAX_CLAIMS), offset=max(offset, 0))
        return [claim._row() for claim in claims]

    @verb
    def send(self, amount: float = 0.0, reference: str = ""):
        """Say that the claim has gone to the supplier.

        :param float amount: what is claimed, if it is not what the part has cost us
        :param str reference: his RMA or complaint number, once he has given one
        :return: ``{id, state, amount_claimed, amount_credited, reference, credit_reference, due_on}``
        """
        return self._filled(amount_claimed=amount, reference=reference)._moved_to("sent")

    @verb
    def accept(self, reference: str = "", due_on: str = ""):
        """Say that the supplier is going to credit or to replace the part.

        :param str due_on: the day he names for it
        :return: as `send`
        """
        day = self.env["fsm.job"]._check_date(due_on) if due_on else ""
        self._filled(reference=reference)._moved_to("accepted")
        return self._filled(due_on=day)._answers()

    @verb
    def credit(self, amount: float = 0.0, credit_reference: str = ""):
        """Say with which of his credit notes the supplier has settled the claim.

        :param float amount: rupees before tax; by default what was claimed
        :param str credit_reference: the number of his credit note
        :return: as `send`
        """
        return self._credited(amount, credit_reference.strip())

    @verb
    def replace(self, *, lots: list = ()):
        """Take in what the supplier has sent instead; it is worth what was claimed for the part.

        :param list lots: its serial numbers, or its lot, where the part has such
        :return: as `send`
        """
        # Two parts in the order in which everybody takes them: see `fsm.stock.guard._hold`.
        for claim in self.sorted(lambda claim: claim.product_id.id):
            claim._check_move("replaced", filled=["replacement_move_id"])
            claim._take_in(lots)
        return self._moved_to("replaced")

    @verb
    def refuse(self, note: str):
        """Say that the supplier refuses, and what he says.

        :return: as `send`
        """
        return self._filled(note=note.strip())._moved_to("refused")

    @verb
    def withdraw(self, note: str):
        """Give up a claim, and say why.

        :return: as `send`
        """
        return self._filled(note=note.strip())._moved_to("withdrawn")

    # === BUSINESS METHODS === #

    @api.model
    def _check_claimer(self):
        if not self.env.su and not self.env["fsm.job"]._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not claim from suppliers."))

    def _filled(self, **values):
        """Write what the caller said, and return the claims; what is not there was not said."""
        self._check_claimer()
        if values := {name: value for name, value in values.items() if value}:
            self.write(values)
        return self

    def _moved_to(self, target):
        self._move(target)
        return self._answers()

    def _credited(self, amount, reference):
        """Close the claims with the supplier's credit note, and answer for the verb."""
        for claim in self._filled(credit_reference=reference):
            claim._filled(amount_credited=amount or claim.amount_credited or claim.amount_claimed)
        return self._moved_to("credited")

    def _take_in(self, lots):
        """Receive the part that came instead onto the shelves of the branch."""
        self._check_claimer()
        self.check_access("write")
        claim_sudo = self.sudo()  # checked: accountants receive, but hold no rights on stock
        company = claim_sudo.company_id
        branch = claim_sudo.env["fsm.branch"].search([("company_id", "=", company.id)])
        product = claim_sudo.product_id.with_company(company)
        worth = claim_sudo.amount_claimed / claim_sudo.quantity or product.standard_price
        move = product._receive(
            branch, claim_sudo.quantity, self._replacement_reason(), worth, lots
        )
        claim_sudo.with_context(fsm_gate=GATE).write(
            {
                "replacement_move_id": move.id,
                "amount_credited": company.currency_id.round(worth * claim_sudo.quantity),
            }
        )

    def _replacement_reason(self):
        return self.env._(
            "Replacement from %(supplier)s, for job card %(job)s",
            supplier=self.supplier_id.name,
            job=self.sudo().rework_id.name,  # its number alone, be it another branch's card
        )

    def _answers(self):
        return [
            {
                "id": claim.id,
                "state": claim.state,
                "amount_claimed": claim.amount_claimed,
                "amount_credited": claim.amount_credited,
                "reference": claim.reference or "",
                "credit_reference": claim.credit_reference or "",
                "due_on": fields.Date.to_string(claim.due_on) or False,
            }
            for claim in self
        ]

    def _row(self):
        """Return this claim as `pending` lists it."""
        return {
            "id": self.id,
            "name": self.display_name,
            "supplier": self.supplier_id.name,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "amount_claimed": self.amount_claimed,
            "reference": self.reference or "",
            "state": self.state,
            "opened_on": fields.Date.to_string(self.opened_on),
            "due_on": fields.Date.to_string(self.due_on) or False,
            "age": self.age,
            "overdue": self.is_overdue,
        }
