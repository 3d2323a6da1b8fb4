from odoo import api, fields, models

# Where a device rests inside a branch and that has a name of its own.
PLACE_KINDS = [("counter", "Counter"), ("shelf", "Shelf"), ("bench", "Bench")]


class FsmPlace(models.Model):
    """A shelf, a bench, a counter of a branch: where a device rests. Its label carries a QR code."""

    _name = "fsm.place"
    _description = "Place"
    _order = "kind, name, id"
    _check_company_auto = True
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, help="As people call it: Shelf A3.")
    kind = fields.Selection(PLACE_KINDS, required=True, default="shelf")
    code = fields.Char(required=True, help="Short, printed on the label: A3.")
    user_id = fields.Many2one(
        string="Works Here",
        comodel_name="res.users",
        index="btree_not_null",
        help="Whose bench it is: what he repairs is found here.",
    )
    company_id = fields.Many2one(
        string="Branch",
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(company_id, code)", "Another place of the branch already has this code."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._tidy(vals))

    # === BUSINESS METHODS === #

    @api.model
    def _tidy(self, vals):
        """Return `vals` with the code as it is kept: no blanks, capitals."""
        if isinstance(vals.get("code"), str):
            return {**vals, "code": "".join(vals["code"].split()).upper()}
        return vals

    def _scan_url(self):
        """Return what the label's QR code says."""
        return f"{self.get_base_url()}/fsm/p/{self.id}"

    def _scanned(self):
        """Return what scanning the label tells, as `fsm.job.scan` answers."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {"kind": "place", "id": self.id, "name": self.name, "detail": kinds[self.kind]}

    def _print_label(self):
        """Return the sticker of the place."""
        self.ensure_one()
        self.check_access("read")
        report = self.env["ir.actions.report"]
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "number": self.name,
            "qr": report._fsm_qr(self._scan_url()),
            "code128": report._fsm_code128(self.code),
            "device": kinds[self.kind],
            "serial": self.code,
            "date": "",
            "branch": self.company_id.name,
        }
