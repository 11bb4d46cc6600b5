"""Describe what Salesforce objects accept, as values that the rules can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SObject(StrEnum):
    """The Salesforce objects that the connector reads or writes."""

    CONTACT = "Contact"
    LEAD = "Lead"
    CAMPAIGN_MEMBER = "CampaignMember"
    CAMPAIGN = "Campaign"
    ACCOUNT = "Account"


class PersonType(StrEnum):
    """The two objects that can be a campaign member."""

    CONTACT = "Contact"
    LEAD = "Lead"

    @property
    def other(self) -> "PersonType":
        """The object that this one is not."""
        return PersonType.LEAD if self is PersonType.CONTACT else PersonType.CONTACT


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a picklist."""

    value: str
    label: str
    is_active: bool = True
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What describe says about one field, reduced to what the rules ask."""

    name: str
    label: str
    type: str
    """The describe type, lower case: string, textarea, email, phone, url, picklist, multipicklist, combobox, boolean,
    date, datetime, time, int, double, currency, percent, reference, id, address, location, base64, encryptedstring."""
    length: int = 0
    """Characters; 0 where the type has none."""
    precision: int = 0
    scale: int = 0
    digits: int = 0
    is_createable: bool = True
    is_updateable: bool = True
    is_nillable: bool = True
    is_defaulted_on_create: bool = False
    is_calculated: bool = False
    is_restricted_picklist: bool = False
    is_external_id: bool = False
    is_id_lookup: bool = False
    is_unique: bool = False
    is_case_sensitive: bool = False
    is_custom: bool = False
    is_filterable: bool = True
    """Whether records can be searched by it; long texts and encrypted fields cannot."""
    compound_field_name: str | None = None
    reference_to: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()

    @property
    def is_required_on_create(self) -> bool:
        """Whether a new record needs a value from us.

        https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm
        """
        return self.is_createable and not self.is_nillable and not self.is_defaulted_on_create


@dataclass(frozen=True, slots=True)
class RecordType:
    """One record type that the user may give."""

    name: str
    """Its label."""
    developer_name: str


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """What the signed-in user can do with one object."""

    name: str
    label: str
    is_createable: bool
    is_updateable: bool
    is_queryable: bool
    fields: Mapping[str, FieldSpec]
    """{api name: spec}, as Salesforce spells the names; fields hidden from the user are absent."""
    record_types: Mapping[str, RecordType] = field(default_factory=dict)
    """{record type id: what it is called}: the active ones that the user may give; not the master, which is none."""

    def find_field(self, name: str) -> FieldSpec | None:
        """Return the field of that API name, whatever its case."""
        found = self.fields.get(name)
        if found is not None:
            return found
        lowered = name.lower()
        return next((spec for api_name, spec in self.fields.items() if api_name.lower() == lowered), None)
