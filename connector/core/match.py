"""Find the Salesforce record of a person (rules 2.1 to 2.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.core.outcomes import Note, Reason
from connector.core.participant import fold_name, text_of
from connector.core.rows import Ambiguous, LinkPolicy, PersonRecord, PersonRef
from connector.core.schema import PersonType
from connector.core.screen import Person, Verdict, hold, leave_out


@dataclass(frozen=True, slots=True)
class Matched:
    """The person is this record."""

    record: PersonRecord
    notes: tuple[Note, ...] = ()
    corrects_email: bool = False
    """The address changed in inwink and nobody else has it: the record's Email follows, where the rules allow."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nobody in Salesforce is this person."""


@dataclass(frozen=True, slots=True)
class Held:
    """No record can be named without a person's word, or none may be."""

    verdict: Verdict
    candidates: tuple[PersonRecord, ...] = ()


Match = Matched | NoMatch | Held


class Records:
    """Everything that was read in a run, by email and by id."""

    def __init__(self) -> None:
        self._by_ref: dict[PersonRef, PersonRecord] = {}
        self._by_email: dict[str, list[PersonRef]] = {}

    def add(self, record: PersonRecord) -> None:
        """Keep a record; the first reading of an id wins."""
        if record.ref in self._by_ref:
            return
        self._by_ref[record.ref] = record
        if record.email and not record.is_deleted:
            self._by_email.setdefault(record.email, []).append(record.ref)

    def with_email(self, email: str) -> list[PersonRecord]:
        """Return the records that carry an email, ordered by id."""
        refs = sorted(self._by_email.get(email, []), key=lambda ref: (ref.type, ref.id)) if email else []
        return [self._by_ref[ref] for ref in refs]

    def follow(self, ref: PersonRef) -> PersonRecord | None:
        """Return the living record that an id leads to through merges and conversions, None where it is gone."""
        for _hop in range(_MAX_HOPS):
            record = self._by_ref.get(ref)
            onward = next_ref(record) if record is not None else None
            if onward is None:
                return None if record is None or record.is_deleted or record.is_converted else record
            ref = onward
        return None

    def missing_refs(self, refs: Sequence[PersonRef]) -> set[PersonRef]:
        """Return the ids that must still be read to follow each of `refs` to its end."""
        missing = set()
        for start in refs:
            ref: PersonRef | None = start
            for _hop in range(_MAX_HOPS):
                if ref is None:
                    break
                record = self._by_ref.get(ref)
                if record is None:
                    missing.add(ref)
                    break
                ref = next_ref(record)
        return missing


_MAX_HOPS = 6
"""Merges and conversions that are followed; a longer chain is taken for a circle."""


def next_ref(record: PersonRecord) -> PersonRef | None:
    """Return where a merged or converted record went, None where it stands for itself or is gone."""
    if record.is_deleted:
        return PersonRef(record.ref.type, record.master_id) if record.master_id else None
    if record.is_converted and record.converted_contact_id:
        return PersonRef(PersonType.CONTACT, record.converted_contact_id)
    return None


def match_person(person: Person, records: Records, *, policy: LinkPolicy, choices: Mapping[str, PersonRef]) -> Match:
    """Match one person against everything that was read; `choices` are remembered answers by email."""
    picked = _picked_ref(person)
    if picked is not None and (record := records.follow(picked)) is not None:
        return Matched(record)
    stored = _match_stored(person, records)
    if stored is not None:
        return stored
    found = _match_email(person.email, records, policy=policy, choices=choices)
    if isinstance(found, NoMatch) and _was_deleted(person, records):
        return Held(leave_out(Reason.PERSON_DELETED))
    if isinstance(found, Matched) and _moves(person, found.record):
        return Matched(found.record, notes=(Note.LEFT_BEHIND,))
    return found


def _picked_ref(person: Person) -> PersonRef | None:
    for row in person.rows:
        for answer in row.answers.values():
            if answer.get("answer") == "pick":
                return PersonRef(PersonType(answer["person_type"]), str(answer["person_id"]))
    return None


def stored_refs(person: Person) -> list[PersonRef]:
    """Return the ids that earlier runs stored for this person, without repeats."""
    return list(dict.fromkeys(row.person for row in person.rows if row.person is not None))


def _match_stored(person: Person, records: Records) -> Matched | None:
    """Keep the stored record while it is still this person's (rule 2.5); None hands over to the email."""
    holders = {record.ref for record in records.with_email(person.email) if not record.is_converted}
    for row in person.rows:
        if row.person is None or (record := records.follow(row.person)) is None:
            continue
        if record.ref in holders:
            return Matched(record)
        if holders:
            continue
        if row.matched_email == person.email:
            return Matched(record)
        if _is_same_last_name(person, row.matched_last_name):
            return Matched(record, corrects_email=True)
    return None


def _is_same_last_name(person: Person, matched_last_name: str) -> bool:
    return fold_name(text_of(person.values(), "last_name")) == fold_name(matched_last_name)


def _was_deleted(person: Person, records: Records) -> bool:
    gone = any(
        row.person is not None and row.matched_email == person.email and records.follow(row.person) is None
        for row in person.rows
    )
    return gone and not any(row.answer(Reason.PERSON_DELETED) == "accept" for row in person.rows)


def _moves(person: Person, record: PersonRecord) -> bool:
    changed = [row for row in person.rows if row.person is not None and row.matched_email != person.email]
    return any(row.person != record.ref and row.member_id for row in changed)


def _match_email(email: str, records: Records, *, policy: LinkPolicy, choices: Mapping[str, PersonRef]) -> Match:
    holders = records.with_email(email)
    living = [record for record in holders if not record.is_converted]
    chosen = choices.get(email)
    if chosen is not None and (record := records.follow(chosen)) is not None and record in living:
        return Matched(record)
    members = [record for record in living if record.member is not None]
    order = _order(policy)
    found = _first_object(members, order, policy) or _first_object(living, policy.match, policy)
    if found is not None:
        return found
    if living:
        return Held(leave_out(_EXISTS_AS[living[0].ref.type]))
    return _match_converted(holders, records, policy=policy)


def _order(policy: LinkPolicy) -> tuple[PersonType, ...]:
    return (*policy.match, *(kind for kind in PersonType if kind not in policy.match))


_EXISTS_AS = {PersonType.LEAD: Reason.EXISTS_AS_LEAD, PersonType.CONTACT: Reason.EXISTS_AS_CONTACT}


def _first_object(
    records: Sequence[PersonRecord], order: Sequence[PersonType], policy: LinkPolicy
) -> Matched | Held | None:
    for kind in order:
        found = [record for record in records if record.ref.type is kind]
        if found:
            return _choose(found, policy)
    return None


def _choose(found: Sequence[PersonRecord], policy: LinkPolicy) -> Matched | Held:
    if len(found) == 1:
        return Matched(found[0])
    if policy.ambiguous is Ambiguous.REVIEW:
        return Held(hold(Reason.AMBIGUOUS), tuple(found))
    return Matched(max(found, key=lambda record: (record.last_activity_at, record.created_at, record.ref.id)))


def _match_converted(converted: Sequence[PersonRecord], records: Records, *, policy: LinkPolicy) -> Match:
    if not converted:
        return NoMatch()
    contacts = {contact.ref: contact for lead in converted if (contact := records.follow(lead.ref)) is not None}
    if not contacts:
        return Held(hold(Reason.CONVERTED_WITHOUT_CONTACT))
    living = list(contacts.values())
    members = [record for record in living if record.member is not None]
    if not members and PersonType.CONTACT not in policy.match:
        return Held(leave_out(Reason.EXISTS_AS_CONTACT))
    return _choose(members or living, policy)
