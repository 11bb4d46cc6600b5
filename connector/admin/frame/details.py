"""The words of notes: what the core keeps beside a code, in the language of whoever looks."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from connector.admin.frame.labels import KEPT_LABELS, STATE_LABELS, labelled


def say_facts(facts: Mapping[str, Any]) -> str:
    """Return what a note says beside its code, as a sentence where we have one for it."""
    if facts.get("kept"):
        state = str(STATE_LABELS.get(str(facts.get("state", "")), ""))
        return gettext("“%(kept)s” stays; inwink says: %(state)s") % {"kept": facts["kept"], "state": state}
    if facts.get("field") and facts.get("why"):
        return f"{facts['field']} – {KEPT_LABELS.get(facts['why'], facts['why'])}"
    return ", ".join(labelled(key, value) for key, value in facts.items() if value not in (None, ""))
