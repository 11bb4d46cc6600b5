"""Hold one batch on its way to Salesforce, and what is known about it when it stops, however it stops."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.core.fingerprint import fingerprint, person_fingerprint
from connector.core.outcomes import SUCCESSES, EntryState
from connector.core.rows import Schemas
from connector.core.screen import Person
from connector.pipeline.batch import Batch
from connector.pipeline.ends import EntryEnd, Hashes, end_by_progress, spread, stop_progress
from connector.pipeline.progress import Progress
from connector.salesforce.errors import RemoteUnavailable, SalesforceError
from connector.salesforce.gateway import Gateway

_ENDED_UNSENT = frozenset({EntryState.LEFT_OUT, EntryState.NEEDS_ANSWER, EntryState.FAILED})


class GiveWayError(Exception):
    """Live work is due: a backfill run releases what it has not begun."""


@dataclass(slots=True)
class Run:
    """One batch on its way; everything that is known about it when it stops, however it stops."""

    batch: Batch
    gateway: Gateway
    schemas: Schemas
    refresh_schemas: Callable[[], Schemas]
    """Reads the describes anew, when a write named a field that is gone."""
    should_give_way: Callable[[], bool]
    before_create: Callable[[list[int]], None]
    """Commits that a creating call for these entries is about to be sent."""
    ends: dict[int, EntryEnd] = field(default_factory=dict)
    unclear: set[int] = field(default_factory=set)
    """Entries for which a creating call was sent and not answered."""
    work: dict[int, Progress] = field(default_factory=dict)
    """{id of the leading row: what was done for the person}, also when the run stops before that is complete."""
    woken: set[int] = field(default_factory=set)
    """Entries that were not claimed and must be looked at again because of what this run found."""
    labels: list[dict[str, object]] = field(default_factory=list)
    """The campaign's labels as read, for the cache."""

    def finish(self, person: Person, end: EntryEnd) -> None:
        """Note the end of every claimed row of a person.

        Rows of the same person that were left out, held or refused alone come along now that the person is sent.
        """
        self.ends |= spread(person, end)
        if end.outcome in SUCCESSES:
            self.woken |= {row.id for row in person.rows if self.batch.siblings.get(row.id) in _ENDED_UNSENT}


def give_way(run: Run) -> None:
    """Raise GiveWayError where live work is due and this run is backfill."""
    if run.should_give_way():
        raise GiveWayError


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


def stopped_ends(run: Run) -> dict[int, EntryEnd]:
    """Return {entry id: what was done for it} of the entries that came to no end before the run stopped."""
    stopped: dict[int, EntryEnd] = {}
    for progress in run.work.values():
        if progress.wrote:
            stopped |= spread(progress.plan.person, stop_progress(_end_of(run, progress)))
    return {entry_id: end for entry_id, end in stopped.items() if entry_id not in run.ends}


def _end_of(run: Run, progress: Progress) -> EntryEnd:
    person, policy = progress.plan.person, run.batch.policy
    return end_by_progress(progress, hashes=hashes_of(run, person), target=person.target(policy), rules=policy.mappings)


def note_lost_answer(run: Run, error: SalesforceError) -> None:
    """Keep entries as unclear only where the lost call may have been carried out (rule 6.1)."""
    if not (isinstance(error, RemoteUnavailable) and error.write_unclear):
        run.unclear.clear()
