"""Find the rows whose end depends on who else has their email (rule 2.6)."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from connector.core.outcomes import EntryState, Reason
from connector.core.participant import names_key, text_of
from connector.models import CampaignLink, OutboxEntry


def names_of(entry: OutboxEntry) -> tuple[str, ...]:
    """Return the names of a row, comparable."""
    return names_key(text_of(entry.payload, "first_name"), text_of(entry.payload, "last_name"))


def waiting_on_emails(
    link: CampaignLink, emails: Collection[str], *, besides: Collection[str]
) -> QuerySet[OutboxEntry]:
    """Return the rows to look at again because a row with one of these emails is now somebody else, locked.

    Those are the rows that wait for an answer because they share it, and those whose run may just be finding that out.
    `besides` are participant keys that are looked at anyway. Rows that another transaction holds are left out: it looks
    at them itself, and waiting for it here could end in a circle. Call inside atomic.
    """
    waits = Q(state=EntryState.NEEDS_ANSWER, reason=Reason.SHARES_EMAIL) | Q(state=EntryState.CLAIMED)
    sharing = OutboxEntry.objects.filter(waits, link=link, email_key__in=set(emails) - {""})
    locked = sharing.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return locked.exclude(participant_key__in=list(besides)).order_by("pk")
