from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import verb

from .fsm_part_usage import WORKING_STATES

# Of a transfer that may still bring the part; after the others one may ask again.
OPEN_TRANSFERS = {"requested", "sent", "short"}


class FsmPartUsage(models.Model):
    """A part that is not here and is elsewhere: the other branch is asked to send it."""

    _inherit = "fsm.part.usage"

    transfer_id = fields.Many2one(
        string="Asked For With",
        comodel_name="fsm.transfer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_elsewhere = fields.Boolean(
        string="At Another Branch",
        compute="_compute_is_elsewhere",
        help="Another branch has a free piece of what is waited for.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "product_id", "transfer_id.state")
    def _compute_is_elsewhere(self):
        self.is_elsewhere = False
        waiting = self.filtered(
            lambda usage: usage.state == "requested" and not usage._is_asked_for()
        )
        for branch, usages in waiting.grouped(lambda usage: usage.job_id.branch_id).items():
            having = branch._other_branches()._having(usages.product_id)
            product_ids = {product_id for _branch_id, product_id in having}
            for usage in usages:
                usage.is_elsewhere = usage.product_id.id in product_ids

    def _is_asked_for(self):
        transfer_sudo = self.sudo().transfer_id  # who works on the job reads no transfers
        return transfer_sudo.state in OPEN_TRANSFERS

    # === ACTION METHODS === #

    def action_request_transfer(self):
        """Ask which branch should send the part."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask Another Branch"),
            "res_model": "fsm.part.elsewhere",
            "view_mode": "form",
            "target": "new",
            "context": {"default_usage_id": self.id},
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def request_transfer(self, branch_id: int, *, client_ref: str = ""):
        """Ask another branch of the organisation to send what this request waits for.

        Once, unless the answer was no, or what came went to somebody else.

        :return: ``{id, transfer_id, transfer, state}``, the state of the transfer
        """
        self.job_id._check_may_handle_parts()
        return self.env["fsm.client.ref"]._once_together(
            self,
            "request_transfer",
            client_ref,
            {"branch_id": branch_id},
            lambda: self._request_transfers(branch_id),
        )

    # === BUSINESS METHODS === #

    def _request_transfers(self, branch_id):
        """Ask the branch, and return the answers of the verb."""
        for usage_sudo in self._checked_for({"requested"}, WORKING_STATES):
            if usage_sudo._is_asked_for():
                raise UserError(
                    self.env._(
                        "Another branch was asked already: transfer %s.",
                        usage_sudo.transfer_id.name,
                    )
                )
            answer = usage_sudo.env["fsm.transfer"].request(
                from_branch_id=branch_id,
                to_branch_id=usage_sudo.job_id.branch_id.id,
                lines=[{"product_id": usage_sudo.product_id.id, "quantity": usage_sudo.quantity}],
                note=usage_sudo.job_id.name,
            )
            usage_sudo.transfer_id = answer["id"]
        return [
            {
                "id": usage.id,
                "transfer_id": usage.transfer_id.id,
                "transfer": usage.transfer_id.name,
                "state": usage.transfer_id.state,
            }
            for usage in self.sudo()  # the number of what was just asked for
        ]
