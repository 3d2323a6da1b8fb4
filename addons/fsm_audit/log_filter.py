"""Keeps secrets and mobile numbers out of Odoo's logs.

A filter on the handlers masks what a line, its arguments, a traceback would tell. It is hung on the
handlers, not on the root logger: a filter of a logger does not see what comes from its children.

>>> mask("GET /web/reset_password?token=ze7Kq&db=fsm HTTP/1.1")
'GET /web/reset_password?token=***&db=fsm HTTP/1.1'
>>> mask("call res.users(2,).write({'password': 'it\\\\'s me', 'lang': 'en_IN'})")
"call res.users(2,).write({'password': ***, 'lang': 'en_IN'})"
>>> mask("call res.users(2,).change_password('old', 'new')")
'call res.users(2,).change_password(***'
>>> mask("Authorization: Bearer 0123456789abcdef")
'Authorization: ***'
>>> mask("DETAIL:  Key (access_token)=(ze7Kq) already exists.")
'DETAIL:  Key (access_token)=(***) already exists.'
>>> mask("{'smtp_pass': 'hunter2'}, signing_key: abc, delivery_code: 4821")
"{'smtp_pass': ***}, signing_key: ***, delivery_code: ***"
>>> mask("Your OTP is 482913, the PIN for HSR-1: 4821, passcode 1234")
'Your OTP is ***, the PIN for HSR-1: ***, passcode ***'
>>> mask("SMS to +91 98450-12345 and 98 4501 2345 was sent")
'SMS to ***345 and ***345 was sent'

What only looks like one stays:

>>> mask("Pinning 9 jobs at 1753861234, checksum 9f98450123456, 0.9845012345 s")
'Pinning 9 jobs at 1753861234, checksum 9f98450123456, 0.9845012345 s'
"""

import logging
import re

MASK = "***"  # plain ASCII: a handler may not be able to write anything else

# What has to be in a line at all, so that other lines cost little.
_HINTS = (
    *("passw", "passcode", "pin", "otp", "token", "secret", "key", "authorization"),
    *("bearer", "basic", "smtp_pass", "delivery_code"),
)
_DIGITS = re.compile(r"[6-9](?:[ -]?\d){9}")

# Bounded, and without what stands before: a line of a megabyte takes no longer than its length.
_NAME = (
    r"(?:password|passwd|passcode|smtp_pass|secret|token|(?:api|private|signing)[_-]?key"
    r"|delivery_code|authorization)\w{0,40}"
    r"|(?<![a-z])(?:otp|pin)"
)
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_PATTERNS = [
    # A call whose name says that its arguments are secrets: to the end of the line.
    (
        re.compile(r"(\.\w{0,40}(?:password|passcode|secret|otp)\w{0,40}\().*", re.IGNORECASE),
        r"\1***",
    ),
    # name=value, name: value, 'name': 'value', "name" = 'value', (name)=(value)
    (
        re.compile(
            rf"((?:{_NAME})[\"'\\]*\)?\s*(?:=>|[:=])\s*\(?)"
            rf"(?:[bru]?(?:{_QUOTED})|(?:(?:bearer|basic)\s+)?[^\s&,;)}}\]'\"]+)",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
    (re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE), r"\1***"),
    # What a message tells in words: the OTP is 482913, PIN for HSR-1: 4821
    (
        re.compile(
            r"\b((?:otp|pin|passcode)(?:\s{1,3}(?:is|was|for\s{1,3}[^\s:]{1,40}))?:?\s{1,3})\d{4,8}\b",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
    # Indian mobiles: ten digits that begin with 6 to 9 (National Numbering Plan 2003, DoT),
    # in one piece, or written as 98450 12345 or 98 4501 2345.
    (
        re.compile(
            r"(?<![\w.])(?:\+?91[ -]?|0)?[6-9]\d(?:\d{3}[ -]?\d{2}|[ -]\d{4}[ -]\d)(\d{3})(?![\w])"
        ),
        r"***\1",
    ),
]
_paths = []  # first parts of paths after which a secret stands


def mask_path(prefix):
    """Mask what follows `prefix` in the path of a page that opens to whoever has its link."""
    _paths.append(re.compile(rf"({re.escape(prefix)})[^\s/?\"']+"))


def mask(text):
    """Return `text` with neither secrets nor mobile numbers."""
    for pattern in _paths:
        text = pattern.sub(r"\1***", text)
    lowered = text.lower()
    if any(hint in lowered for hint in _HINTS) or _DIGITS.search(text):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text


class MaskingFilter(logging.Filter):
    """Masks a record once, in place: all handlers share it. It lets every record pass."""

    def filter(self, record):
        if not getattr(record, "fsm_masked", False):
            record.fsm_masked = True
            _mask_message(record)
            _mask_traceback(record)
        return True


def _mask_message(record):
    try:
        message = record.getMessage()
    except Exception:  # logging would print the arguments as they are
        message = f"{record.msg} (its arguments do not fit)"
        record.msg, record.args = message, None
    masked = mask(message)
    if masked != message:
        record.msg, record.args = masked, None


def _mask_traceback(record):
    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    if record.exc_text:
        record.exc_text = mask(record.exc_text)
    if record.stack_info:
        record.stack_info = mask(record.stack_info)


def install():
    """Hang the filter on every handler there is; again is harmless, and finds new ones."""
    loggers = [logging.getLogger(), *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):  # a placeholder has none
            if not any(isinstance(known, MaskingFilter) for known in handler.filters):
                handler.addFilter(MaskingFilter())
