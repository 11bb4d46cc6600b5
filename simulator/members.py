"""Campaign members: who may be one, once, and which status is stored.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.clock import now_text
from simulator.errors import RowError
from simulator.shapes import Row

if TYPE_CHECKING:
    from simulator.org import Org


def before_insert(org: Org, *, row: Row) -> None:
    """Settle the person and the status of a new member. Raises RowError."""
    if row.get("ContactId") and row.get("LeadId"):
        row["LeadId"] = None
    if not row.get("CampaignId"):
        return
    _check_person(org, row=row)
    _check_campaign(org, row=row)
    if _existing(org, row=row):
        raise RowError("DUPLICATE_VALUE", "Already a campaign member.")
    set_status(org, row=row)


def before_update(org: Org, *, row: Row, given: Row) -> None:
    """Settle the status of a member that changes."""
    if "Status" in given:
        set_status(org, row=row)


def set_status(org: Org, *, row: Row) -> None:
    """Store the label, or the campaign's default for one it does not have: no error, as documented.

    HasResponded follows the label; FirstRespondedDate is set once (assumption).
    """
    labels = labels_of(org, campaign_id=row["CampaignId"])
    wanted = (row.get("Status") or "").lower()
    default = next((one for one in labels if one["IsDefault"]), None)
    label = next((one for one in labels if one["Label"].lower() == wanted), default)
    if label is not None:
        row["Status"] = label["Label"]
    row["HasResponded"] = bool(label and label["HasResponded"])
    if row["HasResponded"] and not row.get("FirstRespondedDate"):
        row["FirstRespondedDate"] = now_text()[:10]


def labels_of(org: Org, *, campaign_id: str) -> list[Row]:
    """Return the living labels of a campaign in their order."""
    rows = org.store.find("CampaignMemberStatus", field="CampaignId", value=campaign_id)
    return sorted((row for row in rows if not row["IsDeleted"]), key=lambda row: row.get("SortOrder") or 0)


def members_of(org: Org, *, campaign_id: str) -> list[Row]:
    """Return the living members of a campaign."""
    rows = org.store.find("CampaignMember", field="CampaignId", value=campaign_id)
    return [row for row in rows if not row["IsDeleted"]]


def _check_person(org: Org, *, row: Row) -> None:
    """Refuse a member without a person (assumption: this code) or with a converted lead (live text)."""
    if not row.get("ContactId") and not row.get("LeadId"):
        raise RowError("FIELD_INTEGRITY_EXCEPTION", "A lead or a contact must be specified.", ["LeadId", "ContactId"])
    lead = org.store.get("Lead", row_id=row.get("LeadId"))
    if lead and lead.get("IsConverted") and not org.settings.convert_edit_allowed:
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")


def _check_campaign(org: Org, *, row: Row) -> None:
    campaign = org.store.get("Campaign", row_id=row["CampaignId"])
    if campaign and not campaign["IsActive"] and not org.settings.members_of_inactive_campaigns:
        raise RowError("FIELD_INTEGRITY_EXCEPTION", "the campaign is not active", ["CampaignId"])


def _existing(org: Org, *, row: Row) -> bool:
    """Tell whether this person is a member already: by contact, or by lead, never across both."""
    key = "ContactId" if row.get("ContactId") else "LeadId"
    found = org.store.find("CampaignMember", field=key, value=row[key])
    return any(one["CampaignId"] == row["CampaignId"] and not one["IsDeleted"] for one in found)
