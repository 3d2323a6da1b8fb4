"""XML-RPC and JSON-RPC run their services without a request; the trail wants to know its source.

Core hides the request in `dispatch_rpc`. Its controllers cannot be extended for that: where a
server has several databases they run before one is chosen, with the server-wide addons only.
"""

from contextlib import contextmanager

from odoo import http

from . import context

_borrow_request = http.borrow_request


@contextmanager
def borrow_request():
    """Wrap core's: remember what the request says before it is hidden."""
    with context.known(), _borrow_request() as request:
        yield request


http.borrow_request = borrow_request
