"""Describes, reduced to what the rules ask."""

import pytest

from connector.core.schema import Choice, FieldSpec, ObjectSchema, RecordType
from connector.salesforce.schema import parse_describe

FIELD = {"name": "Email", "label": "Email", "type": "Email", "createable": True, "updateable": False, "nillable": True}


def test_describe() -> None:
    raw = {
        "name": "Lead",
        "label": "Piste",
        "createable": True,
        "updateable": True,
        "queryable": False,
        "fields": [
            {**FIELD, "length": 80, "idLookup": True, "compoundFieldName": None, "picklistValues": []},
            {
                **FIELD,
                "name": "Track__c",
                "label": "Parcours",
                "type": "picklist",
                "nillable": False,
                "defaultedOnCreate": True,
                "restrictedPicklist": True,
                "custom": True,
                "unique": True,
                "caseSensitive": True,
                "externalId": True,
                "calculated": True,
                "precision": 18,
                "scale": 2,
                "digits": 3,
                "compoundFieldName": "Address",
                "referenceTo": ["Group", "User"],
                "picklistValues": [
                    {"active": True, "defaultValue": True, "label": "Données", "value": "data"},
                    {"active": False, "defaultValue": False, "label": None, "value": "old"},
                ],
            },
            {**FIELD, "name": "Old__c", "deprecatedAndHidden": True},
        ],
        "recordTypeInfos": [
            {
                "active": True,
                "available": True,
                "name": "Visitor",
                "developerName": "Visitor_2",
                "recordTypeId": "012000000000001AAA",
            },
            {"active": True, "available": False, "name": "Staff", "recordTypeId": "012000000000002AAA"},
            {"active": False, "available": True, "name": "Old", "recordTypeId": "012000000000003AAA"},
            {"active": True, "available": True, "master": True, "name": "Master", "recordTypeId": "012000000000000AAA"},
        ],
    }
    email = FieldSpec("Email", "Email", "email", length=80, is_updateable=False, is_id_lookup=True)
    track = FieldSpec(
        "Track__c",
        "Parcours",
        "picklist",
        precision=18,
        scale=2,
        digits=3,
        is_updateable=False,
        is_nillable=False,
        is_defaulted_on_create=True,
        is_calculated=True,
        is_restricted_picklist=True,
        is_external_id=True,
        is_unique=True,
        is_case_sensitive=True,
        is_custom=True,
        compound_field_name="Address",
        reference_to=("Group", "User"),
        choices=(Choice("data", "Données", is_default=True), Choice("old", "old", is_active=False)),
    )
    assert parse_describe(raw) == ObjectSchema(
        name="Lead",
        label="Piste",
        is_createable=True,
        is_updateable=True,
        is_queryable=False,
        fields={"Email": email, "Track__c": track},
        record_types={"012000000000001AAA": RecordType("Visitor", "Visitor_2")},
    )


@pytest.mark.parametrize("raw", [{}, {"name": "Lead", "fields": [{"name": "x"}]}, {"fields": None}])
def test_other_shapes_are_errors(raw: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not the describe"):
        parse_describe(raw)
