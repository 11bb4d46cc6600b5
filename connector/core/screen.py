"""Decide before Salesforce is asked: who is held or left out, and which rows are one person (rules 1.3 to 1.5, 2.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.core.consent import Scope
from connector.core.mapping import Event, Facts, MappingRule
from connector.core.outcomes import Outcome, Reason
from connector.core.participant import Json, is_valid_email, names_key, normalise_email, text_of
from connector.core.rows import LinkPolicy, PersonRef, Row, latest_first
from connector.core.state import State, highest, remember_state, state_to_show

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
    """Return why a row is not sent, the first reason of rule 1.5; None when it goes on.

    A "leave_out" counts while its own question arises: who gets a valid email after all, or comes after a test of the
    scanners was taken back in inwink, is sent. The questions of a shared email and of the match are asked later.
    """
    if (refusal := _refuse(row, policy)) is not None:
        return leave_out(refusal)
    reasons = _questions(row, policy)
    if any(row.answer(reason) == "leave_out" for reason in reasons):
        return leave_out(Reason.LEFT_OUT_BY_HAND)
    if not reasons:
        return None
    return leave_out(reasons[0]) if reasons[0] is Reason.STATE_UNKNOWN else hold(reasons[0])


def _refuse(row: Row, policy: LinkPolicy) -> Reason | None:
    """Return why a link does not want a row at all, whatever else is the matter with it (rules 1.4 and 6.4)."""
    facts = Person((row,), row.email).facts(policy)
    if not policy.filter.accepts(facts, email=row.email):
        return Reason.FILTERED
    if policy.consent is not None and policy.consent.scope([policy.consent.read(facts)]) is Scope.NOTHING:
        return Reason.NO_CONSENT
    return Reason.ERASED if row.is_erased else None


REFUSALS = frozenset({Reason.FILTERED, Reason.NO_CONSENT, Reason.ERASED})
"""Reasons for which nothing more is written of a row, though it may have been sent before."""


def bystanders(refused: Iterable[Row], rows: Iterable[Row], policy: LinkPolicy) -> list[Row]:
    """Return refused rows that were sent before, as context: their record is nobody else's on that email (rule 2.6).

    One whose name goes on in another row is the same person, and that row has the record now.
    """
    going_on = {(row.email, row.names) for row in rows}
    sent = [row for row in refused if row.person is not None and row.matched_email == row.email]
    others = [row for row in sent if (row.email, row.names) not in going_on]
    return [] if policy.is_one_member_an_email else [replace(row, is_claimed=False) for row in others]


def _questions(row: Row, policy: LinkPolicy) -> list[Reason]:
    """Return every reason that keeps a row from being sent now, in the order of rule 1.5."""
    reasons = []
    if row.known.held_values is not None:
        reasons.append(Reason.LOOKS_ANONYMISED)
    if not is_valid_email(row.email) and row.answer(Reason.NO_EMAIL) not in ("pick", "create"):
        reasons.append(Reason.NO_EMAIL)
    if not row.known.states_seen:
        reasons.append(Reason.STATE_UNKNOWN)
    if _is_test_scan(row, policy.event) and row.answer(Reason.TEST_SCAN) != "accept":
        reasons.append(Reason.TEST_SCAN)
    return reasons


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
    """Normalised; "" where no row has a valid one."""
    taken: frozenset[PersonRef] = frozenset()
    """Records on the same email that belong to other participants of the event: never this person's."""

    @property
    def lead_row(self) -> Row:
        """The row that stands for the person."""
        return self.rows[0]

    @property
    def claimed(self) -> tuple[Row, ...]:
        """The rows whose end this run records."""
        return tuple(row for row in self.rows if row.is_claimed)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are sent, comparable (see `names_key`)."""
        values = self.values()
        return names_key(text_of(values, "first_name"), text_of(values, "last_name"))

    def answered(self, reason: Reason, *words: str) -> bool:
        """Say whether one of the rows has one of these answers to a reason."""
        return any(row.answer(reason) in words for row in self.rows)

    def values(self) -> dict[str, Json]:
        """Return the fields of the row with the latest change, blanks filled from the others.

        First and last name always come from one row: two halves would make a name that nobody has.
        """
        combined: dict[str, Json] = {}
        for row in reversed(latest_first(self.rows)):
            filled = _filled(row.known.values)
            kept = {name: value for name, value in combined.items() if not (row.names and name in _NAME_FIELDS)}
            custom = {**combined.get("custom", {}), **_filled(row.known.values.get("custom") or {})}
            combined = {**kept, **filled, "custom": custom}
        if not is_valid_email(normalise_email(combined.get("email"))):
            combined.pop("email", None)
        return combined

    def states_seen(self) -> tuple[State, ...]:
        """Return every state that any of the rows was in, oldest change first."""
        seen: tuple[State, ...] = ()
        for row in reversed(latest_first(self.rows)):
            for state in row.known.states_seen:
                seen = remember_state(seen, state)
        return seen

    def target(self, policy: LinkPolicy) -> State | None:
        """Return the highest state of the rows that has a label (rules 2.6, 4.2 and 4.5)."""
        targets = [
            state_to_show(
                row.known.states_seen,
                said=row.known.state,
                shown=row.synced_state,
                sendable=policy.labels,
                never_downgrade=policy.never_downgrade,
            )
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
            attended_at=_earliest(row.known.attended_at for row in self.rows if row.known.state is State.ATTENDED),
            event=policy.event,
        )

    def rules(self, policy: LinkPolicy) -> tuple[MappingRule, ...]:
        """Return the mappings that may be sent of this person: consent holds back those ticked marketing (rule 6.4)."""
        if policy.consent is None:
            return policy.mappings
        said = [policy.consent.read(Person((row,), row.email).facts(policy)) for row in self.rows]
        is_all = policy.consent.scope(said) is Scope.ALL
        return tuple(rule for rule in policy.mappings if is_all or not rule.marketing)

    def any_forced(self) -> bool:
        """Whether a person asked for one of the rows; a correction is such a wish too."""
        return any(row.is_forced or row.is_correction for row in self.claimed)

    def any_correction(self) -> bool:
        """Whether a person corrects the status of one of the rows."""
        return any(row.is_correction for row in self.claimed)


_NAME_FIELDS = ("first_name", "last_name")


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


def group_by_email(rows: Iterable[Row], policy: LinkPolicy) -> list[EmailGroup]:
    """Group screened rows (claimed ones and their siblings) by email and then by name.

    A row without a name belongs to the first name on its email, one without a valid email to nobody else. Groups
    without a claimed row are dropped.
    """
    by_email: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        by_email.setdefault(row.email if is_valid_email(row.email) else f"#{row.id}", []).append(row)
    groups = [_group(found, policy) for found in by_email.values()]
    return [group for group in groups if any(person.claimed for person in group.people)]


def _group(rows: Sequence[Row], policy: LinkPolicy) -> EmailGroup:
    email = rows[0].email if is_valid_email(rows[0].email) else ""
    independent = {row.names: _independent_key(row) for row in reversed(rows) if _is_independent(row) and row.names}
    first = next((row.names for row in rows if row.names and row.names not in independent), ())
    people: dict[object, list[Row]] = {}
    for row in rows:
        if _is_independent(row):
            key = _independent_key(row)
        elif row.names in independent:
            key = independent[row.names]
        else:
            key = first if policy.is_one_member_an_email or not row.names else row.names
        people.setdefault(key, []).append(row)
    return EmailGroup(email, tuple(Person(rows=tuple(found), email=email) for found in people.values()))


def _is_independent(row: Row) -> bool:
    return row.answer(Reason.SHARES_EMAIL) in ("pick", "create")


def _independent_key(row: Row) -> object:
    """Return who an answered row is: the picked record, else everybody of that name, else this row alone."""
    if row.answer(Reason.SHARES_EMAIL) == "pick":
        return row.picked()
    return ("create", row.names or row.id)


def choose_speaker(group: EmailGroup, *, record_names: tuple[str, ...] | None) -> tuple[Person | None, list[Person]]:
    """Return who goes on of several names on one email, and who must wait for an answer (rule 2.6).

    The person whose name is the Salesforce record's goes on, else the one who was sent before (a person who is renamed
    in inwink keeps the record), else the first. Whoever is the same person by a person's word joins the one who goes
    on. Those whom an answer made independent are in neither part: where nobody else is left, nobody goes on.
    """
    open_people = [person for person in group.people if not stands_alone(person)]
    same = [person for person in open_people if person.answered(Reason.SHARES_EMAIL, "same_person")]
    asked = [person for person in open_people if person not in same]
    shares = len(group.people) > 1
    ready = [person for person in asked if not (shares and person.answered(Reason.SHARES_EMAIL, "leave_out"))]
    candidates = ready or same
    if not candidates:
        return None, asked
    speaker = _find_speaker(candidates, email=group.email, record_names=record_names)
    joined = [row for person in same if person is not speaker for row in person.rows]
    return replace(speaker, rows=(*speaker.rows, *joined)), [person for person in asked if person is not speaker]


def _find_speaker(people: Sequence[Person], *, email: str, record_names: tuple[str, ...] | None) -> Person:
    named = [person for person in people if record_names and person.names == record_names]
    sent_before = [person for person in people if owned_refs(person, email)]
    return [*named, *sent_before, *people][0]


def owned_refs(person: Person, email: str) -> set[PersonRef]:
    """Return the records that earlier runs found or made for a person by this email."""
    return {row.person for row in person.rows if row.person is not None and row.matched_email == email}


def waiting_verdict(person: Person) -> Verdict:
    """Return how a person ends who waits because of a shared email."""
    if person.answered(Reason.SHARES_EMAIL, "leave_out"):
        return leave_out(Reason.LEFT_OUT_BY_HAND)
    return hold(Reason.SHARES_EMAIL)


def stands_alone(person: Person) -> bool:
    """Say whether a person's answer made this person independent of who else has the email."""
    return person.answered(Reason.SHARES_EMAIL, "pick", "create")


def merge_people(people: Sequence[Person]) -> Person:
    """Join people who turned out to be one record (rule 2.8)."""
    rows = sorted((row for person in people for row in person.rows), key=lambda row: row.id)
    return replace(people[0], rows=tuple(rows))
