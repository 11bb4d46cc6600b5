"""Bring together the people who turned out to be one record (rules 2.6 and 2.8)."""

from collections.abc import Sequence
from dataclasses import replace

from connector.core.choose import Held, Match, Matched
from connector.core.match import names_of, picked_refs
from connector.core.outcomes import Reason
from connector.core.rows import LinkPolicy, PersonRef
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
        corrects_email=all(match.corrects_email for match in matches),
        earlier=frozenset(ref for match in matches for ref in match.earlier),
    )
