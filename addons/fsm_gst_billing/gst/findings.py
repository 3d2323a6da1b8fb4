"""What a finding is: its rule, its record, and the way to mend it.

>>> Finding("error", "CGST Rule 46(b)", "%(name)s has no date.", {"name": "SPR/26-27/00001"}, 7).text
'SPR/26-27/00001 has no date.'
"""

# pylint: disable=prefer-env-translation  # there is no environment in here

from typing import NamedTuple


def _(text):
    """Mark a sentence for the translator; the ORM side translates `template`."""
    return text


class Finding(NamedTuple):
    """One thing to mend. `error` forbids to issue and to file, `warning` does not."""

    severity: str
    rule: str
    template: str
    values: dict
    id: int  # of the document

    @property
    def text(self):
        return self.template % self.values


def finding(severity, rule, template, document, **values):
    """Return what is found in one document."""
    return Finding(severity, rule, template, {"name": document.number, **values}, document.id)
