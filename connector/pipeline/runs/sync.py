"""Send one batch of a link: claim, talk to Salesforce, record; and pause what cannot go on."""

import logging
import time
from contextlib import closing
from dataclasses import dataclass, field, replace

from connector.core.errors import ErrorKind
from connector.core.rows import Schemas
from connector.models import SyncRun
from connector.models.fields import WrongEncryptionKey
from connector.pipeline import pausing
from connector.pipeline.connection import connect
from connector.pipeline.connection.budget import may_send_backfill
from connector.pipeline.connection.degraded import note_degraded
from connector.pipeline.connection.schemas import load_schemas
from connector.pipeline.connection.sign_in import need_reconnect
from connector.pipeline.outbox.claim import (
    BACKFILL_SIZE,
    Claim,
    ClaimLostError,
    ClaimTerms,
    NothingClaimed,
    claim_batch,
    db_now,
    mark_create_sent,
    renew_lease,
)
from connector.pipeline.outbox.resync import wake_entries
from connector.pipeline.outbox.storage import put_off_others
from connector.pipeline.runs.apply import sync_batch
from connector.pipeline.runs.batch import Batch, load_batch
from connector.pipeline.runs.interlude import RUN_SECONDS, Interlude
from connector.pipeline.runs.reading import CallAgainError, ConfigurationProblemError
from connector.pipeline.runs.record import record_run
from connector.pipeline.runs.report import Report, Touched
from connector.pipeline.runs.result import Result, Stop
from connector.pipeline.runs.run import GiveWayError, OutOfTimeError, Run, note_lost_answer, result_of, touched_by
from connector.pipeline.runs.sizes import keep_sizes, sizes_of
from connector.salesforce.errors import LimitReached, RemoteUnavailable, SalesforceError, SessionExpired, SignInFailed
from connector.salesforce.gateway import Gateway

logger = logging.getLogger(__name__)


def run_batch(link_id: int, *, trigger: SyncRun.Trigger, terms: ClaimTerms | None = None) -> Report | NothingClaimed:
    """Claim, send and record one batch of a link."""
    claim = claim_batch(link_id, terms or ClaimTerms(takes_backfill=may_send_backfill(link_id)))
    if isinstance(claim, NothingClaimed):
        return claim
    batch = load_batch(link_id, claim.entry_ids)
    attempt = _Attempt(batch=batch, claim=claim, sync_run=_open_run(batch, claim, trigger=trigger))
    report = attempt.meanwhile
    try:
        result = _send(attempt)
        counts = record_run(attempt.sync_run, claim, result)
        wake_entries(result.woken, is_backfill=claim.is_backfill)
        if result.without_room:
            put_off_others(link_id, now=db_now())
        attempt.remember_labels()  # last: whatever goes wrong here, the run is told as it was
    except ClaimLostError:
        SyncRun.objects.filter(pk=attempt.sync_run.pk).update(ended_at=db_now(), error_code="claim_lost")
        report.add(Report(runs=1, is_stopped=True))
        return report
    logger.info(
        "run ended",
        extra={"run_id": attempt.sync_run.pk, "link_id": link_id, "entries": len(claim.entry_ids),
               "api_calls": result.api_calls, "outcomes": dict(counts), "stop": result.stop and result.stop.code},
    )  # fmt: skip
    entries, is_stopped = sum(counts.values()), result.stop is not None
    report.add(Report(1, entries, result.api_calls, counts, is_stopped, touched=attempt.touched()))
    return report


def _open_run(batch: Batch, claim: Claim, *, trigger: SyncRun.Trigger) -> SyncRun:
    return SyncRun.objects.create(
        link=batch.link,
        link_label=str(batch.link)[:255],
        org_label=batch.link.org.name,
        org_id_at_run=batch.link.org_id,
        trigger=trigger,
        started_at=claim.claimed_at,
        is_backfill=claim.is_backfill,
        entry_count=len(claim.entry_ids),
    )


def _send(attempt: "_Attempt") -> Result:
    """Talk to Salesforce, outside any transaction; whatever stops the run comes back in the Result.

    Raises only ClaimLostError: then nothing may be recorded.
    """
    batch = attempt.batch
    try:
        attempt.send()
    except ClaimLostError:
        raise
    except GiveWayError as exc:
        if isinstance(exc, OutOfTimeError):
            pausing.halve_batch(batch.link, entries=len(batch.entries))
        attempt.stop = Stop(code="gave_way")
    except (SalesforceError, ConfigurationProblemError, CallAgainError) as exc:
        attempt.stop = _pause(batch, exc)
    except WrongEncryptionKey as exc:
        attempt.stop = _pause(batch, ConfigurationProblemError("wrong_encryption_key", str(exc)))
    except Exception as exc:
        logger.exception("internal error in a run", extra={"link_id": batch.link.pk})
        pausing.halve_batch(batch.link, entries=len(batch.entries))
        attempt.stop = Stop(code="internal", message=type(exc).__name__, is_bug=True)
    else:
        pausing.clear_pause(batch.link, full_batch=BACKFILL_SIZE)
        pausing.resume_org(batch.link.org)
    return attempt.result()


def _pause(batch: Batch, error: SalesforceError | ConfigurationProblemError | CallAgainError) -> Stop:
    """Let the link or its organisation wait, as the kind of the error says (architecture, section 4)."""
    link, org, now = batch.link, batch.link.org, db_now()
    if isinstance(error, ConfigurationProblemError):
        pausing.pause_for_configuration(link, code=error.code, message=error.detail, now=now)
        return Stop(code=error.code, message=error.detail)
    if isinstance(error, CallAgainError):
        code, message = error.error.code, error.error.message
        pausing.pause_until_answered(link, code=code, message=message, now=now, entries=len(batch.entries))
        return Stop(code=code, message=message)
    if isinstance(error, LimitReached):
        pausing.pause_org_for_limit(org, is_daily=error.is_daily, message=error.message, now=now)
    elif isinstance(error, SignInFailed | SessionExpired):
        need_reconnect(org, code=error.code, message=str(error))
    elif isinstance(error, RemoteUnavailable):
        pausing.pause_until_answered(link, code=error.code, message=error.message, now=now, entries=len(batch.entries))
    elif error.kind is ErrorKind.TOO_MUCH_AT_ONCE and len(batch.entries) > 1:
        pausing.halve_batch(link, entries=len(batch.entries))  # a reading that a gateway on the way found too large
    else:
        pausing.pause_for_configuration(link, code=error.code, message=error.message, now=now)
    return Stop(code=error.code, message=error.message, is_timeout=error.code == "timeout")


@dataclass(slots=True)
class _Attempt:
    """One batch being sent, and what is known of it when it stops."""

    batch: Batch
    claim: Claim
    sync_run: SyncRun
    meanwhile: Report = field(default_factory=Report)
    """What live runs did between the calls of this one."""
    run: Run | None = None
    stop: Stop | None = None
    api_calls: int = 0
    instance_url: str = ""

    def send(self) -> None:
        """Open a gateway, send the batch, and note calls and usage however that ends."""
        org = self.batch.link.org
        known_user_id = org.user_id
        with closing(connect.gateway_for(org, before_call=lambda: renew_lease(self.claim))) as gateway:
            self.instance_url = gateway.token.instance_url
            if gateway.token.user_id != known_user_id:
                self.batch = _without_proof(self.batch)
            org.organization_id = gateway.token.organization_id  # the first sign-in tells it; hashes cover it
            try:
                self.run = self._prepare(gateway)
                self._sync(self.run)
            finally:
                if self.run is not None:
                    keep_sizes(org, self.run.sizes)
                self.api_calls = gateway.calls
                connect.record_usage(org, gateway)

    def result(self) -> Result:
        """Return what must be recorded."""
        if self.run is None:
            return Result(stop=self.stop, api_calls=self.api_calls, instance_url=self.instance_url)
        known = result_of(self.run)
        return replace(known, stop=self.stop, api_calls=self.api_calls, instance_url=self.instance_url)

    def touched(self) -> Touched:
        """Return the records that the run had to do with."""
        return Touched() if self.run is None else touched_by(self.run)

    def remember_labels(self) -> None:
        """Keep the labels that the run read."""
        rows = self.run.labels if self.run is not None else []
        labels = [connect.Label(str(row["Label"]), bool(row["HasResponded"]), bool(row["IsDefault"])) for row in rows]
        if labels:
            connect.store_labels(self.batch.link.org, self.batch.link.campaign_id, labels=labels)

    def _prepare(self, gateway: Gateway) -> Run:
        return Run(
            batch=self.batch,
            gateway=gateway,
            schemas=self._schemas(gateway, refresh=False),
            refresh_schemas=lambda: self._schemas(gateway, refresh=True),
            sizes=sizes_of(self.batch.link.org),
            interlude=self._interlude() if self.claim.is_backfill else _go_on,
            before_create=lambda ids: mark_create_sent(self.claim, ids),
        )

    def _interlude(self) -> Interlude:
        trigger = SyncRun.Trigger(self.sync_run.trigger)
        return Interlude(
            claim=self.claim,
            sync_run=self.sync_run,
            org_id=self.batch.link.org_id,
            send=lambda link_id, terms: run_batch(link_id, trigger=trigger, terms=terms),
            until=time.monotonic() + RUN_SECONDS,
            report=self.meanwhile,
        )

    def _sync(self, run: Run) -> None:
        try:
            sync_batch(run)
        except SalesforceError as exc:
            note_lost_answer(run, exc)
            raise

    def _schemas(self, gateway: Gateway, *, refresh: bool) -> Schemas:
        org = self.batch.link.org
        schemas = load_schemas(org, gateway, refresh=refresh)
        note_degraded(self.batch.link, self.batch.policy, schemas)
        return schemas


def _go_on(run: Run) -> None:
    """Make the call: a live run lets nobody pass."""


def _without_proof(batch: Batch) -> Batch:
    """Return the batch for a user who signed in after it was loaded: nothing is proved about that one (rule 3.0)."""
    can_create = batch.link.org.visibility_confirmed
    return replace(batch, policy=replace(batch.policy, can_create=can_create))
