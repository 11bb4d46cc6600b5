"""Choose among the records that carry a person's email (rules 2.2 to 2.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.core.matching.answer_rules import recency
from connector.core.matching.records import Records
from connector.core.outcomes import Note, Reason
from connector.core.rows import Ambiguous, LinkPolicy, PersonRecord, PersonRef
from connector.core.schema import PersonType
from connector.core.screen import Verdict, hold, leave_out


@dataclass(frozen=True, slots=True)
class Matched:
    """The person is this record."""

    record: PersonRecord
    notes: tuple[Note, ...] = ()
    corrects_email: bool = False
    """The address changed in inwink and nobody else has it: the record's Email follows, where the rules allow."""
    earlier: frozenset[PersonRef] = frozenset()
    """Ids stored by earlier runs that lead to this record, itself included: memberships confirmed there count."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nobody in Salesforce is this person."""

    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """No record can be named without a person's word, or none may be."""

    verdict: Verdict
    candidates: tuple[PersonRecord, ...] = ()


Match = Matched | NoMatch | Held


def match_email(
    email: str,
    records: Records,
    *,
    policy: LinkPolicy,
    choices: Mapping[str, PersonRef],
    taken: frozenset[PersonRef] = frozenset(),
) -> Match:
    """Match by the email alone; members of this campaign go first (rules 2.2 to 2.4)."""
    holders = records.with_email(email)
    living = [record for record in holders if not record.is_converted and record.ref not in taken]
    chosen = records.follow(choices[email]) if email in choices else None
    if living:
        return choose_living(living, email=email, policy=policy, chosen=chosen)
    converted = [record for record in holders if record.is_converted]
    ends = {end.ref: end for lead in converted if (end := records.follow(lead.ref)) is not None}
    contacts = [contact for ref, contact in ends.items() if ref not in taken]
    return _choose_contact(contacts, email=email, policy=policy, chosen=chosen) if converted else NoMatch()


def choose_living(
    living: Sequence[PersonRecord], *, email: str, policy: LinkPolicy, chosen: PersonRecord | None
) -> Matched | Held:
    """Choose one of several records that may be the person: members first, then the objects in their order.

    `chosen` is the record that a person chose for this email.
    """
    members = [record for record in living if record.member is not None]
    for pool, order in ((members, _order(policy)), (living, policy.match)):
        if chosen is not None and chosen in pool and chosen.ref.type in order:
            return Matched(chosen)
        for kind in order:
            found = [record for record in pool if record.ref.type is kind]
            if found:
                return _choose(found, email=email, policy=policy)
    return Held(leave_out(_EXISTS_AS[living[0].ref.type]))


def _order(policy: LinkPolicy) -> tuple[PersonType, ...]:
    return (*policy.match, *(kind for kind in PersonType if kind not in policy.match))


_EXISTS_AS = {PersonType.LEAD: Reason.EXISTS_AS_LEAD, PersonType.CONTACT: Reason.EXISTS_AS_CONTACT}


def _choose(found: Sequence[PersonRecord], *, email: str, policy: LinkPolicy) -> Matched | Held:
    """Name one of several records of an object by `ambiguous`.

    The order of the email fields counts only where the link says that no person is to be asked.
    """
    if len(found) == 1:
        return Matched(found[0])
    if policy.ambiguous is Ambiguous.REVIEW:
        return Held(hold(Reason.AMBIGUOUS), tuple(found))
    return Matched(
        max(
            found,
            key=lambda record: (
                -record.place_of(email),
                *recency(record.last_activity_at, record.created_at, record.ref.id),
            ),
        )
    )


def _choose_contact(
    contacts: Sequence[PersonRecord], *, email: str, policy: LinkPolicy, chosen: PersonRecord | None
) -> Matched | Held:
    """Choose among the contacts that converted leads became; where none is left, nobody is created (rule 2.3)."""
    if not contacts:
        return Held(hold(Reason.CONVERTED_WITHOUT_CONTACT))
    members = [record for record in contacts if record.member is not None]
    if not members and PersonType.CONTACT not in policy.match:
        return Held(leave_out(Reason.EXISTS_AS_CONTACT))
    pool = members or contacts
    return Matched(chosen) if chosen is not None and chosen in pool else _choose(pool, email=email, policy=policy)
