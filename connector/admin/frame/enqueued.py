"""Say what enqueuing came to: sent where the event sends, else waiting, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from connector.admin.frame.explain import explain_link
from connector.models import CampaignLink, OutboxEntry

Part = tuple[CampaignLink, int]
"""(link with its organisation, participants enqueued)"""
_NAMED = 3
"""Events that send nothing now and are named; of more only the number of participants is said."""


@dataclass(frozen=True, slots=True)
class Said:
    """What enqueuing came to, in sentences."""

    sent: str
    """"" where nobody is sent now."""
    waiting: Sequence[str]
    """Who waits, and why, a sentence for each event."""


def say_enqueued(request: HttpRequest, parts: Iterable[Part]) -> None:
    """Say how many participants are sent again, and how many wait until their event sends."""
    said = enqueued_words(parts)
    if not (said.sent or said.waiting):
        messages.warning(request, gettext("Nobody to send again."))
    if said.sent:
        messages.success(request, said.sent)
    for text in said.waiting:
        messages.warning(request, text)


def enqueued_words(parts: Iterable[Part]) -> Said:
    """Return what there is to say of participants that were enqueued."""
    counted = [(link, count, explain_link(link)) for link, count in parts if count]
    sent = sum(count for _link, count, why in counted if not why)
    waiting = [one for one in counted if one[2]]
    sentence = sent_words(sent) if sent else ""
    if len(waiting) > _NAMED:
        why = gettext("Their links, or the organisations of these, send nothing now; they are sent when these go on.")
        return Said(sentence, [f"{waiting_words(sum(count for _link, count, _why in waiting))} {why}"])
    names = {link.pk: f"{link}: " if len(counted) > 1 else "" for link, _count, _why in waiting}
    return Said(sentence, [f"{names[link.pk]}{waiting_words(count)} {why}" for link, count, why in waiting])


def parts_of(ids: Iterable[int]) -> list[Part]:
    """Return how many of these participants each event has; two queries."""
    found = OutboxEntry.objects.filter(pk__in=list(ids)).order_by().values("link_id").annotate(count=Count("pk"))
    counts = {row["link_id"]: row["count"] for row in found}
    links = CampaignLink.objects.filter(pk__in=counts).select_related("org").order_by("event_name", "pk")
    return [(link, counts[link.pk]) for link in links]


def sent_words(count: int) -> str:
    """Return e.g. "3 participants are sent again."."""
    text = ngettext("%(count)s participant is sent again.", "%(count)s participants are sent again.", count)
    return text % {"count": number_format(count, force_grouping=True)}


def waiting_words(count: int) -> str:
    """Return e.g. "3 participants wait to be sent again."."""
    text = ngettext(
        "%(count)s participant waits to be sent again.", "%(count)s participants wait to be sent again.", count
    )
    return text % {"count": number_format(count, force_grouping=True)}
