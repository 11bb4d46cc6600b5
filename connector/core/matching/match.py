"""Find the Salesforce record of a person (rules 2.1 to 2.7)."""

from collections.abc import Mapping
from dataclasses import replace

from connector.core.matching.choose import Held, Match, Matched, NoMatch, match_email
from connector.core.matching.match_key import has_own_record, match_key
from connector.core.matching.records import Records
from connector.core.outcomes import Note, Reason
from connector.core.participant import fold_name, names_key, text_of
from connector.core.rows import EMAIL_QUESTIONS, LinkPolicy, PersonRecord, PersonRef, Row
from connector.core.screen import (
    EmailGroup,
    Person,
    choose_speaker,
    hold,
    leave_out,
    owned_refs,
    stands_alone,
    waiting_verdict,
)

__all__ = [
    "Held",
    "Match",
    "Matched",
    "NoMatch",
    "Records",
    "match_group",
    "match_person",
    "names_of",
    "picked_refs",
    "stored_refs",
]


def match_group(
    group: EmailGroup, records: Records, *, policy: LinkPolicy, choices: Mapping[str, PersonRef]
) -> list[tuple[Person, Match]]:
    """Match everybody on one email; those who must wait for an answer are Held (rule 2.6).

    A record that belongs to another name on the email is never taken for somebody else's.
    """
    group, keyed = _part_keyed(group, records, policy)
    alone = [*keyed, *(person for person in group.people if stands_alone(person))]
    matches = [(person, match_person(person, records, policy=policy, choices=choices)) for person in alone]
    found_refs = {match.record.ref for _person, match in matches if isinstance(match, Matched)}
    theirs = frozenset(found_refs.union(*(_refs_of(person, group.email) for person in alone)))
    found = match_email(group.email, records, policy=policy, choices=choices, taken=theirs)
    names = names_of(found.record) if isinstance(found, Matched) else None
    speaker, waiting = choose_speaker(group, record_names=names)
    if keyed and speaker is not None and speaker.names != names and not owned_refs(speaker, group.email):
        waiting, speaker = [speaker, *waiting], None
    shown = tuple(record for record in records.with_email(group.email) if not record.is_converted)
    if speaker is not None:
        others = {ref for person in waiting for ref in _refs_of(person, group.email)}
        strange = {ref for ref in others if _names_at(ref, records) != speaker.names}
        speaker = replace(speaker, taken=(theirs | strange) - owned_refs(speaker, group.email))
        matches.append((speaker, match_person(speaker, records, policy=policy, choices=choices)))
    return matches + [(person, Held(waiting_verdict(person), shown)) for person in waiting]


def _part_keyed(group: EmailGroup, records: Records, policy: LinkPolicy) -> tuple[EmailGroup, list[Person]]:
    """Take those out of several names on one email whom a key of their own tells apart (rule 2.9).

    Whoever is the same person as one of them by a person's word comes along.
    """
    keyed = [person for person in group.people if not stands_alone(person) and has_own_record(person, records, policy)]
    if len(group.people) == 1 or not keyed:
        return group, []
    others = [person for person in group.people if person not in keyed]
    same = [person for person in others if person.answered(Reason.SHARES_EMAIL, "same_person")]
    joined = replace(keyed[0], rows=(*keyed[0].rows, *(row for person in same for row in person.rows)))
    rest = tuple(person for person in others if person not in same)
    return replace(group, people=rest), [joined, *keyed[1:]]


def _refs_of(person: Person, email: str) -> set[PersonRef]:
    return owned_refs(person, email) | {ref for row in person.rows if (ref := row.picked()) is not None}


def names_of(record: PersonRecord) -> tuple[str, ...]:
    """Return the names of a record, comparable (see `names_key`)."""
    return names_key(record.first_name, record.last_name)


def _names_at(ref: PersonRef, records: Records) -> tuple[str, ...] | None:
    record = records.follow(ref)
    return None if record is None else names_of(record)


def match_person(person: Person, records: Records, *, policy: LinkPolicy, choices: Mapping[str, PersonRef]) -> Match:
    """Match one person against everything that was read; `choices` are remembered answers by email.

    A "leave_out" counts while its own question is asked: where the duplicates were merged, the person is sent.
    """
    found = _match(person, records, policy=policy, choices=choices)
    if isinstance(found, Held) and person.answered(found.verdict.reason, "leave_out"):
        return Held(leave_out(Reason.LEFT_OUT_BY_HAND), found.candidates)
    if isinstance(found, Held):
        return found
    return _remember(person, found, records)


def _match(person: Person, records: Records, *, policy: LinkPolicy, choices: Mapping[str, PersonRef]) -> Match:
    for picked in picked_refs(person):
        if (record := records.follow(picked)) is not None:
            return Matched(record)
    if any(person.answered(reason, "create") for reason in EMAIL_QUESTIONS):
        return _match_created(person, records)
    if stands_alone(person):
        return Held(hold(Reason.SHARES_EMAIL))
    known = _match_stored(person, records) or match_key(person, records, policy=policy, choices=choices)
    if known is not None:
        return known
    found = match_email(person.email, records, policy=policy, choices=choices, taken=person.taken)
    if not isinstance(found, NoMatch):
        return found
    if _was_deleted(person, records):
        return Held(leave_out(Reason.PERSON_DELETED))
    return found if person.email else Held(hold(Reason.NO_EMAIL))


def picked_refs(person: Person) -> list[PersonRef]:
    """Return the records that a person picked for these rows."""
    return [ref for row in person.rows if (ref := row.picked()) is not None]


def _match_created(person: Person, records: Records) -> Match:
    """Find the record that an answered "create" made; NoMatch lets it be made.

    After an unclear answer the new record may exist: the one with this email and these names is it. Without an email
    it cannot be found, so a person must look for it. Who was asked which of several records it is saw the namesakes
    on the address, and wants another one.
    """
    for ref in stored_refs(person):
        if (record := records.follow(ref)) is not None:
            return Matched(record)
    gone = [ref for ref in stored_refs(person) if not records.is_converted(ref)]
    if gone and not person.answered(Reason.PERSON_DELETED, "accept"):
        return Held(leave_out(Reason.PERSON_DELETED))
    is_unclear = any(row.is_unclear for row in person.rows)
    if is_unclear and not person.email:
        return Held(hold(Reason.NO_EMAIL))
    if not is_unclear and person.answered(Reason.AMBIGUOUS, "create"):
        return NoMatch()
    holders = [record for record in records.with_email(person.email) if not record.is_converted]
    same = [record for record in holders if person.names and names_of(record) == person.names]
    if len(same) > 1:
        return Held(hold(Reason.AMBIGUOUS), tuple(same))
    return Matched(same[0]) if same else NoMatch()


def stored_refs(person: Person) -> list[PersonRef]:
    """Return the ids that earlier runs stored for this person, without repeats."""
    return list(dict.fromkeys(row.person for row in person.rows if row.person is not None))


def _match_stored(person: Person, records: Records) -> Matched | None:
    """Keep the stored record while it is still this person's (rule 2.5); None hands over to the email."""
    living = [record.ref for record in records.with_email(person.email) if not record.is_converted]
    holders = set(living) - person.taken
    for row in person.rows:
        if row.person is None or (record := records.follow(row.person)) is None or record.ref in person.taken:
            continue
        if record.ref in holders:
            return Matched(record)
        if holders:
            continue
        if row.matched_email == person.email or _is_same_last_name(person, row):
            return Matched(record, corrects_email=bool(person.email) and _moves(person, record, records))
    return None


def _moves(person: Person, record: PersonRecord, records: Records) -> bool:
    """Say whether one of the rows of a record has another address than it was found by."""
    return any(
        row.person is not None
        and row.matched_email != person.email
        and records.follow(row.person) is record
        and _is_same_last_name(person, row)
        for row in person.rows
    )


def _is_same_last_name(person: Person, row: Row) -> bool:
    return fold_name(text_of(person.values(), "last_name")) == fold_name(row.matched_last_name)


def _was_deleted(person: Person, records: Records) -> bool:
    """Say whether the person was deleted in Salesforce; a corrected address does not bring anybody back."""
    gone = any(
        row.person is not None
        and (row.matched_email == person.email or _is_same_last_name(person, row))
        and records.follow(row.person) is None
        for row in person.rows
    )
    return gone and not person.answered(Reason.PERSON_DELETED, "accept")


def _remember(person: Person, found: Matched | NoMatch, records: Records) -> Matched | NoMatch:
    """Note which earlier ids lead to the matched record, and whether a membership stays behind on another."""
    ends = {ref: records.follow(ref) for ref in stored_refs(person)}
    here = found.record.ref if isinstance(found, Matched) else None
    same = frozenset(ref for ref, end in ends.items() if end is not None and end.ref == here)
    left = [ends[row.person] for row in person.rows if row.member_id and row.person and row.person not in same]
    is_left_behind = any(end is not None and end.member is not None for end in left)
    notes = (Note.LEFT_BEHIND,) if is_left_behind else ()
    if isinstance(found, NoMatch):
        return replace(found, notes=notes)
    return replace(found, notes=(*found.notes, *notes), earlier=same)
