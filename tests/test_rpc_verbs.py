"""Each verb of `shared/spec/rpc.md`, as one who may and one who may not, by both doors.

A row is a call. Rows stand in the order of a job card's life, so that a later one finds what an
earlier one made: a callable takes what is known so far and returns ids or arguments. Who may not is
refused with a sentence; whoever may is answered with these keys, and told of an argument nobody
knows. A verb that takes a `client_ref` is called twice with one: nothing is made twice, nor told to
who may not. What rpc.md names and is not there yet stands in docs/rpc.md.
"""

import ast
import functools
import itertools
import json
import time
import xmlrpc.client
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import ROOT, Json2Error

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TALK = "id state"
JOB = "id name state access_url promised_at partner_id device_id"
STOCK = "product_id branch_id quantity"
ROW = "id name state amount_estimate"  # of a customer's job cards
SUMMARY = "id name state priority partner device promised_at is_late"
FILE = "filename content"
TRANSFER = "id name state lines document"
PERSON = "id login role branch_ids"

# Calls that a verb of the core answers, or that are plain: they have no arguments of ours to refuse.
PLAIN = {"action_post", "create", "search_read", "write"}

# What cannot be told twice: the repetition is refused, and says what to do.
TOLD_ONCE = {"fsm_create_api_key"}

numbers = itertools.count(int(time.time()) % 100000)


@dataclass
class Row:
    """One call: `ids` of a record, or none for a verb of the model."""

    model: str
    verb: str
    may: str | None  # whose login does it
    may_not: str | None  # whose does not; nobody, where everybody may
    keys: str | type = ""  # of the answer, or what kind it is
    ids: Any = None
    arguments: Any = field(default_factory=dict)
    keep: dict = field(default_factory=dict)  # {name: key of the answer}, for later rows


def job(verb, may, may_not, keys, arguments=None, **more):
    more = {"ids": lambda known: known["job"]} | more
    return Row("fsm.job", verb, may, may_not, keys, arguments=arguments or {}, **more)


def walk_in(known):
    number = next(numbers)
    return {
        "customer": {"name": f"Ganesh Bhat {number}", "phone": f"99001 {number:05d}"},
        "device": {
            "category": "Laptop",
            "brand": "Dell",
            "model": "Inspiron 3520",
            "serial": f"RPC{number}",
        },
        "complaint": "No display",
        "accessories": [{"name": "Charger", "quantity": 1, "condition": "good"}],
        "checklist": [{"name": "Screen", "result": "untestable", "note": "dead"}],
        "passcode": {"type": "pin", "value": "2580"},
        "client_ref": f"verbs-{number}",
    }


def person(known):
    number = next(numbers)
    return {
        "name": "Nisha Rao",
        "login": f"nisha{number}",
        "email": f"nisha{number}@fixmylap.example",
        "role": "receptionist",
        "branch_ids": [known["branch"]],
    }


def lines(known):
    return {
        "diagnosis": "The SSD is dead.",
        "lines": [{"product_id": known["labour"], "quantity": 1.0, "price_unit": 600.0}],
    }


def stock(**more):
    def arguments(known):
        number = next(numbers)
        given = {"branch_id": known["branch"], "client_ref": f"verbs-{number}"}
        return given | {"reason": "Counted with care"} | more

    return {"ids": lambda known: known["ssd"], "arguments": arguments}


def of(name, **more):
    """Return `ids` of the record kept as `name`."""

    def ids(known):
        found = known.get(name, 0)
        return found["id"] if isinstance(found, dict) else found

    return {"ids": ids, **more}


def first_voucher(known):
    return known["vouchers"][0]["id"]


PEOPLE = (
    Row(
        "res.users", "fsm_me", "ravi", None, "id name login role branches current_branch_id lang tz"
    ),
    Row(
        "res.users",
        "fsm_create_user",
        "owner",
        "manager",
        PERSON,
        arguments=person,
        keep={"person": "id"},
    ),
    Row(
        "res.users",
        "fsm_update_user",
        "owner",
        "manager",
        PERSON,
        **of("person", arguments={"name": "Nisha R"}),
    ),
    Row(
        "fsm.branch",
        "assign_user",
        "owner",
        "manager",
        "user_id branch_id role",
        **of("other_branch", arguments=lambda k: {"user_id": k["person"], "role": "receptionist"}),
    ),
    Row(
        "fsm.branch",
        "unassign_user",
        "owner",
        "manager",
        bool,
        **of("other_branch", arguments=lambda k: {"user_id": k["person"]}),
    ),
    Row(
        "res.users",
        "fsm_set_cashier",
        "owner",
        "manager",
        "id takes_payments",
        **of("person", arguments={"allowed": True}),
    ),
    Row("res.users", "fsm_invite_user", "owner", "manager", "", **of("person")),
    Row("res.users", "fsm_end_sessions", "owner", "manager", bool, **of("person")),
    Row("res.users", "fsm_archive_user", "owner", "manager", bool, **of("person")),
    Row("res.users", "fsm_restore_user", "owner", "manager", "", **of("person")),
    Row(
        "res.users",
        "fsm_create_api_key",
        "priya",
        None,
        "id key",
        arguments={"name": "Kiosk", "days": 7},
        keep={"key": "id"},
    ),
    Row(
        "res.users",
        "fsm_rotate_api_key",
        "priya",
        "ravi",
        "id key",
        arguments=lambda k: {"id": k["key"]},
        keep={"key": "id"},
    ),
    Row(
        "res.users",
        "fsm_revoke_api_key",
        "priya",
        "ravi",
        bool,
        arguments=lambda k: {"id": k["key"]},
    ),
    Row(
        "res.company",
        "fsm_create_organization",
        None,
        "owner",
        arguments={"name": "X", "state_id": 1},
    ),
    Row(
        "fsm.branch",
        "create",
        None,
        "manager",
        arguments={"vals_list": [{"name": "X", "code": "XX"}]},
    ),
    Row("fsm.branch", "my_branches", "ravi", None, "id name code company_id current"),
    Row("fsm.branch", "set_current", "owner", "priya_rst", bool, **of("branch")),
)

JOBS = (
    job(
        "intake",
        "priya",
        "ravi",
        JOB,
        walk_in,
        ids=None,
        keep={"job": "id", "customer": "partner_id"},
    ),
    job(
        "add_photos",
        "priya",
        "anita",
        "ids",
        {"photos": [{"name": "lid.png", "content": PICTURE}], "stage": "intake"},
    ),
    job(
        "assign", "manager", "priya", "id technician_ids", lambda k: {"technician_ids": [k["ravi"]]}
    ),
    job("move_to", "ravi", "imran", TALK, {"state": "diagnosis"}),
    job(
        "reveal_passcode",
        "ravi",
        "priya",
        "type value expires_in",
        {"reason": "To test the display"},
    ),
    job("set_passcode", "priya", "anita", "id has_passcode", {"type": "none"}),
    job("add_diagnosis", "ravi", "anita", "id state amount_estimate", lines),
    job("share_estimate", "ravi", "priya", "version url amount_total", {"channels": ["link"]}),
    Row(  # the quiet hours are over, at whatever hour this runs
        "fsm.branch",
        "write",
        "owner",
        "manager",
        bool,
        **of("branch", arguments={"vals": {"quiet_from": 0.0, "quiet_until": 0.0}}),
    ),
    job("remind_of_estimate", "priya", "ravi", "id channel sent_to"),
    job(
        "hold",
        "priya",
        "anita",
        "id hold_reason clock",
        {"hold_reason": "other", "reason": "He is abroad"},
    ),
    job("release", "priya", "anita", "id hold_reason clock"),
    job(
        "record_answer",
        "priya",
        "ravi",
        TALK,
        {"answer": "approved", "channel": "phone", "answered_by": "He himself"},
    ),
    job(
        "request_part",
        "ravi",
        "anita",
        "part_usage_id state available",
        lambda k: {"product_id": k["ssd"], "quantity": 900.0},
        keep={"missing": "part_usage_id"},
    ),
    Row(
        "fsm.part.usage",
        "request_transfer",
        "ravi",
        "priya",
        "id transfer_id transfer state",
        **of("missing", arguments=lambda k: {"branch_id": k["other_branch"]}),
        keep={"asked": "transfer_id"},
    ),
    Row(
        "fsm.transfer",
        "decline",
        "anita",
        "ravi",
        TRANSFER,
        **of("asked", arguments={"reason": "It is cheaper to buy one"}),
    ),
    Row("fsm.part.usage", "return_part", "ravi", "priya", "id state", **of("missing")),
    job(
        "request_part",
        "ravi",
        "priya",
        "part_usage_id state available",
        lambda k: {"product_id": k["ssd"], "quantity": 1.0, "client_ref": f"part-{next(numbers)}"},
        keep={"usage": "part_usage_id"},
    ),
    Row(
        "fsm.part.usage",
        "use",
        "ravi",
        "priya",
        "id state quantity",
        **of("usage", arguments={"quantity": 1.0}),
    ),
    Row(
        "fsm.part.usage",
        "return_part",
        "ravi",
        "priya",
        "id state quantity",
        **of("usage", arguments={"quantity": 1.0, "reason": "It was the cable"}),
    ),
    job(
        "scan_part",
        "ravi",
        "priya",
        "part_usage_id state available name choices",
        {"code": "SSD512"},
        keep={"scanned": "part_usage_id"},
    ),
    Row(
        "fsm.part.usage",
        "scrap_part",
        "manager",
        "ravi",
        "id state quantity",
        **of("scanned", arguments={"reason": "Fell off the bench"}),
    ),
    job(
        "pending",
        "priya",
        None,
        SUMMARY,
        lambda k: {"branch_id": k["branch"], "limit": 5},
        ids=None,
    ),
    job("my_jobs", "ravi", None, SUMMARY, ids=None),
    job("desk", "priya", "ravi", "branch counters ready", ids=None),
    job("desk_find", "priya", "ravi", "found caller", {"text": "99001"}, ids=None),
    job("timeline", "ravi", "imran", "at by kind text"),
    job("dispute_pack", "manager", "priya", FILE),
    job("scan", "ravi", None, "kind id name detail", lambda k: {"code": k["job_name"]}, ids=None),
    job("move_device", "manager", "anita", "id place challan", {"kind": "counter"}),
    job("move_to", "ravi", "priya", TALK, {"state": "qc"}),
    job("mark_ready", "manager", "priya", TALK, {"outcome": "repaired"}),
    job(
        "create_invoice",
        "anita",
        "priya",
        "invoice_id name state amount_untaxed amount_tax amount_total",
        keep={"invoice": "invoice_id"},
    ),
    Row("account.move", "action_post", "anita", "ravi", object, **of("invoice")),
    Row(
        "account.move",
        "fsm_record_payment",
        "anita",
        "priya",
        "payment_ids payment_state amount_residual",
        **of(
            "invoice",
            arguments=lambda k: {
                "lines": [
                    {"method": "upi", "amount": 708.0, "reference": f"4266{next(numbers):08d}"}
                ]
            },
        ),
    ),
    Row("account.move", "fsm_pdf", "anita", "ravi", FILE, **of("invoice")),
    job("send_delivery_otp", "priya", "ravi", "sent_to"),
    job(
        "deliver",
        "priya",
        "ravi",
        TALK + " delivered_at",
        {
            "signature": PICTURE,
            "received_by": "Ganesh Bhat",
            "accessories_returned": True,
            "old_parts": "returned",
        },
    ),
    job("rework", "priya", "ravi", JOB, {"complaint": "It is back", "rework_cause": "part"}),
)

CUSTOMERS = (
    Row(
        "res.partner",
        "fsm_search_by_mobile",
        "priya",
        "ravi",
        "id name phone email open_jobs balance_due last_job_date",
        arguments={"mobile": "99001", "limit": 3},
    ),
    job(
        "desk_caller",
        "priya",
        "ravi",
        "id name phone whatsapp jobs",
        lambda k: {"partner_id": k["customer"]},
        ids=None,
    ),
    Row("res.partner", "fsm_service_history", "priya", "priya_rst", ROW, **of("customer")),
    Row("res.partner", "fsm_pending_jobs", "priya", "priya_rst", ROW, **of("customer")),
    Row(
        "res.partner",
        "fsm_invoices",
        "anita",
        "ravi",
        "id name state invoice_date amount_total amount_residual amount_tax",
        **of("customer"),
    ),
    Row(
        "res.partner",
        "fsm_invoices",
        "priya",
        "priya_rst",
        "id name state amount_total amount_residual",
        **of("customer"),
    ),
    Row(
        "res.partner",
        "fsm_add_site",
        "priya",
        "anita",
        int,
        **of("customer", arguments={"name": "Office", "city": "Bengaluru"}),
    ),
    Row(
        "res.partner",
        "fsm_set_consent",
        "priya",
        "ravi",
        "id purpose granted",
        **of("customer", arguments={"purpose": "marketing", "granted": True}),
    ),
    Row(
        "res.partner",
        "fsm_customer_stats",
        "anita",
        "priya",
        "total new active repeat by_type by_branch",
        arguments={"date_from": "2026-01-01", "date_to": "2030-12-31"},
    ),
)

BILLS = (
    Row(
        "account.move",
        "create",
        "anita",
        "ravi",
        list,
        arguments=lambda k: {
            "vals_list": [{"move_type": "out_invoice", "partner_id": k["customer"]}]
        },
        keep={"sale": 0},
    ),
    Row(
        "account.move",
        "fsm_add_line",
        "anita",
        "ravi",
        "line_id amount_untaxed amount_tax amount_total",
        **of("sale", arguments=lambda k: {"product_id": k["labour"], "price_unit": 100.0}),
    ),
    Row("account.move", "action_post", "anita", "ravi", object, **of("sale")),
    Row(
        "account.move",
        "fsm_pending_invoices",
        "anita",
        "ravi",
        "id name partner_id partner invoice_date invoice_date_due amount_total amount_residual",
        arguments=lambda k: {"branch_id": k["branch"]},
    ),
    Row(
        "account.move",
        "fsm_invoice_stats",
        "anita",
        "ravi",
        "count credit_notes amount_untaxed amount_tax amount_total amount_due by_branch",
        arguments=lambda k: {"branch_id": k["branch"]},
    ),
    Row(
        "account.move",
        "fsm_credit_note",
        "anita",
        "ravi",
        "id name amount_total",
        **of("sale", arguments={"reason": "Billed twice"}),
    ),
    Row(
        "account.payment",
        "create",
        "anita",
        "ravi",
        list,
        arguments=lambda k: {
            "vals_list": [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": k["customer"],
                    "amount": 118.0,
                }
            ]
        },
        keep={"money": 0},
    ),
    Row("account.payment", "action_post", "anita", "ravi", object, **of("money")),
    Row(
        "account.payment", "fsm_receive_advance", "anita", "ravi", "advance voucher", **of("money")
    ),
)

STORE = (
    Row(
        "product.product",
        "fsm_add_stock",
        "anita",
        "priya",
        STOCK,
        **stock(quantity=3.0, unit_cost=2450.0),
    ),
    Row("product.product", "fsm_deduct_stock", "manager", "anita", STOCK, **stock(quantity=1.0)),
    Row(
        "product.product",
        "fsm_adjust_stock",
        "manager",
        "anita",
        STOCK,
        **stock(counted_quantity=20.0),
    ),
    Row(
        "product.product",
        "fsm_adjustments",
        "anita",
        "ravi",
        "id at by quantity before after reason",
        **of("ssd", arguments=lambda k: {"branch_id": k["branch"]}),
    ),
    Row(
        "product.product",
        "fsm_low_stock",
        "anita",
        "ravi",
        list,
        arguments=lambda k: {"branch_id": k["branch"]},
    ),
    Row(
        "product.product",
        "fsm_stock_stats",
        "anita",
        "ravi",
        "branch_id products on_hand reserved value",
        arguments=lambda k: {"branch_id": k["branch"]},
    ),
    Row(
        "product.product",
        "fsm_find_part",
        "ravi",
        "priya",
        "product_id name tracking lot_id lot on_hand free",
        arguments={"code": "SSD512"},
    ),
    Row(
        "product.product",
        "fsm_elsewhere",
        "ravi",
        "priya",
        "branch_id branch available",
        **of("ssd"),
    ),
    Row(
        "product.product",
        "fsm_count",
        "manager",
        "anita",
        "product_id name lot before after",
        arguments=lambda k: {
            "counts": [{"product_id": k["ssd"], "quantity": 7.0}],
            "reason": "Monthly count of shelf A",
            "branch_id": k["branch"],
        },
    ),
    Row("fsm.part.usage", "waiting_for", "anita", "ravi", list),
    Row("fsm.supplier.claim", "pending", "anita", "ravi", list, arguments={"overdue": True}),
    job("rework_of", None, "ravi", "", {"number": "SPR-00001"}),
    *(  # a claim needs a rework that was delivered: who may is asked in the addons
        Row(model, verb, None, "ravi", ids=1, arguments=arguments)
        for model, verb, arguments in (
            ("fsm.warranty", "claim", {}),
            ("fsm.supplier.claim", "send", {"reference": "RMA-1"}),
            ("fsm.supplier.claim", "accept", {"due_on": "2036-01-01"}),
            ("fsm.supplier.claim", "credit", {"credit_reference": "CN-1"}),
            ("fsm.supplier.claim", "draft_credit_note", {}),
            ("fsm.supplier.claim", "replace", {"lots": ["S-1"]}),
            ("fsm.supplier.claim", "refuse", {"note": "It was wet"}),
            ("fsm.supplier.claim", "withdraw", {"note": "Too old"}),
        )
    ),
    Row(
        "fsm.transfer",
        "request",
        "anita",
        "ravi",
        TRANSFER,
        arguments=lambda k: {
            "from_branch_id": k["branch"],
            "to_branch_id": k["other_branch"],
            "lines": [{"product_id": k["ssd"], "quantity": 1.0}],
        },
        keep={"transfer": "id"},
    ),
    Row(
        "fsm.transfer",
        "scan_part",
        "anita",
        "ravi",
        "line_id product_id name lot",
        **of("transfer", arguments={"code": "SSD512"}),
    ),
    Row("fsm.transfer", "send_parts", "anita", "ravi", TRANSFER, **of("transfer")),
    Row("fsm.transfer", "receive_parts", "owner", "priya", TRANSFER, **of("transfer")),
    *(
        Row(
            "fsm.report",
            "get",
            "anita",
            "ravi",
            "columns rows totals count",
            arguments={"name": name, "date_from": "2026-01-01", "date_to": "2036-12-31"},
        )
        for name in (
            "inventory_consumption",
            "low_stock",
            "stock_value",
            "dead_stock",
            "fill_rate",
            "returned_parts",
            "warranty_parts",
        )
    ),
    Row("fsm.report", "export_xlsx", "anita", "ravi", FILE, arguments={"name": "stock_value"}),
)

BOOKS = (
    *(
        Row(
            "fsm.report",
            "get",
            "manager",
            "priya",
            "columns rows totals count",
            arguments={"name": name, "date_from": "2026-01-01", "date_to": "2036-12-31"},
        )
        for name in (
            "revenue",
            "revenue_by_technician",
            "revenue_by_service",
            "pending_jobs",
            "technician_productivity",
            "customer_analysis",
            "gst_summary",
            "receivables",
        )
    ),
    Row("fsm.report", "export_xlsx", "owner", "priya", FILE, arguments={"name": "receivables"}),
    Row("fsm.report", "catalogue", "anita", "ravi", list),
    Row(
        "fsm.branch",
        "write",
        "owner",
        "manager",
        bool,
        **of("branch", arguments={"vals": {"consolidates_small_sales": True}}),
    ),
    Row(
        "fsm.branch",
        "sell",
        "anita",
        "priya",
        "sale_id invoice_id name amount_total payment_ids amount_residual",
        **of(
            "branch",
            arguments=lambda k: {
                "lines": [{"product_id": k["labour"], "price_unit": 100.0}],
                "payments": [{"method": "cash", "amount": 118.0}],
            },
        ),
        keep={"small_sale": "sale_id"},
    ),
    Row(
        "fsm.small.sale",
        "cancel",
        "manager",
        "anita",
        "id name payment_id",
        **of("small_sale", arguments={"reason": "The wrong price"}),
    ),
    Row(
        "fsm.branch",
        "close_day",
        "manager",
        "priya",
        "id day cash upi card bank cash_before cash_other cash_counted difference not_found",
        **of("branch", arguments={"cash_counted": 0.0, "explanation": "Carried to the bank"}),
    ),
    Row(
        "fsm.branch",
        "reopen_day",
        "manager",
        "anita",
        "id day",
        **of("branch", arguments={"reason": "The drawer was counted twice"}),
    ),
    Row("fsm.gst.return", "check", "owner", "ravi", "ok findings", **of("return")),
    Row("fsm.gst.return", "gstr1", "owner", "ravi", "gstin fp", **of("return")),
    Row("fsm.gst.return", "gstr3b", "owner", "ravi", "gstin ret_period", **of("return")),
    Row("fsm.gst.return", "export_xlsx", "owner", "ravi", FILE, **of("return")),
    Row("fsm.gst.return", "lock", "owner", "ravi", "", **of("return")),
    Row("fsm.gst.return", "export_gstr3b", "owner", "ravi", FILE, **of("return")),
    Row("fsm.gst.return", "reopen", "owner", "ravi", "id state", **of("return")),
    Row("fsm.gst.return", "lock", "owner", "ravi", "", **of("return")),
    Row(
        "fsm.gst.return",
        "mark_filed",
        "owner",
        "ravi",
        "",
        **of("return", arguments={"arn": "AA290426000001A"}),
    ),
    Row(
        "fsm.gst.return",
        "unfile",
        "owner",
        "ravi",
        "",
        **of("return", arguments={"reason": "The portal refused it"}),
    ),
    Row(
        "fsm.audit.log",
        "search_read",
        "owner",
        "manager",
        "at kind user_id company_id model record_id record_name changes source ip reason",
        arguments={
            "domain": [["kind", "=", "passcode"]],
            "limit": 1,
            "fields": [
                "at",
                "kind",
                "user_id",
                "company_id",
                "model",
                "record_id",
                "record_name",
                "changes",
                "source",
                "ip",
                "reason",
            ],
        },
    ),
    Row("fsm.audit.log", "verify", "owner", "manager", "ok checked sealed_until first_bad"),
)

MONEY = "id name amount_total"
PART = {"quantity": 1.0}
WHY = {"reason": "The customer asked for it"}

# What stands beside the life of a job card: a second one, its advance, and what is seldom done.
BESIDES = (
    job("intake", "priya", "ravi", JOB, walk_in, ids=None, keep={"second": "id"}),
    job("gst_check", "manager", "imran", "ok findings", **of("second")),
    job(
        "record_advance",
        "anita",
        "priya",
        "payment_ids advance vouchers",
        **of("second", arguments={"lines": [{"method": "cash", "amount": 118.0}]}),
        keep={"vouchers": "vouchers"},
    ),
    Row("fsm.gst.advance", "fsm_pdf", "anita", "ravi", FILE, ids=first_voucher),
    Row(
        "fsm.gst.advance",
        "refund",
        "manager",
        "anita",
        MONEY,
        ids=first_voucher,
        arguments={"method": "cash"},
    ),
    Row(
        "account.move",
        "create",
        "anita",
        "ravi",
        list,
        arguments=lambda k: {
            "vals_list": [{"move_type": "out_invoice", "partner_id": k["customer"]}]
        },
        keep={"bill": 0},
    ),
    Row(
        "account.move",
        "fsm_add_line",
        "anita",
        "ravi",
        "line_id",
        **of("bill", arguments=lambda k: {"product_id": k["labour"], "price_unit": 100.0}),
    ),
    Row("account.move", "fsm_check", "anita", "ravi", "ok findings", **of("bill")),
    Row(
        "account.move",
        "fsm_discount",
        "anita",
        "ravi",
        "amount_untaxed amount_tax amount_total",
        **of("bill", arguments={"amount": 10.0}),
    ),
    Row("account.move", "action_post", "anita", "ravi", object, **of("bill")),
    Row(
        "account.move",
        "fsm_use_advances",
        "anita",
        "priya",
        "payment_state amount_residual",
        **of("invoice"),
    ),
    Row("account.move", "fsm_cancel", "manager", "anita", TALK, **of("bill", arguments=WHY)),
    job("palette", "ravi", None, list, {"text": "99001"}, ids=None),
    job("intake_form", "priya", "ravi", "branch kinds brands", ids=None),
    job("intake_customers", "priya", "ravi", "id name exact", {"text": "99001"}, ids=None),
    job(
        "intake_customer",
        "priya",
        "ravi",
        "id name devices jobs alerts",
        lambda k: {"partner_id": k["customer"]},
        ids=None,
    ),
    job(
        "intake_device",
        "priya",
        "ravi",
        "number kind device",
        {"number": "490154203237518"},
        ids=None,
    ),
    job("intake_models", "priya", "ravi", "brand model category_id", {"text": "Insp"}, ids=None),
    job(
        "intake_report",
        "priya",
        None,
        object,
        lambda k: {"job_id": k["second"]},
        ids=None,
    ),
    Row(
        "fsm.challan",
        "search_read",
        "anita",
        "ravi",
        "id name",
        arguments={"domain": [["cancelled_at", "=", False]], "fields": ["name"], "limit": 1},
        keep={"challan": 0},
    ),
    Row(
        "fsm.custody",
        "search_read",
        "manager",
        None,
        "id",
        arguments={"domain": [], "fields": ["place_id"], "limit": 1},
        keep={"custody": 0},
    ),
    # Who may is refused here for what a test of the addon tells: the state is not there.
    *(
        Row(model, verb, None, may_not, **of(name, arguments=arguments))
        for model, verb, may_not, name, arguments in (
            ("fsm.challan", "cancel", "anita", "challan", WHY),
            ("account.move", "fsm_issue_self_invoice", "ravi", "bill", {}),
            ("fsm.gst.payment.voucher", "fsm_pdf", "ravi", "payment_voucher", {}),
            ("fsm.job", "approve_credit", "priya", "second", WHY),
            ("fsm.job", "create_claim", "priya", "second", {}),
            ("fsm.job", "post_notice", "ravi", "second", {"reference": "RK123456789IN"}),
            ("fsm.job", "waive_storage_fee", "priya", "second", WHY),
            ("fsm.job", "ask_disposal", "priya", "second", WHY),
            ("fsm.job", "dispose", "priya", "second", {}),
            ("fsm.custody", "accept", "anita", "custody", {}),
            ("fsm.custody", "send_back", "anita", "custody", {}),
            ("fsm.part.usage", "issue", "priya", "usage", {}),
            ("fsm.part.usage", "order", "priya", "usage", {}),
            ("fsm.part.usage", "say_when", "priya", "usage", {"expected_on": "2036-01-01"}),
            ("fsm.part.usage", "record_old_part", "anita", "usage", {"old_part": "returned"}),
            ("fsm.part.usage", "clear_old_part", "ravi", "usage", {"fate": "scrapped", **WHY}),
            (
                "fsm.transfer",
                "settle_missing",
                "ravi",
                "transfer",
                {"outcome": "lost", **WHY},
            ),
            ("purchase.order", "fsm_receive", "priya", "transfer", {}),
        )
    ),
    *(
        Row(
            "fsm.technician",
            verb,
            "anita",
            "priya",
            "technician_id product_id quantity",
            **of("ravi", arguments=lambda k: {"product_id": k["ssd"], **PART}),
        )
        for verb in ("fill_bag", "empty_bag")
    ),
)

TABLE = PEOPLE + JOBS + CUSTOMERS + BILLS + STORE + BOOKS + BESIDES


class Refused(Exception):
    """A sentence, and whether it came as the door tells that somebody may not or was wrong."""


@pytest.fixture(scope="module")
def doors(rpc, json2, api_keys):
    """Return `{door: call(login, model, verb, ids, arguments)}`; a refusal raises `Refused`."""
    staff = functools.cache(lambda login: rpc(login, api_keys[login]))

    def by_xmlrpc(login, model, verb, ids, arguments):
        first = [] if ids is None else [[ids]]
        if verb == "create":  # the core wants its values without their name
            first, arguments = [arguments["vals_list"]], {}
        try:
            return staff(login).call(model, verb, *first, **arguments)
        except xmlrpc.client.Fault as fault:
            assert fault.faultCode in (2, 4), fault.faultString  # UserError, AccessError
            raise Refused(fault.faultString) from None

    def by_json2(login, model, verb, ids, arguments):
        body = dict(arguments) if ids is None else {"ids": [ids], **arguments}
        try:
            return json2(login).call(model, verb, **body)
        except Json2Error as error:
            assert error.status in (403, 422), error
            raise Refused(str(error)) from None

    return {"xmlrpc": by_xmlrpc, "json2": by_json2}


@pytest.fixture(scope="module")
def shop(rpc):
    """Return what the rows begin with: a branch, another, a part, a labour, a technician."""
    owner, manager = rpc("owner"), rpc("manager")
    branches = {branch["code"]: branch["id"] for branch in owner.call("fsm.branch", "my_branches")}
    product = {
        name: manager.call("product.product", "search", [("name", "=", name)])[0]
        for name in ("Laptop repair labour", "SSD 512 GB")
    }
    user = manager.call("res.users", "search", [("login", "=", "ravi")])
    technician = manager.call("fsm.technician", "search", [("user_id", "=", user[0])])
    return {
        "branch": branches["SPR"],
        "other_branch": branches["HSR"],
        "labour": product["Laptop repair labour"],
        "ssd": product["SSD 512 GB"],
        "ravi": technician[0],
    }


def told(text):
    """Return whether a refusal is a sentence for people."""
    return not any(word in text for word in ("Traceback", "psycopg", "<html", "went wrong"))


def complete(answer, keys):
    """Return what an answer lacks of the keys it should have, or has that JSON has not."""
    if isinstance(keys, type):
        return "" if isinstance(answer, keys) else f"no {keys.__name__}: {answer!r}"
    if "null" in json.dumps(answer):
        return f"says null: {answer}"
    keys = set(keys.split())
    first = (answer[0] if answer else None) if isinstance(answer, list) else answer
    if keys and first is None:
        return "says nothing"
    return f"lacks {sorted(keys - first.keys())}" if keys and keys - first.keys() else ""


def refusal(call, login, row, ids, arguments):
    """Return what is wrong with how somebody is refused."""
    try:
        answer = call(login, row.model, row.verb, ids, arguments)
    except Refused as refused:
        return "" if told(str(refused)) else f"{login} is told {refused}"
    return f"{login} got {answer!r}"


def tried(call, row, known, nonsense):
    """Call a row as both, and return what is wrong with the answers."""
    ids = row.ids(known) if callable(row.ids) else row.ids
    arguments = row.arguments(known) if callable(row.arguments) else row.arguments
    wrong = []
    if row.may_not:
        wrong.append(refusal(call, row.may_not, row, ids, arguments))
    if not row.may:
        return wrong
    if nonsense and row.verb not in PLAIN:
        wrong.append(refusal(call, row.may, row, ids, {**arguments, "nonsense": 1}))
    repeated = nonsense and (row.model, row.verb) in verbs("client_ref")
    if repeated:
        arguments = {"client_ref": f"twice-{next(numbers)}", **arguments}
    try:
        answer = call(row.may, row.model, row.verb, ids, arguments)
    except Refused as refused:
        return [*wrong, f"{row.may} is refused: {refused}"]
    known |= {name: answer[key] for name, key in row.keep.items()}
    if row.verb == "intake":
        known["job_name"] = answer["name"]
    if repeated:
        wrong += again(call, row, ids, arguments, answer)
    return [*wrong, complete(answer, row.keys)]


def again(call, row, ids, arguments, answer):
    """Return what is wrong with how a call is answered that is repeated with its `client_ref`."""
    wrong = []
    try:
        second = call(row.may, row.model, row.verb, ids, arguments)
        if second != answer or row.verb in TOLD_ONCE:
            wrong.append(f"is answered {answer}, and then {second}")
    except Refused as refused:
        if row.verb not in TOLD_ONCE or "not shown twice" not in str(refused):
            wrong.append(f"the repetition is refused: {refused}")
    if row.may_not:
        wrong.append(refusal(call, row.may_not, row, ids, arguments))
    for other in changed(arguments):
        try:
            call(row.may, row.model, row.verb, ids, other)
        except Refused as refused:
            if "already used for something else" not in str(refused):
                wrong.append(f"with {other} is refused: {refused}")
        else:
            wrong.append(f"does {other} under the reference of something else")
    return wrong


def changed(arguments):
    """Yield the arguments of a call, one of them as another call has it."""
    for name in ("complaint", "reason", "note", "name", "diagnosis", "quantity", "method"):
        if name in arguments:
            value = arguments[name]
            other = f"{value} once more" if isinstance(value, str) else value + 1
            yield {**arguments, name: other}
            return
    for name, value in arguments.items():
        if isinstance(value, list):
            yield {**arguments, name: value * 2}
            return


@functools.cache
def verbs(argument=""):
    """Return ``{(model, verb)}`` of all verbs, or of those with an argument, in every addon."""
    found = set()
    for path in (ROOT / "addons").glob("*/models/*.py"):
        for model in ast.parse(path.read_text()).body:
            if not isinstance(model, ast.ClassDef):
                continue
            says = {
                target.id: node.value
                for node in model.body
                if isinstance(node, ast.Assign)
                for target in node.targets
            }
            name = says.get("_name") or says.get("_inherit")
            found |= {
                (ast.literal_eval(name), method.name)
                for method in model.body
                if isinstance(method, ast.FunctionDef)
                and any(ast.unparse(each) == "verb" for each in method.decorator_list)
                and (not argument or argument in parameters(method))
            }
    return found


def parameters(method):
    return {each.arg for each in method.args.args + method.args.kwonlyargs}


def rows_of_bridges():
    """Return ``{(model, verb)}`` of the tables of bridges: this server has not what they stand on."""
    return {
        row
        for path in (ROOT / "addons").glob("*/tests/test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "VERBS"
        for row in ast.literal_eval(node.value)
    }


def test_each_verb_has_its_row():
    assert not verbs() - {(row.model, row.verb) for row in TABLE} - rows_of_bridges()


@pytest.mark.parametrize("door", ["xmlrpc", "json2"])
def test_every_verb_for_one_who_may_and_one_who_may_not(door, doors, shop, rpc):
    known = dict(shop)
    month = f"{1 + next(numbers) % 12:02d}{2018 + next(numbers) % 5}"
    values = {"gstin": "29AAGCR4375J1ZU", "period": month}
    known["return"] = rpc("owner").call("fsm.gst.return", "create", values)
    wrong = [
        f"{row.model}.{row.verb}: {finding}"
        for row in TABLE
        # What an argument may be is one piece of code for both: asked by the quicker door.
        for finding in tried(doors[door], row, known, nonsense=door == "json2")
        if finding
    ]
    assert not wrong, "\n".join(wrong)
