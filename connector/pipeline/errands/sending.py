"""Send everybody of an event again, or those that failed, a chunk at a time."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils import timezone

from connector.models import Errand, OutboxEntry
from connector.pipeline.errands.pace import Pace
from connector.pipeline.resync import CHUNK, change_entries, force_entry


def send_again(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Enqueue a slice; `terms` hold {"failed_only"}, the result {"enqueued"}."""
    entries = OutboxEntry.objects.filter(link=errand.link)
    entries = entries.failed() if errand.terms.get("failed_only") else entries
    after, enqueued = errand.position.get("after", 0), errand.position.get("enqueued", 0)
    if errand.total_count is None:
        pace.expect(entries.count())
    change = partial(force_entry, requested_by=errand.requested_by, at=timezone.now())
    while not pace.is_over:
        ids = list(entries.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return {"enqueued": enqueued}
        enqueued += change_entries(ids, change=change)
        after = ids[-1]
        pace.advance(len(ids))
    errand.position = {"after": after, "enqueued": enqueued}
    return None
