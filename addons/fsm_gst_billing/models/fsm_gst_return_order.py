from odoo import models
from odoo.tools import SQL

# What of a row of the ledger is its document → its model.
DOCUMENTS = {
    "move_id": "account.move",
    "challan_id": "fsm.challan",
    "voucher_id": "fsm.gst.payment.voucher",
}


class FsmGstReturn(models.Model):
    """Numbers that do not follow the days of their documents: CGST Rule 46(b), (c)."""

    _inherit = "fsm.gst.return"

    # === BUSINESS METHODS === #

    def _out_of_order(self):
        """Return the numbers of the month that come after one of a later day.

        :return: ``[{move_id, challan_id, voucher_id, number, day, latest}]``
        """
        return self._read(
            SQL(
                """
                WITH ordered AS (
                    SELECT o.id, max(o.day) OVER (
                           PARTITION BY o.company_id, o.series ORDER BY o.counter
                           ROWS UNBOUNDED PRECEDING) AS latest
                      FROM fsm_gst_number o
                     WHERE (o.company_id, o.series) IN (
                           SELECT n.company_id, n.series FROM fsm_gst_number n WHERE %s)
                )
                SELECT n.move_id, n.challan_id, n.voucher_id, n.number, n.day, ordered.latest
                  FROM fsm_gst_number n
                  JOIN ordered ON ordered.id = n.id AND ordered.latest > n.day
                 WHERE %s
              ORDER BY n.series, n.counter
                """,
                self._numbers_of_month(),
                self._numbers_of_month(),
            )
        )

    def _finding_of_order(self, row):
        text = self.env._(
            "%(number)s is of %(day)s, after a number of %(latest)s in its series: be ready to say "
            "why, and issue with today's date.",
            number=row["number"],
            day=row["day"].strftime("%d-%b-%Y"),
            latest=row["latest"].strftime("%d-%b-%Y"),
        )
        finding = self._own_finding("warning", "CGST Rule 46(b), (c)", text)
        [(model, id_)] = [(model, row[name]) for name, model in DOCUMENTS.items() if row[name]]
        return finding | {"model": model, "id": id_}
