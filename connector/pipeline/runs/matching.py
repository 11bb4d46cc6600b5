"""Match the people of a batch against what was read, and everybody of the event whom that concerns (rule 2)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from connector.core.matching.match import Held, Match, Matched, Records, match_group, match_person
from connector.core.matching.unite import find_handed_over, unite_records
from connector.core.outcomes import SUCCESSES, EntryState
from connector.core.planning.adopt import Maker, adopt_lost_creation, lost_namesakes
from connector.core.planning.membership import refuse_membership
from connector.core.planning.plan import has_email, moves_email
from connector.core.rows import LinkPolicy, PersonRef, Row
from connector.core.schema import PersonType
from connector.core.screen import EmailGroup, Person, screen_row
from connector.models import OutboxEntry
from connector.pipeline.runs.batch import with_rows_of
from connector.pipeline.runs.run import Run


def match_people(run: Run, groups: Sequence[EmailGroup], records: Records) -> list[tuple[Person, Match]]:
    """Return who everybody is, each record once; siblings that must be asked about now are noted in `run.woken`."""
    found = _match(run, _adopt(run, groups, records), records)
    pairs = [*found, *_others_of(run, found)]
    if handed_over := find_handed_over(pairs):
        for place, ref in handed_over.items():
            found[place] = _match_without(run, found[place][0], ref, records)
        pairs = [*found, *_others_of(run, found)]
    united = unite_records(pairs, run.batch.policy)
    _wake_held(run, united)
    return united


def _match_without(run: Run, person: Person, ref: PersonRef, records: Records) -> tuple[Person, Match]:
    """Match somebody again who is not the person of a record."""
    other = replace(person, taken=person.taken | {ref})
    return other, match_person(other, records, policy=run.batch.policy, choices=run.batch.choices)


def _match(run: Run, groups: Sequence[EmailGroup], records: Records) -> list[tuple[Person, Match]]:
    """Match everybody; an address that a record gives up in this run brings nobody else to that record."""
    policy, choices = run.batch.policy, run.batch.choices
    found = [match_group(group, records, policy=policy, choices=choices) for group in groups]
    moved = {
        match.record.ref
        for pairs in found
        for person, match in pairs
        if isinstance(match, Matched) and _gives_up_email(person, match, policy=policy)
    }
    moved -= {
        match.record.ref
        for pairs in found
        for person, match in pairs
        if isinstance(match, Matched) and match.earlier and has_email(person, match.record.email)
    }
    for ref in moved:
        records.move_email(ref)
    for number, pairs in enumerate(found):
        if any(
            isinstance(match, Matched) and match.record.ref in moved and not match.corrects_email
            for _person, match in pairs
        ):
            found[number] = match_group(groups[number], records, policy=policy, choices=choices)
    return [pair for pairs in found for pair in pairs]


def _gives_up_email(person: Person, match: Matched, *, policy: LinkPolicy) -> bool:
    """Say whether this run gives a record another address: nothing is written of those who are left out (rule 1.4)."""
    if not person.claimed or not moves_email(person, match, policy=policy):
        return False
    record = match.record
    return refuse_membership(person, record.member, ref=record.ref, policy=policy, earlier=match.earlier) is None


def _others_of(run: Run, pairs: Sequence[tuple[Person, Match]]) -> list[tuple[Person, Match]]:
    """Return the event's other participants on the matched records, whatever their email: they count too (rule 2.6).

    Two records of theirs may have been merged, or one record may carry both addresses.
    """
    found = {m.record.ref: m.record for person, m in pairs if isinstance(m, Matched) and person.claimed}
    run.batch = with_rows_of(run.batch, found)
    return [
        (Person((row,), row.email), Matched(found[row.person], earlier=frozenset({row.person})))
        for row in _bystanding(run, pairs)
        if row.person in found and row.matched_email == row.email
    ]


def _bystanding(run: Run, pairs: Iterable[tuple[Person, Match]]) -> Iterator[Row]:
    """Yield the rows that nobody of this pass has: of other addresses, or of one whose claimed rows have their end.

    They are context, whoever claimed them: their end, if this run makes one, stands.
    """
    planned = {row.id for person, _match in pairs for row in person.rows}
    for row in (*run.batch.rows, *run.batch.others):
        if row.id not in planned and screen_row(row, run.batch.policy) is None:
            yield replace(row, is_claimed=False)


def _adopt(run: Run, groups: Sequence[EmailGroup], records: Records) -> list[EmailGroup]:
    """Give those whose creation got no answer the record that it made; asks the database only where there are any."""
    policy = run.batch.policy
    lost = [row for group in groups for person in group.people for row in person.rows if row.unclear_email]
    found = {one.ref for row in lost for one in lost_namesakes(row, records, policy=policy)}
    if not found:
        return list(groups)
    maker = Maker(run.gateway.token.user_id, recorded=frozenset(found & _recorded(run, found)))

    def adopted(person: Person) -> Person:
        return adopt_lost_creation(person, records, policy=policy, maker=maker)

    return [replace(group, people=tuple(map(adopted, group.people))) for group in groups]


def _recorded(run: Run, refs: Collection[PersonRef]) -> set[PersonRef]:
    """Return the records of which an entry of the organisation knows that it created them."""
    made = OutboxEntry.objects.filter(link__org_id=run.batch.link.org_id, created_by_us=True)
    rows = made.filter(person_id__in=[ref.id for ref in refs]).values_list("person_type", "person_id")
    return {PersonRef(PersonType(kind), row_id) for kind, row_id in rows}


def _wake_held(run: Run, pairs: Iterable[tuple[Person, Match]]) -> None:
    """Note the rows that were sent before another name took their email's record: they are asked about now.

    The result would otherwise depend on which of them a worker met first (rule 1.6).
    """
    for person, match in pairs:
        if isinstance(match, Held) and not person.claimed:
            run.woken |= {row.id for row in person.rows if _was_sent(run, row)}


def _was_sent(run: Run, row: Row) -> bool:
    """Say whether a row that is here as context was sent before, or ended well earlier in this run."""
    if (end := run.ends.get(row.id)) is not None:
        return end.outcome in SUCCESSES
    return run.batch.siblings.get(row.id) is EntryState.SYNCED
