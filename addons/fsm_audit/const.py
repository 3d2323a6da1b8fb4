import re

# What an entry tells, as integrators read it. A change of a row is `create`, `change` or `delete`,
# unless its model says otherwise (`_audit_kind`) or its state moved.
KINDS = {
    "create": "Created",
    "change": "Changed",
    "delete": "Deleted",
    "state": "State",
    "override": "Override",
    "passcode": "Passcode",
    "login": "Login",
    "login_failed": "Failed Login",
    "cooldown": "Login Paused",
    "logout": "Logout",
    "denied": "Denied",
    "export": "Export",
    "read": "Bulk Read",
    "download": "Download",
    "payment": "Payment",
    "stock": "Stock",
    "config": "Configuration",
}

# Through which door it came (`context.describe`); `sql` is around Odoo.
SOURCES = {
    "ui": "Web Client",
    "portal": "Customer Page",
    "xmlrpc": "XML-RPC",
    "jsonrpc": "JSON-RPC",
    "json2": "JSON-2",
    "cron": "Scheduled Action",
    "cli": "Command Line",
    "install": "Installation",
    "sql": "Around Odoo",
}

# How long an entry has to be kept decides its class; one partition each.
CLASSES = ("books", "ops", "access")

# Kinds of events that are about access, whatever the model.
ACCESS_KINDS = {
    "login",
    "login_failed",
    "cooldown",
    "logout",
    "denied",
    "export",
    "read",
    "download",
    "passcode",
}

# Names of fields whose value never enters the log: only that it changed.
NEVER_NAMES = re.compile(
    r"(^|_)(password|passwd|passcode|smtp_pass|pin|otp|token|secret|credential"
    r"|api_?key|private_?key|signature)s?(_|$)"
)
CHANGED = "•••"
