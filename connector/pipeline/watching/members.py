"""Say which participants of a link are members of its campaign, with which status, and who is none and why.

What Salesforce counts is laid beside this; each participant stands in one part, so that the two add up.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry


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
    """Members that were synced since: they may have had any status by then, or none."""
    synced_since: int = 0
    """Participants that were synced since, members or not."""
    apart: Mapping[str, Mapping[Apart, int]] = field(default_factory=dict)
    """{state to send: participants who are not a member with its status, as known now}"""
    lent: Mapping[str, int] = field(default_factory=dict)
    """{status label: members who have it as known now, though the state to send is another}"""

    def difference(self, label: str, there: int) -> int:
        """Return how many more, or fewer (below 0), members a status surely had than this connector can explain."""
        least = self.counts.get(label, 0)
        return min(there - least, 0) or max(there - least - self.open_members, 0)


@dataclass(frozen=True, slots=True)
class _Group:
    """Participants of whom the same is known."""

    target: str
    state: str
    label: str
    """Of their members, "" where they are none."""
    is_open: bool
    """Whether they were synced since the count."""
    rows: int = 1


def member_label(entry: OutboxEntry) -> str:
    """Return the status of a participant's campaign member as known here, "" of who is none; reads the link."""
    return _label_of(entry.sent_label, entry.synced_state, statuses=_statuses(entry.link)) if entry.member_id else ""


def _statuses(link: CampaignLink) -> dict[str, str]:
    return {state.value: label for state, label in link.statuses().items()}


def _label_of(sent: str, synced: str, *, statuses: Mapping[str, str]) -> str:
    """Return the status of a member: the one that we wrote, else the one of the state that was found there."""
    return sent or statuses.get(synced, "")


def known_members(link: CampaignLink, *, counted_at: datetime | None) -> Known:
    """Sort the participants of a link by what the campaign has of them; three queries.

    A status that a colleague had set before is not written again: it is the one of the state that was synced.
    """
    entries = OutboxEntry.objects.filter(link=link).order_by()
    members = entries.exclude(member_id="").exclude(synced_state="")
    since = entries.filter(last_synced_at__gt=counted_at) if counted_at else entries.none()
    tally = _Tally(_statuses(link))
    several = members.values("member_id").annotate(rows=Count("pk")).filter(rows__gt=1).values("member_id")
    is_several = Q(member_id__in=several) & ~Q(synced_state="")
    for group in _alone(entries.exclude(is_several), counted_at=counted_at, statuses=tally.statuses):
        tally.add(group)
    for rows in _together(members.filter(member_id__in=several), counted_at=counted_at, statuses=tally.statuses):
        tally.add_shared(rows)
    return Known(tally.counts, tally.open_members, since.count() if counted_at else 0, tally.apart, tally.lent)


def _alone(
    entries: QuerySet[OutboxEntry], *, counted_at: datetime | None, statuses: Mapping[str, str]
) -> Iterator[_Group]:
    """Group those who have a member for themselves, or none."""
    is_member = ~Q(member_id="") & ~Q(synced_state="")
    is_open = Q(last_synced_at__gt=counted_at) if counted_at else Q(pk__in=[])
    marked = entries.annotate(
        is_member=Case(When(is_member, then=Value(True)), default=Value(False)),
        is_open=Case(When(is_open, then=Value(True)), default=Value(False)),
    )
    columns = ("target_state", "state", "sent_label", "synced_state", "is_member", "is_open")
    for target, state, sent, synced, has_member, was_since, rows in marked.values_list(*columns).annotate(Count("pk")):
        label = _label_of(sent, synced, statuses=statuses) if has_member else ""
        yield _Group(target, state, label, was_since, rows)


def _together(
    members: QuerySet[OutboxEntry], *, counted_at: datetime | None, statuses: Mapping[str, str]
) -> Iterator[list[_Group]]:
    """Return the participants of each member that stands for several, with the status that was sent last."""
    columns = ("member_id", "target_state", "state", "sent_label", "synced_state", "last_synced_at")
    by_member: dict[str, list[tuple[str, str, str, str, datetime | None]]] = defaultdict(list)
    for member_id, *said in members.order_by(F("last_synced_at").asc(nulls_first=True), "-pk").values_list(*columns):
        by_member[member_id].append((said[0], said[1], said[2], said[3], said[4]))
    for rows in by_member.values():
        *_others, (_target, _state, sent, synced, at) = rows
        label, is_open = _label_of(sent, synced, statuses=statuses), bool(counted_at and at and at > counted_at)
        yield [_Group(target, state, label, is_open) for target, state, *_rest in rows]


@dataclass(slots=True)
class _Tally:
    statuses: Mapping[str, str]
    """{state: label of the link}"""
    counts: Counter[str] = field(default_factory=Counter)
    lent: Counter[str] = field(default_factory=Counter)
    open_members: int = 0
    apart: dict[str, Counter[Apart]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, group: _Group) -> None:
        """Count participants; those with a member count as such too."""
        if group.label and group.is_open:
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
        fitting = [row for row in rows if self.statuses.get(row.target, "") == row.label]
        synced = [row for row in fitting if row.state == EntryState.SYNCED]
        member = [*synced, *fitting, *rows][0]
        self.add(member)
        for row in rows:
            if row is not member:
                self.apart[row.target][_why_apart(row, Apart.SAME_PERSON)] += 1


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
