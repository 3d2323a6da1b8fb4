from odoo import models

from .. import capture


class IrModelFields(models.Model):
    _inherit = "ir.model.fields"

    def _drop_column(self):
        """Override of `base` to stop capturing a column before it goes."""
        for model_name, model_fields in self.grouped("model").items():
            if model_name in self.env and self.env[model_name]._audited:
                table = self.env[model_name]._table
                capture.forget(self.env.cr, table, set(model_fields.mapped("name")))
        return super()._drop_column()
