from odoo import models

from odoo.addons.account.models.chart_template import template


class AccountChartTemplate(models.AbstractModel):
    _inherit = "account.chart.template"

    @template("in", "res.company")
    def _get_in_res_company(self):
        """Override of `l10n_in`: repairs and nearly all parts are taxed at 18 %, not at 5 %."""
        values = super()._get_in_res_company()
        values[self.env.company.id] |= {
            "account_sale_tax_id": "sgst_sale_18",
            "account_purchase_tax_id": "sgst_purchase_18",
        }
        return values
