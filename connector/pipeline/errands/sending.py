"""Send everybody of an event again, those that failed, or those of one cause, a chunk at a time."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connector.models import CampaignLink, Errand, OutboxEntry
from connector.pipeline.errands.pace import Pace
from connector.pipeline.errands.start import Order, Started, start_once
from connector.pipeline.outbox.resync import CHUNK, change_entries, force_entry, resync_entries
from connector.pipeline.problems import Cause

AT_ONCE = 2 * CHUNK
"""Participants of one cause that are enqueued while a person waits for the page; more are left to the workers."""


def resend_cause(cause: Cause, link: CampaignLink, *, requested_by: str) -> int | Started:
    """Send everybody with one cause again; return how many, or the errand by which very many are left to the workers.

    Asked twice, the second time finds nobody left, or the errand that is at work.
    """
    if cause.entries().count() > AT_ONCE:
        terms = {"state": cause.state, "reason": cause.reason, "code": cause.code}
        return start_once(Order(Errand.Kind.RESYNC, requested_by=requested_by, link=link, terms=terms))
    return resync_entries(cause.entries(), requested_by=requested_by)


def resend_selected(ids: Sequence[int], *, requested_by: str) -> int | Started:
    """Send selected participants again; return how many, or the errand by which very many are left to the workers."""
    if len(ids) > AT_ONCE:
        return start_once(Order(Errand.Kind.RESYNC, requested_by=requested_by, terms={"ids": list(ids)}))
    return resync_entries(OutboxEntry.objects.filter(pk__in=ids), requested_by=requested_by)


def send_again(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Enqueue a slice; the result is {"enqueued"}.

    `terms` hold {"failed_only"}, {"state", "reason", "code"}, or {"ids"} of a selection.
    """
    entries = _wanted(errand)
    after, enqueued = errand.position.get("after", 0), errand.position.get("enqueued", 0)
    if errand.total_count is None:
        pace.expect(entries.count())
    change = partial(force_entry, requested_by=errand.requested_by, at=timezone.now())
    while not pace.is_over:
        ids = list(entries.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return {"enqueued": enqueued}
        after = ids[-1]
        with transaction.atomic():
            enqueued += change_entries(ids, change=change)
            pace.keep(len(ids), position={"after": after, "enqueued": enqueued})
    return None


def _wanted(errand: Errand) -> QuerySet[OutboxEntry]:
    terms = errand.terms
    if "ids" in terms:
        return OutboxEntry.objects.filter(pk__in=terms["ids"])
    if "code" in terms and errand.link_id is not None:
        return Cause(errand.link_id, terms["state"], terms["reason"], terms["code"]).entries()
    entries = OutboxEntry.objects.filter(link=errand.link)
    return entries.failed() if terms.get("failed_only") else entries
