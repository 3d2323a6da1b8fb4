from odoo import models


class MailFollowers(models.Model):
    """Who follows what tells that it is there: staff reads the followers of what it may read.

    Odoo shows every employee every row of this table.
    """

    _inherit = "mail.followers"

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        query = super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        if bypass_access or not self._fsm_by_staff():
            return query
        return self.browse(query)._fsm_of_known()._as_query(order)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or not self or not self._fsm_by_staff():
            return result
        if unknown := self - self._fsm_of_known():
            return unknown, lambda: self.env["ir.rule"]._make_access_error(operation, unknown)
        return None

    # === BUSINESS METHODS === #

    def _fsm_by_staff(self):
        return not self.env.su and bool(self.env.user.fsm_role)

    def _fsm_of_known(self):
        """Return the rows whose document the caller may read, in their order."""
        known = set()
        for model, rows_sudo in self.sudo().grouped("res_model").items():  # which document it is
            if model not in self.env:
                continue  # of an addon that is gone
            documents = self.env[model].browse(rows_sudo.mapped("res_id")).exists()
            readable = set(documents._filtered_access("read").ids)
            known.update(row.id for row in rows_sudo if row.res_id in readable)
        return self.filtered(lambda row: row.id in known)
