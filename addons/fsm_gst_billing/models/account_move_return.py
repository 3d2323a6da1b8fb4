from odoo import api, models
from odoo.exceptions import UserError

from ..gst import periods


class AccountMove(models.Model):
    """A month that was declared stays as it was declared: CGST Act, s.37(3)."""

    _inherit = "account.move"

    def write(self, vals):
        """Override of `account`: nothing is issued, cancelled or reset in a locked month."""
        if "state" not in vals:
            return super().write(vals)
        self.filtered(lambda move: move.state == "posted")._check_month_open()
        result = super().write(vals)
        if vals["state"] == "posted":
            self._check_month_open()
        return result

    def _check_month_open(self):
        """Refuse to change what a locked or filed return contains.

        :raise UserError: naming the return and what to do instead
        """
        documents = self.filtered(
            lambda move: (move._is_gst_document() or move._is_self_invoiced()) and move._gst_day()
        )
        for organization, moves in documents.grouped(lambda move: move.company_id.root_id).items():
            moves._check_month_open_in(organization)

    def _check_month_open_in(self, organization):
        """The same, of documents of one organisation."""
        months = {
            (move._gst_registration(), periods.period_of(move._gst_day())): move for move in self
        }
        for number, period, name in self._locked_months(organization, months):
            if move := months.get((number, period)):
                raise UserError(
                    self.env._(
                        "%(document)s of %(day)s belongs to the GST return %(name)s, which is "
                        "locked. Date a new document in an open month, or issue a credit note.",
                        document=move.name or self.env._("The document"),
                        day=move._gst_day().strftime("%d-%b-%Y"),
                        name=name,
                    )
                )

    @api.model
    def _locked_months(self, organization, months):
        """Return ``[(gstin, period, name)]`` of `months` of an organisation that are locked or filed.

        The rows stay shared until the end of the transaction: a month is not locked while somebody
        posts into it, and who posts into one that was just locked is repeated by Odoo, and refused.

        :param organization: the root company: another one's returns of a GSTIN bind it to nothing
        :param months: pairs of GSTIN and period
        """
        returns_sudo = self.env["fsm.gst.return"].sudo()  # holds for who sees no returns as well
        returns_sudo.flush_model(["organization_id", "gstin", "period", "state"])
        self.env.cr.execute(
            "SELECT id, state FROM fsm_gst_return"
            " WHERE organization_id = %s AND gstin = ANY(%s) AND period = ANY(%s) FOR SHARE",
            [
                organization.id,
                [number or "" for number, _period in months],
                [period for _number, period in months],
            ],
            log_exceptions=False,  # to be repeated is no error
        )
        locked = returns_sudo.browse(
            [id_ for id_, state in self.env.cr.fetchall() if state != "draft"]
        )
        return [(row.gstin, row.period, row.display_name) for row in locked]

    def _gst_registration(self):
        """Return the GSTIN under which a document was issued, or would be today."""
        return self.gst_number_ids.gstin or self.company_id.vat

    def _gst_day(self):
        """Return the day of a document; a voucher has no other than that of its entry."""
        return self.invoice_date or self.date
