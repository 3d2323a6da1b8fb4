from odoo import models


class FsmEstimate(models.Model):
    """An estimate on paper: what one version said, word for word."""

    _inherit = "fsm.estimate"

    # === BUSINESS METHODS - DOCUMENTS === #

    def _for_reader(self):
        """Return the estimate in the language of the customer."""
        return self.with_env(self.job_id._for_reader().env)

    def _print_estimate(self):
        """Return what the customer was shown, and what he answered."""
        self.ensure_one()
        job = self.job_id
        job_sudo = job._for_print("estimate")
        return {
            **job_sudo._document_head(),
            "title": self.env._("Estimate"),
            "number": self.env._(
                "%(job)s · version %(version)s", job=job.name, version=self.version
            ),
            "qr": job._qr(job.access_url),
            # A technician sees no number; nor does he print one.
            "customer": job_sudo._document_customer()
            if job._has_role({"receptionist", "accountant"})
            else [job_sudo.partner_id.name],
            "facts": [
                (self.env._("Job Card No."), job.name),
                (self.env._("Date"), job_sudo._moment(self.shared_at)),
                (self.env._("Version"), str(self.version)),
            ],
            "diagnosis": job_sudo.diagnosis or "",
            "rows": [
                {
                    "name": line["name"],
                    "quantity": f"{line['quantity']:g}",
                    "price": job_sudo._rupees(line["price_unit"]),
                    "amount": job_sudo._rupees(line["quantity"] * line["price_unit"]),
                }
                for line in self.lines
            ],
            "totals": self._document_totals(job_sudo),
            "answer": self._document_answer(job_sudo),
            "signature": self.signature,
        }

    def _document_totals(self, job):
        tax = self.amount - self.amount_untaxed
        totals = [(self.env._("Before tax"), job._rupees(self.amount_untaxed))]
        if not self.currency_id.is_zero(tax):
            totals.append((self.env._("GST"), job._rupees(tax)))
        return totals + [(self.env._("Total"), job._rupees(self.amount))]

    def _document_answer(self, job):
        if not self.answer:
            return ""
        answers = dict(self._fields["answer"]._description_selection(self.env))
        return self.env._(
            "%(answer)s by %(name)s, %(moment)s",
            answer=answers[self.answer],
            name=self.answered_by or job.partner_id.name,
            moment=job._moment(self.answered_at),
        )
