"""The numbers beside Problems and Needs an answer in the menu: two short queries a page, by index."""

from django.http import HttpRequest

from connector.core.outcomes import EntryState
from connector.pipeline.problems import count_waiting_for_people, is_set_up_awaited

MOST = 999
"""Higher numbers say no more."""

_COUNTS = "_connector_badge_counts"


def problems_badge(request: HttpRequest) -> str:
    """Return how many participants failed; "!" where nobody did but a link waits for its set-up."""
    failed = _counts(request).get(EntryState.FAILED, 0)
    if failed:
        return _words(failed)
    return "!" if is_set_up_awaited() else ""


def answers_badge(request: HttpRequest) -> str:
    """Return how many participants need an answer."""
    return _words(_counts(request).get(EntryState.NEEDS_ANSWER, 0))


def _counts(request: HttpRequest) -> dict[str, int]:
    """Count once a request for both badges."""
    if not hasattr(request, _COUNTS):
        setattr(request, _COUNTS, count_waiting_for_people())
    counts: dict[str, int] = getattr(request, _COUNTS)
    return counts


def _words(count: int) -> str:
    if not count:
        return ""
    return str(count) if count <= MOST else f"{MOST}+"
