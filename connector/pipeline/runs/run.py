"""Hold one batch on its way to Salesforce, and what is known about it when it stops, however it stops."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from connector.core.outcomes import SUCCESSES, EntryState
from connector.core.planning.fingerprint import fingerprint, person_fingerprint
from connector.core.rows import Schemas
from connector.core.screen import Person
from connector.pipeline.runs.batch import Batch
from connector.pipeline.runs.ends import EntryEnd, Hashes, end_by_progress, spread, stop_progress
from connector.pipeline.runs.memberships import Beside, rows_beside
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.report import Touched
from connector.pipeline.runs.result import Result
from connector.pipeline.runs.sizes import Sizes
from connector.salesforce.errors import RemoteUnavailable, SalesforceError
from connector.salesforce.gateway import Gateway

_ENDED_UNSENT = frozenset({EntryState.LEFT_OUT, EntryState.NEEDS_ANSWER, EntryState.FAILED})


class GiveWayError(Exception):
    """A backfill run must end: it releases what it has not begun."""


class OutOfTimeError(GiveWayError):
    """Its task would last too long; the next run should be smaller."""


@dataclass(slots=True)
class Run:
    """One batch on its way; everything that is known about it when it stops, however it stops."""

    batch: Batch
    gateway: Gateway
    schemas: Schemas
    refresh_schemas: Callable[[], Schemas]
    """Reads the describes anew, when a write named a field that is gone."""
    sizes: Sizes
    interlude: Callable[["Run"], None]
    """Is called before each HTTP call: lets live work pass where this run is backfill, and may raise GiveWayError."""
    before_create: Callable[[list[int]], None]
    """Commits that a creating call for these entries is about to be sent."""
    ends: dict[int, EntryEnd] = field(default_factory=dict)
    unclear: set[int] = field(default_factory=set)
    """Entries for which a creating call was sent and not answered."""
    beside: dict[int, Beside] = field(default_factory=dict)
    """{row that was not claimed: what was learned of its member}."""
    work: dict[int, Progress] = field(default_factory=dict)
    """{id of the leading row: what was done for the person}, also when the run stops before that is complete."""
    woken: set[int] = field(default_factory=set)
    """Entries that were not claimed and must be looked at again because of what this run found."""
    set_aside: set[int] = field(default_factory=set)
    """Claimed entries that were handed back before the end of the run."""
    touched: Touched = field(default_factory=Touched)
    """Records that live runs had to do with since this run read them."""
    without_room: dict[int, str] = field(default_factory=dict)
    """{entry that waits because Salesforce has no storage left: what Salesforce said}."""
    can_create: bool = True
    """False once it is no longer certain that everybody is seen: whoever would be created is given back (rule 3.0)."""
    labels: list[dict[str, object]] = field(default_factory=list)
    """The campaign's labels as read, for the cache."""

    def finish(self, person: Person, end: EntryEnd) -> None:
        """Note the end of every claimed row of a person.

        Rows of the same person that were left out, held or refused alone come along now that the person is sent.
        """
        self.ends |= spread(person, end)
        for row in person.claimed:
            self.beside.pop(row.id, None)
        self.beside |= rows_beside(person, end)
        if end.outcome in SUCCESSES:
            self.woken |= {row.id for row in person.rows if self.batch.siblings.get(row.id) in _ENDED_UNSENT}

    def is_set_aside(self, progress: Progress) -> bool:
        """Tell whether nothing may be written for a person any more: what was planned is out of date."""
        if self.touched.has(progress.ref, progress.plan.member_id or progress.member_id):
            return True
        if progress.creates_person and not self.can_create:
            return True
        return any(row.id in self.set_aside for row in progress.plan.person.rows)


def hashes_of(run: Run, person: Person) -> Hashes:
    """Return what recognises later that nothing changed for a person."""
    policy, version = run.batch.policy, run.batch.version
    return Hashes(
        everything=fingerprint(person, policy, version=version),
        person=person_fingerprint(person, policy, version=version),
    )


def keep_work(run: Run, progress: Progress) -> None:
    """Note what is about to be done for a person, on top of what an earlier pass did."""
    lead = progress.plan.person.lead_row.id
    if lead in run.work:
        progress.go_on_from(run.work[lead])
    run.work[lead] = progress


def end_progress(run: Run, progress: Progress) -> None:
    """End every claimed row of a person that was planned and, where anything differed, written."""
    run.finish(progress.plan.person, _end_of(run, progress))


def end_complete(run: Run) -> None:
    """End the people for whom everything is done, so that they can be recorded before the run goes on."""
    for progress in run.work.values():
        if progress.is_complete and not has_ended(run, progress):
            end_progress(run, progress)


def has_ended(run: Run, progress: Progress) -> bool:
    """Tell whether every claimed row of a person has its end."""
    return all(row.id in run.ends for row in progress.plan.person.claimed)


def result_of(run: Run) -> Result:
    """Return what is known of the entries at this moment."""
    return Result(
        ends={entry_id: _as_left(run, end) for entry_id, end in run.ends.items()},
        stopped=stopped_ends(run),
        beside={row: one for row, one in run.beside.items() if not run.touched.has(None, one.member_id)},
        woken=frozenset(run.woken),
        unclear=frozenset(run.unclear - set(run.ends)),
        looked_up=frozenset(row.id for progress in run.work.values() for row in progress.plan.person.claimed),
        without_room=run.without_room,
        released_early=len(run.set_aside),
    )


def _as_left(run: Run, end: EntryEnd) -> EntryEnd:
    """Return an end without the statuses of members that a live run has written since."""
    statuses = {member: label for member, label in end.statuses.items() if not run.touched.has(None, member)}
    return end if statuses == end.statuses else replace(end, statuses=statuses)


def touched_by(run: Run) -> Touched:
    """Return the records that a run had to do with, also where it is not known what became of them."""
    known = [(row.person, row.member_id) for row in run.batch.rows]
    known += [(progress.ref, progress.member_id) for progress in run.work.values()]
    known += [(end.ref, end.member_id) for end in run.ends.values()]
    return Touched({ref for ref, _member in known if ref is not None}, {member for _ref, member in known if member})


def stopped_ends(run: Run) -> dict[int, EntryEnd]:
    """Return {entry id: what was done for it} of the entries that came to no end before the run stopped."""
    stopped: dict[int, EntryEnd] = {}
    for progress in run.work.values():
        if (progress.wrote or progress.is_adopted) and not has_ended(run, progress):
            stopped |= spread(progress.plan.person, stop_progress(_end_of(run, progress)))
    return {entry_id: end for entry_id, end in stopped.items() if entry_id not in run.ends}


def _end_of(run: Run, progress: Progress) -> EntryEnd:
    person, policy = progress.plan.person, run.batch.policy
    return end_by_progress(progress, hashes=hashes_of(run, person), target=person.target(policy), rules=policy.mappings)


def note_lost_answer(run: Run, error: SalesforceError) -> None:
    """Keep entries as unclear only where the lost call may have been carried out (rule 6.1)."""
    if not (isinstance(error, RemoteUnavailable) and error.write_unclear):
        run.unclear.clear()
