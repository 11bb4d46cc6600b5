"""Decide before Salesforce is asked: who is held or left out, and which rows are one person (rules 1.3 to 1.5, 2.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.core.mapping import Event, Facts
from connector.core.outcomes import Outcome, Reason
from connector.core.participant import Json, is_valid_email, names_key, text_of
from connector.core.rows import LinkPolicy, Row, latest_first
from connector.core.state import State, fold_states, highest, remember_state

TEST_SCAN_MARGIN = timedelta(hours=12)
"""A check-in earlier than this before the start is a test of the scanners (rule 1.3)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a row ends without anything being written."""

    outcome: Outcome
    reason: Reason
    detail: str = ""
    code: str = ""


def hold(reason: Reason) -> Verdict:
    """Make the verdict that a person must answer."""
    return Verdict(Outcome.NEEDS_ANSWER, reason)


def leave_out(reason: Reason) -> Verdict:
    """Make the verdict that a row is left out by rule."""
    return Verdict(Outcome.LEFT_OUT, reason)


def screen_row(row: Row, policy: LinkPolicy) -> Verdict | None:
    """Return why a row is not sent, the first reason of rule 1.5; None when it goes on."""
    if any(answer.get("answer") == "leave_out" for answer in row.answers.values()):
        return leave_out(Reason.LEFT_OUT_BY_HAND)
    if row.known.held_values is not None:
        return hold(Reason.LOOKS_ANONYMISED)
    if not is_valid_email(row.email) and row.answer(Reason.NO_EMAIL) != "pick":
        return hold(Reason.NO_EMAIL)
    if not row.known.states_seen:
        return leave_out(Reason.STATE_UNKNOWN)
    if _is_test_scan(row, policy.event) and row.answer(Reason.TEST_SCAN) != "accept":
        return hold(Reason.TEST_SCAN)
    return None


def _is_test_scan(row: Row, event: Event) -> bool:
    if event.starts_at is None or row.known.attended_at is None or row.known.state is not State.ATTENDED:
        return False
    return row.known.attended_at < event.starts_at - TEST_SCAN_MARGIN


@dataclass(frozen=True, slots=True)
class Person:
    """Rows of one link that are one person; planned and written once."""

    rows: tuple[Row, ...]
    """The first row leads: it carries the person's and the member's id."""
    email: str

    @property
    def lead_row(self) -> Row:
        """The row that stands for the person."""
        return self.rows[0]

    @property
    def claimed(self) -> tuple[Row, ...]:
        """The rows whose end this run records."""
        return tuple(row for row in self.rows if row.is_claimed)

    def values(self) -> dict[str, Json]:
        """Return the fields of the row with the latest change, blanks filled from the others."""
        combined: dict[str, Json] = {}
        for row in reversed(latest_first(self.rows)):
            custom = {**combined.get("custom", {}), **_filled(row.known.values.get("custom") or {})}
            combined = {**combined, **_filled(row.known.values), "custom": custom}
        return combined

    def states_seen(self) -> tuple[State, ...]:
        """Return every state that any of the rows was in, oldest change first."""
        seen: tuple[State, ...] = ()
        for row in reversed(latest_first(self.rows)):
            for state in row.known.states_seen:
                seen = remember_state(seen, state)
        return seen

    def target(self, policy: LinkPolicy) -> State | None:
        """Return the highest state of the rows that has a label (rules 2.6 and 4.5)."""
        targets = [
            fold_states(row.known.states_seen, sendable=policy.labels, never_downgrade=policy.never_downgrade)
            for row in self.rows
        ]
        return highest(targets)

    def facts(self, policy: LinkPolicy) -> Facts:
        """Return what mappings can read."""
        return Facts(
            values=self.values(),
            key=self.lead_row.key,
            state=self.target(policy),
            first_registered_at=_earliest(row.known.first_registered_at for row in self.rows),
            attended_at=_earliest(row.known.attended_at for row in self.rows),
            event=policy.event,
        )

    def any_forced(self) -> bool:
        """Whether a person asked for one of the rows."""
        return any(row.is_forced for row in self.claimed)

    def any_correction(self) -> bool:
        """Whether a person corrects the status of one of the rows."""
        return any(row.is_correction for row in self.claimed)


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((time for time in times if time is not None), default=None)


def _filled(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None and value != "" and name != "custom"}


@dataclass(frozen=True, slots=True)
class EmailGroup:
    """Everybody of the batch who shares an email: one person, or several with different names."""

    email: str
    people: tuple[Person, ...]
    """In the order in which their first rows arrived."""


def group_by_email(rows: Sequence[Row], policy: LinkPolicy) -> list[EmailGroup]:
    """Group screened rows (claimed ones and their siblings) by email and then by name.

    A row without a name belongs to the first name on its email. Groups without a claimed row are dropped.
    """
    by_email: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        by_email.setdefault(row.email or f"#{row.id}", []).append(row)
    groups = [EmailGroup(email=found[0].email, people=_split_by_name(found, policy)) for found in by_email.values()]
    return [group for group in groups if any(person.claimed for person in group.people)]


def _split_by_name(rows: list[Row], policy: LinkPolicy) -> tuple[Person, ...]:
    named: dict[object, list[Row]] = {}
    for row in rows:
        named.setdefault(_person_key(row, named, policy), []).append(row)
    return tuple(Person(rows=tuple(found), email=found[0].email) for found in named.values())


def _person_key(row: Row, named: Mapping[object, list[Row]], policy: LinkPolicy) -> object:
    answer = row.answer(Reason.SHARES_EMAIL)
    if answer in ("pick", "create"):
        return row.id
    own = names_key(text_of(row.known.values, "first_name"), text_of(row.known.values, "last_name"))
    first = next(iter(named), own)
    return first if policy.is_one_member_an_email or answer == "same_person" or not own else own


def choose_speaker(group: EmailGroup, *, record_names: tuple[str, ...] | None) -> tuple[Person, list[Person]]:
    """Return who goes on of several names on one email, and who must wait for an answer (rule 2.6).

    The person whose name is the Salesforce record's goes on, else the first. Those whom an answer names stand on
    their own and are in neither part.
    """
    open_people = [person for person in group.people if not stands_alone(person)]
    speaker = next((p for p in open_people if record_names and _names(p) == record_names), open_people[0])
    return speaker, [person for person in open_people if person is not speaker]


def stands_alone(person: Person) -> bool:
    """Say whether a person's answer made this person independent of who else has the email."""
    return person.lead_row.answer(Reason.SHARES_EMAIL) in ("pick", "create")


def _names(person: Person) -> tuple[str, ...]:
    values = person.values()
    return names_key(text_of(values, "first_name"), text_of(values, "last_name"))


def merge_people(people: Sequence[Person]) -> Person:
    """Join people who turned out to be one record (rule 2.8)."""
    rows = sorted((row for person in people for row in person.rows), key=lambda row: row.id)
    return replace(people[0], rows=tuple(rows))
