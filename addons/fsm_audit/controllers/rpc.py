"""RPC services run without a request: what the trail says about it is kept before it is hidden."""

# Core's addon `rpc` installs itself with base. Where it is not installed, neither are these.
from odoo.http import route

from odoo.addons.rpc.controllers import JSONRPC, XMLRPC

from .. import context


class AuditedXMLRPC(XMLRPC):
    def _xmlrpc(self, service):
        """Override of `rpc` to keep the address of the caller."""
        with context.origin("xmlrpc"):
            return super()._xmlrpc(service)


class AuditedJSONRPC(JSONRPC):
    @route()
    def jsonrpc(self, service, method, args):
        """Override of `rpc` to keep the address of the caller."""
        with context.origin("jsonrpc"):
            return super().jsonrpc(service, method, args)
