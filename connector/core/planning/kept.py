"""Say which mapped fields of a person would not be written, and why (rules 5.1 to 5.6); for previews."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from connector.core.convert import UnfitError, is_blank, same_value
from connector.core.mapping import Facts, MappingRule, Mode, Policy, Target, assign, is_open, unticks
from connector.core.participant import Json
from connector.core.planning.field_values import Context, Present, is_tried, rules_of, target_of, wanted_value
from connector.core.planning.plan import present_member, present_record
from connector.core.rows import PersonRecord, PersonRef
from connector.core.schema import FieldSpec, SObject
from connector.core.screen import Person


class Why(StrEnum):
    """Why a value of inwink is not written although Salesforce holds another one."""

    NOT_UPDATED = "not_updated"
    """The link does not update people who were there before."""
    ONLY_NEW = "only_new"
    NOT_EMPTY = "not_empty"
    COLLEAGUE = "colleague"
    """Somebody changed what we wrote; inwink's value is the same as then."""
    BLANK = "blank"
    """inwink has none, and blanks clear nothing."""
    OPT_OUT = "opt_out"
    NO_CONSENT = "no_consent"
    NOT_WRITABLE = "not_writable"
    FIELD_GONE = "field_gone"
    CHOICE_SKIPPED = "choice_skipped"
    UNFIT = "unfit"
    """The value does not fit: the whole participant fails."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One mapped field that is not written."""

    field: str
    """"Object.Field"."""
    why: Why
    current: Json = None
    wanted: Json = None
    """The converted value, None where there is none."""
    detail: str = ""
    """Of an unfit value: the limit, never the value."""
    code: str = ""
    """Of an unfit value: the code that advice explains."""


def kept_fields(
    person: Person,
    record: PersonRecord | None,
    context: Context,
    *,
    creates: SObject | None,
    earlier: Collection[PersonRef] = (),
) -> list[Kept]:
    """Return the fields of the person and the membership that stay as they are though inwink has something to say.

    `record` is the matched one, None where `creates` is made; `earlier` are ids that became it.
    `context` has all mappings of the link.
    """
    consented = person.rules(context.policy)
    facts = person.facts(context.policy)
    sobject = SObject(record.ref.type.value) if record is not None else creates
    presents: dict[SObject, Present | None] = {}
    if sobject is not None:
        presents[sobject] = present_record(person, record, context, earlier=earlier) if record is not None else None
    member = record.member if record is not None else None
    presents[SObject.CAMPAIGN_MEMBER] = present_member(person, member) if member is not None else None
    found = [
        _kept(rule, present, facts, context) if rule in consented else Kept(rule.path, Why.NO_CONSENT)
        for kind, present in presents.items()
        for rule in rules_of(kind, context)
    ]
    return [kept for kept in found if kept is not None]


def _kept(rule: MappingRule, present: Present | None, facts: Facts, context: Context) -> Kept | None:
    spec = context.schemas[rule.sobject].find_field(rule.field)
    if spec is None:
        return Kept(rule.path, Why.FIELD_GONE)
    target = _target(rule, spec, present, context)
    policy = present.policy if present is not None else Policy(may_update=True)
    try:
        wanted, _note, is_left = wanted_value(rule, facts=facts, context=context)
        if is_left:
            return Kept(rule.path, Why.CHOICE_SKIPPED, target.current)
        why = _why(rule, wanted, spec=spec, target=target, policy=policy)
    except UnfitError as exc:
        if not is_tried(rule, spec=spec, target=target, policy=policy):
            return None
        return Kept(rule.path, Why.UNFIT, target.current, detail=exc.detail, code=exc.code)
    return None if why is None else Kept(rule.path, why, target.current, wanted)


def _target(rule: MappingRule, spec: FieldSpec, present: Present | None, context: Context) -> Target:
    if present is None:
        return Target(is_new=True)
    return target_of(rule, spec=spec, present=present, policy=context.policy)


def _why(rule: MappingRule, wanted: Json, *, spec: FieldSpec, target: Target, policy: Policy) -> Why | None:
    """Name the rule that keeps a field; None where it is written or nothing differs."""
    if target.is_new:
        return Why.NOT_WRITABLE if not spec.is_createable and not is_blank(wanted) else None
    if same_value(target.current, wanted, spec=spec):
        return None
    if unticks(wanted, spec=spec):
        return Why.OPT_OUT
    if not spec.is_updateable:
        return Why.ONLY_NEW if rule.mode is Mode.IF_NEW else Why.NOT_WRITABLE
    if assign(rule, wanted, spec=spec, target=target, policy=policy)[0]:
        return None
    return _why_closed(rule, wanted, spec=spec, target=target, policy=policy)


def _why_closed(rule: MappingRule, wanted: Json, *, spec: FieldSpec, target: Target, policy: Policy) -> Why | None:
    if is_blank(wanted):
        return Why.BLANK
    if is_open(rule, spec=spec, target=target, policy=policy):
        return None if rule.mode is Mode.APPEND else Why.COLLEAGUE  # what is there holds it already
    if not policy.may_update:
        return Why.NOT_UPDATED
    return Why.ONLY_NEW if rule.mode is Mode.IF_NEW else Why.NOT_EMPTY
