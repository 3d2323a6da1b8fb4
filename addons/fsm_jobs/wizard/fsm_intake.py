from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmIntake(models.TransientModel):
    """The counter's screen: the phone number first. Nothing is stored until it is saved."""

    _name = "fsm.intake"
    _description = "New Job"

    branch_id = fields.Many2one(
        comodel_name="fsm.branch",
        required=True,
        default=lambda self: self.env["fsm.branch"]._current(),
    )
    company_id = fields.Many2one(related="branch_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=lambda self: self.env["fsm.job"]._fields["kind"]._description_selection(self.env),
        default="carry_in",
        required=True,
    )

    # Who
    phone = fields.Char()
    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", domain="[('company_id', '=', company_id)]"
    )
    open_job_count = fields.Integer(string="Open Job Cards", compute="_compute_open_job_count")
    customer_name = fields.Char(string="Name")
    email = fields.Char()
    vat = fields.Char(string="GSTIN")

    # What
    device_id = fields.Many2one(
        comodel_name="fsm.device", domain="[('partner_id', '=', partner_id)]"
    )
    category_id = fields.Many2one(
        comodel_name="fsm.device.category",
        default=lambda self: self.env["fsm.device.category"].search([], limit=1),
    )
    model_id = fields.Many2one(comodel_name="fsm.device.model", string="Brand and Model")
    serial = fields.Char(string="Serial No. / IMEI")
    complaint = fields.Text()
    accessories = fields.Char(
        compute="_compute_accessories",
        store=True,
        readonly=False,
        help="What stays with us, separated by commas.",
    )
    dead = fields.Boolean(string="Dead, Cannot Be Tested")

    # When and how
    promised_at = fields.Datetime(string="Promise", help="Empty: the usual time of such a device.")
    spend_limit = fields.Monetary(help="Up to this amount, tax included, nobody has to ask.")
    technician_id = fields.Many2one(
        comodel_name="fsm.technician",
        domain="[('company_id', '=', company_id)]",
        groups="fsm_jobs.group_fsm_manager",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_open_job_count(self):
        for intake in self:
            intake.open_job_count = self.env["fsm.job"].search_count(
                [("partner_id", "=", intake.partner_id.id), ("is_open", "=", True)]
            )

    @api.depends("category_id", "device_id")
    def _compute_accessories(self):
        for intake in self:
            category = intake.device_id.category_id or intake.category_id
            intake.accessories = category.accessories

    # === ONCHANGE METHODS === #

    @api.onchange("phone")
    def _onchange_phone(self):
        """Find the customer as soon as the number says who it is."""
        Partner = self.env["res.partner"]
        if Partner._fsm_phone_digits(self.phone):
            known = Partner._fsm_find_by_phone(self.phone, self.company_id)
            self.partner_id = known if len(known) == 1 else False

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        devices = self.env["fsm.device"].search([("partner_id", "=", self.partner_id.id)], limit=2)
        self.device_id = devices if self.partner_id and len(devices) == 1 else False
        if self.partner_id:
            self.phone = self.partner_id.phone

    # === ACTION METHODS === #

    def action_save(self):
        """Open the job card; everything is checked by the verb."""
        answer = self.env["fsm.job"].intake(**self._intake_arguments())
        return {
            "type": "ir.actions.act_window",
            "res_model": "fsm.job",
            "res_id": answer["id"],
            "view_mode": "form",
            "target": "current",
        }

    def _intake_arguments(self):
        if not self.device_id and not self.model_id:
            raise UserError(self.env._("Choose the device, or its brand and model."))
        arguments = {
            "branch_id": self.branch_id.id,
            "kind": self.kind,
            "customer": self._customer(),
            "device": self._device(),
            "complaint": self.complaint or "",
            "accessories": [
                {"name": name.strip()}
                for name in (self.accessories or "").split(",")
                if name.strip()
            ],
            "checklist": self._checklist(),
            "spend_limit": self.spend_limit,
        }
        if self.promised_at:
            arguments["promised_at"] = fields.Datetime.to_string(self.promised_at)
        technician_sudo = self.sudo().technician_id  # the verb checks who may assign
        if technician_sudo:
            arguments["technician_ids"] = technician_sudo.ids
        return arguments

    def _customer(self):
        if self.partner_id:
            return {"id": self.partner_id.id}
        return {
            "name": self.customer_name or "",
            "phone": self.phone or "",
            "email": self.email or "",
            "vat": self.vat or "",
        }

    def _device(self):
        if self.device_id:
            return {"id": self.device_id.id}
        number = "".join((self.serial or "").split())
        key = "imei" if len(number) == 15 and number.isdecimal() else "serial"
        return {
            "category": self.category_id.name,
            "brand": self.model_id.brand_id.name,
            "model": self.model_id.name,
            key: number,
        }

    def _checklist(self):
        """A dead device cannot be tested: every point says so."""
        if not self.dead:
            return []
        category = self.device_id.category_id or self.model_id.category_id or self.category_id
        return [
            {"name": name.strip(), "result": "untestable"}
            for name in (category.checks or "").split(",")
            if name.strip()
        ]
