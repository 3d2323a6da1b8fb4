from odoo import api, fields, models
from odoo.tools.sql import escape_psql


class FsmDeviceBrand(models.Model):
    """A maker of devices. The counter may add one while a customer waits."""

    _name = "fsm.device.brand"
    _description = "Device Brand"
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company.root_id,
    )

    _name_uniq = models.UniqueIndex("(company_id, lower(name))", "This brand is already there.")

    # === BUSINESS METHODS === #

    @api.model
    def _find_or_create(self, name, organization):
        """Return the brand of that name, whatever the letter case."""
        name = name.strip()
        return self.search(
            [("company_id", "=", organization.id), ("name", "=ilike", escape_psql(name))], limit=1
        ) or self.create({"name": name, "company_id": organization.id})
