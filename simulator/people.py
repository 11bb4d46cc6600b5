"""Contacts and leads: their names, owners, conversion and merging.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_merge.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import person_accounts
from simulator.clock import now_text
from simulator.errors import RowError
from simulator.person_names import account_name
from simulator.shapes import Caller, Row

if TYPE_CHECKING:
    from simulator.org import Org

NAMED = ("Contact", "Lead", "User")
_COPIED = (
    "FirstName",
    "LastName",
    "Salutation",
    "Title",
    "Email",
    "Phone",
    "MobilePhone",
    "Fax",
    "LeadSource",
    "Description",
    "HasOptedOutOfEmail",
    "DoNotCall",
)
_COPIED_AS = {
    "Street": "MailingStreet",
    "City": "MailingCity",
    "State": "MailingState",
    "PostalCode": "MailingPostalCode",
    "Country": "MailingCountry",
}


def compose_name(row: Row) -> None:
    """Set Name from first and last name."""
    row["Name"] = " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part) or None


def check_editable(org: Org, *, sobject: str, row: Row) -> None:
    """Refuse to change a converted lead, or the contact of a person account. Raises RowError."""
    if sobject == "Lead" and row.get("IsConverted") and not org.settings.convert_edit_allowed:
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    if sobject == "Contact":
        person_accounts.check_contact(org, row=row)


def assign_owner(org: Org, *, sobject: str, row: Row, caller: Caller) -> None:
    """Let the assignment rule choose a lead's owner, new or changed, unless the request's header says no.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm
    """
    owner = org.settings.assignment_rule_owner
    if sobject == "Lead" and owner and caller.auto_assign:
        row["OwnerId"] = owner


def check_queue(org: Org, *, sobject: str, given: Row) -> None:
    """Refuse a queue that may not own this object (assumption: this code and the words). Raises RowError.

    https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_queuesobject.htm
    """
    owner_id = given.get("OwnerId") or ""
    if org.store.object_of(owner_id) != "Group":
        return
    allowed = {row["SobjectType"] for row in org.store.find("QueueSobject", field="QueueId", value=owner_id)}
    if sobject not in allowed:
        message = "Queue not associated with this SObject type"
        raise RowError("INVALID_CROSS_REFERENCE_KEY", message, ["OwnerId"])


def settle_record_type(org: Org, *, sobject: str, row: Row, given: Row) -> None:
    """Give a row its record type: an active one of its own object, by default the object's first. Raises RowError.

    The refusal as seen in a live organisation: https://github.com/mbotos/SmartFactory-for-Force.com/issues/25
    """
    known = [one for one in org.store.all("RecordType") if one.get("SobjectType") == sobject and one.get("IsActive")]
    if "RecordTypeId" in given and given["RecordTypeId"] not in {one["Id"] for one in known} | {None}:
        message = f"Record Type ID: this ID value isn't valid for the user: {given['RecordTypeId'][:15]}"
        raise RowError("INVALID_CROSS_REFERENCE_KEY", message, ["RecordTypeId"])
    if known and not row.get("RecordTypeId") and org.full_catalog[sobject.lower()].field("RecordTypeId"):
        row["RecordTypeId"] = known[0]["Id"]


def check_owner(org: Org, *, sobject: str, row: Row, given: Row) -> None:
    """Refuse an inactive owner that is given, or (by switch) already there. Raises RowError.

    INACTIVE_OWNER_OR_USER, "the user or record owner is not active" (assumption: the words of the refusal):
    https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
    """
    if sobject not in ("Contact", "Lead", "Campaign") or (
        "OwnerId" not in given and not org.settings.inactive_owner_blocks_updates
    ):
        return
    owner = org.store.get("User", row_id=row.get("OwnerId"))
    if owner is not None and not owner["IsActive"]:
        message = f"operation performed with inactive user [{owner['Id'][:15]}] as owner of {sobject.lower()}"
        raise RowError("INACTIVE_OWNER_OR_USER", message)


def convert_lead(org: Org, *, lead_id: str, contact_id: str | None) -> str:
    """Convert a lead into a new contact, or into an existing one whose empty fields it fills. Return the contact's id.

    Its campaign memberships move to the contact; where the contact is a member already, the lead's goes.
    Call holding the store's lock. Raises KeyError for an unknown lead.
    """
    lead = org.store.get("Lead", row_id=lead_id)
    if lead is None:
        raise KeyError(lead_id)
    contact_id = _contact_for(org, lead=lead, contact_id=contact_id)
    contact = org.store.get("Contact", row_id=contact_id) or {}
    changed = {
        "IsConverted": True,
        "Status": "Closed - Converted",
        "ConvertedDate": now_text()[:10],
        "ConvertedContactId": contact["Id"],
        "ConvertedAccountId": contact.get("AccountId"),
    }
    org.put_row("Lead", values={**changed, "Id": lead["Id"]})
    _move_members(org, field="LeadId", old=lead["Id"], contact_id=contact["Id"])
    return str(contact["Id"])


def _contact_for(org: Org, *, lead: Row, contact_id: str | None) -> str:
    """Make the contact of a lead, or fill what is empty in the one that is given."""
    values = {name: lead.get(name) for name in _COPIED} | {new: lead.get(old) for old, new in _COPIED_AS.items()}
    contact = org.store.get("Contact", row_id=contact_id)
    if contact is None:
        if org.settings.person_accounts and not lead.get("Company"):
            return _person_for(org, lead=lead, values=values)
        account_id = org.put_row("Account", values={"Name": lead.get("Company") or lead["LastName"]})
        return org.put_row("Contact", values={**values, "AccountId": account_id, "OwnerId": lead["OwnerId"]})
    filled = {name: value for name, value in values.items() if contact.get(name) in (None, "")}
    return org.put_row("Contact", values={**filled, "Id": contact["Id"]})


def _person_for(org: Org, *, lead: Row, values: Row) -> str:
    """Make a Person Account of a lead without a company; return its contact's id.

    https://help.salesforce.com/s/articleView?id=sales.leads_notes.htm
    """
    named = {account_name(name): value for name, value in values.items()}
    known = {name: value for name, value in named.items() if org.full_catalog["account"].field(name)}
    account_id = org.put_row("Account", values={**known, "IsPersonAccount": True, "OwnerId": lead["OwnerId"]})
    person_accounts.reflect(org, account_id=account_id)
    return str((org.store.get("Account", row_id=account_id) or {})["PersonContactId"])


def merge_rows(org: Org, *, sobject: str, winner_id: str, loser_ids: list[str]) -> None:
    """Merge rows into a winner: losers are deleted and point to it, their memberships move; all are changed by it.

    Call holding the store's lock. Raises KeyError for an unknown id.
    """
    key = "ContactId" if sobject == "Contact" else "LeadId"
    for loser_id in loser_ids:
        loser = org.store.get(sobject, row_id=loser_id)
        if loser is None or org.store.get(sobject, row_id=winner_id) is None:
            raise KeyError(loser_id)
        _reparent(org, key=key, old=loser_id, new=winner_id)
        org.erase(sobject, row={**loser, "MasterRecordId": winner_id})
    org.put_row(sobject, values={"Id": winner_id})


def _move_members(org: Org, *, field: str, old: str, contact_id: str) -> None:
    taken = {row["CampaignId"] for row in _living(org, key="ContactId", value=contact_id)}
    for row in _living(org, key=field, value=old):
        if row["CampaignId"] in taken:
            org.erase("CampaignMember", row=row)
        else:
            org.store.put("CampaignMember", row={**row, "ContactId": contact_id})


def _reparent(org: Org, *, key: str, old: str, new: str) -> None:
    taken = {row["CampaignId"] for row in _living(org, key=key, value=new)}
    for row in _living(org, key=key, value=old):
        if row["CampaignId"] in taken:
            org.erase("CampaignMember", row=row)
        else:
            org.store.put("CampaignMember", row={**row, key: new})


def _living(org: Org, *, key: str, value: str) -> list[Row]:
    return [row for row in org.store.find("CampaignMember", field=key, value=value) if not row["IsDeleted"]]
