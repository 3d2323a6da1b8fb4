from odoo import api, models


class FsmStockDialog(models.AbstractModel):
    """A dialog about records its user may read: it tells nothing of those he may not.

    Odoo shows the name of whatever record a dialog points to, so one is looked at before.
    """

    _name = "fsm.stock.dialog"
    _description = "Dialog about Parts"

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        self._check_values(defaults)
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_values(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Override: a dialog that is not saved yet shows names as well."""
        self._check_values(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_values(self, vals):
        """Refuse a record in `vals` that the user may not read."""
        for name, value in vals.items():
            field = self._fields.get(name)
            if field and field.type == "many2one" and value:
                self.new({name: value})[name].check_access("read")
