"""Plan what is written for each person of a batch: the person's record, its fields and the membership."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connector.core.convert import UnfitError, choose, convert, is_blank, translate
from connector.core.mapping import Facts, MappingRule, Mode, Policy, Target, UnknownChoice, assign, read_source
from connector.core.match import Held, Match, Matched
from connector.core.membership import StatusPlan, plan_status
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.core.participant import Json
from connector.core.rows import LinkPolicy, MemberRecord, PersonRecord, PersonRef, Schemas
from connector.core.schema import ObjectSchema, PersonType, SObject
from connector.core.screen import Person, Verdict, leave_out


@dataclass(frozen=True, slots=True)
class Write:
    """One record to write: what, and what was there before."""

    operation: Operation = Operation.NONE
    values: Mapping[str, Json] = field(default_factory=dict)
    before: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Everything that is to be done for one person, or why nothing is."""

    person: Person
    verdict: Verdict | None = None
    candidates: tuple[PersonRecord, ...] = ()
    ref: PersonRef | None = None
    """The matched record; None for one to be created, whose object is `creates`."""
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


@dataclass(frozen=True, slots=True)
class Context:
    """What every plan of a batch is made with."""

    policy: LinkPolicy
    schemas: Schemas
    responded: Mapping[str, bool]
    """{label: HasResponded} of the campaign."""


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
        person, member, ref=record.ref if record else None, policy=context.policy, responded=context.responded
    )
    if isinstance(status, Verdict):
        return PersonPlan(person, verdict=status, ref=record.ref if record else None)
    try:
        return _plan_writes(person, matched, status=status, context=context)
    except UnfitError as exc:
        verdict = Verdict(Outcome.FAILED, Reason.INVALID_VALUE, detail=str(exc), code=exc.code)
        return PersonPlan(person, verdict=verdict, ref=record.ref if record else None)


def refuse_creation(person: Person, policy: LinkPolicy) -> Verdict | None:
    """Return why an unknown person is not created, None when they are (rules 3.0 and 3.1)."""
    if policy.create is None:
        return leave_out(Reason.NO_MATCH)
    if not any(state in policy.create_for and state in policy.labels for state in person.states_seen()):
        return leave_out(Reason.NOT_CREATED_IN_STATE)
    if not policy.can_create:
        return leave_out(Reason.VISIBILITY_NOT_CONFIRMED)
    return None


def _plan_writes(person: Person, matched: Matched | None, *, status: StatusPlan, context: Context) -> PersonPlan:
    policy = context.policy
    facts = person.facts(policy)
    record = matched.record if matched else None
    creates = policy.create if record is None else None
    written, notes = _plan_record(person, matched, facts=facts, context=context)
    member, member_notes = _plan_member(person, record, status=status, facts=facts, context=context)
    return PersonPlan(
        person,
        ref=record.ref if record else None,
        creates=creates,
        record=written,
        member=member,
        member_id=record.member.id if record and record.member else "",
        label=status.label,
        held_label=status.held_label,
        notes=(
            *(matched.notes if matched else ()),
            *((status.note,) if status.note else ()),
            *notes,
            *member_notes,
            *((Note.PERSON_ACCOUNT,) if record and record.is_person_account else ()),
        ),
    )


def _plan_record(
    person: Person, matched: Matched | None, *, facts: Facts, context: Context
) -> tuple[Write, tuple[Note, ...]]:
    policy = context.policy
    if matched is None:
        assert policy.create is not None  # noqa: S101 - refuse_creation answered for everybody else
        sobject = SObject(policy.create.value)
        values, notes = _new_values(sobject, facts=facts, context=context)
        return Write(Operation.CREATE, values=values, before=dict.fromkeys(values)), notes
    if matched.record.is_person_account:
        return Write(), ()
    values, notes = _changed_values(person, matched.record, facts=facts, context=context)
    if matched.corrects_email and _may_correct_email(person, matched.record, policy=policy):
        values["Email"] = person.email
    before = {name: matched.record.values.get(name) for name in values}
    if "Email" in values:
        before["Email"] = matched.record.email
    return Write(Operation.UPDATE if values else Operation.NONE, values=values, before=before), notes


def _may_correct_email(person: Person, record: PersonRecord, *, policy: LinkPolicy) -> bool:
    if any(row.created_by_us and row.person == record.ref for row in person.rows):
        return True
    return any(
        rule.sobject.value == record.ref.type.value and rule.field == "Email" and rule.mode is Mode.OVERWRITE
        for rule in policy.mappings
    )


def rules_of(sobject: SObject, context: Context) -> Iterable[tuple[MappingRule, ObjectSchema]]:
    """Yield the mappings of an object whose field the signed-in user can see."""
    schema = context.schemas[sobject]
    return ((rule, schema) for rule in context.policy.mappings if rule.sobject is sobject)


def wanted_value(rule: MappingRule, *, facts: Facts, context: Context) -> tuple[Json, Note | None, bool]:
    """Return (converted value, note, whether the field is left as it is). Raises UnfitError."""
    spec = context.schemas[rule.sobject].find_field(rule.field)
    if spec is None:
        return None, Note.FIELD_DROPPED, True
    raw, locale = read_source(rule, facts), context.policy.locale
    if spec.type not in ("picklist", "multipicklist") or is_blank(raw):
        translated = translate(raw, values=rule.values, language=locale.language)
        return convert(translated, spec=spec, locale=locale, truncate=rule.truncate), None, False
    chosen = choose(raw, spec=spec, values=rule.values, language=locale.language)
    if chosen is None and rule.unknown_choice is UnknownChoice.DEFAULT:
        chosen = choose(rule.default, spec=spec, values={}, language=locale.language)
    if chosen is None and rule.unknown_choice is UnknownChoice.SKIP:
        return None, Note.CHOICE_SKIPPED, True
    if chosen is None:
        raise UnfitError("unknown_choice", rule.field, "not one of the choices of this picklist")
    return ";".join(chosen), None, False


def _new_values(sobject: SObject, *, facts: Facts, context: Context) -> tuple[dict[str, Json], tuple[Note, ...]]:
    values: dict[str, Json] = {}
    notes: list[Note] = []
    for rule, schema in rules_of(sobject, context):
        wanted, note, is_left = wanted_value(rule, facts=facts, context=context)
        notes += [note] if note else []
        spec = schema.find_field(rule.field)
        if spec is None or is_left or not spec.is_createable:
            continue
        write, value = assign(rule, wanted, spec=spec, target=Target(is_new=True), policy=Policy(may_update=True))
        if write:
            values[spec.name] = value
    if sobject is not SObject.CAMPAIGN_MEMBER:
        values |= _placeholders(values, schema=context.schemas[sobject], policy=context.policy)
    return values, tuple(dict.fromkeys(notes))


PLACEHOLDER_FIELDS = {"company": "Company", "last_name": "LastName"}
"""{key of the link's placeholders: field that it fills}."""


def _placeholders(values: Mapping[str, Json], *, schema: ObjectSchema, policy: LinkPolicy) -> dict[str, Json]:
    filled: dict[str, Json] = {}
    for key, name in PLACEHOLDER_FIELDS.items():
        spec = schema.find_field(name)
        if spec is not None and spec.is_required_on_create and name not in values and policy.placeholders.get(key):
            filled[name] = policy.placeholders[key]
    return filled


def _changed_values(
    person: Person, record: PersonRecord, *, facts: Facts, context: Context
) -> tuple[dict[str, Json], tuple[Note, ...]]:
    sobject = SObject(record.ref.type.value)
    sent = _sent_values(person, record.ref)
    policy = Policy(may_update=context.policy.update_existing, is_forced=person.any_forced())
    return _differences(sobject, record.values, sent=sent, policy=policy, facts=facts, context=context)


def _sent_values(person: Person, ref: PersonRef) -> dict[str, Json]:
    sent: dict[str, Json] = {}
    for row in person.rows:
        if row.person == ref:
            sent |= row.sent_values
    return sent


def _differences(  # noqa: PLR0913 - one comparison needs both sides and their context
    sobject: SObject,
    current: Mapping[str, Json],
    *,
    sent: Mapping[str, Json],
    policy: Policy,
    facts: Facts,
    context: Context,
) -> tuple[dict[str, Json], tuple[Note, ...]]:
    values: dict[str, Json] = {}
    notes: list[Note] = []
    placeholders = {name: context.policy.placeholders.get(key) for key, name in PLACEHOLDER_FIELDS.items()}
    for rule, schema in rules_of(sobject, context):
        wanted, note, is_left = wanted_value(rule, facts=facts, context=context)
        notes += [note] if note else []
        spec = schema.find_field(rule.field)
        if spec is None or is_left or not spec.is_updateable:
            continue
        target = Target(
            is_new=False,
            current=current.get(spec.name),
            last_sent=sent.get(rule.path),
            was_sent=rule.path in sent,
            placeholder=placeholders.get(spec.name),
        )
        write, value = assign(rule, wanted, spec=spec, target=target, policy=policy)
        if write:
            values[spec.name] = value
    return values, tuple(dict.fromkeys(notes))


def _plan_member(
    person: Person, record: PersonRecord | None, *, status: StatusPlan, facts: Facts, context: Context
) -> tuple[Write, tuple[Note, ...]]:
    if status.operation is Operation.CREATE:
        values, notes = _new_values(SObject.CAMPAIGN_MEMBER, facts=facts, context=context)
        values["Status"] = status.label
        return Write(Operation.CREATE, values=values, before=dict.fromkeys(values)), notes
    assert record is not None and record.member is not None  # noqa: S101, PT018 - an UPDATE has a member
    values, notes = member_changes(person, record.member, facts=facts, context=context)
    before = {name: record.member.values.get(name) for name in values}
    if status.label:
        values["Status"] = status.label
        before["Status"] = record.member.label
    return Write(Operation.UPDATE if values else Operation.NONE, values=values, before=before), notes


def member_changes(
    person: Person, member: MemberRecord, *, facts: Facts, context: Context
) -> tuple[dict[str, Json], tuple[Note, ...]]:
    """Return the member fields that differ; member fields are always written (rule 5.1)."""
    sent: dict[str, Json] = {}
    for row in person.rows:
        if row.member_id == member.id:
            sent |= row.sent_values
    policy = Policy(may_update=True, is_forced=person.any_forced())
    return _differences(SObject.CAMPAIGN_MEMBER, member.values, sent=sent, policy=policy, facts=facts, context=context)


def unite_records(plans: Sequence[tuple[Person, Match]]) -> list[tuple[Person, Match]]:
    """Join people who were matched to one record, so that an id stands once in a collection (rule 2.8)."""
    by_ref: dict[PersonRef, list[Person]] = {}
    for person, match in plans:
        if isinstance(match, Matched):
            by_ref.setdefault(match.record.ref, []).append(person)
    united: list[tuple[Person, Match]] = []
    for person, match in plans:
        people = by_ref.get(match.record.ref, [person]) if isinstance(match, Matched) else [person]
        if people[0] is person:
            rows = tuple(sorted((row for each in people for row in each.rows), key=lambda row: row.id))
            united.append((replace(person, rows=rows), match))
    return united
