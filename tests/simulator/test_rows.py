"""Single rows: create, read, change, delete, upsert, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.client import Client

LEAD = {"LastName": "Roy", "Company": "Roy SA", "Email": "roy@example.com"}


def refusal(answer: requests.Response) -> tuple[int, str, list[str]]:
    (error,) = answer.json()
    return answer.status_code, error["errorCode"], error.get("fields", [])


def read(api: Client, sobject: str, row_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.send("GET", f"sobjects/{sobject}/{row_id}").json()
    return found


def test_a_created_row_has_its_address_its_defaults_and_cleaned_values(api: Client) -> None:
    values = {**LEAD, "Email": " Roy@Example.COM ", "Title": "   ", "FirstName": " Anne "}
    answer = api.create("Lead", values)
    body = answer.json()
    assert answer.status_code == 201
    assert body == {"id": body["id"], "success": True, "errors": []}
    assert answer.headers["Location"] == f"/services/data/v64.0/sobjects/Lead/{body['id']}"
    row = read(api, "Lead", body["id"])
    assert row["attributes"] == {"type": "Lead", "url": answer.headers["Location"]}
    stored = {name: row[name] for name in ("Email", "Title", "Name", "Status", "IsConverted", "IsDeleted")}
    assert stored == {
        "Email": "roy@example.com",
        "Title": None,
        "Name": "Anne Roy",
        "Status": "Open - Not Contacted",
        "IsConverted": False,
        "IsDeleted": False,
    }
    assert row["CreatedDate"].endswith(".000+0000")


@pytest.mark.parametrize(
    ("values", "code", "fields"),
    [
        ({"Email": "x@example.com"}, "REQUIRED_FIELD_MISSING", ["LastName", "Company"]),
        ({**LEAD, "LastName": "x" * 81}, "STRING_TOO_LONG", ["LastName"]),
        ({**LEAD, "Email": "not an email"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({**LEAD, "Track__c": "Chess"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Track__c"]),
        ({**LEAD, "Nope__c": 1}, "INVALID_FIELD", []),
        ({**LEAD, "ConvertedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["ConvertedDate"]),
        ({**LEAD, "NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", []),
        ({**LEAD, "DoNotCall": "maybe"}, "JSON_PARSER_ERROR", []),
        ({**LEAD, "FirstName": 12}, "JSON_PARSER_ERROR", []),
        ({**LEAD, "OwnerId": "junk"}, "MALFORMED_ID", ["OwnerId"]),
        ({**LEAD, "OwnerId": "005000000000000AAA"}, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", []),
    ],
)
def test_values_that_do_not_fit_are_refused(api: Client, values: dict[str, Any], code: str, fields: list[str]) -> None:
    assert refusal(api.create("Lead", values)) == (400, code, fields)


def test_the_text_of_a_value_too_long_begins_with_the_label_and_repeats_the_value(api: Client) -> None:
    (error,) = api.create("Lead", {**LEAD, "LastName": "y" * 81}).json()
    assert error["message"] == f"Last Name: data value too large: {'y' * 81} (max length=80)"


def test_unrestricted_picklists_take_anything(api: Client) -> None:
    row_id = api.created("Lead", {**LEAD, "LeadSource": "Salon", "Status": "Nouveau"})
    assert [read(api, "Lead", row_id)[name] for name in ("LeadSource", "Status")] == ["Salon", "Nouveau"]


def test_an_update_changes_what_it_names_and_nothing_else(api: Client, contact_id: str) -> None:
    before = read(api, "Contact", contact_id)
    answer = api.send("PATCH", f"sobjects/Contact/{contact_id}/", json={"Title": "CEO", "FirstName": None})
    after = read(api, "Contact", contact_id)
    changed = {name for name in after if after[name] != before[name]}
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Sforce-Limit-Info" in answer.headers
    assert changed - {"LastModifiedDate", "SystemModstamp", "LastModifiedById"} == {"Title", "FirstName", "Name"}
    emptied = api.send("PATCH", f"sobjects/Contact/{contact_id}", json={"LastName": ""})
    assert refusal(emptied) == (400, "REQUIRED_FIELD_MISSING", ["LastName"])


def test_deleted_unknown_and_malformed_ids(api: Client, contact_id: str) -> None:
    assert api.send("DELETE", f"sobjects/Contact/{contact_id}").status_code == 204
    unknown = "003000000000000AAA"
    for method in ("DELETE", "PATCH"):
        body: dict[str, Any] | None = {} if method == "PATCH" else None
        gone = api.send(method, f"sobjects/Contact/{contact_id}", json=body)
        assert refusal(gone) == (404, "ENTITY_IS_DELETED", [])
        nowhere = api.send(method, f"sobjects/Contact/{unknown}", json=body)
        assert refusal(nowhere) == (404, "INVALID_CROSS_REFERENCE_KEY", [])
        assert refusal(api.send(method, "sobjects/Contact/junk", json=body))[:2] == (404, "NOT_FOUND")
    assert api.send("GET", f"sobjects/Contact/{contact_id}").json() == [
        {"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}
    ]


def test_upsert_by_email_creates_updates_or_names_several(api: Client) -> None:
    path = "sobjects/Contact/Email/new%2Bone%40example.com"
    made = api.send("PATCH", path, json={"LastName": "New"})
    again = api.send("PATCH", path, json={"LastName": "Newer"})
    assert (made.status_code, made.json()["created"]) == (201, True)
    assert (again.status_code, again.json()["created"], again.json()["id"]) == (200, False, made.json()["id"])
    other = api.created("Contact", {"LastName": "Twin", "Email": "New+One@example.com"})
    several = api.send("PATCH", path, json={"LastName": "Which"})
    prefix = "/services/data/v64.0/sobjects/Contact/"
    assert (several.status_code, several.json()) == (300, [prefix + made.json()["id"], prefix + other])
    wrong = api.send("PATCH", "sobjects/Contact/Phone/1", json={})
    assert wrong.json()[0]["message"] == "Provided external ID field does not exist or is not accessible: Phone"


def test_an_external_id_that_is_unique_stays_unique(api: Client) -> None:
    first = api.created("Lead", {**LEAD, "Inwink_Id__c": "A1"})
    (error,) = api.create("Lead", {**LEAD, "Inwink_Id__c": "a1"}).json()
    text = f"duplicate value found: Inwink_Id__c duplicates value on record with id: {first[:15]}"
    assert (error["errorCode"], error["message"]) == ("DUPLICATE_VALUE", text)


def test_switches_of_the_org_change_describe_and_writes_alike(api: Client) -> None:
    api.settings(
        hidden_fields={"Lead": ["Title"]},
        readonly_fields={"Lead": ["Phone"]},
        required_fields={"Lead": ["Industry"]},
        validation_rules=[{"sobject": "Lead", "field": "Company", "equals": "Banned", "message": "Not them"}],
        custom_fields={"Lead": [{"name": "Score__c", "type": "double", "precision": 4, "scale": 1}]},
    )
    fields = {one["name"]: one for one in api.send("GET", "sobjects/Lead/describe").json()["fields"]}
    assert "Title" not in fields
    assert (fields["Phone"]["createable"], fields["Phone"]["updateable"]) == (False, False)
    assert fields["Industry"]["nillable"] is False
    assert fields["Score__c"]["precision"] == 4
    assert refusal(api.create("Lead", {**LEAD, "Title": "x"}))[1] == "INVALID_FIELD"
    assert refusal(api.create("Lead", {**LEAD, "Phone": "1"}))[1:] == ("INVALID_FIELD_FOR_INSERT_UPDATE", ["Phone"])
    assert refusal(api.create("Lead", LEAD))[1:] == ("REQUIRED_FIELD_MISSING", ["Industry"])
    full = {**LEAD, "Industry": "Media"}
    banned = api.create("Lead", {**full, "Company": "Banned"})
    assert banned.json() == [
        {"message": "Not them", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["Company"]}
    ]
    assert refusal(api.create("Lead", {**full, "Score__c": 1000}))[1] == "NUMBER_OUTSIDE_VALID_RANGE"
    assert read(api, "Lead", api.created("Lead", {**full, "Score__c": "9.25"}))["Score__c"] == 9.2


def test_assignment_rules_give_new_leads_an_owner_unless_the_header_says_no(api: Client) -> None:
    queue = api.id_of("Group", "Event leads")
    api.settings(assignment_rule_owner=queue)
    given = api.created("Lead", LEAD)
    kept = api.create("Lead", LEAD, headers={"Sforce-Auto-Assign": "FALSE"}).json()["id"]
    assert read(api, "Lead", given)["OwnerId"] == queue
    assert read(api, "Lead", kept)["OwnerId"] != queue


def test_an_inactive_owner_is_refused(api: Client) -> None:
    gone = api.rows("SELECT Id FROM User WHERE IsActive = false")[0]["Id"]
    assert refusal(api.create("Lead", {**LEAD, "OwnerId": gone}))[1] == "INACTIVE_OWNER_OR_USER"


@pytest.mark.parametrize(("action", "allowed"), [("alert", 201), ("block", 400)])
def test_a_duplicate_rule_refuses_and_only_alert_gives_way_to_the_header(
    api: Client, action: str, allowed: int
) -> None:
    first = api.created("Lead", LEAD)
    api.settings(duplicate_rules={"Lead": {"action": action}})
    (error,) = api.create("Lead", LEAD).json()
    assert error["errorCode"] == "DUPLICATES_DETECTED"
    assert error["duplicateResut"]["allowSave"] is (action == "alert")
    assert error["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]["Id"] == first
    header = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=true"}
    assert api.create("Lead", LEAD, headers=header).status_code == allowed


def test_without_marketing_user_campaigns_are_read_only(api: Client, campaign_id: str) -> None:
    api.settings(marketing_user=False)
    assert api.send("GET", "sobjects/Campaign/describe").json()["createable"] is False
    assert api.send("GET", "sobjects/CampaignMember/describe").json()["createable"] is True
    assert refusal(api.create("Campaign", {"Name": "x"}))[1] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def test_the_contact_of_a_person_account_cannot_be_written(api: Client, contact_id: str) -> None:
    api.settings(person_accounts=True)
    assert api.rows("SELECT IsPersonAccount FROM Contact") == [{"IsPersonAccount": False}]
    values = {"sobject": "Contact", "id": contact_id, "values": {"IsPersonAccount": True}}
    api.control("PATCH", "rows", values)
    answer = api.send("PATCH", f"sobjects/Contact/{contact_id}", json={"Title": "x"})
    assert refusal(answer)[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    names = {one["name"] for one in api.send("GET", "sobjects/Account/describe").json()["fields"]}
    assert {"IsPersonAccount", "PersonEmail"} <= names


def test_describe_answers_304_when_nothing_changed_since(api: Client) -> None:
    first = api.send("GET", "sobjects/Contact/describe")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    again = api.send("GET", "sobjects/Contact/describe", headers=since)
    assert (again.status_code, again.content) == (304, b"")
