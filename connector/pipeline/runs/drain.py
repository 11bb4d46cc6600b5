"""Drain links: by the workers' tasks, by the sweep that is their safety net, and in the foreground."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q

from connector import conf
from connector.models import CampaignLink, DrainRequest, OutboxEntry, SyncRun
from connector.pipeline.connection.budget import may_send_backfill
from connector.pipeline.connection.probing import probe_limits
from connector.pipeline.heartbeat import beat
from connector.pipeline.inbox.linking import links_with_unlinked, move_unlinked
from connector.pipeline.outbox.claim import (
    ClaimTerms,
    NothingClaimed,
    db_now,
    due_with_shared,
    is_held,
    is_live_work_due,
)
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.runs.report import Report
from connector.pipeline.runs.sync import run_batch

logger = logging.getLogger(__name__)

LINGER_SECONDS = 1.5
"""How long a drain looks for more after its last batch, so that a stream of webhooks starts no task each."""
POLL_SECONDS = 0.1
IDLE_PASSES = 3
"""Passes without progress after which `sync_due --ignore-backoff` ends."""


def drain_link(link_id: int) -> Report:
    """Send what is due for one link; the body of a worker's task.

    The request is cleared before the first claim, so that whatever is enqueued from then on asks anew. Claims nothing
    new after DRAIN_CLAIM_SECONDS; what is left then asks for another drain.
    """
    beat()
    DrainRequest.objects.filter(pk=link_id).update(requested_at=None)
    started = time.monotonic()
    total, last = Report(), None
    while time.monotonic() - started < conf.DRAIN_CLAIM_SECONDS:
        last = _run_or_linger(link_id, has_sent=total.runs > 0)
        if isinstance(last, NothingClaimed) or last is None:
            break
        total.add(last)
        if last.is_stopped:
            break
    if _is_another_needed(link_id):
        request_drain([link_id])
    return total


def _run_or_linger(link_id: int, *, has_sent: bool) -> Report | NothingClaimed | None:
    """Run one batch; after a batch, or while its emails are in work elsewhere, look again for a little while."""
    until = time.monotonic() + LINGER_SECONDS
    while True:
        outcome = run_batch(link_id, trigger=SyncRun.Trigger.DRAIN)
        waits = has_sent if outcome is NothingClaimed.EMPTY else _waits_for_emails(outcome, link_id)
        if not waits or time.monotonic() >= until:
            return outcome
        time.sleep(POLL_SECONDS)


def _waits_for_emails(outcome: Report | NothingClaimed, link_id: int) -> bool:
    return outcome is NothingClaimed.BUSY and not is_held(link_id, now=db_now())


def _is_another_needed(link_id: int) -> bool:
    """Say whether a drain leaves work that nobody else will look for: who holds the link looks when its run ends."""
    now = db_now()
    link = CampaignLink.objects.sending(now).filter(pk=link_id).first()
    if link is None or is_held(link_id, now=now):
        return False
    takes_backfill = not is_live_work_due() and may_send_backfill(link_id)
    return due_with_shared(link, ClaimTerms(takes_backfill=takes_backfill), now=now).exists()


def sweep() -> int:
    """Do each minute what nobody else was there to do; returns the number of links whose drain was asked for.

    Moves waiting participants of linked events, closes links whose event is over, asks organisations without API calls
    whether they have some again, and asks for the drain of every link with due rows: after a crash between commit and
    request, an expired lease, or the end of a pause.
    """
    beat()
    move_all_unlinked()
    now = db_now()
    close_ended_links()
    probe_limits(now)
    sending = CampaignLink.objects.sending(now)
    due = OutboxEntry.objects.due(now).filter(link__in=sending).order_by().values_list("link_id", flat=True).distinct()
    link_ids = list(due)
    request_drain(link_ids)
    return len(link_ids)


def move_all_unlinked() -> int:
    """Move the waiting participants of every linked event to the outbox; returns how many were moved."""
    return sum(move_unlinked(link) for link in links_with_unlinked())


def close_ended_links() -> int:
    """Close the links whose event ended `closes_after_days` ago (rule 6.5).

    A link that a person saved since then stays open: it was reopened, or made for an event that is over.
    """
    now = db_now()
    ended = CampaignLink.objects.filter(~Q(state=CampaignLink.LinkState.CLOSED), ends_at__lt=now)
    over = {link.pk: until for link in ended if (until := _open_until(link)) is not None and until < now}
    saved = CampaignLink.history.filter(id__in=over).order_by().values("id").annotate(at=Max("history_date"))
    touched = [row["id"] for row in saved if row["at"] >= over[row["id"]]]
    ids = over.keys() - set(touched)
    return CampaignLink.objects.filter(pk__in=ids).update(state=CampaignLink.LinkState.CLOSED)


def _open_until(link: CampaignLink) -> datetime | None:
    return link.ends_at + timedelta(days=link.closes_after_days) if link.ends_at else None


@dataclass(frozen=True, slots=True)
class ForegroundTerms:
    """How `sync_due` drains."""

    event_id: str | None = None
    until_empty: bool = False
    deadline_seconds: float | None = None
    ignores_waits: bool = False


def sync_due(terms: ForegroundTerms, *, on_progress: Callable[[Report], None] | None = None) -> Report:
    """Drain here, as a worker would; never sleeps.

    Plain: one batch a link. `until_empty`: until nothing is due now. `ignores_waits`: also what waits for later, until
    IDLE_PASSES passes bring nothing forward.
    """
    move_all_unlinked()
    deadline = None if terms.deadline_seconds is None else time.monotonic() + terms.deadline_seconds
    total, idle = Report(), 0
    while True:
        done = _drain_once(terms, deadline=deadline)
        total.add(done)
        if on_progress is not None:
            on_progress(total)
        idle = 0 if _brings_forward(done) else idle + 1
        is_last = idle >= IDLE_PASSES if terms.ignores_waits else not done.runs
        if is_last or not terms.until_empty or _is_past(deadline):
            return total


def _is_past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def _brings_forward(report: Report) -> bool:
    """Say whether anything came to an end that is not just another wait."""
    return any(count for outcome, count in report.outcomes.items() if outcome != "retrying")


def _drain_once(terms: ForegroundTerms, *, deadline: float | None) -> Report:
    total = Report()
    for link_id in _links(terms):
        if _is_past(deadline):
            break
        takes_backfill = terms.ignores_waits or may_send_backfill(link_id)
        claim = ClaimTerms(takes_backfill=takes_backfill, ignores_waits=terms.ignores_waits)
        outcome = run_batch(link_id, trigger=SyncRun.Trigger.COMMAND, terms=claim)
        if isinstance(outcome, Report):
            total.add(outcome)
    return total


def _links(terms: ForegroundTerms) -> list[int]:
    """Return the links to drain, those with the best priority and the longest wait first."""
    now = db_now()
    links = CampaignLink.objects.filter(state=CampaignLink.LinkState.ACTIVE)
    links = links if terms.ignores_waits else links.sending(now)
    if terms.event_id is not None:
        links = links.filter(inwink_event_id=terms.event_id)
    waiting = OutboxEntry.objects.waiting() if terms.ignores_waits else OutboxEntry.objects.due(now)
    found = waiting.filter(link__in=links).order_by().values("link_id")
    ranked = found.annotate(best=Min("priority"), since=Min("available_at")).order_by("best", "since")
    return [row["link_id"] for row in ranked]
