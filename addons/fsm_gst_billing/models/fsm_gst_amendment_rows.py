from odoo import fields, models
from odoo.tools import SQL

from ..gst import periods
from ..gst.amended import Sums
from ..gst.documents import Original
from ..gst.tables import table_of


class FsmGstReturn(models.Model):
    """What of earlier months a return declares anew."""

    _inherit = "fsm.gst.return"

    amendment_ids = fields.One2many(
        string="Amendments", comodel_name="fsm.gst.amendment", inverse_name="return_id"
    )

    def write(self, vals):
        """Override: what a locked return amends stays as it is."""
        if "amendment_ids" in vals:
            for gst_return in self:
                gst_return._check_state("draft")
        return super().write(vals)

    def _locked_of(self, period):
        """Return the locked or filed return of this GSTIN for a month, if there is one."""
        return self.search(
            [*self._of_registration(), ("period", "=", period), ("state", "!=", "draft")]
        )

    def _of_registration(self, path=""):
        """Return the domain of the returns of this organisation and GSTIN.

        :param str path: from what is searched to its return, with a dot
        """
        organization = (f"{path}organization_id", "=", self.organization_id.id)
        return [organization, (f"{path}gstin", "=", self.gstin)]

    def _rows_of_sales(self):
        """Override to add what of earlier months is declared anew."""
        rows = super()._rows_of_sales()
        documents, moved = self._amended()
        rows["documents"] += documents
        return rows | {"amendments": self._amended_sums(moved) if moved else []}

    def _amended(self):
        """Return what this return declares anew: documents listed one by one, and all others.

        :return: ``([Document], [Document])``, each with what was filed in `amends`
        """
        amendments_sudo = self.sudo().amendment_ids  # whoever may see the return
        if not amendments_sudo:
            return [], []
        listed, summed = [], []
        before = self._amended_before(amendments_sudo.move_id)
        for document in self._amended_documents(amendments_sudo, before):
            small = table_of(document, self.gstin[:2]) == "b2cs"
            (summed if small else listed).append(document)
        return listed, summed

    def _amended_before(self, moves=None):
        """Return what returns of earlier months amend, of these documents or of all.

        Month by month: of two of a document the last one stands.
        """
        domain = [
            *self._of_registration("return_id."),
            ("return_id.first_day", "<", self.first_day),
        ]
        if moves is not None:
            domain.append(("move_id", "in", moves.ids))
        amendments_sudo = self.env["fsm.gst.amendment"].sudo()  # whoever may see this return
        found = amendments_sudo.search(domain)
        return found.sorted(lambda amendment: (amendment.return_id.first_day, amendment.id))

    def _amended_documents(self, amendments, before=()):
        """Return the documents of amendments as they are declared now; called in sudo.

        :param before: earlier amendments, by month: where they put a document, it stands
        """
        new = {amendment.move_id.id: amendment for amendment in amendments}
        stood = {row.move_id.id: row.state_id.l10n_in_tin for row in before if row.state_id}
        known = self._documents_where(SQL("m.id = ANY(%s)", list(new)))
        return [
            document._replace(
                gstin=new[document.id].gstin or document.gstin,
                pos=new[document.id].state_id.l10n_in_tin or document.pos,
                amends=Original(
                    document.number,
                    document.date,
                    document.value,
                    document.lines,
                    stood.get(document.id, document.pos),
                ),
            )
            for document in known
        ]

    def _amended_sums(self, moved):
        """Return the new rows of Table 7 of the months whose small sales are listed elsewhere now.

        What earlier returns have amended of those months counts as filed.
        """
        sums = {}
        for period in {periods.period_of(document.date) for document in moved}:
            filed_sudo = self.sudo()._locked_of(period)  # whoever may see this return
            sums[period] = Sums(period, (filed_sudo.gstr1_data or {}).get("b2cs", []))
        before = self._amended_before()
        places = {}
        for document in self._amended_documents(before) if before else []:
            self._move_in(sums, places, document)
        for table in sums.values():
            table.settle()
        for document in moved:
            self._move_in(sums, places, document)
        return [row for period in sorted(sums) for row in sums[period].rows()]

    def _move_in(self, sums, places, document):
        """Move a small sale in the sums of its month, from where it stood last."""
        table = sums.get(periods.period_of(document.date))
        if table and table_of(document, self.gstin[:2]) == "b2cs":
            table.move(document, places.get(document.id, document.amends.pos), document.pos)
            places[document.id] = document.pos

    def _findings(self, rows, gstr1, gstr3b):
        """Override to name the exports that were filed before their shipping bill was known."""
        found = super()._findings(rows, gstr1, gstr3b)
        return found + [self._finding_of_shipped(**row) for row in self._shipped_since()]

    def _shipped_since(self):
        """Return ``[{move_id, name}]`` of exports of locked months that have a shipping bill now."""
        return self._read(
            SQL(
                """
                SELECT m.id AS move_id, m.name
                  FROM fsm_gst_return r,
                       jsonb_path_query(r.gstr1_data,
                           '$.exp[*].inv[*] ? (!exists(@.sbnum)).inum') filed
                  JOIN account_move m ON m.name = filed #>> '{}'
                 WHERE r.organization_id = %s AND r.gstin = %s
                   AND r.state <> 'draft' AND r.first_day < %s
                   AND r.first_day >= %s::date - interval '1 year'
                   AND m.company_id = ANY(%s) AND m.state = 'posted'
                   AND m.l10n_in_shipping_bill_number > ''
                   AND NOT EXISTS (SELECT 1 FROM fsm_gst_amendment a WHERE a.move_id = m.id)
              ORDER BY m.id
                """,
                self.organization_id.id,
                self.gstin,
                self.first_day,
                self.first_day,
                self.company_ids.ids,
            )
        )

    def _finding_of_shipped(self, move_id, name):
        text = self.env._(
            "Export %s was filed without a shipping bill, which is known now: list it below "
            "“Amendments”, or its refund is not paid.",
            name,
        )
        finding = self._own_finding("warning", "CGST Act s.37(3), Rule 96", text)
        return finding | {"model": "account.move", "id": move_id}

    def _findings_of_changed_gstin(self):
        """Return a warning for each filed document whose customer has another GSTIN since."""
        rows = self._read(
            SQL(
                """
                SELECT m.id AS move_id, m.name, m.l10n_in_gstin AS filed, p.vat AS now
                  FROM fsm_gst_number n
                  JOIN fsm_gst_return r ON r.organization_id = n.organization_id
                   AND r.gstin = n.registration AND r.state <> 'draft'
                   AND n.day >= r.first_day AND n.day < r.first_day + interval '1 month'
                  JOIN account_move m ON m.id = n.move_id AND m.state = 'posted'
                  JOIN res_partner p ON p.id = m.partner_id
                 WHERE n.organization_id = %s AND n.registration = %s AND r.first_day < %s
                   AND r.first_day >= %s::date - interval '1 year'
                   AND m.l10n_in_gstin IS NOT NULL AND p.vat IS NOT NULL
                   AND p.vat <> m.l10n_in_gstin
                   AND NOT EXISTS (SELECT 1 FROM fsm_gst_amendment a WHERE a.move_id = m.id)
              ORDER BY m.id
                """,
                self.organization_id.id,
                self.gstin,
                self.first_day,
                self.first_day,
            )
        )
        return [self._finding_of_changed_gstin(**row) for row in rows]

    def _finding_of_changed_gstin(self, move_id, name, filed, now):
        text = self.env._(
            "%(name)s was filed under %(filed)s, its customer now has %(now)s: if the first was "
            "wrong, list it below “Amendments”.",
            name=name,
            filed=filed,
            now=now,
        )
        finding = self._own_finding("warning", "CGST Act s.37(3)", text)
        return finding | {"model": "account.move", "id": move_id}
