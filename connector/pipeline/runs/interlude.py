"""Let live work pass between two calls of a backfill run, by the same worker, without losing what was read (ADR 8).

Nothing is under way at Salesforce between two calls, so any entry of the run can be handed back then, with what was
done for it. Whatever the live work then touches, the backfill run does not touch any more: its plans for these people
were made from what it had read before.
"""

import logging
import time
from collections.abc import Callable, Set
from dataclasses import dataclass

from django.db.models import Q

from connector.models import SyncRun
from connector.pipeline.outbox.claim import (
    BACKFILL,
    BATCH_SIZE,
    Claim,
    ClaimTerms,
    NothingClaimed,
    db_now,
    entries_of,
    live_work,
)
from connector.pipeline.runs.record import record_some
from connector.pipeline.runs.report import Report
from connector.pipeline.runs.run import GiveWayError, OutOfTimeError, Run, end_complete, result_of

logger = logging.getLogger(__name__)

RECORDED_AT_ONCE = 500
"""Entries that are done and worth a transaction of their own before the run is over."""
RUN_SECONDS = 200
"""Seconds after which a backfill run begins nothing new, so that its task ends well before Q_CLUSTER's timeout."""


@dataclass(slots=True)
class Interlude:
    """What a backfill run does before each of its calls."""

    claim: Claim
    sync_run: SyncRun
    org_id: int
    send: Callable[[int, ClaimTerms], Report | NothingClaimed]
    """Claims, sends and records one batch of a link."""
    until: float
    """When the run begins nothing new, by the monotonic clock."""
    report: Report
    """What was done for others meanwhile."""

    def __call__(self, run: Run) -> None:
        """Send what is live and due, a batch a link, and go on while whole batches are waiting.

        Raises GiveWayError where the time is up, or where a live run of the same organisation was stopped.
        """
        if time.monotonic() >= self.until:
            raise OutOfTimeError
        self._record_done(run)
        while self._hand_over(run) and self._send_live(run):
            continue
        if not entries_of(self.claim).exists():
            raise GiveWayError

    def _record_done(self, run: Run) -> None:
        """Record whoever is done, many at a time, so that little is left to do, or to lose, at the end of the run."""
        end_complete(run)
        done = run.ends.keys() - run.set_aside
        if len(done) >= RECORDED_AT_ONCE:
            self._record(run, done)

    def _hand_over(self, run: Run) -> bool:
        """Hand back whom the live work is about; say whether there is any."""
        live = live_work(db_now())
        raised = entries_of(self.claim).filter(priority__lt=BACKFILL)
        emails = {email for pair in raised.values_list("claimed_email", "email_key") for email in pair}
        emails |= set(live.filter(link__org_id=self.org_id).values_list("email_key", flat=True).distinct())
        if not emails:
            return live.exists()
        self._release(run, emails - {""})
        return True

    def _release(self, run: Run, emails: set[str]) -> None:
        about = Q(claimed_email__in=emails) | Q(email_key__in=emails) | Q(priority__lt=BACKFILL)
        ids = set(entries_of(self.claim).filter(about).values_list("pk", flat=True))
        if ids:
            self._record(run, ids)

    def _record(self, run: Run, entry_ids: Set[int]) -> None:
        run.set_aside |= record_some(self.sync_run, self.claim, result_of(run), entry_ids=entry_ids)

    def _send_live(self, run: Run) -> bool:
        """Send one batch of each link that has live work; say whether one of them may have left more waiting."""
        is_more_waiting = False
        terms = ClaimTerms(takes_backfill=False, within=self.claim)
        for link_id, org_id in _links_with_live_work():
            done = self.send(link_id, terms)
            if isinstance(done, NothingClaimed):
                continue
            self.report.add(done)
            run.touched.add(done.touched)
            if done.is_stopped and org_id == self.org_id:
                raise GiveWayError
            is_more_waiting |= done.entries >= BATCH_SIZE
        return is_more_waiting


def _links_with_live_work() -> list[tuple[int, int]]:
    """Return (link, organisation) of the links that have live work due, the longest wait first."""
    rows = live_work(db_now()).order_by("priority", "available_at").values_list("link_id", "link__org_id")
    return list(dict.fromkeys(rows))
