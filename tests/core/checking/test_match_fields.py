"""Which fields may recognise people, and why others may not (rule 2.9)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.checking.match_fields import (
    refuse_email_field,
    refuse_key_field,
    refuse_mapped_key,
    validate_match,
    validate_match_alone,
)
from connector.core.match_fields import MatchFields, MatchKey
from connector.core.schema import FieldSpec, SObject
from tests.core.cases import CONTACT, LEAD, rule, schema, spec

KEY: dict[str, Any] = {"length": 40, "is_external_id": True, "is_unique": True, "is_id_lookup": True}


@pytest.mark.parametrize(
    ("field", "code"),
    [
        pytest.param(spec("Work__c", "email"), "", id="an email field"),
        pytest.param(spec("Work__c", "string", is_id_lookup=True), "", id="a text that is an External ID"),
        pytest.param(spec("Work__c", "string"), "match_email_type", id="a plain text"),
        pytest.param(spec("Work__c", "phone"), "match_email_type", id="a phone number"),
        pytest.param(spec("Work__c", "email", is_filterable=False), "match_field_not_filterable", id="encrypted"),
        pytest.param(spec("Work__c", "string", is_id_lookup=True, is_case_sensitive=True), "match_email_case",
                     id="a text that tells capital letters apart"),
    ],
)  # fmt: skip
def test_fields_for_emails(field: FieldSpec, code: str) -> None:
    problem = refuse_email_field(field)
    assert (problem.code if problem else "") == code


@pytest.mark.parametrize(
    ("field", "code"),
    [
        pytest.param(spec("Key__c", **KEY), "", id="an External ID with unique values"),
        pytest.param(spec("Key__c", **KEY, is_case_sensitive=True), "", id="one that tells capital letters apart"),
        pytest.param(spec("Key__c", **{**KEY, "is_unique": False}), "match_key_not_unique", id="not unique"),
        pytest.param(spec("Key__c", **{**KEY, "is_external_id": False}), "match_key_not_unique",
                     id="not an External ID"),
        pytest.param(spec("Key__c", "double", **KEY), "match_key_type", id="a number"),
        pytest.param(spec("Key__c", **KEY, is_updateable=False), "match_key_not_writable", id="create-only"),
        pytest.param(spec("Key__c", **KEY, is_updateable=False, is_createable=False), "field_not_writable",
                     id="read-only"),
        pytest.param(spec("Key__c", **KEY, is_calculated=True, is_createable=False), "field_is_formula",
                     id="a formula"),
        pytest.param(spec("Key__c", **KEY, is_filterable=False), "match_field_not_filterable", id="encrypted"),
    ],
)  # fmt: skip
def test_fields_for_the_key(field: FieldSpec, code: str) -> None:
    problem = refuse_key_field(field)
    assert (problem.code if problem else "") == code


SCHEMAS = {
    SObject.CONTACT: schema("Contact", spec("Email", "email"), spec("Work__c", "email"), spec("Key__c", **KEY)),
    SObject.LEAD: schema("Lead", spec("Email", "email"), spec("Key__c", **{**KEY, "length": 20})),
}
BOTH = MatchKey("inwink.id", {CONTACT: "Key__c", LEAD: "Key__c"})


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        (MatchFields(), []),
        (MatchFields({CONTACT: ("email", "work__C")}), []),
        (MatchFields({LEAD: ("Email", "Work__c")}), [("field_unknown", "match_emails.lead")]),
        (MatchFields(key=BOTH), [("match_key_too_short", "match_key.lead")]),
        (MatchFields(key=replace(BOTH, source="fields.badge")), []),
        (MatchFields(key=MatchKey("inwink.id", {CONTACT: "Kee__c"})), [("field_unknown", "match_key.contact")]),
    ],
)
def test_a_link_is_held_against_both_describes(fields: MatchFields, problems: list[tuple[str, str]]) -> None:
    found = validate_match(fields, schema_of=SCHEMAS.__getitem__)
    assert [(problem.code, problem.key) for problem in found] == problems


def test_what_is_usual_has_no_problem() -> None:
    assert validate_match_alone({"contact": ["Email"], "lead": ["Work__c", "Email"]}, None) == []
    assert validate_match_alone({}, {"source": "fields.badge", "lead": "Key__c"}) == []


def test_a_mapping_may_not_write_over_the_key() -> None:
    fields = MatchFields(key=BOTH)
    problem = refuse_mapped_key(rule("KEY__C", sobject=SObject.LEAD), fields)
    assert problem is not None
    assert (problem.code, problem.key) == ("match_key_mapped", "field")
    for other in (rule("Key__c", sobject=SObject.CAMPAIGN_MEMBER), rule("Title", sobject=SObject.LEAD)):
        assert refuse_mapped_key(other, fields) is None
    assert refuse_mapped_key(rule("Key__c"), MatchFields()) is None
