"""Say what is wrong with the fields by which people are searched, before anybody is missed or mistaken (rule 2.9)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from connector.core.checking.mapping import SOURCE_TYPES, no_such_field, refuse_field, source_problem
from connector.core.checking.problem import Problem, gettext_noop
from connector.core.mapping import MappingRule
from connector.core.match_fields import MAIN_EMAIL, MatchFields
from connector.core.schema import FieldSpec, ObjectSchema, PersonType, SObject

MAX_EMAIL_FIELDS = 5
"""Email fields of an object; ours: each makes every question about people longer."""
INWINK_ID_LENGTH = 36
"""Characters of a GUID, the form of inwink's ids."""
_API_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)


def validate_match_alone(emails: Mapping[str, Sequence[str]], key: Mapping[str, str] | None) -> list[Problem]:
    """Check `match_emails` and `match_key` as the configuration file has them, without Salesforce."""
    problems: list[Problem] = []
    for word in WORDS.values():
        problems += _check_list(emails.get(word) or [MAIN_EMAIL], key=f"match_emails.{word}")
    return [*problems, *(_check_key(key) if key else ())]


WORDS: Mapping[PersonType, str] = {kind: kind.value.lower() for kind in PersonType}
"""{object: its word in the configuration file}"""


def _check_list(names: Sequence[str], *, key: str) -> Iterable[Problem]:
    lowered = [name.lower() for name in names]
    if MAIN_EMAIL.lower() not in lowered:
        text = gettext_noop("Email must be in the list: it is the field in which new people get their address.")
        yield Problem("match_email_main", key, text)
    if len(set(lowered)) < len(lowered):
        yield Problem("match_email_twice", key, gettext_noop("A field stands here twice."))
    if len(names) > MAX_EMAIL_FIELDS:
        text = gettext_noop("At most %(most)s email fields can be searched.")
        yield Problem("match_email_many", key, text, {"most": MAX_EMAIL_FIELDS})
    yield from (_no_api_name(name, key=key) for name in names if not _API_NAME.fullmatch(name))


def _check_key(key: Mapping[str, str]) -> Iterable[Problem]:
    source, names = key.get("source", ""), {word: key[word] for word in WORDS.values() if key.get(word)}
    origin = source_problem(source, key="match_key.source")
    if origin is not None:
        yield origin
    elif source in SOURCE_TYPES and source != "inwink.id":
        text = gettext_noop("%(source)s does not tell people apart. Use inwink.id, or a custom field that holds an id.")
        yield Problem("match_key_source", "match_key.source", text, {"source": source})
    if not names:
        text = gettext_noop("Name the field that holds the key: of Contacts, of Leads, or of both.")
        yield Problem("match_key_field", "match_key", text)
    yield from (_no_api_name(n, key=f"match_key.{word}") for word, n in names.items() if not _API_NAME.fullmatch(n))


def _no_api_name(name: str, *, key: str) -> Problem:
    text = gettext_noop("%(field)s is no API name: write one like Email or Work_Email__c.")
    return Problem("match_field_name", key, text, {"field": name})


def validate_match(fields: MatchFields, *, schema_of: Callable[[SObject], ObjectSchema]) -> list[Problem]:
    """Check every field by which people are searched against the describes."""
    problems: list[Problem] = []
    for kind, word in WORDS.items():
        schema = schema_of(SObject(kind.value))
        others = [name for name in fields.email_fields(kind) if name.lower() != MAIN_EMAIL.lower()]
        for name in others:
            problems += _check_field(name, schema, key=f"match_emails.{word}", refuse=refuse_email_field)
        if name := fields.key_field(kind):
            problems += _check_field(name, schema, key=f"match_key.{word}", refuse=refuse_key_field)
        problems += _check_length(fields, schema, kind=kind)
    return problems


Refuse = Callable[[FieldSpec], Problem | None]


def _check_field(name: str, schema: ObjectSchema, *, key: str, refuse: Refuse) -> list[Problem]:
    spec = schema.find_field(name)
    problem = no_such_field(name, schema) if spec is None else refuse(spec)
    return [replace(problem, key=key)] if problem is not None else []


def refuse_email_field(spec: FieldSpec) -> Problem | None:
    """Say why people cannot be searched by a field as an email; None where they can."""
    params = {"field": spec.name, "type": spec.type}
    if spec.type != "email" and not (spec.type == "string" and spec.is_id_lookup):
        text = gettext_noop("%(field)s is a %(type)s field. Use one of type email, or a text that is an External ID.")
        return Problem("match_email_type", "field", text, params)
    if not spec.is_filterable:
        return _not_filterable(spec)
    if spec.type == "string" and spec.is_case_sensitive:
        text = gettext_noop("%(field)s tells capital letters apart, which nobody does in email addresses.")
        return Problem("match_email_case", "field", text, params)
    return None


def refuse_key_field(spec: FieldSpec) -> Problem | None:
    """Say why a field cannot hold the key; None where it can."""
    params = {"field": spec.name, "type": spec.type}
    if spec.type != "string":
        text = gettext_noop("%(field)s is a %(type)s field; a key needs a text field.")
        return Problem("match_key_type", "field", text, params)
    if not (spec.is_external_id and spec.is_unique):
        text = gettext_noop(
            "%(field)s is no identity: two records could carry the same key. Tick “External ID” and “Unique” on the "
            "field in Salesforce."
        )
        return Problem("match_key_not_unique", "field", text, params)
    if not (spec.is_createable and spec.is_updateable):
        text = gettext_noop("The integration user cannot write %(field)s. Give the user edit access to the field.")
        return refuse_field(spec) or Problem("match_key_not_writable", "field", text, params)
    return None if spec.is_filterable else _not_filterable(spec)


def _not_filterable(spec: FieldSpec) -> Problem:
    text = gettext_noop("Salesforce cannot search by %(field)s: it is encrypted, or its type does not allow it.")
    return Problem("match_field_not_filterable", "field", text, {"field": spec.name})


def _check_length(fields: MatchFields, schema: ObjectSchema, *, kind: PersonType) -> Iterable[Problem]:
    spec = schema.find_field(fields.key_field(kind)) if fields.key_field(kind) else None
    if spec is None or fields.key is None or fields.key.source != "inwink.id" or spec.length >= INWINK_ID_LENGTH:
        return
    text = gettext_noop("%(field)s holds %(length)s characters; an id of inwink has 36.")
    yield Problem("match_key_too_short", f"match_key.{WORDS[kind]}", text, {"field": spec.name, "length": spec.length})


def refuse_mapped_key(rule: MappingRule, fields: MatchFields) -> Problem | None:
    """Refuse a mapping that would write over the key."""
    keys = {(kind.value, fields.key_field(kind).lower()) for kind in PersonType}
    if (rule.sobject.value, rule.field.lower()) not in keys:
        return None
    text = gettext_noop("%(field)s is filled by the key of this link: remove its mapping.")
    return Problem("match_key_mapped", "field", text, {"field": rule.field})
