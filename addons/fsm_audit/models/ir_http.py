from odoo import models
from odoo.http import request

from .. import context


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override of `base` to say who writes before core's own SQL does.

        Requests that only read are spared the query: should they write after all, the ORM tells.
        """
        super()._pre_dispatch(rule, args)
        if request.httprequest.method != "GET" and request.env.uid and not cls._reads(rule, args):
            context.tell(request.env)

    @classmethod
    def _reads(cls, rule, args):
        readonly = rule.endpoint.routing["readonly"]
        return readonly(rule.endpoint.func.__self__, rule, args) if callable(readonly) else readonly
