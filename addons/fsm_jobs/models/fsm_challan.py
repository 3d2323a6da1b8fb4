from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

NUMBER_DIGITS = 5  # SPR/DC/00012: at most 16 characters, as Rule 55 of the CGST Rules wants


class FsmChallan(models.Model):
    """The paper that travels with devices out of the house: to a lab, with a courier, to a branch.

    It is numbered in a series of its branch without gaps, and is never changed.
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
    by_id = fields.Many2one(
        string="Sent By", comodel_name="res.users", required=True, readonly=True
    )
    custody_ids = fields.One2many(comodel_name="fsm.custody", inverse_name="challan_id")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "Another challan of the branch has this number: try again."
    )

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(self.env._("A challan that is out cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A challan has a number and is kept."))

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, branch, partner, to_company, due_date, note):
        """Return the next challan of `branch`; nobody writes one by hand."""
        return self.sudo().create(  # the caller may send devices out: checked by `move_device`
            {
                "name": branch._challan_series().next_by_id(),
                "company_id": branch.company_id.id,
                "partner_id": partner.id,
                "to_company_id": to_company.id,
                "date": fields.Date.context_today(self),
                "due_date": due_date,
                "note": note or False,
                "by_id": self.env.uid,
            }
        )

    def _sent_rows(self):
        """Return the rows of custody that this challan sent out, not those that came after."""
        self.ensure_one()
        rows = self.custody_ids.sorted("id")
        return rows.filtered(lambda row: row.at == rows[:1].at)

    # === BUSINESS METHODS - DOCUMENTS === #

    def _print_challan(self):
        """Return what travels with the devices: from whom, to whom, what, until when."""
        self.ensure_one()
        self.check_access("read")
        challan_sudo = self.sudo()  # the other branch prints it without seeing the job cards
        branch_sudo = challan_sudo.env["fsm.branch"].search(
            [("company_id", "=", challan_sudo.company_id.id)]
        )
        rows = challan_sudo._sent_rows()
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
                    (self.env._("Date"), format_date(self.env, self.date, date_format="d MMM y")),
                    (
                        self.env._("Due Back"),
                        self.due_date
                        and format_date(self.env, self.due_date, date_format="d MMM y"),
                    ),
                    (self.env._("Place of Supply"), challan_sudo._place_between_states()),
                    (self.env._("Sent By"), challan_sudo.by_id.name),
                )
                if fact[1]
            ],
            "columns": (self.env._("Job Card No."), self.env._("Device")),
            "rows": [(row.job_number, row.device_name, "1") for row in rows],
            "purpose": self.env._(
                "Devices of customers, sent for repair and to be returned. Not for sale."
            ),
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
