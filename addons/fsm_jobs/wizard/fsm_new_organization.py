from odoo import fields, models


class FsmNewOrganization(models.TransientModel):
    """The first day: an organisation, its owner and its first branch."""

    _name = "fsm.new.organization"
    _description = "New Organisation"

    name = fields.Char(string="Legal Name", required=True)
    vat = fields.Char(string="GSTIN")
    state_id = fields.Many2one(
        comodel_name="res.country.state",
        required=True,
        domain="[('country_id.code', '=', 'IN')]",
    )
    owner_name = fields.Char(required=True)
    owner_login = fields.Char(string="Owner's E-mail", required=True)
    branch_name = fields.Char(required=True, help="The sign over the door: SP Road.")
    branch_code = fields.Char(required=True, size=3, help="Starts every number: SPR.")
    street = fields.Char()
    city = fields.Char()
    zip = fields.Char(string="PIN Code")
    phone = fields.Char()

    # === ACTION METHODS === #

    def action_create(self):
        """Found the organisation and open its first branch."""
        answer = self.env["res.company"].fsm_create_organization(
            name=self.name,
            state_id=self.state_id.id,
            vat=self.vat or "",
            owner={
                "name": self.owner_name,
                "login": self.owner_login,
                "email": self.owner_login,
            },
        )
        self.env.user.write({"company_ids": [fields.Command.link(answer["organization_id"])]})
        organization_id = answer["organization_id"]
        branch = self.env["fsm.branch"].create(
            {
                "name": self.branch_name,
                "code": self.branch_code,
                "organization_id": organization_id,
                "vat": self.vat,
                "state_id": self.state_id.id,
                "street": self.street,
                "city": self.city,
                "zip": self.zip,
                "phone": self.phone,
                "email": self.owner_login,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "fsm.branch",
            "res_id": branch.id,
            "view_mode": "form",
            "target": "current",
            "context": {"allowed_company_ids": [organization_id, branch.company_id.id]},
        }
