"""/composite: subrequests, references, what is not inherited, and the limits."""
# ruff: noqa: S608 - SOQL with ids, no SQL

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Client, of_type, subrequest

LEAD = {"LastName": "Roy", "Company": "Roy SA", "Email": "roy@example.com"}
ROWS = "composite/sobjects"


def test_each_subrequest_has_its_own_status_and_the_order_is_kept(api: Client, lead_id: str) -> None:
    answers = api.composite(
        subrequest("one", "POST", "sobjects/Lead", body=LEAD),
        subrequest("two", "GET", "query?q=SELECT Id FROM Nothing"),
        subrequest("three", "PATCH", f"sobjects/Lead/{lead_id}", body={"Title": "x"}),
        subrequest("four", "GET", "sobjects/Foo"),
        collateSubrequests=False,
    )
    assert [(one["referenceId"], one["httpStatusCode"]) for one in answers] == [
        ("one", 201),
        ("two", 400),
        ("three", 204),
        ("four", 404),
    ]
    assert answers[0]["httpHeaders"]["Location"].endswith(answers[0]["body"]["id"])
    assert set(answers[1]["body"][0]) == {"message", "errorCode"}
    assert answers[2]["body"] is None


def test_results_are_referred_to_in_addresses_and_bodies(api: Client, campaign_id: str) -> None:
    labels = f"query/?q=SELECT+Label+FROM+CampaignMemberStatus+WHERE+CampaignId='{campaign_id}'+ORDER+BY+SortOrder"
    member = {"CampaignId": campaign_id, "LeadId": "@{people[0].id}", "Status": "@{labels.records[2].Label}"}
    answers = api.composite(
        subrequest("labels", "GET", labels),
        subrequest("people", "POST", ROWS, body=of_type("Lead", LEAD)),
        subrequest("members", "POST", ROWS, body=of_type("CampaignMember", member)),
        subrequest("read", "GET", "sobjects/CampaignMember/@{members[0].id}?fields=Status,LeadId"),
    )
    assert answers[3]["body"]["Status"] == "Attended"
    assert answers[3]["body"]["LeadId"] == answers[1]["body"][0]["id"]


@pytest.mark.parametrize("typed", ["@{nothing.id}", "@{people[1].id}", "@{people[0].Id}", "Jean @{x}", "@{}"])
def test_what_a_person_typed_is_taken_for_a_reference_and_fails_all_rows(api: Client, typed: str) -> None:
    people, others = api.composite(
        subrequest("people", "POST", ROWS, body=of_type("Lead", LEAD)),
        subrequest("others", "POST", ROWS, body=of_type("Lead", LEAD, {**LEAD, "FirstName": typed})),
    )
    assert (people["httpStatusCode"], others["httpStatusCode"]) == (200, 400)
    assert others["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert len(api.rows("SELECT Id FROM Lead WHERE LastName = 'Roy'")) == 1


def test_what_a_person_typed_may_copy_another_persons_data(api: Client) -> None:
    found = subrequest("found", "GET", "query?q=SELECT Email FROM Contact")
    api.composite(
        found, subrequest("new", "POST", "sobjects/Lead", body={**LEAD, "Title": "@{found.records[0].Email}"})
    )
    assert api.rows("SELECT Title FROM Lead WHERE LastName = 'Roy'") == [{"Title": "camille.martin@acme.example"}]


def test_outside_composite_nothing_is_resolved(api: Client) -> None:
    (result,) = api.collection("POST", [{**LEAD, "FirstName": "@{nothing.id}"}], sobject="Lead")
    assert result["success"] is True
    assert api.rows("SELECT FirstName FROM Lead WHERE LastName = 'Roy'") == [{"FirstName": "@{nothing.id}"}]


def test_references_can_be_refused_by_switch(api: Client) -> None:
    api.settings(references_allowed=False)
    answers = api.composite(
        subrequest("a", "POST", "sobjects/Lead", body=LEAD), subrequest("b", "GET", "sobjects/Lead/@{a.id}")
    )
    assert [one["httpStatusCode"] for one in answers] == [201, 400]


def test_write_headers_of_the_outer_request_are_not_inherited(api: Client) -> None:
    api.settings(duplicate_rules={"Lead": {"action": "alert"}}, assignment_rule_owner=api.id_of("Group", "Event leads"))
    api.created("Lead", LEAD)
    headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true", "Sforce-Auto-Assign": "FALSE"}
    body = of_type("Lead", LEAD)
    requests = [
        subrequest("bare", "POST", ROWS, body=body),
        subrequest("own", "POST", ROWS, body=body, httpHeaders=headers),
    ]
    answer = api.send("POST", "composite", json={"compositeRequest": requests}, headers=headers)
    bare, own = (one["body"][0] for one in answer.json()["compositeResponse"])
    assert (bare["success"], own["success"]) == (False, True)
    (row,) = api.rows(f"SELECT Owner.Name FROM Lead WHERE Id = '{own['id']}'")
    assert row["Owner"]["Name"] == "Integration User"


def test_all_or_none_undoes_all_and_only_the_culprit_says_why(api: Client) -> None:
    answers = api.composite(
        subrequest("good", "POST", "sobjects/Lead", body=LEAD),
        subrequest("mixed", "POST", ROWS, body=of_type("Lead", LEAD, {})),
        allOrNone=True,
    )
    assert answers[0]["body"] == [
        {
            "errorCode": "PROCESSING_HALTED",
            "message": "The transaction was rolled back since another operation in the same transaction failed.",
        }
    ]
    assert answers[0]["httpStatusCode"] == 400
    assert [one["success"] for one in answers[1]["body"]] == [True, False]
    assert api.rows("SELECT Id FROM Lead WHERE LastName = 'Roy'") == []


def _many(count: int, path: str) -> list[dict[str, Any]]:
    return [subrequest(f"r{n}", "GET", path) for n in range(count)]


@pytest.mark.parametrize(
    ("requests", "status"),
    [
        (_many(25, "sobjects/Lead"), 200),
        (_many(26, "sobjects/Lead"), 400),
        (_many(5, "query?q=SELECT Id FROM Lead"), 200),
        (_many(6, "query?q=SELECT Id FROM Lead"), 400),
        ([*_many(5, "queryAll?q=SELECT Id FROM Lead"), subrequest("w", "POST", ROWS, body=of_type("Lead"))], 400),
        ([subrequest("1a", "GET", "sobjects")], 400),
        ([subrequest("a", "GET", "sobjects"), subrequest("a", "GET", "sobjects")], 400),
        ([subrequest("a", "GET", "sobjects", httpHeaders={"Accept": "x"})], 400),
        ([], 400),
    ],
)
def test_the_limits_of_a_composite_request(api: Client, requests: list[dict[str, Any]], status: int) -> None:
    answer = api.send("POST", "composite", json={"compositeRequest": requests})
    assert answer.status_code == status


def test_a_composite_request_counts_once(api: Client) -> None:
    api.control("POST", "calls/reset")
    api.composite(*_many(5, "query?q=SELECT Id FROM Lead"))
    calls = api.control("GET", "calls")
    assert (calls["api_calls"], calls["by_kind"]) == (1, {"composite": 1})
    assert [one["rows"] for one in calls["log"][0]["subrequests"]] == [1] * 5


def test_collation_may_group_answers_by_kind_by_switch(api: Client) -> None:
    api.settings(collate_reorders=True)
    query = "query?q=SELECT Id FROM Lead"
    requests = [subrequest("a", "GET", query), subrequest("b", "GET", "sobjects/Lead"), subrequest("c", "GET", query)]
    assert [one["referenceId"] for one in api.composite(*requests)] == ["a", "c", "b"]
    kept = api.composite(*requests, collateSubrequests=False)
    assert [one["referenceId"] for one in kept] == ["a", "b", "c"]
