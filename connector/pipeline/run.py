"""Hold one batch on its way to Salesforce, and what is known about it when it stops, however it stops."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.core.fingerprint import fingerprint, person_fingerprint
from connector.core.rows import PersonRef, Schemas
from connector.core.screen import Person
from connector.pipeline.batch import Batch
from connector.pipeline.ends import EntryEnd, Hashes, end_by_progress, spread
from connector.pipeline.writing import Progress
from connector.salesforce.errors import RemoteUnavailable, SalesforceError
from connector.salesforce.gateway import Gateway


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
    created: dict[int, PersonRef] = field(default_factory=dict)
    """{entry id: person created in this run}, also when the run stops before their membership."""
    labels: list[dict[str, object]] = field(default_factory=list)
    """The campaign's labels as read, for the cache."""

    def finish(self, person: Person, end: EntryEnd) -> None:
        """Note the end of every claimed row of a person."""
        self.ends |= spread(person, end)


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


def end_progress(run: Run, progress: Progress) -> None:
    """End every claimed row of a person that was planned and, where anything differed, written."""
    person = progress.plan.person
    target = person.target(run.batch.policy)
    run.finish(person, end_by_progress(progress, hashes=hashes_of(run, person), target=target))


def note_lost_answer(run: Run, error: SalesforceError) -> None:
    """Keep entries as unclear only where the lost call may have been carried out (rule 6.1)."""
    if not (isinstance(error, RemoteUnavailable) and error.write_unclear):
        run.unclear.clear()
