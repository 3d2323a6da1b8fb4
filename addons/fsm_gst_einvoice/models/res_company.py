from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..einvoice import signed


class ResCompany(models.Model):
    """With whose keys an organisation verifies what the e-invoice portal has signed."""

    _inherit = "res.company"

    einvoice_keys = fields.Text(
        string="Keys of the e-Invoice Portal",
        audit=True,
        help="Public keys or certificates of the Invoice Registration Portal, as PEM. The portal "
        "publishes them; when it changes its key, add the new one below the old.",
    )
    l10n_in_edi_feature = fields.Boolean(audit=True)

    # === CONSTRAINT METHODS === #

    @api.constrains("einvoice_keys")
    def _check_einvoice_keys(self):
        for company in self.filtered("einvoice_keys"):
            try:
                signed.read_keys(company.einvoice_keys)
            except ValueError:
                raise ValidationError(
                    self.env._(
                        "These are not the portal's keys: paste the whole text from “-----BEGIN” to "
                        "“END …-----”, RSA keys of 2,048 bits or more and nothing else."
                    )
                ) from None

    # === GETTERS === #

    def _einvoice_keys(self):
        """Return the keys that a signature of the portal may come from.

        :raise UserError: if there is none yet
        """
        company_sudo = self.sudo()  # whoever may take an answer in
        if not company_sudo.einvoice_keys:
            raise UserError(
                self.env._(
                    "The e-invoice portal's public key is not known yet. The owner puts it on the "
                    "form of a branch."
                )
            )
        return signed.read_keys(company_sudo.einvoice_keys)
