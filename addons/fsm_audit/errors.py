"""What a client is told of an error: a sentence, never a traceback or a text of the database.

The whole of it is in the server's log, under the reference that the client was given. System
administrators see it in the web client, in debug mode.
"""

import logging
import secrets
from contextlib import contextmanager
from xml.parsers.expat import ExpatError

import psycopg2
from psycopg2.pool import PoolError
from werkzeug.exceptions import HTTPException

from odoo.exceptions import ConcurrencyError, RedirectWarning, UserError
from odoo.http import SessionExpiredException, request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import LazyTranslate

from . import context

_lt = LazyTranslate(__name__, default_lang="en_US")
_logger = logging.getLogger(__name__)

# What is meant for people, or understood by the web client.
TOLD = (UserError, RedirectWarning, HTTPException, SessionExpiredException)

CLIPPED = 300  # characters
SERVER_FAULT = 500  # HTTP status, and all above


class Translation:
    """How errors of these types are told, and with which HTTP status."""

    def __init__(self, types, status, sentence):
        self.types, self.status, self.sentence = types, status, sentence


# The first that fits. `%(text)s` is what the error says itself.
TRANSLATIONS = (
    Translation(
        (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError),
        409,
        _lt("Somebody else is changing this; nothing was changed, try again."),
    ),
    Translation(
        (psycopg2.errors.DiskFull,),
        507,
        _lt(
            "The disk of the database is full; nothing was changed. Ask whoever runs the server to"
            " make room, then try again (%(reference)s)."
        ),
    ),
    Translation(
        (psycopg2.OperationalError, psycopg2.InterfaceError, PoolError),
        503,
        _lt(
            "The database does not answer, or was restarted; nothing was changed. Try again in a"
            " minute (%(reference)s)."
        ),
    ),
    Translation(
        (psycopg2.DataError, OverflowError, UnicodeError),
        422,
        _lt("A value is too large, or of a kind that its field does not take (%(reference)s)."),
    ),
    Translation(
        (RecursionError, ExpatError),
        422,
        _lt("What was sent could not be read (%(reference)s)."),
    ),
    Translation(
        (ValueError, TypeError),
        422,
        _lt("The call could not be carried out: %(text)s (%(reference)s)"),
    ),
    Translation(
        (Exception,),
        500,
        _lt(
            "Something went wrong on the server; nothing was changed. Whoever looks after it finds"
            " the reason under %(reference)s."
        ),
    ),
)


def for_client(error):
    """Return the error as a client is to see it: itself if it is meant for people.

    :rtype: Exception
    """
    if isinstance(error, TOLD):
        return error
    told = getattr(error, "fsm_told", None)
    if told is None:
        told = error.fsm_told = _translate(error)
    return told


def _translate(error):
    translation = next(one for one in TRANSLATIONS if isinstance(error, one.types))
    reference = context.request_ref() or secrets.token_hex(4)
    error.add_note(f"Told to the client as {reference}.")
    told = UserError(
        str(translation.sentence)
        % {"text": str(error).split("\n", 1)[0][:CLIPPED], "reference": reference}
    )
    told.http_status = translation.status
    if translation.status < SERVER_FAULT:  # the client's mistake is nothing to wake anybody for
        error.loglevel, error.exc_info = logging.WARNING, error
    return told


@contextmanager
def translated():
    """Raise errors as a client is to see them; those that are not meant for people are logged."""
    try:
        yield
    except Exception as error:
        told = for_client(error)
        if told is error:
            raise
        level = logging.ERROR if told.http_status >= SERVER_FAULT else logging.INFO
        _logger.log(level, "A call failed.", exc_info=error)
        raise told from error


def may_see_all():
    """Whether this is a system administrator who debugs in the web client."""
    try:
        return bool(request and request.session.debug and request.env.user._is_system())
    except (AttributeError, psycopg2.Error):  # there is no database, or it is what failed
        return False
