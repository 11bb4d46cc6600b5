"""Preview a put back, and start it: at once where it is small, else as a task of the workers that can be watched."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from django_q.tasks import async_task

from connector import conf
from connector.core.participant import Json
from connector.core.put_back import Kept, Restore
from connector.models import CampaignLink, OutboxEntry, SyncRun
from connector.pipeline.connection import connect
from connector.pipeline.heartbeat import beat
from connector.pipeline.put_back.run import Job, Request, Tally, open_run, run_job
from connector.pipeline.put_back.selection import Selection, links_of, traces_of
from connector.pipeline.put_back.values import Decision, values_of
from connector.pipeline.stops import STOPS, explain_stop

AT_ONCE = 200
"""Participants whose values are put back while the person who asked waits; more are left to the workers."""
_TASK = "connector.tasks.put_back"
_READ_TOGETHER = 500
"""Participants of a preview."""


class UnreadableError(Exception):
    """Salesforce could not be read, so that nothing can be previewed."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code, which advice explains, and what Salesforce said."""
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What would happen to one value."""

    entry_id: int
    participant_key: str
    path: str
    current: Json
    value: Json = None
    """What it would be again."""
    kept: Kept | None = None
    """Why it stays; None where it is put back."""


@dataclass(frozen=True, slots=True)
class PutBackPreview:
    """What would happen; nothing was written."""

    lines: tuple[PreviewLine, ...]
    participants: int
    """Participants concerned, those beyond the limit included."""
    seen: int
    """Participants that were looked at."""

    @property
    def restored(self) -> int:
        """Values that would be put back."""
        return sum(line.kept is None for line in self.lines)

    def kept(self) -> Counter[Kept]:
        """Return {why: values that stay}."""
        return Counter(line.kept for line in self.lines if line.kept is not None)


def preview_put_back(selection: Selection, *, limit: int | None = None) -> PutBackPreview:
    """Read Salesforce and say what would happen, to the first `limit` participants of each event where it is given.

    Call outside a transaction. Raises UnreadableError.
    """
    try:
        return _preview(selection, limit=limit)
    except STOPS as exc:
        raise UnreadableError(*explain_stop(exc)) from exc


def _preview(selection: Selection, *, limit: int | None) -> PutBackPreview:
    lines: list[PreviewLine] = []
    participants = seen = 0
    for link in links_of(selection):
        traces = traces_of(selection, link)
        by_entry = [list(same) for _entry_id, same in groupby(traces, key=lambda trace: trace.entry_id)]
        looked_at = by_entry[:limit]
        participants, seen = participants + len(by_entry), seen + len(looked_at)
        with closing(connect.gateway_for(link.org)) as gateway:
            values = values_of(link, gateway, selection=selection)
            for start in range(0, len(looked_at), _READ_TOGETHER):
                some = [trace for same in looked_at[start : start + _READ_TOGETHER] for trace in same]
                lines += _lines(values.decide(some))
            connect.record_usage(link.org, gateway)
    return PutBackPreview(tuple(lines), participants, seen)


def _lines(decisions: list[Decision]) -> list[PreviewLine]:
    ids = {one.trace.entry_id for one in decisions}
    keys = dict(OutboxEntry.objects.filter(pk__in=ids).values_list("pk", "participant_key"))
    return [
        PreviewLine(
            entry_id=one.trace.entry_id,
            participant_key=keys.get(one.trace.entry_id, ""),
            path=one.trace.path,
            current=one.current,
            value=one.verdict.value if isinstance(one.verdict, Restore) else None,
            kept=one.verdict if isinstance(one.verdict, Kept) else None,
        )
        for one in decisions
    ]


def put_back(selection: Selection, request: Request, *, on_chunk: Callable[[int], object] | None = None) -> Tally:
    """Put back here, whatever the size; call outside a transaction."""
    total = Tally()
    for link in links_of(selection):
        total.add(run_job(Job(link, selection, request), on_chunk=on_chunk))
        if total.stop_code:
            break
    return total


def start_put_back(selection: Selection, request: Request) -> Tally | list[SyncRun]:
    """Put back at once where few participants are concerned; else queue it and return the runs to watch."""
    links = links_of(selection)
    counts = {link.pk: len({trace.entry_id for trace in traces_of(selection, link)}) for link in links}
    if sum(counts.values()) <= AT_ONCE:
        return put_back(selection, request)
    runs = []
    for link in links:
        job = Job(link, selection, request, entry_count=counts[link.pk])
        run = open_run(job)
        _queue(replace(job, run=run))
        runs.append(run)
    return runs


def _queue(job: Job) -> None:
    assert job.run is not None  # noqa: S101 - a queued put back has its run
    said = {
        "link_id": job.link.pk,
        "run_id": job.run.pk,
        "selection": asdict(job.selection),
        "request": asdict(job.request),
        "after": job.after,
    }
    async_task(_TASK, said, task_name=f"put back {job.run.pk}", group="put back")


def go_on(said: Mapping[str, Any]) -> None:
    """Carry a queued put back forward, and queue what is left when the time of a task is over."""
    beat()
    link = CampaignLink.objects.select_related("org").filter(pk=said["link_id"]).first()
    run = SyncRun.objects.filter(pk=said["run_id"], ended_at=None).first()
    if link is None or run is None:
        return
    job = Job(link, Selection(**said["selection"]), Request(**said["request"]), run=run, after=said["after"])
    tally = run_job(job, seconds=conf.DRAIN_CLAIM_SECONDS)
    if tally.next_after is not None:
        _queue(replace(job, after=tally.next_after))
