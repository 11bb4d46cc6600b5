"""Work out the values that a record gets: of a new one all, of a present one what differs and may be written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from connector.core.accounts import Accounts
from connector.core.convert import UnfitError, choose, convert, is_blank, same_value, translate
from connector.core.mapping import (
    Facts,
    MappingRule,
    Mode,
    Policy,
    Target,
    UnknownChoice,
    assign,
    is_open,
    read_source,
    unticks,
)
from connector.core.outcomes import Note
from connector.core.participant import Json
from connector.core.rows import LinkPolicy, Schemas
from connector.core.schema import FieldSpec, ObjectSchema, SObject
from connector.core.screen import Person


@dataclass(frozen=True, slots=True)
class Context:
    """What every plan of a batch is made with."""

    policy: LinkPolicy
    schemas: Schemas
    responded: Mapping[str, bool]
    """{label: HasResponded} of the campaign."""
    accounts: Accounts = Accounts()

    def of(self, person: Person) -> "Context":
        """Return what one person is planned with: only the mappings that consent lets through."""
        return replace(self, policy=replace(self.policy, mappings=person.rules(self.policy)))


@dataclass(frozen=True, slots=True)
class Present:
    """A record as it is, and what may be done to it."""

    values: Mapping[str, Json]
    """{api name: value} of the mapped fields, as read."""
    sent: Mapping[str, Json]
    """What we wrote last: {"Object.Field": value}, see `sent_values`."""
    policy: Policy
    carried: Mapping[str, Json] = field(default_factory=dict)
    """{api name: value} of what came along from records that became this one, see `sent_to_record`."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a record gets."""

    values: Mapping[str, Json] = field(default_factory=dict)
    agreed: Mapping[str, Json] = field(default_factory=dict)
    """Values that we would have written and that were there already."""
    notes: tuple[Note, ...] = ()


def rules_of(sobject: SObject, context: Context) -> Iterable[MappingRule]:
    """Yield the mappings of an object."""
    return (rule for rule in context.policy.mappings if rule.sobject is sobject)


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


_NEW, _MAY_UPDATE = Target(is_new=True), Policy(may_update=True)


def new_values(sobject: SObject, *, facts: Facts, context: Context) -> tuple[dict[str, Json], tuple[Note, ...]]:
    """Return the values of a record that is to be created, placeholders included. Raises UnfitError."""
    values: dict[str, Json] = {}
    notes: list[Note] = []
    schema = context.schemas[sobject]
    for rule in rules_of(sobject, context):
        spec = schema.find_field(rule.field)
        if spec is None or not is_tried(rule, spec=spec, target=_NEW, policy=_MAY_UPDATE):
            notes.append(Note.FIELD_DROPPED)
            continue
        wanted, note, is_left = wanted_value(rule, facts=facts, context=context)
        notes += [note] if note else []
        write, value = assign(rule, wanted, spec=spec, target=_NEW, policy=_MAY_UPDATE)
        if write and not is_left:
            values[spec.name] = value
    if sobject is not SObject.CAMPAIGN_MEMBER:
        values |= _placeholders(values, schema=schema, context=context)
    return values, tuple(dict.fromkeys(notes))


PLACEHOLDER_FIELDS = {"company": "Company", "last_name": "LastName"}
"""{key of the link's placeholders: field that it fills}."""


def placeholder_of(name: str, policy: LinkPolicy) -> str | None:
    """Return the text that counts as empty in a field."""
    return next((policy.placeholders.get(key) for key, field in PLACEHOLDER_FIELDS.items() if field == name), None)


def _placeholders(values: Mapping[str, Json], *, schema: ObjectSchema, context: Context) -> dict[str, Json]:
    filled: dict[str, Json] = {}
    for name in PLACEHOLDER_FIELDS.values():
        spec, text = schema.find_field(name), placeholder_of(name, context.policy)
        if spec is None or not spec.is_required_on_create or name in values or not text:
            continue
        if name == "Company" and has_person_accounts(context.schemas):
            continue
        filled[name] = text
    return filled


def has_person_accounts(schemas: Schemas) -> bool:
    """Say whether the organisation has Person Accounts: there a lead without a company becomes one (rule 3.3)."""
    contact = schemas.get(SObject.CONTACT)
    return contact is not None and contact.find_field("IsPersonAccount") is not None


def changed_values(sobject: SObject, present: Present, *, facts: Facts, context: Context) -> Changes:
    """Return what differs and may be written. Raises UnfitError, for fields that may be written only."""
    values: dict[str, Json] = {}
    agreed: dict[str, Json] = {}
    notes: list[Note] = []
    for rule in rules_of(sobject, context):
        spec = context.schemas[sobject].find_field(rule.field)
        if spec is None or (not spec.is_updateable and rule.mode is not Mode.IF_NEW):
            notes.append(Note.FIELD_DROPPED)
            continue
        target = target_of(rule, spec=spec, present=present, policy=context.policy)
        if not is_tried(rule, spec=spec, target=target, policy=present.policy):
            continue
        wanted, note, is_left = wanted_value(rule, facts=facts, context=context)
        notes += [note] if note else []
        if is_left:
            continue
        notes += [Note.OPT_OUT_KEPT] if unticks(wanted, spec=spec) and target.current is True else []
        write, value = assign(rule, wanted, spec=spec, target=target, policy=present.policy)
        if write:
            values[spec.name] = value
        elif rule.mode is Mode.OVERWRITE and same_value(target.current, wanted, spec=spec):
            agreed[spec.name] = wanted
    return Changes(values, agreed, tuple(dict.fromkeys(notes)))


def is_tried(rule: MappingRule, *, spec: FieldSpec, target: Target, policy: Policy) -> bool:
    """Say whether a value is converted for a record at all: only then one that does not fit lets the person fail."""
    if target.is_new:
        return spec.is_createable
    return spec.is_updateable and is_open(rule, spec=spec, target=target, policy=policy)


def target_of(rule: MappingRule, *, spec: FieldSpec, present: Present, policy: LinkPolicy) -> Target:
    """Return what a present record holds in a mapped field."""
    return Target(
        is_new=False,
        current=present.values.get(spec.name),
        last_sent=present.sent.get(rule.path),
        was_sent=rule.path in present.sent,
        placeholder=placeholder_of(spec.name, policy),
    )
