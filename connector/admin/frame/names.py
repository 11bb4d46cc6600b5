"""Name participants, and count them in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from connector.admin.frame.labels import labelled
from connector.admin.frame.onlooker import may_see_people, person_word
from connector.core.participant import text_of
from connector.models import OutboxEntry

NAMED = 10
"""Participants whom a question names; the others are counted."""


def name_of(entry: OutboxEntry) -> str:
    """Return the name that inwink gave, else the email, else the id; no name for who may not see people."""
    if not may_see_people():
        return person_word(entry.email_key, entry.participant_key)
    return full_name(entry.payload) or entry.email_key or entry.participant_key


def full_name(values: Mapping[str, Any]) -> str:
    """Return the first and the last name that inwink gave, "" where it gave none; only for who may see people."""
    return " ".join(filter(None, (text_of(values, key) for key in ("first_name", "last_name"))))


def title_of(entry: OutboxEntry) -> str:
    """Return the name with the email behind it: two people may share either of them."""
    name, word = name_of(entry), person_word(entry.email_key, entry.participant_key)
    return name if name == word else f"{name} ({word})"


def entry_url(entry: OutboxEntry) -> str:
    """Return the address of a participant's page."""
    return reverse("admin:connector_outboxentry_change", args=[entry.pk])


def people_words(count: int) -> str:
    """Return e.g. "12 participants"."""
    text = ngettext("%(count)s participant", "%(count)s participants", count)
    return text % {"count": number_format(count, use_l10n=True, force_grouping=True)}


def whom_words(ids: Sequence[int]) -> list[str]:
    """Return a line for each event with the names of the first participants, then how many more; one query."""
    shown = OutboxEntry.objects.filter(pk__in=ids[:NAMED]).select_related("link")
    columns = ("participant_key", "email_key", "payload", "link__event_name", "link__inwink_event_id")
    of_link: dict[str, list[str]] = {}
    for entry in shown.only(*columns).order_by("link_id", "pk"):
        of_link.setdefault(str(entry.link), []).append(name_of(entry))
    lines = [labelled(link, ", ".join(names)) for link, names in of_link.items()]
    if len(ids) > NAMED:
        count = number_format(len(ids) - NAMED, use_l10n=True, force_grouping=True)
        lines.append(gettext("… and %(count)s more") % {"count": count})
    return lines
