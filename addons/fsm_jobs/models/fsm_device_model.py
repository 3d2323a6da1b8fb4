from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import escape_psql


class FsmDeviceModel(models.Model):
    """What is printed on the lid: Inspiron 3520. Not a product: nobody sells it here."""

    _name = "fsm.device.model"
    _description = "Device Model"
    _order = "name, id"
    _rec_names_search = ["name", "brand_id.name"]

    name = fields.Char(required=True, index="trigram")
    brand_id = fields.Many2one(
        comodel_name="fsm.device.brand", required=True, index=True, ondelete="restrict"
    )
    brand_name = fields.Char(  # kept: a screen of eighty devices need not read their brands
        string="Brand Name", related="brand_id.name", store=True
    )
    category_id = fields.Many2one(
        comodel_name="fsm.device.category", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="brand_id.company_id", store=True, index=True)

    _name_uniq = models.UniqueIndex("(brand_id, lower(name))", "This model is already there.")

    # === COMPUTE METHODS === #

    @api.depends("name", "brand_name")
    def _compute_display_name(self):
        for model in self:
            model.display_name = f"{model.brand_name or ''} {model.name or ''}".strip()

    # === CRUD METHODS === #

    @api.model
    def name_create(self, name):
        """Let the counter type “Dell Inspiron 3520”: the first word is the brand."""
        brand_name, _blank, model_name = name.strip().partition(" ")
        category_id = self.env.context.get("default_category_id")
        if not model_name.strip() or not category_id:
            raise UserError(
                self.env._("Choose the category, then type brand and model: Dell Inspiron 3520.")
            )
        brand = self.env["fsm.device.brand"]._find_or_create(brand_name, self.env.company.root_id)
        category = self.env["fsm.device.category"].browse(category_id)
        model = self._find_or_create(model_name, brand, category)
        return model.id, model.display_name

    # === BUSINESS METHODS === #

    @api.model
    def _find_or_create(self, name, brand, category):
        """Return the model of that name and brand, whatever the letter case."""
        name = name.strip()
        return self.search(
            [("brand_id", "=", brand.id), ("name", "=ilike", escape_psql(name))], limit=1
        ) or self.create({"name": name, "brand_id": brand.id, "category_id": category.id})
