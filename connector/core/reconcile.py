"""Compare what inwink says, what was received here and who is in the campaign; decides nothing that is written."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.core.merging.listed import merge_listed
from connector.core.merging.merge import MergeResult
from connector.core.outcomes import EntryState, Reason
from connector.core.participant import Known, Participant, date_participant, normalise_email
from connector.core.planning.membership import plan_status
from connector.core.rows import LinkPolicy, MemberRecord, PersonRef, Row
from connector.core.schema import PersonType
from connector.core.screen import Person, Verdict


class Finding(StrEnum):
    """Where one received participant stands; each has exactly one, so that the sum adds up."""

    MATCHING = "matching"
    """A member with the status that the rules want."""
    KEPT = "kept"
    """A member with another status that the rules leave: a colleague's choice, or one that ranks higher."""
    WRONG_STATUS = "wrong_status"
    """A member whose status the rules would replace."""
    MISSING = "missing"
    """Should be a member and is not."""
    REMOVED = "removed"
    """We made or confirmed the membership, and it is gone: a colleague's choice, respected (rule 4.6)."""
    WAITING = "waiting"
    """Not sent yet, or changed while we compared."""
    NEEDS_ANSWER = "needs_answer"
    LEFT_OUT = "left_out"
    FAILED = "failed"


RESYNCED = frozenset({Finding.MISSING, Finding.WRONG_STATUS})
"""What sending again mends."""
DIFFERENCES = frozenset({*RESYNCED, Finding.REMOVED})
UNDECIDED = (Finding.NEEDS_ANSWER, Finding.FAILED, Finding.WAITING)
"""No difference, and not in the campaign as far as anybody knows: with one of them, not everybody is there."""

_UNSENT: Mapping[EntryState, Finding] = {
    EntryState.PENDING: Finding.WAITING,
    EntryState.CLAIMED: Finding.WAITING,
    EntryState.RETRYING: Finding.WAITING,
    EntryState.NEEDS_ANSWER: Finding.NEEDS_ANSWER,
    EntryState.LEFT_OUT: Finding.LEFT_OUT,
    EntryState.FAILED: Finding.FAILED,
}


@dataclass(frozen=True, slots=True)
class Received:
    """One participant of the link, as it is here."""

    row: Row
    state: EntryState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CampaignMember:
    """One member of the campaign, as Salesforce has it."""

    record: MemberRecord
    contact_id: str = ""
    lead_id: str = ""
    email: str = ""
    """Normalised."""

    @property
    def refs(self) -> tuple[PersonRef, ...]:
        """Whose membership this is; a converted lead and its contact share one."""
        contact = [PersonRef(PersonType.CONTACT, self.contact_id)] if self.contact_id else []
        return (*contact, *([PersonRef(PersonType.LEAD, self.lead_id)] if self.lead_id else []))


@dataclass(frozen=True, slots=True)
class Compared:
    """How one participant compares with the campaign."""

    row: Row
    finding: Finding
    member: CampaignMember | None = None
    wanted: str = ""
    """The label that the rules want, "" where none is sent."""
    note: str = ""
    """Why another status is kept, or why the participant was not sent."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everybody received, and the members whom nobody here stands for."""

    people: tuple[Compared, ...]
    extra: tuple[CampaignMember, ...]

    def counts(self) -> dict[Finding, int]:
        """Return {finding: participants}, every finding named."""
        found = Counter(one.finding for one in self.people)
        return {finding: found[finding] for finding in Finding}


def compare_members(
    received: Iterable[Received],
    members: Sequence[CampaignMember],
    *,
    policy: LinkPolicy,
    responded: Mapping[str, bool],
) -> Comparison:
    """Compare participants with the members of their campaign; `responded` is {label: HasResponded}."""
    index = _MemberIndex(members)
    pairs = [(one, index.find(one.row)) for one in received]
    judged = _judge_statuses(pairs, policy=policy, responded=responded)
    people = tuple(judged.get(one.row.id) or _without_status(one, member, policy=policy) for one, member in pairs)
    taken = {member.record.id for _one, member in pairs if member is not None}
    return Comparison(people, tuple(member for member in members if member.record.id not in taken))


class _MemberIndex:
    """The members of a campaign by everything that a participant can know of them."""

    def __init__(self, members: Iterable[CampaignMember]) -> None:
        self._by_id: dict[str, CampaignMember] = {}
        self._by_ref: dict[PersonRef, CampaignMember] = {}
        self._by_email: dict[str, CampaignMember] = {}
        for member in members:
            self._by_id[member.record.id] = member
            for ref in member.refs:
                self._by_ref.setdefault(ref, member)
            if member.email:
                self._by_email.setdefault(member.email, member)

    def find(self, row: Row) -> CampaignMember | None:
        """Return the member that a participant stands for: by its own id, by its person, else by its email."""
        found = self._by_id.get(row.member_id)
        if found is None and row.person is not None:
            found = self._by_ref.get(row.person)
        return found or self._by_email.get(row.email)


def _has_status(one: Received) -> bool:
    """Say whether a participant was sent, so that its status can be judged."""
    return one.state is EntryState.SYNCED or one.reason == Reason.REMOVED_BY_HAND


def _judge_statuses(
    pairs: Iterable[tuple[Received, CampaignMember | None]], *, policy: LinkPolicy, responded: Mapping[str, bool]
) -> dict[int, Compared]:
    """Return {row id: verdict} of those who were sent and are members; rows of one member are judged as one person."""
    rows: dict[str, list[Row]] = {}
    found: dict[str, CampaignMember] = {}
    for one, member in pairs:
        if member is not None and _has_status(one):
            rows.setdefault(member.record.id, []).append(one.row)
            found[member.record.id] = member
    judged: dict[int, Compared] = {}
    for member_id, same in rows.items():
        person = Person(rows=tuple(same), email=same[0].email)
        for row in same:
            judged[row.id] = _judge_status(person, row, member=found[member_id], policy=policy, responded=responded)
    return judged


def _judge_status(
    person: Person, row: Row, *, member: CampaignMember, policy: LinkPolicy, responded: Mapping[str, bool]
) -> Compared:
    """Judge a member's status by the rules that a run would follow (rules 4.4 and 4.5)."""
    plan = plan_status(person, member.record, ref=row.person, policy=policy, responded=responded)
    if isinstance(plan, Verdict):
        return Compared(row, Finding.KEPT, member, note=plan.reason.value)
    target = person.target(policy)
    wanted = policy.labels[target] if target is not None else ""
    if plan.label:
        return Compared(row, Finding.WRONG_STATUS, member, wanted)
    if plan.note is not None:
        return Compared(row, Finding.KEPT, member, wanted, note=plan.note.value)
    return Compared(row, Finding.MATCHING, member, wanted)


def _without_status(one: Received, member: CampaignMember | None, *, policy: LinkPolicy) -> Compared:
    """Judge a participant that was not sent, or was sent and is no member."""
    if not _has_status(one):
        return Compared(one.row, _UNSENT[one.state], member, note=one.reason)
    target = Person(rows=(one.row,), email=one.row.email).target(policy)
    wanted = policy.labels[target] if target is not None else ""
    is_respected = bool(one.row.member_id) and not policy.adds_removed_again
    return Compared(one.row, Finding.REMOVED if is_respected else Finding.MISSING, wanted=wanted)


class FileFinding(StrEnum):
    """How a row of inwink's export compares with what was received."""

    RECEIVED = "received"
    OUTDATED = "outdated"
    """Received, but the file has a newer state: a registration or check-in did not arrive."""
    NEVER_RECEIVED = "never_received"


def compare_export_row(
    known: Known | None, participant: Participant, *, read_at: datetime, as_of: datetime | None
) -> FileFinding:
    """Compare a row of the export with what is known here, by the rule of an import.

    A row without a time of its own is as of `as_of`; where that is not known either, it is taken for the newest word.
    """
    if known is None:
        return FileFinding.NEVER_RECEIVED
    merged = merge_listed(known, date_participant(participant, as_of), listed_at=as_of, received_at=read_at)
    is_newer = merged.result is MergeResult.ACCEPTED and merged.known.state is not known.state
    return FileFinding.OUTDATED if is_newer else FileFinding.RECEIVED


class ReceivedIndex:
    """What was received, by id and, where either side has no id, by email."""

    def __init__(self, received: Iterable[Received]) -> None:
        """Index the participants of a link."""
        self._by_key: dict[str, Row] = {}
        self._by_email: dict[str, Row] = {}
        self._keyed_by_email: dict[str, Row] = {}
        for one in received:
            row = one.row
            self._by_key[row.key] = row
            if row.email:
                self._by_email.setdefault(row.email, row)
            if row.key == row.email:
                self._keyed_by_email[row.email] = row

    def find(self, participant: Participant) -> Row | None:
        """Return the row that a line of the export is about, None where it was never received."""
        found = self._by_key.get(participant.key)
        if found is not None:
            return found
        email = normalise_email(participant.values.get("email"))
        return (self._by_email if participant.key_is_email else self._keyed_by_email).get(email)
