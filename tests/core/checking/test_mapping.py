"""What is refused before anything is sent, and in which words."""

from typing import Any

import pytest

from connector.core.checking.mapping import validate_mapping, validate_mapping_alone, validate_required
from connector.core.checking.mapping_defaults import DEFAULT_MAPPINGS, defaults_beside
from connector.core.mapping import Blank, MappingRule, Mode, UnknownChoice
from connector.core.schema import Choice, FieldSpec, ObjectSchema, SObject


def spec(name: str, kind: str = "string", **more: Any) -> FieldSpec:
    """Describe a field."""
    return FieldSpec(name=name, label=name, type=kind, **{"length": 20 if kind == "string" else 0, **more})


TRACKS = (Choice("Data", "Data track"), Choice("Web", "Web"), Choice("Old", "Old", is_active=False))
FIELDS = [
    spec("Title"),
    spec("LastName", is_nillable=False),
    spec("Email", "email", length=80),
    spec("Name"),
    spec("FirstName", compound_field_name="Name"),
    spec("MailingAddress", "address"),
    spec("Score__c", "double", is_calculated=True, is_createable=False, is_updateable=False),
    spec("AccountId", "reference"),
    spec("Secret__c", "encryptedstring"),
    spec("Hidden__c", is_createable=False, is_updateable=False),
    spec("Once__c", is_updateable=False),
    spec("Later__c", is_createable=False),
    spec("Track__c", "picklist", is_restricted_picklist=True, choices=TRACKS),
    spec("Tracks__c", "multipicklist", is_restricted_picklist=True, choices=TRACKS),
    spec("Open__c", "picklist", choices=TRACKS),
    spec("Came__c", "datetime"),
    spec("Vip__c", "boolean"),
    spec("Seats__c", "double", precision=5, scale=2),
    spec("Notes__c", "textarea", length=1000),
    spec("Dietary__c"),
]  # fmt: skip
CONTACT = ObjectSchema(
    name="Contact", label="Contact", is_createable=True, is_updateable=True, is_queryable=True,
    fields={field.name: field for field in FIELDS},
)  # fmt: skip


def rule(field: str, source: str = "fields.x", **more: Any) -> MappingRule:
    """Map something to a field of Contact."""
    return MappingRule(SObject.CONTACT, field, source, **more)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (rule("Dietary__c"), []),
        (rule("dietary__c"), []),
        (rule("Dietry__c"), [("field_unknown", "field", "Did you mean Dietary__c?")]),
        (rule("Zzz"), [("field_unknown", "field", "custom fields end in __c")]),
        (rule("Score__c"), [("field_is_formula", "field", "formula")]),
        (rule("MailingAddress"), [("field_is_compound", "field", "parts")]),
        (rule("Name"), [("field_is_compound", "field", "parts")]),
        (rule("FirstName"), []),
        (rule("AccountId"), [("field_is_reference", "field", "another record")]),
        (rule("Secret__c"), [("field_type_unsupported", "field", "encryptedstring")]),
        (rule("Hidden__c"), [("field_not_writable", "field", "read-only")]),
        (rule("Once__c"), [("field_not_updateable", "mode", "if_new")]),
        (rule("Once__c", mode=Mode.IF_NEW), []),
        (rule("Later__c"), [("field_not_createable", "field", "new records")]),
        (rule("Title", source="company"), []),
        (rule("Seats__c", source="company"), [("type_mismatch", "field", "double field and cannot hold company")]),
        (rule("Vip__c", source="inwink.state", values={"attended": True}), []),
        (rule("Came__c", source="inwink.attended_at"), []),
        (rule("Came__c", source="inwink.id"), [("type_mismatch", "field", "datetime")]),
        (rule("Email", source="email"), []),
        (rule("Email", source="company"), [("type_mismatch", "field", "email")]),
        (rule("Title", mode=Mode.APPEND), [("append_unsupported", "mode", "string")]),
        (rule("Notes__c", mode=Mode.APPEND), []),
        (rule("LastName", blank=Blank.CLEAR), [("clear_refused", "blank", "may not be empty")]),
        (rule("Track__c", "", constant="Data"), []),
        (rule("Track__c", "", constant="data TRACK"), []),
        (rule("Track__c", "", constant="Old"), [("choice_unknown", "constant", "Data, Web")]),
        (rule("Open__c", "", constant="Anything"), [("choice_unknown", "constant", "Data, Web")]),
        (rule("Tracks__c", "", constant=["Data", "Web"]), []),
        (rule("Track__c", default="Other"), [("choice_unknown", "default", "Other is not a choice")]),
        (rule("Track__c", values={"d": "Data", "x": "X"}), [("choice_unknown", "values.x", "X is not")]),
        (rule("Vip__c", "", constant="maybe"), [("value_unfit", "constant", "neither yes nor no")]),
        (rule("Vip__c", "", constant=False), []),
        (rule("Seats__c", "", constant=12345), [("value_unfit", "constant", "digits")]),
        (rule("Title", "", constant="x" * 21), [("value_unfit", "constant", "20 fit")]),
        (rule("Title", "", constant="x" * 21, truncate=True), []),
    ],
)  # fmt: skip
def test_a_mapping_is_held_against_the_describe(mapping: MappingRule, expected: list[tuple[str, str, str]]) -> None:
    problems = validate_mapping(mapping, CONTACT)
    assert [(p.code, p.key) for p in problems] == [(code, key) for code, key, _ in expected]
    for problem, (_, _, words) in zip(problems, expected, strict=True):
        assert words in problem.message


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (rule("Title"), []),
        (rule("Title", ""), [("source_or_constant", "source")]),
        (rule("Title", constant="x"), [("source_or_constant", "source")]),
        (rule("Title", "", constant=False), []),
        (rule("Title", "category"), []),
        (rule("Title", "firstName"), [("source_unknown", "source")]),
        (rule("Title", "inwink.stat"), [("source_unknown", "source")]),
        (rule("Title", "event.location"), [("source_unknown", "source")]),
        (rule("Title", mode=Mode.IF_EMPTY, blank=Blank.CLEAR), [("clear_needs_overwrite", "blank")]),
        (rule("Title", unknown_choice=UnknownChoice.DEFAULT), [("default_missing", "unknown_choice")]),
        (rule("Title", unknown_choice=UnknownChoice.DEFAULT, default="x"), []),
        (MappingRule(SObject.CAMPAIGN_MEMBER, "Status", "inwink.state"), [("field_is_ours", "field")]),
        (rule("Status__c", "inwink.state"), []),
    ],
)
def test_a_mapping_is_checked_without_salesforce(mapping: MappingRule, expected: list[tuple[str, str]]) -> None:
    assert [(p.code, p.key) for p in validate_mapping_alone(mapping)] == expected


def test_a_near_source_is_named() -> None:
    assert validate_mapping_alone(rule("Title", "inwink.stat"))[0].message.endswith("write inwink.state.")


@pytest.mark.parametrize(
    ("mapped", "placeholders", "missing"),
    [
        ([], {}, ["LastName", "Badge__c"]),
        (["lastname"], {}, ["Badge__c"]),
        (["Badge__c"], {"last_name": "[none]"}, []),
        (["Badge__c"], {"last_name": ""}, ["LastName"]),
    ],
)
def test_required_fields_need_a_mapping_or_a_placeholder(
    mapped: list[str], placeholders: dict[str, str], missing: list[str]
) -> None:
    fields = [
        spec("LastName", is_nillable=False),
        spec("Badge__c", is_nillable=False),
        spec("OwnerId", "reference", is_nillable=False, is_defaulted_on_create=True),
        spec("Id", "id", is_nillable=False, is_createable=False),
    ]
    schema = ObjectSchema("Contact", "Contact", True, True, True, {field.name: field for field in fields})
    problems = validate_required(schema, mapped=mapped, placeholders=placeholders)
    assert [problem.params["field"] for problem in problems] == missing


def test_the_link_fills_the_keys_of_a_member_itself() -> None:
    fields = [spec("CampaignId", "reference", is_nillable=False), spec("Badge__c", is_nillable=False)]
    schema = ObjectSchema("CampaignMember", "Member", True, True, True, {field.name: field for field in fields})
    problems = validate_required(schema, mapped=[], placeholders={})
    assert [problem.params["field"] for problem in problems] == ["Badge__c"]


def test_a_listed_mapping_replaces_the_default_of_its_field() -> None:
    rest = defaults_beside([(SObject.CONTACT, "title")])
    assert len(rest) == len(DEFAULT_MAPPINGS) - 1
    assert (SObject.CONTACT, "Title") not in {(kept.sobject, kept.field) for kept in rest}
    assert (SObject.LEAD, "Title") in {(kept.sobject, kept.field) for kept in rest}


def test_default_mappings_stand_by_themselves() -> None:
    assert [problem for mapping in DEFAULT_MAPPINGS for problem in validate_mapping_alone(mapping)] == []
