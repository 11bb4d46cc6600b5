"""What previews say: verdicts, what would happen, and why a field stays."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.explain import reason_label
from connector.admin.frame.labels import NOTE_LABELS
from connector.core.planning.kept import Why

_EFFECTS: dict[tuple[str, str], tuple[str, str | Promise]] = {
    ("create", "new_contact"): ("good", _("New Contact, added to the campaign")),
    ("create", "new_lead"): ("good", _("New Lead, added to the campaign")),
    ("create", "joins"): ("good", _("In Salesforce already, added to the campaign")),
    ("update", ""): ("busy", _("In the campaign already, something changes")),
    ("unchanged", ""): ("", _("Nothing to change")),
    ("unchanged", "same_person"): ("", _("Same person as another participant")),
    ("left_out", ""): ("", _("Would be left out")),
    ("needs_answer", ""): ("warn", _("Would need an answer")),
    ("blocked", ""): ("bad", _("Would fail")),
}
"""{(verdict, effect): (colour, words)}"""

WHY_LABELS: dict[str, str | Promise] = {
    Why.NOT_UPDATED: _("This link does not change people who are there already."),
    Why.ONLY_NEW: _("This field is filled on new records only."),
    Why.NOT_EMPTY: _("Filled only where it is empty, and it is not."),
    Why.COLLEAGUE: _("A colleague changed it, and inwink’s value is the same as before."),
    Why.BLANK: _("inwink has no value, and a blank clears nothing."),
    Why.OPT_OUT: _("An opt-out is never taken back."),
    Why.NO_CONSENT: _("Marked “marketing”, and the person did not agree."),
    Why.NOT_WRITABLE: _("The integration user may not write this field."),
    Why.FIELD_GONE: _("The field is gone, or hidden from the integration user."),
    Why.CHOICE_SKIPPED: _("Salesforce’s list does not have this choice, and the mapping skips it."),
    Why.UNFIT: _("The value does not fit."),
}

_KEPT_NAMES: dict[str, str | Promise] = {
    Why.NOT_UPDATED: _("Other values in Salesforce stay: the link does not change people who are there"),
    Why.ONLY_NEW: _("A field stays: filled on new records only"),
    Why.NOT_EMPTY: _("A field stays: it is not empty"),
    Why.COLLEAGUE: _("A field stays: a colleague changed it"),
    Why.BLANK: _("A field stays: inwink has no value"),
    Why.OPT_OUT: _("An opt-out stays"),
    Why.NO_CONSENT: _("Marketing fields are held back"),
    Why.NOT_WRITABLE: _("A field cannot be written"),
    Why.FIELD_GONE: _("A field is gone"),
    Why.CHOICE_SKIPPED: _("An unknown choice is skipped"),
}
"""Names of remarks of a whole event."""


def effect_words(verdict: str, effect: str) -> str:
    """Say in a few words what would happen."""
    return str(_EFFECTS[verdict, effect][1])


def effect_colour(verdict: str, effect: str) -> str:
    """Return the colour of the same."""
    return _EFFECTS[verdict, effect][0]


def group_words(group: Mapping[str, Any]) -> str:
    """Say what would happen to a group of participants, and why where there is a reason."""
    words = effect_words(group["verdict"], group["effect"])
    reason = group["reason"]
    return gettext("%(what)s: %(why)s") % {"what": words, "why": reason_label(reason)} if reason else words


def remark_name(code: str) -> str:
    """Name a note, or why a field stays."""
    return str(_KEPT_NAMES.get(code) or NOTE_LABELS.get(code) or reason_label(code))
