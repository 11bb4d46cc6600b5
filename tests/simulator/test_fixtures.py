"""Fixtures of restforce (a Ruby client), the recorded organisation and person accounts: the same keys and kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.simulator.client import CLIENT, Client
from tests.simulator.recordings import FOLDER, describe, load, needs_recordings, shape
from tests.simulator.test_cassettes import CASSETTES

pytestmark = needs_recordings

LEAD = {"LastName": "x", "Company": "y"}
Ask = Callable[[Client], requests.Response]


def _refused_login(api: Client) -> requests.Response:
    form = {"grant_type": "password", "username": "nobody@example.org", "password": "x"}
    return _token(api, {**form, "client_id": CLIENT[0], "client_secret": CLIENT[1]})


def _refused_refresh(api: Client) -> requests.Response:
    return _token(api, {"grant_type": "refresh_token", "refresh_token": "x", "client_id": CLIENT[0]})


def _token(api: Client, form: dict[str, str]) -> requests.Response:
    return requests.post(api.server.url + "/services/oauth2/token", data=form, timeout=10)


def _expired(api: Client) -> requests.Response:
    api.control("POST", "sessions/expire", {})
    return api.send("GET", "limits")


def _versions(api: Client) -> requests.Response:
    return requests.get(api.server.url + "/services/data", timeout=10)


def _first_page(api: Client) -> requests.Response:
    api.settings(page_size=1)
    return api.send("GET", "query", params={"q": "SELECT Id FROM CampaignMemberStatus LIMIT 2"})


def _last_page(api: Client) -> requests.Response:
    address = _first_page(api).json()["nextRecordsUrl"]
    return api.http.get(api.server.url + address, timeout=10)


def _query(text: str) -> Ask:
    return lambda api: api.send("GET", "query", params={"q": text})


def _upsert(key: str) -> Ask:
    return lambda api: api.send("PATCH", f"sobjects/Lead/{key}", json=LEAD)


def _several(api: Client) -> requests.Response:
    api.control("POST", "rows", {"sobject": "Lead", "records": [{**LEAD, "Email": "two@example.org"}] * 2})
    return _upsert("Email/two@example.org")(api)


COMPARED: dict[str, tuple[int, Ask]] = {
    "auth_error_response.json": (400, _refused_login),
    "refresh_error_response.json": (400, _refused_refresh),
    "expired_session_response.json": (401, _expired),
    "services_data_success_response.json": (200, _versions),
    "sobject/create_success_response.json": (201, lambda api: api.create("Lead", LEAD)),
    "sobject/write_error_response.json": (400, lambda api: api.create("Lead", {**LEAD, "Nope": 1})),
    "sobject/delete_error_response.json": (404, lambda api: api.send("DELETE", "sobjects/Lead/rid")),
    "sobject/sobject_find_error_response.json": (404, lambda api: api.send("GET", "sobjects/Lead/23foo")),
    "sobject/sobject_describe_error_response.json": (404, lambda api: api.send("GET", "sobjects/Nope/describe")),
    "sobject/upsert_error_response.json": (404, _upsert("Namez/x")),
    "sobject/upsert_multiple_error_response.json": (300, _several),
    "sobject/query_empty_response.json": (200, _query("SELECT Id FROM Lead WHERE LastName = 'nobody'")),
    "sobject/query_error_response.json": (400, _query("SELECT Nope FROM Lead")),
    "sobject/query_paginated_first_page_response.json": (200, _first_page),
    "sobject/query_paginated_last_page_response.json": (200, _last_page),
}
"""{fixture: HTTP status, the request that is answered so}"""
NOT_COMPARED = {
    "auth_success_response.json": "of 2010: without token_type; newer ones in oauth/oauth_bodies.json are compared",
    "reauth_success_response.json": "the same",
    "refresh_success_response.json": "the same",
    "sobject/describe_sobjects_success_response.json": "of 2012: describe_Global.json is compared",
    "sobject/list_sobjects_success_response.json": "the same",
    "sobject/sobject_describe_success_response.json": "of an invented object; describe_Lead.json is compared",
    "sobject/sobject_find_success_response.json": "of an invented object, shortened upstream",
    "sobject/sobject_select_success_response.json": "of an invented object, shortened upstream",
    "sobject/query_success_response.json": "of an invented object; the cassettes are compared",
    "sobject/query_aggregate_success_response.json": "of opportunities, which the simulator lacks",
    "sobject/org_query_response.json": "compared with the organisation below",
    "sobject/upsert_created_success_response.json": "before v46; newer ones in the cassettes are compared",
    "sobject/upsert_updated_success_response.json": "before v46, where the answer was empty",
    "sobject/get_deleted_success_response.json": "replication, which no rule of the connector asks for",
    "sobject/get_updated_success_response.json": "the same",
    "sobject/list_view_results_success_response.json": "list views, likewise",
    "sobject/recent_success_response.json": "recently viewed records, likewise",
    "sobject/search_error_response.json": "SOSL, likewise: its index lags behind",
    "sobject/search_success_response.json": "the same",
}


@pytest.mark.parametrize("name", list(COMPARED))
def test_an_answer_has_the_form_of_the_fixture(api: Client, name: str) -> None:
    status, ask = COMPARED[name]
    answer, kept = ask(api), load("restforce/fixtures.json")[name]
    assert answer.status_code == status, answer.text
    ours = answer.json()
    if "paginated" in name:
        ours, kept = _without_rows(ours), _without_rows(kept)
    assert shape(ours) == shape(kept)
    if status >= 400 and isinstance(kept, list) and "query" not in name:
        assert ours[0]["errorCode"] == kept[0]["errorCode"]


def _without_rows(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "records": [list(answer["records"][0]["attributes"])]}


def test_every_fixture_is_compared_or_says_why_not() -> None:
    assert set(load("restforce/fixtures.json")) == set(COMPARED) | set(NOT_COMPARED)


def test_the_organisation_has_fields_of_the_recorded_one(api: Client) -> None:
    recorded = load("cumulusci/organization.json")["response"]["body"]
    (row,) = api.rows("SELECT Id FROM Organization")
    ours = api.send("GET", f"sobjects/Organization/{row['Id']}").json()
    assert set(ours["attributes"]) == set(recorded["attributes"])
    assert set(ours) <= set(recorded)
    kinds = {
        name: (type(ours[name]), type(recorded[name])) for name in ours if None not in (ours[name], recorded[name])
    }
    assert {name: pair for name, pair in kinds.items() if pair[0] is not pair[1]} == {}


def test_accounts_of_persons_have_fields_of_the_recorded_ones(api: Client) -> None:
    api.settings(person_accounts=True)
    recorded = {one["name"]: one for one in describe("Account_PersonAccount")["fields"]}
    ours = {one["name"]: one for one in api.send("GET", "sobjects/Account/describe").json()["fields"]}
    assert "PersonEmail" in ours
    custom = {
        f"{one['name'].removesuffix('__c')}__pc"
        for one in api.send("GET", "sobjects/Contact/describe").json()["fields"]
        if one["custom"]
    }
    assert custom
    assert set(ours) - set(recorded) <= {"MasterRecordId"} | custom
    keys = ("type", "nillable", "createable", "updateable")
    different = {
        f"{name}.{key}": (one[key], recorded[name][key])
        for name, one in ours.items()
        for key in keys
        if name in recorded and one[key] != recorded[name][key]
    }
    assert different == {}
    texts = [
        one for one in ours.values() if one["type"] not in ("picklist", "multipicklist") and one["name"] in recorded
    ]
    assert {one["name"]: one["length"] for one in texts if one["length"] != recorded[one["name"]]["length"]} == {}


COMPARED_IN = {
    "test_recordings.py": (
        "composite/camel_failure_v41.json",
        "composite/camel_success_v41.json",
        "cumulusci/ManualEditTestCompositeParallelSalesforce.test_http_headers.json",
        "cumulusci/TestCompositeParallelSalesforce.test_composite_parallel_salesforce.json",
        "cumulusci/TestCompositeParallelSalesforce.test_errors.json",
        "cumulusci/TestCompositeParallelSalesforce.test_reference_ids.json",
        "cumulusci/TestCountSObjects.test_count_sobjects__errors.json",
        "cumulusci/TestCountSObjects.test_count_sobjects_simple.json",
        "cumulusci/describe_Account.json",
        "cumulusci/describe_Contact.json",
        "cumulusci/describe_Global.json",
        "cumulusci/describe_Lead.json",
        "describe-derived-v64/Campaign.json",
        "describe-derived-v64/CampaignMember.json",
        "describe-derived-v64/CampaignMemberStatus.json",
        "describe-derived-v64/Contact.json",
        "describe-derived-v64/Lead.json",
        "errors/observed_error_bodies.json",
        "oauth/oauth_bodies.json",
        "teiid/lengths.json",
    ),
    "test_cassettes.py": tuple(f"cumulusci/{name}.json" for name in CASSETTES),
    "test_fixtures.py": (
        "restforce/fixtures.json",
        "cumulusci/organization.json",
        "cumulusci/describe_Account_PersonAccount.json",
    ),
}
"""{test module: recordings that it compares}"""
NOT_COMPARED_AT_ALL = {
    "MANIFEST.md": "where each recording came from",
    "latency/observed_latencies.json": "times; the simulator's latency is a switch",
    "soap/login.json": "SOAP log-in, which ends in 2027 and which the connector does not use",
    "describe-derived-v64/LeadStatus.json": "an object that neither side asks for",
}
"""{recording: why no test compares it}"""


def test_every_recording_is_compared_or_says_why_not() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    compared = {name for names in COMPARED_IN.values() for name in names}
    assert there == compared | set(NOT_COMPARED_AT_ALL)
