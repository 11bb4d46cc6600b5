"""Plan what is written for each person of a batch: the person's record, its fields and the membership."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from connector.core.convert import UnfitError
from connector.core.mapping import Facts, Mode, Policy
from connector.core.matching.match import Held, Match, Matched, NoMatch
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.core.participant import Json, normalise_email
from connector.core.planning.creating import created_values
from connector.core.planning.field_values import (
    Changes,
    Context,
    Present,
    changed_values,
    new_values,
    rules_of,
    wanted_value,
)
from connector.core.planning.membership import StatusPlan, plan_status
from connector.core.planning.person_account import account_field, account_values, as_contact, is_writable
from connector.core.planning.sent import sent_to_record, sent_values
from connector.core.rows import LinkPolicy, MemberRecord, PersonRecord, PersonRef
from connector.core.schema import PersonType, SObject
from connector.core.screen import Person, Verdict, leave_out

__all__ = [
    "Context",
    "PersonPlan",
    "Write",
    "moves_email",
    "plan_person",
    "refuse_creation",
    "wanted_value",
]


@dataclass(frozen=True, slots=True)
class Write:
    """One record to write: what, and what was there before."""

    operation: Operation = Operation.NONE
    values: Mapping[str, Json] = field(default_factory=dict)
    before: Mapping[str, Json] = field(default_factory=dict)
    agreed: Mapping[str, Json] = field(default_factory=dict)
    """Fields of ours that hold inwink's value already, and what we wrote to a record that became this one. Remember
    them like values that were sent: when a colleague changes such a field later, that is a colleague's value
    (rule 5.1)."""
    account_id: str = ""
    """The Account through which a Person Account is written; "" for everybody else."""
    account_values: Mapping[str, Json] = field(default_factory=dict)
    """The values under the Account's names; `values` has them under the Contact's."""


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Everything that is to be done for one person, or why nothing is."""

    person: Person
    verdict: Verdict | None = None
    candidates: tuple[PersonRecord, ...] = ()
    ref: PersonRef | None = None
    """The matched record; None for one to be created, whose object is `creates`."""
    matched: PersonRecord | None = None
    """The same as read; None also where nothing was read."""
    earlier: frozenset[PersonRef] = frozenset()
    """Ids of records that became the matched one, itself included."""
    creates: PersonType | None = None
    record: Write = Write()
    member: Write = Write()
    member_id: str = ""
    label: str = ""
    """The label that this run writes, "" where the status stays."""
    held_label: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether anything is sent."""
        return self.record.operation is not Operation.NONE or self.member.operation is not Operation.NONE


def plan_person(person: Person, match: Match, context: Context) -> PersonPlan:
    """Plan one person after the match; reasons in the order of rule 1.5: match, create, status."""
    if isinstance(match, Held):
        return PersonPlan(person, verdict=match.verdict, candidates=match.candidates)
    matched = match if isinstance(match, Matched) else None
    if matched is None and (verdict := refuse_creation(person, context.policy)) is not None:
        return PersonPlan(person, verdict=verdict)
    record = matched.record if matched else None
    member = record.member if record else None
    status = plan_status(
        person,
        member,
        ref=record.ref if record else None,
        policy=context.policy,
        responded=context.responded,
        earlier=matched.earlier if matched else (),
    )
    if isinstance(status, Verdict):
        return PersonPlan(person, verdict=status, ref=record.ref if record else None, matched=record)
    try:
        return _plan_writes(person, match, status=status, context=context.of(person))
    except UnfitError as exc:
        verdict = Verdict(Outcome.FAILED, Reason.INVALID_VALUE, detail=str(exc), code=exc.code)
        return PersonPlan(person, verdict=verdict, ref=record.ref if record else None, matched=record)


def refuse_creation(person: Person, policy: LinkPolicy) -> Verdict | None:
    """Return why an unknown person is not created, None when they are (rules 3.0 and 3.1)."""
    if policy.create is None:
        return leave_out(Reason.NO_MATCH)
    if not any(state in policy.create_for and state in policy.labels for state in person.states_seen()):
        return leave_out(Reason.NOT_CREATED_IN_STATE)
    if not policy.can_create:
        return leave_out(Reason.VISIBILITY_NOT_CONFIRMED)
    return None


def _plan_writes(person: Person, match: Matched | NoMatch, *, status: StatusPlan, context: Context) -> PersonPlan:
    policy = context.policy
    matched = match if isinstance(match, Matched) else None
    facts = person.facts(policy)
    record = matched.record if matched else None
    creates = policy.create if record is None else None
    written, notes = _plan_record(person, matched, facts=facts, context=context)
    member, member_notes = _plan_member(person, record, status=status, facts=facts, context=context)
    return PersonPlan(
        person,
        ref=record.ref if record else None,
        matched=record,
        earlier=matched.earlier if matched else frozenset(),
        creates=creates,
        record=written,
        member=member,
        member_id=record.member.id if record and record.member else "",
        label=status.label,
        held_label=status.held_label,
        notes=(
            *match.notes,
            *((status.note,) if status.note else ()),
            *notes,
            *member_notes,
        ),
    )


def _plan_record(
    person: Person, matched: Matched | None, *, facts: Facts, context: Context
) -> tuple[Write, tuple[Note, ...]]:
    policy = context.policy
    if matched is None:
        assert policy.create is not None  # noqa: S101 - refuse_creation answered for everybody else
        sobject = SObject(policy.create.value)
        values, notes = created_values(sobject, facts=facts, context=context)
        return Write(Operation.CREATE, values=values, before=dict.fromkeys(values)), notes
    if matched.record.is_person_account:
        return _plan_person_account(person, matched, facts=facts, context=context)
    return _plan_update(person, matched, facts=facts, context=context)


def _plan_person_account(
    person: Person, matched: Matched, *, facts: Facts, context: Context
) -> tuple[Write, tuple[Note, ...]]:
    """Plan a Person Account like any Contact, within the limits of its Account, through which it is written."""
    account = context.schemas.get(SObject.ACCOUNT)
    if account is None or not is_writable(account) or not matched.record.account_id:
        is_held_back = _would_be_written(person, matched, facts=facts, context=context)
        return Write(), (Note.PERSON_ACCOUNT,) if is_held_back else ()
    names = ["Email", *(rule.field for rule in rules_of(SObject.CONTACT, context))]
    contact = as_contact(context.schemas[SObject.CONTACT], account, names=names)
    within = replace(context, schemas={**context.schemas, SObject.CONTACT: contact})
    write, notes = _plan_update(person, matched, facts=facts, context=within)
    email = contact.fields.get("Email")
    if "Email" in write.values and (email is None or not email.is_updateable):
        values = {name: value for name, value in write.values.items() if name != "Email"}
        write = replace(write, operation=Operation.UPDATE if values else Operation.NONE, values=values)
        notes = tuple(dict.fromkeys((*notes, Note.FIELD_DROPPED)))
    named = account_values(write.values, account)
    return replace(write, account_id=matched.record.account_id, account_values=named), notes


def _would_be_written(person: Person, matched: Matched, *, facts: Facts, context: Context) -> bool:
    """Say whether the lack of a right keeps any field of a Person Account from following inwink.

    What the Account has no field for is not held back by that. A value that does not fit is: with the right it would
    fail, without it nothing of it is sent.
    """
    account, contact = context.schemas.get(SObject.ACCOUNT), context.schemas[SObject.CONTACT]
    if account is not None:
        there = {name: spec for name, spec in contact.fields.items() if account_field(name, account) is not None}
        context = replace(context, schemas={**context.schemas, SObject.CONTACT: replace(contact, fields=there)})
    try:
        write, _notes = _plan_update(person, matched, facts=facts, context=context)
    except UnfitError:
        return True
    return write.operation is not Operation.NONE


def _plan_update(person: Person, matched: Matched, *, facts: Facts, context: Context) -> tuple[Write, tuple[Note, ...]]:
    policy = context.policy
    changes = _changed_values(person, matched, facts=facts, context=context)
    values = dict(changes.values)
    if moves_email(person, matched, policy=policy):
        values["Email"] = normalise_email(person.values().get("email", person.email))
    elif not _overwrites_email(matched.record, policy=policy) or _is_in_place(person, matched.record, values):
        values.pop("Email", None)
    before = {name: matched.record.values.get(name) for name in values}
    if "Email" in values:
        before["Email"] = matched.record.email
    operation = Operation.UPDATE if values else Operation.NONE
    return Write(operation, values=values, before=before, agreed=changes.agreed), changes.notes


def moves_email(person: Person, match: Match, *, policy: LinkPolicy) -> bool:
    """Say whether a matched record gets the person's new address (rule 2.5): ours, or by the mapping.

    Ours is a record that we created while it holds the address that we gave it. While another row of the person still
    has the record's address, it stays.
    """
    if not isinstance(match, Matched) or not match.corrects_email or has_email(person, match.record.email):
        return False
    record = match.record
    if any(row.created_by_us and row.person == record.ref and row.matched_email == record.email for row in person.rows):
        return True
    return _overwrites_email(record, policy=policy)


def has_email(person: Person, email: str) -> bool:
    """Say whether one of a person's rows has an address."""
    return any(row.email == email for row in person.rows)


def _is_in_place(person: Person, record: PersonRecord, values: Mapping[str, Json]) -> bool:
    """Say whether a record holds an address of the person already, in Email or in another of the link's fields."""
    return values.get("Email") in record.addresses or has_email(person, record.email)


def _overwrites_email(record: PersonRecord, *, policy: LinkPolicy) -> bool:
    return policy.update_existing and any(
        rule.sobject.value == record.ref.type.value and rule.field == "Email" and rule.mode is Mode.OVERWRITE
        for rule in policy.mappings
    )


def _changed_values(person: Person, matched: Matched, *, facts: Facts, context: Context) -> Changes:
    record = matched.record
    sobject = SObject(record.ref.type.value)
    present = present_record(person, record, context, earlier=matched.earlier)
    changes = changed_values(sobject, present, facts=facts, context=context)
    return replace(changes, agreed={**present.carried, **changes.agreed})


def present_record(
    person: Person, record: PersonRecord, context: Context, *, earlier: Collection[PersonRef]
) -> Present:
    """Return a matched record and what may be done to it."""
    schema = context.schemas[SObject(record.ref.type.value)]
    sent, carried = sent_to_record(record, person.rows, earlier=earlier, schema=schema)
    policy = Policy(may_update=context.policy.update_existing, is_forced=person.any_forced())
    return Present(record.values, sent, policy, carried)


def _plan_member(
    person: Person, record: PersonRecord | None, *, status: StatusPlan, facts: Facts, context: Context
) -> tuple[Write, tuple[Note, ...]]:
    if status.operation is Operation.CREATE:
        values, notes = new_values(SObject.CAMPAIGN_MEMBER, facts=facts, context=context)
        values["Status"] = status.label
        return Write(Operation.CREATE, values=values, before=dict.fromkeys(values)), notes
    assert record is not None and record.member is not None  # noqa: S101, PT018 - an UPDATE has a member
    changes = member_changes(person, record.member, facts=facts, context=context)
    values = dict(changes.values)
    before = {name: record.member.values.get(name) for name in values}
    if status.label:
        values["Status"] = status.label
        before["Status"] = record.member.label
    operation = Operation.UPDATE if values else Operation.NONE
    return Write(operation, values=values, before=before, agreed=changes.agreed), changes.notes


def member_changes(person: Person, member: MemberRecord, *, facts: Facts, context: Context) -> Changes:
    """Return the member fields that differ; member fields are always written (rule 5.1)."""
    return changed_values(SObject.CAMPAIGN_MEMBER, present_member(person, member), facts=facts, context=context)


def present_member(person: Person, member: MemberRecord) -> Present:
    """Return a membership and what may be done to it."""
    sent = sent_values([row for row in person.rows if row.member_id == member.id])
    return Present(member.values, sent, Policy(may_update=True, is_forced=person.any_forced()))
