from odoo import http
from odoo.http import request

from odoo.addons.web.controllers import vcard

from ..models.base import EXPORT_IDS


class Partner(vcard.Partner):
    @http.route()
    def download_vcard(self, partner_ids=None, partner=None, **kwargs):
        """Override of `web` to log who took whose card along."""
        answer = super().download_vcard(partner_ids, partner, **kwargs)
        asked = (partner_ids or "").split(",")
        ids = partner.ids if partner else [int(text) for text in asked if text.isdigit()]
        request.env["fsm.audit.log"]._log_export(
            request.env["res.partner"], what="vcard", count=len(ids), ids=ids[:EXPORT_IDS]
        )
        return answer
