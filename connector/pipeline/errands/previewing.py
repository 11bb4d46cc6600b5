"""Preview a large event, a batch at a time: Salesforce is read, nothing is written there or in the outbox."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from connector.models import CampaignLink, Errand
from connector.models.errands import OPEN_STATES
from connector.pipeline.errands.pace import Pace
from connector.pipeline.errands.start import Order, Started, start_once
from connector.pipeline.previews.batches import batches_of, met_again
from connector.pipeline.previews.event import Seen, keep_preview
from connector.pipeline.previews.preview import preview_entries


def ask_for_preview(link: CampaignLink, *, requested_by: str) -> Started:
    """Leave the preview of an event to the workers; asked twice, the one that is open comes back."""
    return start_once(Order(Errand.Kind.PREVIEW, requested_by=requested_by, link=link))


def open_preview(link: CampaignLink) -> Errand | None:
    """Return the preview of an event that waits for a worker or is in its hands."""
    return Errand.objects.filter(link=link, kind=Errand.Kind.PREVIEW, state__in=OPEN_STATES).defer("position").first()


def look_at_everybody(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Look at a batch or more; the last slice replaces what is kept of the event's preview.

    `position` holds {"left": [[entry id, …], …], "seen": as `Seen`}: everybody who was there at the beginning stands in
    one of both. Result: {"groups": [{"verdict", "effect", "reason", "count"}], "remarks": [{"code", "count"}],
    "people", "api_calls", "made_at" (ISO)}.
    """
    link = errand.event_link()
    left, seen = _begun(errand, link)
    if errand.total_count is None:
        pace.expect(sum(len(batch) for batch in left))
    while left:
        seen = seen.with_more(preview_entries(link, left[0]))
        pace.keep(len(left.pop(0)), position={"left": left, "seen": seen.as_json()})
        if left and pace.is_over:
            return None
    for batch in met_again(seen.looks):
        seen = seen.with_more(preview_entries(link, batch))
        pace.write()
    pace.write()  # whoever stopped it keeps the preview that was there
    now = timezone.now()
    keep_preview(link, seen, entry_count=link.entries.count(), by=errand.requested_by, now=now)
    return {**seen.counts(), "made_at": now.isoformat()}


def _begun(errand: Errand, link: CampaignLink) -> tuple[list[list[int]], Seen]:
    if errand.position:
        return errand.position["left"], Seen(**errand.position["seen"])
    return batches_of(link), Seen(config_version=link.config_version)
