"""Bring together the people who turned out to be one record (rules 2.6 and 2.8)."""

from collections.abc import Sequence
from dataclasses import replace

from connector.core.matching.choose import Held, Match, Matched
from connector.core.matching.match import names_of, picked_refs
from connector.core.outcomes import Reason
from connector.core.rows import LinkPolicy, PersonRecord, PersonRef
from connector.core.screen import Person, merge_people, waiting_verdict

_Found = tuple[Person, Matched]


def unite_records(pairs: Sequence[tuple[Person, Match]], policy: LinkPolicy) -> list[tuple[Person, Match]]:
    """Join people who were matched to one record, so that an id stands once in a collection.

    Different names whose addresses stand on one record are asked about, like different names on one address.
    """
    by_ref: dict[PersonRef, list[_Found]] = {}
    for person, match in pairs:
        if isinstance(match, Matched):
            by_ref.setdefault(match.record.ref, []).append((person, match))
    united: list[tuple[Person, Match]] = []
    for person, match in pairs:
        if not isinstance(match, Matched):
            united.append((person, match))
        elif (same := by_ref.pop(match.record.ref, None)) is not None:
            strangers = [] if policy.is_one_member_an_email else _strangers(same)
            joined = [found for found in same if found not in strangers]
            united.append((merge_people([each for each, _match in joined]), _unite_matches([m for _p, m in joined])))
            united += [(each, Held(waiting_verdict(each), (match.record,))) for each, _match in strangers]
    return united


def find_handed_over(pairs: Sequence[tuple[Person, Match]]) -> dict[int, PersonRef]:
    """Return {place in `pairs`: record} of those who are not the person of the record that they would keep.

    Whoever has another address and another name now, while somebody is there still by the address that they shared, has
    one of this person's tickets: the record belongs to the one who stayed.
    """
    found = [(place, person, match) for place, (person, match) in enumerate(pairs) if isinstance(match, Matched)]
    return {
        place: match.record.ref
        for place, person, match in found
        if match.corrects_email
        and any(_stayed(other, person, match.record) for _place, other, its in found if its.record is match.record)
    }


def _stayed(other: Person, person: Person, record: PersonRecord) -> bool:
    """Say whether somebody else is still there by the address that a person of another name left."""
    left = {record.email, *(row.matched_email for row in person.rows)} - {person.email}
    stays = any(row.person is not None and row.matched_email == row.email in left for row in other.rows)
    return stays and person.names not in ((), other.names, names_of(record)) and other.names != ()


def _strangers(same: Sequence[_Found]) -> list[_Found]:
    """Return those whose name is not that of the one who goes on with the record by an address of it.

    The one whose name is the record's goes on, else who was sent to it before, else the first. Whom nothing but a
    stored id led there belongs there: a colleague merged or changed the record. So does whom a person put there.
    """
    record = same[0][1].record
    held = {*record.addresses} - {""}
    rivals = [found for found in same if found[0].email in held and not _is_put_there(found[0])]
    named = [found for found in rivals if found[0].names == names_of(record)]
    sent_before = [found for found in rivals if found[1].earlier]
    speakers = [person for person, _match in (*named, *sent_before, *rivals)]
    return [found for found in rivals if found[0].names not in ((), speakers[0].names)]


def _is_put_there(person: Person) -> bool:
    return bool(picked_refs(person)) or person.answered(Reason.SHARES_EMAIL, "same_person")


def _unite_matches(matches: Sequence[Matched]) -> Matched:
    return replace(
        matches[0],
        notes=tuple(dict.fromkeys(note for match in matches for note in match.notes)),
        corrects_email=any(match.corrects_email for match in matches),
        earlier=frozenset(ref for match in matches for ref in match.earlier),
    )
