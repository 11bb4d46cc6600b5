"""Fields that Salesforce computes when they are read: a member's person, a campaign's counts, addresses.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaign.htm
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.shapes import Row
from simulator.store import Store

Compute = Callable[[Store, Row], Any]

_FROM_PERSON = {
    # member field: (contact field, lead field)
    "Salutation": ("Salutation", "Salutation"),
    "Name": ("Name", "Name"),
    "FirstName": ("FirstName", "FirstName"),
    "LastName": ("LastName", "LastName"),
    "Title": ("Title", "Title"),
    "Street": ("MailingStreet", "Street"),
    "City": ("MailingCity", "City"),
    "State": ("MailingState", "State"),
    "PostalCode": ("MailingPostalCode", "PostalCode"),
    "Country": ("MailingCountry", "Country"),
    "Email": ("Email", "Email"),
    "Phone": ("Phone", "Phone"),
    "Fax": ("Fax", "Fax"),
    "MobilePhone": ("MobilePhone", "MobilePhone"),
    "Description": ("Description", "Description"),
    "DoNotCall": ("DoNotCall", "DoNotCall"),
    "HasOptedOutOfEmail": ("HasOptedOutOfEmail", "HasOptedOutOfEmail"),
    "HasOptedOutOfFax": ("HasOptedOutOfFax", "HasOptedOutOfFax"),
    "LeadSource": ("LeadSource", "LeadSource"),
    "LeadOrContactOwnerId": ("OwnerId", "OwnerId"),
}


def _person_field(names: tuple[str, str]) -> Compute:
    contact_field, lead_field = names

    def compute(store: Store, row: Row) -> Any:
        if row.get("ContactId"):
            return (store.get("Contact", row_id=row["ContactId"]) or {}).get(contact_field)
        return (store.get("Lead", row_id=row.get("LeadId")) or {}).get(lead_field)

    return compute


def _company(store: Store, row: Row) -> Any:
    if not row.get("ContactId"):
        return (store.get("Lead", row_id=row.get("LeadId")) or {}).get("Company")
    contact = store.get("Contact", row_id=row["ContactId"]) or {}
    return (store.get("Account", row_id=contact.get("AccountId")) or {}).get("Name")


def _members(store: Store, row: Row) -> list[Row]:
    return [m for m in store.find("CampaignMember", field="CampaignId", value=row["Id"]) if not m["IsDeleted"]]


def _converted_leads(store: Store, row: Row) -> int:
    leads = [store.get("Lead", row_id=m.get("LeadId")) for m in _members(store, row) if m.get("LeadId")]
    return sum(1 for lead in leads if lead and lead.get("IsConverted"))


def _address(prefix: str) -> Compute:
    def compute(_: Store, row: Row) -> Any:
        parts = ("City", "Country", "PostalCode", "State", "Street")
        address = {part[0].lower() + part[1:]: row.get(prefix + part) for part in parts}
        if not any(address.values()):
            return None
        return {**address, "geocodeAccuracy": None, "latitude": None, "longitude": None}

    return compute


DERIVED: dict[tuple[str, str], Compute] = {
    **{("CampaignMember", name): _person_field(pair) for name, pair in _FROM_PERSON.items()},
    ("CampaignMember", "CompanyOrAccount"): _company,
    ("CampaignMember", "Type"): lambda _, row: "Contact" if row.get("ContactId") else "Lead",
    ("CampaignMember", "LeadOrContactId"): lambda _, row: row.get("ContactId") or row.get("LeadId"),
    ("Campaign", "NumberOfLeads"): lambda store, row: sum(1 for m in _members(store, row) if m.get("LeadId")),
    ("Campaign", "NumberOfContacts"): lambda store, row: sum(1 for m in _members(store, row) if m.get("ContactId")),
    ("Campaign", "NumberOfResponses"): lambda store, row: sum(1 for m in _members(store, row) if m["HasResponded"]),
    ("Campaign", "NumberOfConvertedLeads"): _converted_leads,
    ("Contact", "MailingAddress"): _address("Mailing"),
    ("Account", "BillingAddress"): _address("Billing"),
    ("Lead", "Address"): _address(""),
}


def getter(store: Store, *, sobject: str, field: str) -> Callable[[Row], Any]:
    """Return the function that reads a field of a row, stored or computed."""
    compute = DERIVED.get((sobject, field))
    if compute is None:
        return lambda row: row.get(field)
    return lambda row: compute(store, row)
