"""Razorpay's side of the wire, as far as Odoo speaks to it: REST over HTTP, webhooks with an HMAC.

https://razorpay.com/docs/api, https://razorpay.com/docs/webhooks/validate-test
"""

import base64
import hashlib
import hmac
import itertools
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

KEY, SECRET, WEBHOOK_SECRET = "rzp_test_service", "secret-of-the-api", "secret-of-the-webhook"
AUTHORIZATION = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = self.path.rpartition("/")[2]
        self.answer(lambda: self.server.razorpay.make(kind, body))

    def do_GET(self):
        self.answer(lambda: self.server.razorpay.made[self.path.rpartition("/")[2]])

    def answer(self, content):
        if self.headers.get("Authorization") != AUTHORIZATION:
            error = {"code": "BAD_REQUEST_ERROR", "description": "Authentication failed"}
            return self.send(401, {"error": error})
        return self.send(200, content())

    def send(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


class Razorpay:
    """An account at Razorpay: what Odoo asked it to make, and how it tells what customers paid."""

    def __init__(self):
        self.made, self.numbers = {}, itertools.count(1)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.razorpay = self
        Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, endpoint):
        return f"http://127.0.0.1:{self.server.server_port}/v1/{endpoint}"

    def make(self, kind, values):
        """Return a new customer, order or payment with an id of its kind, as Razorpay's look."""
        number = f"{kind[:4]}_{next(self.numbers):014d}"
        self.made[number] = {**values, "id": number, "entity": kind.rstrip("s")}
        return self.made[number]

    def pay(self, values, **changed):
        """Return the payment of a customer who saw these processing values, captured."""
        order = self.made[values["razorpay_order_id"]]
        paid = {
            "order_id": order["id"],
            "amount": order["amount"],
            "currency": order["currency"],
            "description": values["reference"],
            "status": "captured",
            "method": "upi",
            **changed,
        }
        return self.make("pay", paid)

    @staticmethod
    def event(name, kind, entity):
        """Return the body of a webhook and its headers."""
        body = json.dumps({"event": name, "payload": {kind: {"entity": entity}}}).encode()
        signature = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return body, {"X-Razorpay-Signature": signature, "Content-Type": "application/json"}
