"""Name participants, and count them in words."""

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import ngettext

from connector.admin.frame.onlooker import may_see_people, person_word
from connector.models import OutboxEntry


def name_of(entry: OutboxEntry) -> str:
    """Return the name that inwink gave, else the email, else the id; no name for who may not see people."""
    if not may_see_people():
        return person_word(entry.email_key, entry.participant_key)
    parts = (str(entry.payload.get(key) or "").strip() for key in ("first_name", "last_name"))
    return " ".join(part for part in parts if part) or entry.email_key or entry.participant_key


def entry_url(entry: OutboxEntry) -> str:
    """Return the address of a participant's page."""
    return reverse("admin:connector_outboxentry_change", args=[entry.pk])


def people_words(count: int) -> str:
    """Return e.g. "12 participants"."""
    text = ngettext("%(count)s participant", "%(count)s participants", count)
    return text % {"count": number_format(count, use_l10n=True, force_grouping=True)}
