"""Replay many messages, a slice at a time."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from connector.models import Errand
from connector.pipeline.errands.pace import Pace
from connector.pipeline.inbox.replay import Replayed, replay_messages

_COUNTS = ("messages", "accepted", "unchanged", "stale", "unlinked", "rejected")


def replay_again(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Replay a slice; `terms` hold {"ids"} in the order of their arrival, the result sums of what became of them."""
    ids = errand.terms["ids"]
    done = errand.position.get("done", 0)
    counts: dict[str, int] = errand.position.get("counts", dict.fromkeys(_COUNTS, 0))
    if errand.total_count is None:
        pace.expect(len(ids))
    for pk in ids[done:]:
        if pace.is_over:
            return None
        with transaction.atomic():
            counts = _add(counts, replay_messages([pk], requested_by=errand.requested_by))
            done += 1
            pace.keep(1, position={"done": done, "counts": counts})
    return counts


def _add(counts: Mapping[str, int], replayed: Replayed) -> dict[str, int]:
    return {name: counts[name] + int(getattr(replayed, name)) for name in _COUNTS}
