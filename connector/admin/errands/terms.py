"""The numbers that a long task's sums are made of, each with words for one and for many."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import npgettext_lazy

from connector.core.reconcile import Finding
from connector.models import Errand


@dataclass(frozen=True, slots=True)
class Term:
    """One number of a sum."""

    count: int
    word: str | Promise
    colour: str = ""
    """good, busy, warn, bad or none; the word alone says everything."""
    url: str = ""


def count_term(count: int, words: Any, colour: str = "", url: str = "") -> Term:
    """Return a number with its words, coloured where it is not zero; `words` are one of the tables' below."""
    return Term(count, str(words % count), colour if count else "", url)


ROW_WORDS: dict[str, Any] = {
    "new": npgettext_lazy("rows of a file", "new", "new"),
    "changed": npgettext_lazy("rows of a file", "changed", "changed"),
    "accepted": npgettext_lazy("rows of a file", "taken in and being sent", "taken in and being sent"),
    "unlinked": npgettext_lazy(
        "rows of a file", "waiting until the event is linked", "waiting until the event is linked"
    ),
    "unchanged": npgettext_lazy("rows of a file", "unchanged", "unchanged"),
    "stale": npgettext_lazy("rows of a file", "older than what is known", "older than what is known"),
    "rejected": npgettext_lazy("rows of a file", "unreadable", "unreadable"),
}
"""What becomes of the rows of a file, by the key of a task's result."""

PEOPLE_WORDS: dict[str, Any] = {
    "accepted": npgettext_lazy("participants", "changed and being sent", "changed and being sent"),
    "unlinked": npgettext_lazy(
        "participants", "waiting until the event is linked", "waiting until the event is linked"
    ),
    "unchanged": npgettext_lazy("participants", "unchanged", "unchanged"),
    "stale": npgettext_lazy("participants", "older than what is known", "older than what is known"),
    "rejected": npgettext_lazy("participants", "unreadable", "unreadable"),
}
"""What becomes of the participants of replayed messages, likewise."""

FINDING_WORDS: dict[Finding, Any] = {
    Finding.MATCHING: npgettext_lazy(
        "participants", "in the campaign with the right status", "in the campaign with the right status"
    ),
    Finding.KEPT: npgettext_lazy(
        "participants", "in the campaign, another status kept", "in the campaign, another status kept"
    ),
    Finding.WRONG_STATUS: npgettext_lazy("participants", "wrong status", "wrong status"),
    Finding.MISSING: npgettext_lazy("participants", "missing in the campaign", "missing in the campaign"),
    Finding.REMOVED: npgettext_lazy("participants", "removed from the campaign", "removed from the campaign"),
    Finding.WAITING: npgettext_lazy("participants", "waiting to be sent", "waiting to be sent"),
    Finding.NEEDS_ANSWER: npgettext_lazy("participants", "needs an answer", "need an answer"),
    Finding.LEFT_OUT: npgettext_lazy("participants", "left out by rule", "left out by rule"),
    Finding.FAILED: npgettext_lazy("participants", "failed", "failed"),
}
"""How the participants of an event compare with its campaign."""

VALUE_WORDS: dict[str, Any] = {
    "restored": npgettext_lazy("values", "put back", "put back"),
    "failed": npgettext_lazy("values", "refused by Salesforce", "refused by Salesforce"),
}
"""What becomes of values that are put back."""


def people_url(errand: Errand) -> str:
    """Return the address of the participants of the task's event, "" where it concerns no single link."""
    list_url = reverse("admin:connector_outboxentry_changelist")
    return f"{list_url}?link__id__exact={errand.link_id}" if errand.link_id else ""
