"""Say what is wrong with a mapping before anything is sent (rules 3.5, 5.2 to 5.5).

The configuration file, the admin's forms and the preflight ask the same functions, so that what one accepts the others
accept too.
"""

import difflib
from collections.abc import Collection, Mapping

from connector.core.checking.problem import Problem, gettext_noop
from connector.core.convert import Locale, UnfitError, choose, convert, is_blank
from connector.core.mapping import Blank, MappingRule, Mode, UnknownChoice
from connector.core.participant import STANDARD_FIELDS
from connector.core.schema import FieldSpec, ObjectSchema, SObject

TEXT_TYPES = frozenset({"string", "textarea", "picklist", "multipicklist", "combobox"})
CHOICE_TYPES = frozenset({"picklist", "multipicklist"})
MAPPABLE_TYPES = TEXT_TYPES | {
    "email", "phone", "url", "boolean", "date", "datetime", "int", "double", "currency", "percent",
}  # fmt: skip
"""Describe types that a value of inwink can be converted to (rule 5.4)."""
MOMENT_TYPES = TEXT_TYPES - CHOICE_TYPES | {"date", "datetime"}
APPENDABLE_TYPES = frozenset({"multipicklist", "textarea"})

SOURCE_TYPES: Mapping[str, frozenset[str]] = {
    "email": TEXT_TYPES | {"email"},
    "first_name": TEXT_TYPES,
    "last_name": TEXT_TYPES,
    "position": TEXT_TYPES,
    "company": TEXT_TYPES,
    "inwink.id": TEXT_TYPES,
    "inwink.state": TEXT_TYPES,
    "inwink.first_registered_at": MOMENT_TYPES,
    "inwink.attended_at": MOMENT_TYPES,
    "event.id": TEXT_TYPES,
    "event.name": TEXT_TYPES,
    "event.start": MOMENT_TYPES,
}
"""{source: field types that can hold it}; custom fields may hold anything."""

SET_BY_US: Mapping[SObject, frozenset[str]] = {
    SObject.CAMPAIGN_MEMBER: frozenset({"campaignid", "contactid", "leadid", "status"}),
}
"""Fields (lower case) that the link itself fills."""
IDENTIFYING_FIELDS = frozenset({"email", "lastname"})
"""Fields (lower case) without which a new person could not be saved or found again."""
PLACEHOLDER_FIELDS: Mapping[str, str] = {"company": "Company", "last_name": "LastName"}
"""{key of `placeholders`: field that it fills}."""


# mappings


def validate_mapping(rule: MappingRule, schema: ObjectSchema) -> list[Problem]:
    """Check one mapping against the describe of its object."""
    problems = validate_mapping_alone(rule)
    if any(problem.key == "field" for problem in problems):
        return problems
    spec = schema.find_field(rule.field)
    if spec is None:
        return [*problems, no_such_field(rule.field, schema)]
    refusal = refuse_target(spec, schema) or _refuse_access(rule, spec)
    if refusal is not None:
        return [*problems, refusal]
    return [*problems, *_misfits(rule, spec)]


def validate_mapping_alone(rule: MappingRule) -> list[Problem]:
    """Check what can be known about a mapping without Salesforce."""
    problems = [_check_origin(rule), _check_reserved(rule), _check_marketing(rule)]
    if rule.blank is Blank.CLEAR and rule.mode is not Mode.OVERWRITE:
        text = gettext_noop("blank: clear goes with mode: overwrite only.")
        problems.append(Problem("clear_needs_overwrite", "blank", text))
    if rule.unknown_choice is UnknownChoice.DEFAULT and is_blank(rule.default):
        text = gettext_noop("unknown_choice: default needs a default.")
        problems.append(Problem("default_missing", "unknown_choice", text))
    return [problem for problem in problems if problem is not None]


def _check_marketing(rule: MappingRule) -> Problem | None:
    if not rule.marketing or rule.field.lower() not in IDENTIFYING_FIELDS:
        return None
    text = gettext_noop("%(field)s cannot be held back: the person would never be found again. Leave marketing off.")
    return Problem("marketing_identifies", "marketing", text, {"field": rule.field})


def refuse_field(spec: FieldSpec) -> Problem | None:
    """Say why no value can ever be written to a field; None where one can."""
    params = {"field": spec.name, "type": spec.type}
    if spec.is_calculated:
        text = gettext_noop("%(field)s is a formula: Salesforce computes it, nobody can write it.")
        return Problem("field_is_formula", "field", text, params)
    if spec.type in {"address", "location"}:
        return _compound(spec)
    if spec.type in {"reference", "id"}:
        text = gettext_noop("%(field)s holds the id of another record, which inwink does not know.")
        return Problem("field_is_reference", "field", text, params)
    if spec.type not in MAPPABLE_TYPES:
        text = gettext_noop("%(field)s is of type %(type)s, which cannot be filled from inwink.")
        return Problem("field_type_unsupported", "field", text, params)
    if not spec.is_createable and not spec.is_updateable:
        text = gettext_noop("%(field)s is read-only for the integration user. Give the user edit access to the field.")
        return Problem("field_not_writable", "field", text, params)
    return None


def refuse_target(spec: FieldSpec, schema: ObjectSchema) -> Problem | None:
    """Say why no mapping can fill a field of an object; None where one can."""
    return _refuse_compound(spec, schema) or refuse_field(spec)


def _refuse_compound(spec: FieldSpec, schema: ObjectSchema) -> Problem | None:
    """Name is of type string: only its parts tell that it is put together."""
    is_compound = any(other.compound_field_name == spec.name for other in schema.fields.values())
    return _compound(spec) if is_compound else None


def _compound(spec: FieldSpec) -> Problem:
    text = gettext_noop("%(field)s is put together from other fields. Map its parts instead.")
    return Problem("field_is_compound", "field", text, {"field": spec.name})


def _check_origin(rule: MappingRule) -> Problem | None:
    has_constant = rule.constant is not None
    if bool(rule.source) == has_constant:
        text = gettext_noop("Give either a source or a constant, not both and not neither.")
        return Problem("source_or_constant", "source", text)
    return source_problem(rule.source, key="source") if rule.source else None


def source_problem(source: str, *, key: str) -> Problem | None:
    """Say why a text cannot be the path of an inwink value; None where it can."""
    if source in SOURCE_TYPES:
        return None
    near = _near_source(source)
    if source.split(".")[0] not in {"inwink", "event"} and near is None:
        return None
    if near is None:
        text = gettext_noop("%(source)s is not a source. Known ones: %(known)s, and any custom field's path.")
        params = {"source": source, "known": ", ".join(SOURCE_TYPES)}
        return Problem("source_unknown", key, text, params)
    text = gettext_noop("%(source)s is not a source; write %(near)s.")
    return Problem("source_unknown", key, text, {"source": source, "near": near})


def _near_source(source: str) -> str | None:
    """Return the standard source that was probably meant; custom paths have a dot and are left alone."""
    folded = source.replace("_", "").replace("-", "").lower()
    same = next((name for name in SOURCE_TYPES if name.replace("_", "") == folded), None)
    if same is not None or source.split(".")[0] not in {"inwink", "event"}:
        return same
    return next(
        iter(difflib.get_close_matches(source, [n for n in SOURCE_TYPES if n not in STANDARD_FIELDS], n=1)), None
    )


def _check_reserved(rule: MappingRule) -> Problem | None:
    if rule.field.lower() not in SET_BY_US.get(rule.sobject, frozenset()):
        return None
    text = gettext_noop("%(field)s is filled by the link itself; the status comes from `statuses`.")
    return Problem("field_is_ours", "field", text, {"field": rule.field})


def no_such_field(name: str, schema: ObjectSchema) -> Problem:
    """Say that the user sees no such field, with the one that was probably meant."""
    near = difflib.get_close_matches(name.lower(), [known.lower() for known in schema.fields], n=1, cutoff=0.7)
    found = schema.find_field(near[0]) if near else None
    params = {"field": name, "object": schema.name, "near": found.name if found else ""}
    if found is not None:
        text = gettext_noop(
            "%(object)s has no field %(field)s that the integration user can see. Did you mean %(near)s?"
        )
        return Problem("field_unknown", "field", text, params)
    text = gettext_noop(
        "%(object)s has no field %(field)s that the integration user can see. "
        "Use its API name (custom fields end in __c) and give the user access to it."
    )
    return Problem("field_unknown", "field", text, params)


def _refuse_access(rule: MappingRule, spec: FieldSpec) -> Problem | None:
    params = {"field": spec.name}
    if not spec.is_createable:
        text = gettext_noop("%(field)s cannot be set on new records by the integration user.")
        return Problem("field_not_createable", "field", text, params)
    if not spec.is_updateable and rule.mode is not Mode.IF_NEW:
        text = gettext_noop("%(field)s can be set on new records only: use mode: if_new.")
        return Problem("field_not_updateable", "mode", text, params)
    return None


def _misfits(rule: MappingRule, spec: FieldSpec) -> list[Problem]:
    problems: list[Problem | None] = [_check_source_type(rule, spec)]
    if rule.mode is Mode.APPEND and spec.type not in APPENDABLE_TYPES:
        text = gettext_noop("mode: append works with multi-select picklists and long texts, %(field)s is a %(type)s.")
        problems.append(Problem("append_unsupported", "mode", text, {"field": spec.name, "type": spec.type}))
    if rule.blank is Blank.CLEAR and not spec.is_nillable:
        text = gettext_noop("%(field)s may not be empty in Salesforce: use blank: keep.")
        problems.append(Problem("clear_refused", "blank", text, {"field": spec.name}))
    for key, value in (("constant", rule.constant), ("default", rule.default)):
        problems.append(_check_value(value, key=key, rule=rule, spec=spec))
    if spec.type in CHOICE_TYPES:
        problems += [_check_value(v, key=f"values.{choice}", rule=rule, spec=spec) for choice, v in rule.values.items()]
    return [problem for problem in problems if problem is not None]


def _check_source_type(rule: MappingRule, spec: FieldSpec) -> Problem | None:
    accepted = SOURCE_TYPES.get(rule.source)
    if accepted is None or spec.type in accepted or rule.values:
        return None
    text = gettext_noop("%(field)s is a %(type)s field and cannot hold %(source)s.")
    return Problem("type_mismatch", "field", text, {"field": spec.name, "type": spec.type, "source": rule.source})


def _check_value(value: object, *, key: str, rule: MappingRule, spec: FieldSpec) -> Problem | None:
    if is_blank(value):
        return None
    if spec.type in CHOICE_TYPES:  # restricted or not: an unknown choice is never sent (rule 5.2)
        if choose(value, spec=spec, values={}, language="en") is not None:
            return None
        choices = ", ".join(choice.value for choice in spec.choices if choice.is_active)
        text = gettext_noop("%(value)s is not a choice of %(field)s. Its choices: %(choices)s.")
        return Problem("choice_unknown", key, text, {"value": value, "field": spec.name, "choices": choices})
    try:
        convert(value, spec=spec, locale=Locale(), truncate=rule.truncate)
    except UnfitError as exc:
        text = gettext_noop("%(value)s does not fit into %(field)s (%(type)s): %(detail)s.")
        params = {"value": value, "field": spec.name, "type": spec.type, "detail": exc.detail}
        return Problem("value_unfit", key, text, params)
    return None


# required fields


def uncovered_fields(
    schema: ObjectSchema, *, mapped: Collection[str], placeholders: Mapping[str, str]
) -> list[FieldSpec]:
    """Return the required fields of a new record that neither a mapping nor a placeholder nor the link fills."""
    covered = {name.lower() for name in mapped} | {
        PLACEHOLDER_FIELDS[key].lower() for key, text in placeholders.items() if text and key in PLACEHOLDER_FIELDS
    }
    ours = SET_BY_US.get(SObject(schema.name), frozenset())
    return [
        spec
        for spec in schema.fields.values()
        if spec.is_required_on_create and spec.name.lower() not in covered | ours
    ]


def validate_required(
    schema: ObjectSchema, *, mapped: Collection[str], placeholders: Mapping[str, str]
) -> list[Problem]:
    """Check that a new record gets every field that Salesforce demands (rule 3.5)."""
    text = gettext_noop(
        "%(object)s.%(field)s is required in this organisation and nothing fills it. Map it to an inwink field with a "
        "default, or to a constant."
    )
    return [
        Problem("required_not_mapped", "mappings", text, {"object": schema.name, "field": spec.name})
        for spec in uncovered_fields(schema, mapped=mapped, placeholders=placeholders)
    ]
