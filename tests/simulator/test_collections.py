"""/composite/sobjects: results in order, errors by row, the limits, the campaign's lock."""

from __future__ import annotations

import threading

import pytest

from simulator.server import SimulatorServer
from tests.simulator.client import Client, of_type

LEAD = {"LastName": "Roy", "Company": "Roy SA"}


def test_results_come_in_order_with_errors_by_row(api: Client) -> None:
    good, bad = {**LEAD, "Email": "a@example.com"}, {"Company": "No name"}
    results = api.collection("POST", [good, bad, good], sobject="Lead")
    assert [one["success"] for one in results] == [True, False, True]
    assert set(results[0]) == {"id", "success", "errors"}
    error = {
        "statusCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [LastName]",
        "fields": ["LastName"],
    }
    assert results[1] == {"success": False, "errors": [error]}


def test_all_or_none_undoes_everything(api: Client) -> None:
    results = api.collection("POST", [LEAD, {}], sobject="Lead", allOrNone=True)
    assert [one["errors"][0]["statusCode"] for one in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert len(api.rows("SELECT Id FROM Lead")) == 1


def test_updates_of_two_objects_share_a_request(api: Client, contact_id: str, lead_id: str) -> None:
    rows = [
        {"attributes": {"type": "Contact"}, "id": contact_id, "Title": "A"},
        {"attributes": {"type": "Lead"}, "Id": lead_id, "Title": "B"},
        {"attributes": {"type": "Lead"}, "id": "00Q000000000000EAA", "Title": "C"},
    ]
    results = api.collection("PATCH", rows)
    assert results[:2] == [{"id": one, "success": True, "errors": []} for one in (contact_id, lead_id)]
    error = {"statusCode": "INVALID_CROSS_REFERENCE_KEY", "message": "invalid cross reference id", "fields": []}
    assert results[2]["errors"] == [error]


def test_upsert_refuses_a_key_that_comes_twice_and_one_that_fits_several(api: Client) -> None:
    for _ in range(2):
        api.created("Contact", {"LastName": "Twin", "Email": "twin@example.com"})
    rows = [{"LastName": "x", "Email": one} for one in ("a@example.com", "A@example.com", "twin@example.com", "b@b.fr")]
    results = api.collection("PATCH", rows, sobject="Contact", path="/Contact/Email")
    assert [one.get("created") for one in results] == [False, False, False, True]
    codes = [one["errors"][0]["statusCode"] for one in results[:3]]
    assert codes == ["DUPLICATE_VALUE", "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"]


def test_delete_and_read_by_ids(api: Client, contact_id: str) -> None:
    other = api.created("Contact", {"LastName": "Other"})
    deleted = api.send("DELETE", "composite/sobjects", params={"ids": f"{other},003000000000000AAA"}).json()
    assert [one["success"] for one in deleted] == [True, False]
    found = api.send("POST", "composite/sobjects/Contact", json={"ids": [contact_id, other], "fields": ["LastName"]})
    assert [one and one["LastName"] for one in found.json()] == ["Martin", None]


def test_more_than_200_rows_are_refused_as_a_whole(api: Client) -> None:
    answer = api.send("POST", "composite/sobjects", json=of_type("Lead", *[LEAD] * 201))
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")


def test_more_than_ten_changes_of_type_are_refused(api: Client) -> None:
    rows = [{"attributes": {"type": kind}, **LEAD} for _ in range(6) for kind in ("Lead", "Contact")]
    assert api.send("POST", "composite/sobjects", json={"records": rows}).status_code == 400


def test_attributes_must_come_and_by_switch_come_first(api: Client) -> None:
    late = {**LEAD, "attributes": {"type": "Lead"}}
    results = api.collection("POST", [late, LEAD])
    assert [one["errors"][0]["statusCode"] for one in results] == ["JSON_PARSER_ERROR"] * 2
    api.settings(attributes_first=False)
    assert [one["success"] for one in api.collection("POST", [late, LEAD])] == [True, False]


def test_an_id_may_stand_twelve_times_in_an_update(api: Client, contact_id: str) -> None:
    rows = [{"id": contact_id, "Title": str(n)} for n in range(13)]
    assert all(one["success"] for one in api.collection("PATCH", rows[:12], sobject="Contact"))
    results = api.collection("PATCH", rows, sobject="Contact")
    assert {one["errors"][0]["statusCode"] for one in results} == {"DUPLICATE_VALUE"}


def test_a_write_of_too_many_rows_ends_like_a_trigger_out_of_time(api: Client) -> None:
    api.settings(max_subrequest_rows_before_limit_exception=2)
    results = api.collection("POST", [LEAD] * 3, sobject="Lead")
    assert {one["errors"][0]["statusCode"] for one in results} == {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}
    assert all(one["success"] for one in api.collection("POST", [LEAD] * 2, sobject="Lead"))


def test_duplicates_are_told_without_details(api: Client) -> None:
    api.settings(duplicate_rules={"Lead": {"action": "alert"}})
    (result,) = api.collection("POST", [{**LEAD, "Email": "louis.bernard@example.com"}], sobject="Lead")
    error = {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    assert result == {"success": False, "errors": [error]}


def test_who_waits_too_long_for_a_campaign_is_refused_and_nobody_else(
    server: SimulatorServer, api: Client, campaign_id: str, contact_id: str
) -> None:
    api.settings(lock_wait_seconds=0.05)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with server.org.locks.hold([campaign_id], wait_seconds=1):
            held.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    other = api.created("Campaign", {"Name": "Other"})
    rows = [{"CampaignId": one, "ContactId": contact_id} for one in (campaign_id, other)]
    locked, free = api.collection("POST", rows, sobject="CampaignMember")
    release.set()
    holder.join()
    assert locked["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert campaign_id in locked["errors"][0]["message"]
    assert free["success"] is True
    assert api.collection("POST", rows[:1], sobject="CampaignMember")[0]["success"] is True


@pytest.mark.parametrize("rows", [400])
def test_writes_in_parallel_lose_nothing(api: Client, campaign_id: str, rows: int) -> None:
    people = api.control("POST", "rows", {"sobject": "Contact", "records": [{"LastName": str(n)} for n in range(rows)]})
    members = [{"CampaignId": campaign_id, "ContactId": one} for one in people["ids"]]
    halves = [members[: rows // 2], members[rows // 2 :], members[: rows // 2]]
    clients = [Client(api.server) for _ in halves]
    won: list[int] = []

    def write(client: Client, part: list[dict[str, str]]) -> None:
        won.append(sum(one["success"] for one in client.collection("POST", part, sobject="CampaignMember")))

    threads = [threading.Thread(target=write, args=pair) for pair in zip(clients, halves, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(won) == rows
    assert api.query("SELECT COUNT() FROM CampaignMember")["totalSize"] == rows


def test_upsert_by_id_creates_for_null_and_refuses_unknown_ids(api: Client, contact_id: str) -> None:
    rows = [{"Id": one, "LastName": "x"} for one in (contact_id, None, "003000000000000AAA")]
    results = api.collection("PATCH", rows, sobject="Contact", path="/Contact/Id")
    assert [one.get("created") for one in results] == [False, True, False]
    assert results[2]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
