"""The words of details: what the core notes in English beside a code, in the language of whoever looks."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.labels import KEPT_LABELS, STATE_LABELS, labelled

_FIELD = r"(?P<field>[\w., ]+: )?"
_LIMITS: tuple[tuple[str, str | Promise], ...] = (
    (r"(?P<length>\d+) characters, (?P<fit>\d+) fit", _("%(length)s characters, %(fit)s fit")),
    (
        r"(?P<length>\d+) characters with what is there, (?P<fit>\d+) fit",
        _("%(length)s characters with what is there, %(fit)s fit"),
    ),
    (r"more than (?P<digits>\d+) digits before the point", _("more than %(digits)s digits before the point")),
    ("not one of the choices of this picklist", _("not one of the choices of this picklist")),
    ("not an email address", _("not an email address")),
    ("neither yes nor no", _("neither yes nor no")),
    ("not a whole number", _("not a whole number")),
    ("not a number", _("not a number")),
    ("not a date", _("not a date")),
    ("not a date and time", _("not a date and time")),
    (
        "Salesforce demands a value; inwink has none, and the link no placeholder",
        _("Salesforce demands a value; inwink has none, and the link no placeholder"),
    ),
)
"""What connector.core says of a value that does not fit; it never quotes the value."""


def say_limit(message: str) -> str:
    """Return a detail of the core in the reader's language; what Salesforce said stays as it is."""
    for pattern, words in _LIMITS:
        if found := re.fullmatch(_FIELD + pattern, message):
            return (found["field"] or "") + str(words) % found.groupdict()
    return message


def say_facts(facts: Mapping[str, Any]) -> str:
    """Return what a note says beside its code, as a sentence where we have one for it."""
    if facts.get("kept"):
        state = str(STATE_LABELS.get(str(facts.get("state", "")), ""))
        return gettext("“%(kept)s” stays; inwink says: %(state)s") % {"kept": facts["kept"], "state": state}
    if facts.get("field") and facts.get("why"):
        return f"{facts['field']} – {KEPT_LABELS.get(facts['why'], facts['why'])}"
    return ", ".join(labelled(key, value) for key, value in facts.items() if value not in (None, ""))
