"""The labels of a campaign (CampaignMemberStatus).

From API 39 on each campaign keeps one default and at least one label with HasResponded; labels that are
default or in use cannot be deleted:
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmemberstatus.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import RowError
from simulator.members import labels_of, members_of, set_status
from simulator.shapes import Row

if TYPE_CHECKING:
    from simulator.org import Org

STANDARD_LABELS = (("Sent", True, False), ("Responded", False, True))
"""Label, IsDefault, HasResponded of every new campaign (seen in third-party tests against live orgs)."""


def ensure_labels(org: Org, *, campaign: Row) -> None:
    """Give a campaign without labels the standard ones."""
    if not org.store.find("CampaignMemberStatus", field="CampaignId", value=campaign["Id"]):
        add_standard_labels(org, campaign=campaign)


def add_standard_labels(org: Org, *, campaign: Row) -> None:
    """Give a new campaign the two labels it starts with."""
    for order, (label, is_default, has_responded) in enumerate(STANDARD_LABELS, start=1):
        org.put_row(
            "CampaignMemberStatus",
            values={
                "CampaignId": campaign["Id"],
                "Label": label,
                "SortOrder": order,
                "IsDefault": is_default,
                "HasResponded": has_responded,
            },
        )


def check_label(org: Org, *, row: Row) -> None:
    """Refuse a label that the campaign has already (assumption: DUPLICATE_VALUE). Raises RowError."""
    if not row.get("CampaignId") or not row.get("Label"):
        return
    taken = {one["Label"].lower() for one in labels_of(org, campaign_id=row["CampaignId"]) if one["Id"] != row["Id"]}
    if row["Label"].lower() in taken:
        raise RowError("DUPLICATE_VALUE", f"duplicate value found: Label duplicates value on record: {row['Label']}")


def after_label_write(org: Org, *, row: Row, old: Row | None) -> None:
    """Move the default to a new default label, and let the members follow a changed one."""
    others = [one for one in labels_of(org, campaign_id=row["CampaignId"]) if one["Id"] != row["Id"]]
    if row["IsDefault"]:
        for one in others:
            if one["IsDefault"]:
                org.store.put("CampaignMemberStatus", row={**one, "IsDefault": False})
    if old is None:
        return
    for member in members_of(org, campaign_id=row["CampaignId"]):
        if member.get("Status") == old["Label"]:
            changed = {**member, "Status": row["Label"]}
            set_status(org, row=changed)
            org.store.put("CampaignMember", row=changed)


def check_kept(org: Org, *, row: Row, old: Row) -> None:
    """Refuse a change that leaves a campaign without default or without responded label. Raises RowError."""
    others = [one for one in labels_of(org, campaign_id=row["CampaignId"]) if one["Id"] != row["Id"]]
    if old["IsDefault"] and not row["IsDefault"]:
        raise RowError("FIELD_INTEGRITY_EXCEPTION", "a campaign must keep one default member status")
    if old["HasResponded"] and not row["HasResponded"] and not any(one["HasResponded"] for one in others):
        raise RowError("FIELD_INTEGRITY_EXCEPTION", "a campaign must keep one member status that counts as responded")
    check_label(org, row=row)


def check_deletable(org: Org, *, sobject: str, row: Row) -> None:
    """Refuse to delete a label that is the default or in use (assumption: this code). Raises RowError."""
    if sobject != "CampaignMemberStatus":
        return
    in_use = any(one.get("Status") == row["Label"] for one in members_of(org, campaign_id=row["CampaignId"]))
    if row["IsDefault"] or in_use:
        raise RowError("DELETE_FAILED", "a member status that is the default or in use cannot be deleted")
