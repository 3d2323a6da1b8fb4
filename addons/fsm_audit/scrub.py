"""Context keys that a client may not send, because they switch checks or logs off.

A list of names, never a pattern: the web client itself sends `force_email` and its like. What a
key does is read in Odoo's own source; all of it goes on working where the server sets the key.
It holds for everybody, system administrators too: who needs such a key has a shell.
"""

import json

_POSTED = "edits what is posted"
_SYNC = "leaves entry, invoice and payment out of step"
_LINES = "leaves an entry out of balance or out of step"
_STOCK = "moves stock around its checks"
_HISTORY = "leaves no track in the chatter"
_INSTALL = "is for the loading of modules and passes over checks"
_ANOTHER_AUDIT = "switches another audit off"

DANGEROUS = {
    # account
    "skip_readonly_check": _POSTED,
    "force_delete": _POSTED,
    "dynamic_unlink": _POSTED,
    "bypass_lock_check": _POSTED,
    "bypass_audit": _POSTED,
    "move_reverse_cancel": _POSTED,
    "skip_is_manually_modified": _POSTED,
    "hash_version": "has the hashes of entries computed another way",
    "clear_sequence_mixin_cache": "gives a number twice",
    "skip_account_move_synchronization": _SYNC,
    "skip_invoice_sync": _SYNC,
    "force_payment_move": _SYNC,
    "skip_invoice_line_sync": _LINES,
    "check_move_validity": _LINES,
    "skip_account_deprecation_check": _LINES,
    "skip_matching_number_check": _LINES,
    "skip_analytic_sync": _LINES,
    "skip_computed_taxes": _LINES,
    "force_price_include": _LINES,
    "no_exchange_difference": _LINES,
    "no_exchange_difference_no_recursive": _LINES,
    "no_cash_basis": _LINES,
    "forced_rate_from_register_payment": _LINES,
    "defer_account_code_checks": _INSTALL,
    "delay_account_group_sync": _INSTALL,
    "chart_template_load": _INSTALL,
    # stock
    "do_not_check_quant": _STOCK,
    "skip_sanity_check": _STOCK,
    "skip_uom_conversion": _STOCK,
    "skip_qty_available_update": _STOCK,
    "bypass_entire_pack": _STOCK,
    "do_not_unreserve": _STOCK,
    "preserve_state": _STOCK,
    "allow_parent_move_picked_reset": _STOCK,
    "quants_cache": _STOCK,
    "force_period_date": _STOCK,
    "disable_auto_revaluation": _STOCK,
    "fifo_qty_already_processed": _STOCK,
    # mail
    "tracking_disable": _HISTORY,
    "mail_notrack": _HISTORY,
    "mail_create_nolog": _HISTORY,
    "mail_activity_automation_skip": _HISTORY,
    "mail_create_bypass_create_check": "joins a channel uninvited",
    # base
    "install_mode": _INSTALL,
    "install_filename": _INSTALL,
    "install_module": _INSTALL,
    "install_xmlid": _INSTALL,
    "noupdate": _INSTALL,
    "import_file": _INSTALL,
    "_import_current_module": _INSTALL,
    "_force_unlink": _INSTALL,
    "_partners_skip_fields_sync": _INSTALL,
    "_skip_primary_extensions_check": _INSTALL,
    "ir_ui_view_partial_validation": _INSTALL,
    "force_deactivate": _INSTALL,
    "filter_function_reset_sudo": "has a domain looked up as superuser",
    "image_no_postprocess": "stores an image as it was sent",
    "skip_captcha_login": "signs in without the captcha",
    # the audit log of the OCA, where it stands beside ours
    "auditlog_disabled": _ANOTHER_AUDIT,
    "auditlog_disabled_read": _ANOTHER_AUDIT,
}

# What the import of the web client sends with its files: kept, or dropped without a word.
IMPORT = "load"
KEPT_ON_IMPORT = {"import_file"}
EXPECTED_ON_IMPORT = {"tracking_disable"}

_HOLDERS = ("context", "kwargs", "data", "options")  # where requests carry a context


def drop(context, method=None):
    """Return a context without the dangerous keys, and the names of those that were an attempt.

    :param dict context: what a client sent
    :param str method: what it calls
    :rtype: tuple[dict, list[str]]
    """
    found = DANGEROUS.keys() & context.keys()
    if method == IMPORT:
        found -= KEPT_ON_IMPORT
    if not found:
        return context, []
    clean = {key: value for key, value in context.items() if key not in found}
    return clean, sorted(found - (EXPECTED_ON_IMPORT if method == IMPORT else set()))


def clean(params, method=None):
    """Return the parameters of a request without the dangerous keys, as `drop` does.

    A context stands beside the other parameters or within one of them, as an object or as JSON.
    """
    dropped = []
    for name in _HOLDERS:
        value = params.get(name)
        holder = _parsed(value)
        if not isinstance(holder, dict):
            continue
        cleaned, names = (drop if name == "context" else clean)(holder, method)
        if cleaned is not holder:
            dropped += names
            as_sent = json.dumps(cleaned) if isinstance(value, str) else cleaned
            params = {**params, name: as_sent}
    return params, dropped


def _parsed(value):
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None
