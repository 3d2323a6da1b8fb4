from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..verbs import verb
from .fsm_job import GATE

NUMBER_DIGITS = 5  # SPR/DC/00012: at most 16 characters, as Rule 55 of the CGST Rules wants

# Why goods travel that are not sold: CGST Rule 55(1)(b) and (c).
PURPOSES = [
    ("job_work", "For Repair by Somebody Else"),
    ("own_use", "To Another Branch"),
    ("other", "Other"),
]

# From where a device goes to why it travels.
PURPOSE_OF_KIND = {"lab": "job_work", "branch": "own_use", "courier": "other"}


class FsmChallan(models.Model):
    """The paper that travels with devices out of the house: to a lab, with a courier, to a branch.

    It is numbered in a series of its branch without gaps, and is never changed: it can be cancelled
    with a reason, and keeps its number.
    """

    _name = "fsm.challan"
    _description = "Delivery Challan"
    _order = "id desc"

    name = fields.Char(string="Challan No.", required=True, readonly=True)
    company_id = fields.Many2one(
        string="From Branch",
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        string="Consignee",
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    to_company_id = fields.Many2one(
        string="To Branch",
        comodel_name="res.company",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True)
    due_date = fields.Date(string="Due Back", readonly=True)
    note = fields.Char(readonly=True)
    purpose = fields.Selection(PURPOSES, default="other", required=True, readonly=True)
    line_ids = fields.One2many(
        string="Goods", comodel_name="fsm.challan.line", inverse_name="challan_id", readonly=True
    )
    by_id = fields.Many2one(
        string="Sent By", comodel_name="res.users", required=True, readonly=True
    )
    custody_ids = fields.One2many(comodel_name="fsm.custody", inverse_name="challan_id")

    # What became of it
    cancelled_at = fields.Datetime(string="Cancelled On", readonly=True, copy=False)
    cancelled_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False, audit=True)

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "Another challan of the branch has this number: try again."
    )

    # === CRUD METHODS === #

    def write(self, vals):
        if self.env.context.get("fsm_gate") is not GATE:
            raise UserError(self.env._("A challan that is out cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A challan has a number and is kept."))

    # === ACTION METHODS === #

    def action_cancel(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel Challan"),
            "res_model": "fsm.challan.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_challan_id": self.id},
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def cancel(self, reason: str):
        """Cancel challans whose goods never left, or are back again: their numbers are used up.

        :param str reason: what the auditor will read
        :return: ``{id, name, cancelled}``
        :raise AccessError: unless a manager of the sending branch does it
        """
        self.check_access("read")
        reason = reason.strip()
        if not reason:
            raise UserError(self.env._("Say why it is cancelled."))
        for challan in self:
            challan._check_may_cancel()
        self.sudo()._cancel(reason)  # checked; nobody writes challans by hand
        return [{"id": challan.id, "name": challan.name, "cancelled": True} for challan in self]

    def _check_may_cancel(self):
        """Refuse what is cancelled, is another branch's, or has goods that are still out."""
        if not self.env.su and (
            not self.env["fsm.job"]._has_role({"manager"})
            or self.company_id not in self.env.user.company_ids
        ):
            raise AccessError(self.env._("Only a manager of the branch that sent it cancels it."))
        if self.cancelled_at:
            raise UserError(self.env._("Challan %s is cancelled already.", self.name))
        if any(self.sudo().custody_ids.mapped("is_current")):  # of job cards of the own branch
            raise UserError(
                self.env._(
                    "The devices of challan %s are still out: move them back first.", self.name
                )
            )

    def _cancel(self, reason):
        """Note that the challans do not count; the caller was checked. In sudo."""
        self.with_context(fsm_gate=GATE).write(
            {
                "cancelled_at": fields.Datetime.now(),
                "cancelled_by_id": self.env.uid,
                "cancel_reason": reason,
            }
        )

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, branch, partner, to_company, lines, purpose, due_date=False, note=""):
        """Return the next challan of `branch`; nobody writes one by hand.

        :param list lines: values of `fsm.challan.line`
        :param str purpose: one of `PURPOSES`
        """
        # The day in India, whatever the zone of the caller.
        day = fields.Date.context_today(self.with_context(tz="Asia/Kolkata"))
        return self.sudo().create(  # the caller may send it out: checked by the verbs
            {
                "name": branch._challan_number(purpose, day),
                "company_id": branch.company_id.id,
                "partner_id": partner.id,
                "to_company_id": to_company.id,
                "date": day,
                "due_date": due_date,
                "note": note or False,
                "purpose": purpose,
                "by_id": self.env.uid,
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )

    # === BUSINESS METHODS - DOCUMENTS === #

    def _for_reader(self):
        """Return the challan in the language of the consignee."""
        self.ensure_one()
        partner_sudo = self.sudo().partner_id  # as `_print_challan`
        return self.with_context(lang=partner_sudo.lang or self.env.lang)

    def _print_challan(self):
        """Return what travels with the devices: from whom, to whom, what, until when."""
        self.ensure_one()
        self.check_access("read")
        challan_sudo = self.sudo()  # the other branch prints it without seeing the job cards
        branch_sudo = challan_sudo.env["fsm.branch"].search(
            [("company_id", "=", challan_sudo.company_id.id)]
        )
        partner = challan_sudo.partner_id
        place = " ".join(filter(None, (partner.city, partner.zip)))
        return {
            "shop": branch_sudo._letterhead(),
            "title": self.env._("Delivery Challan"),
            "number": self.name,
            "code128": self.env["ir.actions.report"]._fsm_code128(self.name),
            "consignee": list(
                filter(
                    None,
                    (
                        partner.name,
                        ", ".join(
                            filter(
                                None,
                                (partner.street, partner.street2, place, partner.state_id.name),
                            )
                        ),
                        partner.phone,
                        self.env._("GSTIN %s", partner.vat) if partner.vat else "",
                    ),
                )
            ),
            "facts": [
                fact
                for fact in (
                    (self.env._("Challan No."), self.name),
                    (self.env._("Date"), f"{self.date:%d-%b-%Y}"),
                    (
                        self.env._("Due Back"),
                        self.due_date and f"{self.due_date:%d-%b-%Y}",
                    ),
                    (self.env._("Place of Supply"), challan_sudo._place_between_states()),
                    (self.env._("Sent By"), challan_sudo.by_id.name),
                )
                if fact[1]
            ],
            "columns": (self.env._("Job Card No."), self.env._("Device")),
            "rows": [
                (line.reference or "", line.name, f"{line.quantity:g}")
                for line in challan_sudo.line_ids
            ],
            "purpose": self.env._(
                "Devices of customers, sent for repair and to be returned. Not for sale."
            ),
            "cancelled": self.cancel_reason or "",
            "note": self.note or "",
            "copies": self._copy_labels(),
        }

    def _copy_labels(self):
        """Return for whom each copy is: CGST Rules, Rule 55(2)."""
        return [
            self.env._("Original for Consignee"),
            self.env._("Duplicate for Transporter"),
            self.env._("Triplicate for Consigner"),
        ]

    def _place_between_states(self):
        """Return where the way ends, if that is another state: Rule 55(1)(viii); in sudo."""
        state = self.partner_id.state_id
        return state.name if state != self.company_id.state_id else ""
