"""Read the answer of describe as the values that the rules use."""

from collections.abc import Mapping
from typing import Any

from connector.core.schema import Choice, FieldSpec, ObjectSchema, RecordType


def parse_describe(raw: Mapping[str, Any]) -> ObjectSchema:
    """Read `GET /sobjects/X/describe`.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
    Raises ValueError where the shape is another.
    """
    try:
        fields = [_parse_field(field) for field in raw["fields"] if not field.get("deprecatedAndHidden", False)]
        return ObjectSchema(
            name=raw["name"],
            label=raw["label"],
            is_createable=bool(raw["createable"]),
            is_updateable=bool(raw["updateable"]),
            is_queryable=bool(raw["queryable"]),
            fields={field.name: field for field in fields},
            record_types=_parse_record_types(raw.get("recordTypeInfos") or ()),
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError("the answer is not the describe of an object") from exc


def _parse_field(raw: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(
        name=raw["name"],
        label=raw["label"],
        type=str(raw["type"]).lower(),
        length=raw.get("length") or 0,
        precision=raw.get("precision") or 0,
        scale=raw.get("scale") or 0,
        digits=raw.get("digits") or 0,
        is_createable=bool(raw["createable"]),
        is_updateable=bool(raw["updateable"]),
        is_nillable=bool(raw["nillable"]),
        is_defaulted_on_create=bool(raw.get("defaultedOnCreate")),
        is_calculated=bool(raw.get("calculated")),
        is_restricted_picklist=bool(raw.get("restrictedPicklist")),
        is_external_id=bool(raw.get("externalId")),
        is_id_lookup=bool(raw.get("idLookup")),
        is_unique=bool(raw.get("unique")),
        is_case_sensitive=bool(raw.get("caseSensitive")),
        is_custom=bool(raw.get("custom")),
        is_filterable=bool(raw.get("filterable", True)),
        compound_field_name=raw.get("compoundFieldName") or None,
        reference_to=tuple(raw.get("referenceTo") or ()),
        choices=tuple(_parse_choice(choice) for choice in raw.get("picklistValues") or ()),
    )


def _parse_choice(raw: Mapping[str, Any]) -> Choice:
    return Choice(
        value=raw["value"],
        label=raw.get("label") or raw["value"],
        is_active=bool(raw.get("active", True)),
        is_default=bool(raw.get("defaultValue")),
    )


def _parse_record_types(raw: Any) -> dict[str, RecordType]:
    """Keep the record types that are active and that this user may give; the master stands for having none."""
    return {
        info["recordTypeId"]: RecordType(info["name"], info.get("developerName") or info["name"])
        for info in raw
        if info.get("active", True) and info.get("available", True) and not info.get("master", False)
    }
