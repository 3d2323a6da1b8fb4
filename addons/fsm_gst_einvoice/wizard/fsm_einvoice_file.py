from odoo import fields, models
from odoo.exceptions import UserError

MAX_CHARACTERS = 14_000_000  # of base64: some five thousand answers


class FsmEinvoiceFile(models.TransientModel):
    """A file to a portal of GST, or what it answered with."""

    _name = "fsm.einvoice.file"
    _description = "File of the e-Invoice Portal"

    content = fields.Binary(string="File", attachment=False)
    filename = fields.Char()

    # === ACTION METHODS === #

    def action_take(self):
        """Take the answers in, and show the documents they are of."""
        self.ensure_one()
        content = self.with_context(bin_size=False).content
        if not content or len(content) > MAX_CHARACTERS:
            raise UserError(self.env._("Choose the JSON file that the portal answered with."))
        taken = self.env["account.move"].fsm_import_irn(content.decode())
        moves = self.env["account.move"].browse([row["id"] for row in taken])
        return moves._get_records_action(name=self.env._("Registered Documents"))

    def _download(self):
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/content/{self.filename}?download=true",
            "target": "download",
        }
