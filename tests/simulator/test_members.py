"""Campaign members, their labels, and what becomes of them when people change."""
# ruff: noqa: S608 - SOQL with ids, no SQL

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Client


def member(api: Client, row_id: str) -> dict[str, Any]:
    fields = "CampaignId, ContactId, LeadId, Status, HasResponded, FirstRespondedDate"
    (row,) = api.rows(f"SELECT {fields} FROM CampaignMember WHERE Id = '{row_id}'")
    return row


def code(api: Client, values: dict[str, Any], sobject: str = "CampaignMember") -> str:
    return str(api.create(sobject, values).json()[0]["errorCode"])


@pytest.mark.parametrize(
    ("sent", "stored", "responded"),
    [
        ("Attended", "Attended", True),
        ("registered", "Registered", True),
        ("Nope", "Sent", False),
        (None, "Sent", False),
    ],
)
def test_an_unknown_label_silently_becomes_the_default(
    api: Client, campaign_id: str, contact_id: str, sent: str | None, stored: str, responded: bool
) -> None:
    row = member(
        api, api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id, "Status": sent})
    )
    assert (row["Status"], row["HasResponded"], row["FirstRespondedDate"] is not None) == (stored, responded, responded)


def test_without_a_default_the_label_is_stored_as_sent(api: Client, campaign_id: str, contact_id: str) -> None:
    default = api.rows("SELECT Id FROM CampaignMemberStatus WHERE IsDefault = true")[0]["Id"]
    label = {"sobject": "CampaignMemberStatus", "id": default, "values": {"IsDefault": False}}
    api.control("PATCH", "rows", label)
    row = member(
        api, api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id, "Status": "Odd"})
    )
    assert (row["Status"], row["HasResponded"]) == ("Odd", False)


def test_one_membership_a_person_and_campaign(api: Client, campaign_id: str, contact_id: str, lead_id: str) -> None:
    both = {"CampaignId": campaign_id, "ContactId": contact_id, "LeadId": lead_id}
    row_id = api.created("CampaignMember", both)
    assert member(api, row_id)["LeadId"] is None
    again = api.create("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id, "Status": "Attended"})
    assert again.json() == [{"message": "Already a campaign member.", "errorCode": "DUPLICATE_VALUE", "fields": []}]
    assert member(api, row_id)["Status"] == "Sent"
    api.created("CampaignMember", {"CampaignId": campaign_id, "LeadId": lead_id})


def test_campaign_and_person_are_create_only_and_a_person_is_needed(
    api: Client, campaign_id: str, contact_id: str
) -> None:
    row_id = api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id})
    moved = api.send("PATCH", f"sobjects/CampaignMember/{row_id}", json={"CampaignId": campaign_id, "Status": "Sent"})
    assert moved.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert moved.json()[0]["fields"] == ["CampaignId"]
    assert code(api, {"CampaignId": campaign_id}) == "FIELD_INTEGRITY_EXCEPTION"
    assert code(api, {"ContactId": contact_id}) == "REQUIRED_FIELD_MISSING"
    assert code(api, {"CampaignId": campaign_id, "ContactId": contact_id, "HasResponded": True}) == (
        "INVALID_FIELD_FOR_INSERT_UPDATE"
    )


def test_the_response_follows_the_label(api: Client, campaign_id: str, contact_id: str) -> None:
    row_id = api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id})
    api.send("PATCH", f"sobjects/CampaignMember/{row_id}", json={"Status": "Attended"})
    assert member(api, row_id)["HasResponded"] is True
    label = api.rows("SELECT Id FROM CampaignMemberStatus WHERE Label = 'Attended'")[0]["Id"]
    api.send("PATCH", f"sobjects/CampaignMemberStatus/{label}", json={"Label": "Came", "HasResponded": False})
    assert (member(api, row_id)["Status"], member(api, row_id)["HasResponded"]) == ("Came", False)


def test_a_new_campaign_starts_inactive_with_two_labels(api: Client) -> None:
    campaign_id = api.created("Campaign", {"Name": "New"})
    assert api.rows(f"SELECT IsActive FROM Campaign WHERE Id = '{campaign_id}'") == [{"IsActive": False}]
    text = "SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus WHERE CampaignId = '{}' ORDER BY SortOrder"
    assert api.rows(text.format(campaign_id)) == [
        {"Label": "Sent", "IsDefault": True, "HasResponded": False},
        {"Label": "Responded", "IsDefault": False, "HasResponded": True},
    ]


def test_labels_keep_the_campaigns_rules(api: Client, campaign_id: str, contact_id: str) -> None:
    labels = {row["Label"]: row["Id"] for row in api.rows("SELECT Id, Label FROM CampaignMemberStatus")}
    assert code(api, {"CampaignId": campaign_id, "Label": "sent"}, "CampaignMemberStatus") == "DUPLICATE_VALUE"
    api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id, "Status": "Attended"})
    for label, status in (("Sent", 400), ("Attended", 400), ("Declined", 204)):
        assert api.send("DELETE", f"sobjects/CampaignMemberStatus/{labels[label]}").status_code == status
    path = f"sobjects/CampaignMemberStatus/{labels['Sent']}"
    assert api.send("PATCH", path, json={"IsDefault": False}).status_code == 400
    api.send("PATCH", f"sobjects/CampaignMemberStatus/{labels['No show']}", json={"IsDefault": True})
    default = api.rows("SELECT Label FROM CampaignMemberStatus WHERE IsDefault = true")
    assert default == [{"Label": "No show"}]
    api.send("PATCH", f"sobjects/CampaignMemberStatus/{labels['Registered']}", json={"HasResponded": False})
    last = api.send("PATCH", f"sobjects/CampaignMemberStatus/{labels['Attended']}", json={"HasResponded": False})
    assert last.status_code == 400


def test_a_converted_lead_is_read_only_and_its_memberships_move(api: Client, campaign_id: str, lead_id: str) -> None:
    row_id = api.created("CampaignMember", {"CampaignId": campaign_id, "LeadId": lead_id, "Status": "Registered"})
    (contact_id,) = api.control("POST", "convert", {"ids": [lead_id]})["contact_ids"]
    (lead,) = api.rows("SELECT IsConverted, ConvertedContactId FROM Lead")
    assert lead == {"IsConverted": True, "ConvertedContactId": contact_id}
    assert member(api, row_id)["ContactId"] == contact_id
    (contact,) = api.rows(f"SELECT Name, Email, Account.Name FROM Contact WHERE Id = '{contact_id}'")
    assert (contact["Email"], contact["Account"]["Name"]) == ("louis.bernard@example.com", "Bernard SARL")
    refused = api.send("PATCH", f"sobjects/Lead/{lead_id}", json={"Title": "x"})
    assert refused.json()[0]["message"] == "cannot reference converted lead"
    other = api.created("Campaign", {"Name": "Other"})
    assert code(api, {"CampaignId": other, "LeadId": lead_id}) == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_converting_into_a_contact_fills_only_what_is_empty(api: Client, contact_id: str, lead_id: str) -> None:
    api.send("PATCH", f"sobjects/Lead/{lead_id}", json={"Title": "Chef", "Phone": "0102030405"})
    api.control("POST", "convert", {"ids": [lead_id], "contact_id": contact_id})
    (contact,) = api.rows("SELECT Title, Phone, LastName FROM Contact")
    assert contact == {"Title": "Directrice", "Phone": "0102030405", "LastName": "Martin"}


def test_a_merge_moves_memberships_once(api: Client, campaign_id: str, contact_id: str) -> None:
    twin = api.created("Contact", {"LastName": "Martin"})
    other = api.created("Campaign", {"Name": "Other"})
    for campaign, person in ((campaign_id, contact_id), (campaign_id, twin), (other, twin)):
        api.created("CampaignMember", {"CampaignId": campaign, "ContactId": person})
    api.control("POST", "merge", {"winner": contact_id, "losers": [twin]})
    rows = api.rows("SELECT CampaignId, ContactId FROM CampaignMember")
    assert sorted(rows, key=str) == sorted(
        [{"CampaignId": one, "ContactId": contact_id} for one in (campaign_id, other)], key=str
    )


@pytest.mark.parametrize("sobject", ["Contact", "Campaign"])
def test_members_go_with_their_person_or_campaign(api: Client, campaign_id: str, contact_id: str, sobject: str) -> None:
    api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id})
    api.send("DELETE", f"sobjects/{sobject}/{ {'Contact': contact_id, 'Campaign': campaign_id}[sobject] }")
    assert api.rows("SELECT Id FROM CampaignMember") == []
    assert api.rows("SELECT IsDeleted FROM CampaignMember", path="queryAll") == [{"IsDeleted": True}]
