"""The words of notes: what the core keeps beside a code, in the language of whoever looks."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.admin.frame.labels import KEPT_LABELS, STATE_LABELS, labelled


def say_facts(facts: Mapping[str, Any]) -> str:
    """Return what a note says beside its code, as a sentence where we have one for it."""
    if facts.get("kept"):
        state = str(STATE_LABELS.get(str(facts.get("state", "")), ""))
        return gettext("“%(kept)s” stays; inwink says: %(state)s") % {"kept": facts["kept"], "state": state}
    if facts.get("left"):
        return gettext("Its status there: “%(label)s”") % {"label": facts["left"]}
    if at := parse_datetime(str(facts.get("at", ""))):
        return f"{facts.get('by') or '–'}, {date_format(localtime(at), 'SHORT_DATETIME_FORMAT')}"
    if facts.get("field") and facts.get("why"):
        return f"{facts['field']} – {KEPT_LABELS.get(facts['why'], facts['why'])}"
    return ", ".join(labelled(key, value) for key, value in facts.items() if value not in (None, ""))
