"""Say which participants of a link are members of its campaign, with which status, and who is none and why.

What Salesforce counts is laid beside this; each participant stands in one part, so that the two add up. The status of a
member is the one that a run last read or wrote (`OutboxEntry.member_label`), whoever set it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from django.db.models import Case, Count, F, Q, TextField, Value, When
from django.db.models.functions import Cast

from connector.core.outcomes import EntryState, Note
from connector.models import CampaignLink, OutboxEntry
from connector.models.outbox import OutboxEntryQuerySet
from connector.pipeline.outbox.lasting import left_member


class Apart(StrEnum):
    """Why a participant is not the member that their status asks for; in the order in which a page says it."""

    SAME_PERSON = "same_person"
    """The member stands for another participant of the same person, who ranks higher."""
    WAITING = "waiting"
    NEEDS_ANSWER = "needs_answer"
    LEFT_OUT = "left_out"
    FAILED = "failed"
    OTHER_STATUS = "other_status"
    """Synced, and the campaign has another status, which stays."""
    NO_MEMBER = "no_member"
    """Synced, and a colleague removed the member, or the record is gone."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this connector knows of the campaign's members at the time of a count."""

    counts: Mapping[str, int] = field(default_factory=dict)
    """{status label that they had by then: members that were not synced since}"""
    open_members: int = 0
    """Members that were synced since, or found gone: they may have had any status by then, or none."""
    synced_since: int = 0
    """Participants that were synced since, members or not."""
    apart: Mapping[str, Mapping[Apart, int]] = field(default_factory=dict)
    """{state to send: participants who are not a member with its status, as known now}"""
    lent: Mapping[str, int] = field(default_factory=dict)
    """{status label: members who have it as known now, though the state to send is another}"""
    left: Mapping[str, int] = field(default_factory=dict)
    """{status label: members that nobody stands for any more: a participant's email moved to another record}"""
    beyond: Mapping[Apart, int] = field(default_factory=dict)
    """Members that the sum of the participants has not among its members, by where it has them instead. Below 0: the
    sum has more of them than there are."""

    def difference(self, label: str, there: int) -> int:
        """Return how many more, or fewer (below 0), members a status surely had than this connector can explain."""
        return self._difference(self.counts.get(label, 0), there)

    def whole_difference(self, there: int) -> int:
        """Return the same of all members of the campaign together."""
        return self._difference(sum(self.counts.values()), there)

    def _difference(self, least: int, there: int) -> int:
        return min(there - least, 0) or max(there - least - self.open_members, 0)


@dataclass(frozen=True, slots=True)
class _Group:
    """Participants of whom the same is known."""

    target: str
    state: str
    label: str
    """Of their members, "" where they are none."""
    is_same: bool
    """Whether they are the same person as another row."""
    is_open: bool
    """Whether they are, or were, members, and what became of that was learned after the count."""
    is_since: bool
    """Whether they were synced after the count."""
    has_left: bool
    """Whether they have left a member that stays in the campaign."""
    rows: int = 1


def known_members(link: CampaignLink, *, counted_at: datetime | None) -> Known:
    """Sort the participants of a link by what the campaign has of them; two to four queries."""
    entries = _marked(link, counted_at=counted_at)
    tally = _Tally({state.value: label for state, label in link.statuses().items()})
    members = OutboxEntry.objects.filter(link=link).exclude(member_label="").order_by()
    several = members.values("member_id").annotate(rows=Count("pk")).filter(rows__gt=1).values("member_id")
    for group in _alone(entries.exclude(~Q(member_label=""), member_id__in=several)):
        tally.add(group)
    for rows in _together(entries.exclude(member_label="").filter(member_id__in=several)):
        tally.add_shared(rows)
    left = _left_behind(entries) if tally.has_left else Counter[str]()
    counts = tally.counts + left
    return Known(counts, tally.open_members, tally.since, tally.apart, tally.lent, left, tally.beyond)


_HAS_LEFT = Q(noted__contains=f'"{Note.LEFT_BEHIND.value}"')


def _marked(link: CampaignLink, *, counted_at: datetime | None) -> OutboxEntryQuerySet:
    """Return a link's participants with what is asked of them."""
    is_since = Q(last_synced_at__gt=counted_at) if counted_at else Q(pk__in=[])
    is_gone_since = Q(member_label="", last_read_at__gt=counted_at) if counted_at else Q(pk__in=[])
    return (
        OutboxEntry.objects.filter(link=link)
        .order_by()
        .annotate(noted=Cast("notes", TextField()))
        .annotate(
            is_same=_says(Q(same_person_of__isnull=False)),
            is_since=_says(is_since),
            is_open=_says(~Q(member_id="") & (is_since | is_gone_since)),
            has_left=_says(_HAS_LEFT),
        )
    )


def _says(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


_COLUMNS = ("target_state", "state", "member_label", "is_same", "is_open", "is_since", "has_left")


def _alone(entries: OutboxEntryQuerySet) -> Iterator[_Group]:
    """Group those who have a member for themselves, or none."""
    for row in entries.values_list(*_COLUMNS).annotate(Count("pk")):
        yield _Group(*row)


def _together(members: OutboxEntryQuerySet) -> Iterator[list[_Group]]:
    """Return the participants of each member that stands for several, with the status that was last learned."""
    by_member: dict[str, list[_Group]] = defaultdict(list)
    in_order = members.order_by(F("last_synced_at").asc(nulls_first=True), "-pk")
    for row in in_order.values_list(*_COLUMNS, "member_id"):
        by_member[row[-1]].append(_Group(*row[:-1]))
    for rows in by_member.values():
        last = rows[-1]
        yield [replace(row, label=last.label, is_open=last.is_open) for row in rows]


def _left_behind(entries: OutboxEntryQuerySet) -> Counter[str]:
    """Count the members that participants have left, by the status that they had; none that somebody stands for."""
    notes = [note for row in entries.filter(_HAS_LEFT).values_list("notes", flat=True) for note in row]
    left = {member_id: str(note["left"]) for note in notes if (member_id := left_member(note)) is not None}
    if not left:
        return Counter()
    had = entries.filter(member_id__in=left).exclude(member_label="").values_list("member_id", flat=True)
    return Counter(label for member_id, label in left.items() if member_id not in set(had))


@dataclass(slots=True)
class _Tally:
    statuses: Mapping[str, str]
    """{state: label of the link}"""
    counts: Counter[str] = field(default_factory=Counter)
    lent: Counter[str] = field(default_factory=Counter)
    open_members: int = 0
    since: int = 0
    has_left: bool = False
    apart: dict[str, Counter[Apart]] = field(default_factory=lambda: defaultdict(Counter))
    beyond: Counter[Apart] = field(default_factory=Counter)

    def add(self, group: _Group) -> None:
        """Count participants; those with a member count as such too."""
        self._look_at(group)
        self._count(group)
        self._lay_beside_sum([group], members=group.rows if group.label else 0)

    def _look_at(self, group: _Group) -> None:
        self.since += group.rows if group.is_since else 0
        self.has_left |= group.has_left

    def _count(self, group: _Group) -> None:
        if group.is_open:
            self.open_members += group.rows
        elif group.label:
            self.counts[group.label] += group.rows
        if group.label and group.label == self.statuses.get(group.target, ""):
            return
        if group.label:
            self.lent[group.label] += group.rows
        synced = Apart.OTHER_STATUS if group.label else Apart.NO_MEMBER
        self.apart[group.target][_why_apart(group, synced)] += group.rows

    def add_shared(self, rows: list[_Group]) -> None:
        """Count the participants of one member: it is that of whoever has its status, and is synced before others."""
        for row in rows:
            self._look_at(row)
        fitting = [row for row in rows if self.statuses.get(row.target, "") == row.label]
        synced = [row for row in fitting if row.state == EntryState.SYNCED]
        member = [*synced, *fitting, *rows][0]
        self._count(member)
        for row in rows:
            if row is not member:
                self.apart[row.target][_why_apart(row, Apart.SAME_PERSON)] += 1
        self._lay_beside_sum(rows, members=1)

    def _lay_beside_sum(self, rows: list[_Group], *, members: int) -> None:
        """Note what the sum, in which every participant stands once, has not among its members, or has too often."""
        in_sum = sum(row.rows for row in rows if row.state == EntryState.SYNCED and not row.is_same)
        others = [row for row in rows if row.state != EntryState.SYNCED]
        if in_sum < members:
            self.beyond[_why_apart([*others, *rows][0], Apart.SAME_PERSON)] += members - in_sum
        elif in_sum > members:
            self.beyond[Apart.SAME_PERSON if members else Apart.NO_MEMBER] -= in_sum - members


def _why_apart(group: _Group, synced: Apart) -> Apart:
    """Say why participants are apart; `synced` is why those are who wait for nothing."""
    match EntryState(group.state):
        case EntryState.PENDING | EntryState.CLAIMED | EntryState.RETRYING:
            return Apart.WAITING
        case EntryState.NEEDS_ANSWER:
            return Apart.NEEDS_ANSWER
        case EntryState.LEFT_OUT:
            return Apart.LEFT_OUT
        case EntryState.FAILED:
            return Apart.FAILED
        case EntryState.SYNCED:
            return synced
        case never:
            assert_never(never)
