"""Compare inwink's export, what was received here and the campaign's members; send again what differs.

Order matters: the export is read first (a bad file costs no call), then the outbox, then Salesforce. Whoever changed
here while Salesforce was read is waiting, never a difference.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.core.participant import Participant
from connector.core.reconcile import (
    RESYNCED,
    CampaignMember,
    Compared,
    Comparison,
    FileFinding,
    Finding,
    Received,
    ReceivedIndex,
    compare_export_row,
    compare_members,
)
from connector.core.schema import SObject
from connector.inwink.identity import Identity, identity_of
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.connection import connect
from connector.pipeline.inbox.importing import ImportTerms, import_file, read_file
from connector.pipeline.members import CampaignReading, read_members
from connector.pipeline.outbox.resync import CHUNK, resync_entries
from connector.pipeline.policies import policy_of
from connector.pipeline.privacy.erased import find_erased
from connector.pipeline.runs.batch import row_of
from connector.salesforce.gateway import Gateway

_MAY_HAVE_CHANGED = frozenset({*RESYNCED, Finding.REMOVED, Finding.KEPT})


@dataclass(frozen=True, slots=True)
class Export:
    """inwink's export and how it is to be understood."""

    path: Path
    terms: ImportTerms


@dataclass(frozen=True, slots=True)
class ExportComparison:
    """How inwink's export compares with what was received."""

    rows: int = 0
    never_received: tuple[str, ...] = ()
    """Keys of participants that the file has and nobody sent here."""
    outdated: tuple[str, ...] = ()
    """Keys of participants whose newer state did not arrive."""
    rejected: tuple[dict[str, Any], ...] = ()
    """[{"row": number, "errors": [text]}] of rows that cannot be read."""
    not_in_file: int = 0
    """Participants here that the file does not name: it may be older, or they were deleted in inwink."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was compared, and what it came to."""

    comparison: Comparison
    export: ExportComparison | None
    """None: compared with what was received only."""
    member_count: int
    api_calls: int

    @property
    def has_differences(self) -> bool:
        """Whether anything is not as it should be; kept statuses and participants with a reason are."""
        counts = self.comparison.counts()
        differing = counts[Finding.MISSING] + counts[Finding.WRONG_STATUS] + counts[Finding.REMOVED]
        export = self.export or ExportComparison()
        return bool(differing or self.comparison.extra or export.never_received or export.outdated)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was set in motion."""

    imported: int = 0
    """Participants of the export that were taken in; they are sent as backfill."""
    enqueued: int = 0
    """Participants that are sent again."""


def reconcile(
    link: CampaignLink, export: Export | None = None, *, on_page: Callable[[int], object] | None = None
) -> Reconciliation:
    """Compare; writes nothing anywhere. Call outside a transaction.

    `on_page` is told the number of members read since it was called last. Raises UnreadableFile and OSError for the
    export, SalesforceError and ConfigurationProblemError where Salesforce cannot be read.
    """
    received = list(_received(link))
    compared = _compare_export(export, received) if export is not None else None
    policy = policy_of(link)
    with closing(connect.gateway_for(link.org)) as gateway:
        try:
            reading = _read(link, gateway, on_page=on_page)
        finally:
            connect.record_usage(link.org, gateway)
    comparison = compare_members(received, reading.members, policy=policy, responded=reading.responded)
    return Reconciliation(
        comparison=_drop_changed(link, comparison, {one.row.id: one for one in received}),
        export=compared,
        member_count=len(reading.members),
        api_calls=gateway.calls,
    )


def _received(link: CampaignLink) -> Iterator[Received]:
    entries = OutboxEntry.objects.filter(link=link).order_by("pk").defer("notes", "candidates", "sent_values")
    for entry in entries.iterator(chunk_size=2_000):
        entry.sent_values = {}
        yield Received(row_of(entry, is_claimed=False), EntryState(entry.state), entry.reason)


def _read(link: CampaignLink, gateway: Gateway, *, on_page: Callable[[int], object] | None) -> CampaignReading:
    schema = connect.object_schema(link.org, SObject.CAMPAIGN_MEMBER, gateway=gateway)
    return read_members(gateway, link.campaign_id, schema=schema, on_page=on_page)


def _compare_export(export: Export, received: Sequence[Received]) -> ExportComparison:
    index, read_at = ReceivedIndex(received), timezone.now()
    found: dict[FileFinding, dict[str, Identity]] = {finding: {} for finding in FileFinding}
    rejected: list[dict[str, Any]] = []
    known_ids: set[int] = set()
    count = 0
    for number, participant in read_file(export.path, export.terms):
        count += 1
        if not isinstance(participant, Participant):
            rejected.append({"row": number, "errors": participant.errors})
            continue
        row = index.find(participant)
        known_ids |= {row.id} if row is not None else set()
        known = row.known if row is not None else None
        finding = compare_export_row(known, participant, read_at=read_at, as_of=export.terms.as_of)
        found[finding][participant.key] = identity_of(participant)
    return ExportComparison(
        rows=count,
        never_received=_not_erased(found[FileFinding.NEVER_RECEIVED]),
        outdated=tuple(found[FileFinding.OUTDATED]),
        rejected=tuple(rejected),
        not_in_file=sum(one.row.id not in known_ids for one in received),
    )


def _not_erased(missing: Mapping[str, Identity]) -> tuple[str, ...]:
    """Return the keys of those whom nobody erased here: who was erased stays away and is no difference (rule 6.8)."""
    erased = find_erased(list(missing.values()))
    return tuple(key for place, key in enumerate(missing) if place not in erased)


def _drop_changed(link: CampaignLink, comparison: Comparison, received: dict[int, Received]) -> Comparison:
    """Take out what a worker did between the two readings: it is no difference."""
    doubtful = [one.row.id for one in comparison.people if one.finding in _MAY_HAVE_CHANGED]
    changed = set(_changed_since(doubtful, received))
    people = [
        replace(one, finding=Finding.WAITING, note="") if one.row.id in changed else one for one in comparison.people
    ]
    extra = _still_extra(link, comparison.extra) if comparison.extra else ()
    return Comparison(tuple(people), extra)


def _changed_since(ids: Sequence[int], received: dict[int, Received]) -> Iterator[int]:
    """Yield the entries that are not as they were read, or gone."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        rows = OutboxEntry.objects.filter(pk__in=chunk).values_list("pk", "state", "last_synced_at", "member_id")
        now = {pk: (state, at, member_id) for pk, state, at, member_id in rows}
        for entry_id in chunk:
            one = received[entry_id]
            if now.get(entry_id) != (one.state.value, one.row.last_synced_at, one.row.member_id):
                yield entry_id


def _still_extra(link: CampaignLink, extra: Sequence[CampaignMember]) -> tuple[CampaignMember, ...]:
    """Return the members whom still nobody stands for: somebody may have arrived while the campaign was read."""
    entries = OutboxEntry.objects.filter(link=link).values_list("member_id", "email_key")
    ids, emails = set(), set()
    for member_id, email in entries.iterator(chunk_size=2_000):
        ids.add(member_id)
        emails.add(email)
    return tuple(
        member for member in extra if member.record.id not in ids and not (member.email and member.email in emails)
    )


def mend(link: CampaignLink, found: Reconciliation, *, export: Export | None, requested_by: str) -> Mended:
    """Take in what the export has and was not received, then send the differing participants again.

    A state that only the export has is taken in where the export says of when it is: a row without a time would count
    as inwink's newest word, and an old file would undo what happened since.
    """
    imported = _import_missing(found.export, export) if export is not None and found.export is not None else 0
    ids = [one.row.id for one in found.comparison.people if one.finding in RESYNCED]
    enqueued = 0
    for start in range(0, len(ids), CHUNK):
        entries = OutboxEntry.objects.filter(pk__in=ids[start : start + CHUNK])
        enqueued += resync_entries(entries, requested_by=requested_by)
    return Mended(imported=imported, enqueued=enqueued)


def _import_missing(compared: ExportComparison, export: Export) -> int:
    never, outdated = set(compared.never_received), set(compared.outdated)
    if not never and not outdated:
        return 0
    has_time = export.terms.as_of is not None
    counts = import_file(
        export.path,
        export.terms,
        takes=lambda row: row.key in never or (row.key in outdated and bool(has_time or row.updated_at)),
    )
    return counts.accepted


def people_of(comparison: Comparison, findings: Collection[Finding]) -> list[Compared]:
    """Return the participants of some findings, in the order in which they were first seen."""
    return [one for one in comparison.people if one.finding in findings]
