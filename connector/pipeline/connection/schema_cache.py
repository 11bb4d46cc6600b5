"""Keep the describe of each object for all processes, so that a run asks for none."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from connector.core.schema import Choice, FieldSpec, ObjectSchema, RecordType
from connector.models import SalesforceOrg, SalesforceSchema
from connector.salesforce.schema import parse_describe

MAX_AGE = timedelta(hours=24)
"""Refreshed daily by schedule, and at once when a write names a field."""


FORMAT = ",".join(one.name for kind in (ObjectSchema, FieldSpec, RecordType, Choice) for one in fields(kind))
"""What is kept of a describe; what an earlier release kept less of is asked for anew, unconditionally."""


@dataclass(frozen=True, slots=True)
class KeptSchema:
    """A describe and when Salesforce last said that it holds."""

    schema: ObjectSchema
    fetched_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Say whether it may be used unasked."""
        return self.fetched_at > now - MAX_AGE


def load_schema(org: SalesforceOrg, sobject: str) -> KeptSchema | None:
    """Return what is stored about an object, however old; None where that is nothing or of an earlier release."""
    row = SalesforceSchema.objects.filter(org=org, sobject=sobject).first()
    if row is None or row.body.get("format") != FORMAT:
        return None
    return KeptSchema(parse_describe(row.body), row.fetched_at)


def confirm_schema(org: SalesforceOrg, sobject: str, *, now: datetime) -> None:
    """Note that Salesforce said that what is stored still holds."""
    SalesforceSchema.objects.filter(org=org, sobject=sobject).update(fetched_at=now)


def store_schema(org: SalesforceOrg, schema: ObjectSchema, *, now: datetime) -> None:
    """Keep what was just fetched."""
    values = {"body": dump_schema(schema), "fetched_at": now}
    SalesforceSchema.objects.update_or_create(org=org, sobject=schema.name, defaults=values)


def dump_schema(schema: ObjectSchema) -> dict[str, Any]:
    """Write a schema in the words of describe, so that `parse_describe` reads it back.

    A describe of Contact is a megabyte, of which the rules ask for a tenth; each run loads three.
    """
    return {
        "format": FORMAT,
        "name": schema.name,
        "label": schema.label,
        "createable": schema.is_createable,
        "updateable": schema.is_updateable,
        "queryable": schema.is_queryable,
        "fields": [_dump_field(spec) for spec in schema.fields.values()],
        "recordTypeInfos": [
            {"recordTypeId": key, "name": record_type.name, "developerName": record_type.developer_name}
            for key, record_type in schema.record_types.items()
        ],
    }


def _dump_field(spec: FieldSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "label": spec.label,
        "type": spec.type,
        "length": spec.length,
        "precision": spec.precision,
        "scale": spec.scale,
        "digits": spec.digits,
        "createable": spec.is_createable,
        "updateable": spec.is_updateable,
        "nillable": spec.is_nillable,
        "defaultedOnCreate": spec.is_defaulted_on_create,
        "calculated": spec.is_calculated,
        "restrictedPicklist": spec.is_restricted_picklist,
        "externalId": spec.is_external_id,
        "idLookup": spec.is_id_lookup,
        "filterable": spec.is_filterable,
        "unique": spec.is_unique,
        "caseSensitive": spec.is_case_sensitive,
        "custom": spec.is_custom,
        "compoundFieldName": spec.compound_field_name,
        "referenceTo": list(spec.reference_to),
        "picklistValues": [_dump_choice(choice) for choice in spec.choices],
    }


def _dump_choice(choice: Choice) -> dict[str, Any]:
    return {
        "value": choice.value,
        "label": choice.label,
        "active": choice.is_active,
        "defaultValue": choice.is_default,
    }
