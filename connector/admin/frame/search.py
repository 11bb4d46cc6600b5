"""Find participants by whole email, inwink id, Salesforce id or name: through an index."""

from typing import Any

from django.db.models import Q, QuerySet

from connector.admin.frame.onlooker import may_see_people
from connector.core.participant import fold_name, normalise_email
from connector.models import CampaignLink, OutboxEntry, SyncAttempt, WebhookMessage, WebhookSource

_SALESFORCE_ID_LENGTHS = (15, 18)


def search_entries(queryset: QuerySet[OutboxEntry], term: str) -> QuerySet[OutboxEntry]:
    """Narrow participants to those that have this email, inwink id, person or member id, or name.

    The log has the index of Salesforce ids; the participant's own index begins with the link.
    """
    wanted = term.strip()
    if not wanted:
        return queryset
    if "@" in wanted and not may_see_people():
        return queryset.none()  # else a guess would be confirmed
    if "@" in wanted:
        return queryset.filter(Q(email_key=normalise_email(wanted)) | _by_key(wanted))
    if _looks_like_salesforce_id(wanted):
        attempts = SyncAttempt.objects.filter(_by_person(wanted), entry__isnull=False)
        return queryset.filter(Q(pk__in=attempts.values("entry_id")) | _by_key(wanted))
    if not may_see_people():
        return queryset.filter(_by_key(wanted))
    everybody = OutboxEntry.objects.order_by()
    found = everybody.filter(_by_key(wanted)).values("pk").union(everybody.filter(_named(wanted)).values("pk"))
    return queryset.filter(pk__in=found)  # each part by its own index, which an OR would not use


def search_attempts(queryset: QuerySet[SyncAttempt], term: str) -> QuerySet[SyncAttempt]:
    """Narrow attempts to those of this email, inwink id or Salesforce person, or with this error code."""
    wanted = term.strip()
    if not wanted:
        return queryset
    if "@" in wanted and not may_see_people():
        return queryset.none()
    found = Q(participant_key=wanted) | Q(error_code=wanted)
    if "@" in wanted:
        found |= Q(email_key=normalise_email(wanted))
    if _looks_like_salesforce_id(wanted):
        found |= _by_person(wanted)
    return queryset.filter(found)


def search_messages(queryset: QuerySet[WebhookMessage], term: str) -> QuerySet[WebhookMessage]:
    """Narrow messages to those of this message id; the index begins with the source."""
    sources: list[Any] = list(WebhookSource.objects.values_list("pk", flat=True))
    return queryset.filter(source__in=sources, message_id=term.strip()) if term.strip() else queryset


def _by_key(wanted: str) -> Q:
    links = list(CampaignLink.objects.values_list("pk", flat=True))
    return Q(link__in=links, participant_key=wanted)


def _named(wanted: str) -> Q:
    """Each word begins a word of the name, in any order; names and numbers of rows stand in one index, read whole."""
    words = fold_name(wanted).split()
    named = Q(name_words__gt="") if words else Q(pk__in=[])
    for word in words:
        named &= Q(name_words__contains=f" {word}")
    return named


def _by_person(wanted: str) -> Q:
    if len(wanted) == max(_SALESFORCE_ID_LENGTHS):
        return Q(person_id=wanted)
    return Q(person_id__startswith=wanted)


def _looks_like_salesforce_id(wanted: str) -> bool:
    return len(wanted) in _SALESFORCE_ID_LENGTHS and wanted.isalnum()
