"""Limits, faults, controls and the server itself."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.simulator.client import Client, of_type, subrequest

LEAD = {"LastName": "Roy", "Company": "Roy SA"}


def test_each_data_request_is_counted_and_shown_in_the_header(api: Client) -> None:
    api.control("POST", "calls/reset")
    answers = [api.send("GET", "limits"), api.send("GET", "sobjects/Foo"), api.create("Lead", LEAD)]
    used = [answer.headers["Sforce-Limit-Info"] for answer in answers]
    assert used == [f"api-usage={n}/100000" for n in (1, 2, 3)]
    requests.get(api.server.url + "/services/data", timeout=10)
    calls = api.control("GET", "calls")
    assert calls["by_kind"] == {"limits": 1, "describe": 1, "row": 1}
    assert [(one["method"], one["status"]) for one in calls["log"]] == [("GET", 200), ("GET", 404), ("POST", 201)]


def test_beyond_the_daily_limit_everything_is_refused_until_it_rises(api: Client) -> None:
    api.settings(api_used=99, api_limit=100)
    assert api.send("GET", "limits").json()["DailyApiRequests"] == {"Max": 100, "Remaining": 0}
    refused = api.send("GET", "limits")
    assert refused.status_code == 403
    assert refused.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    api.settings(api_limit=101)
    assert api.send("GET", "limits").status_code == 200


def test_without_storage_nothing_is_created_and_what_exists_can_be_changed(api: Client) -> None:
    lead_id = api.create("Lead", LEAD).json()["id"]
    api.settings(storage_full=True)
    assert api.create("Lead", LEAD).json()[0]["errorCode"] == "STORAGE_LIMIT_EXCEEDED"
    assert api.send("PATCH", f"sobjects/Lead/{lead_id}", json={"Title": "CTO"}).status_code == 204
    assert api.send("GET", "limits").json()["DataStorageMB"]["Remaining"] == 0


def test_a_slow_object_gives_up_its_queries_alone(api: Client) -> None:
    api.settings(slow_objects=["Lead"])
    url = "/services/data/v64.0/query?q=SELECT+Id+FROM+"
    queries = [{"method": "GET", "url": url + name, "referenceId": name} for name in ("Lead", "Contact")]
    answers = api.send("POST", "composite", json={"compositeRequest": queries}).json()["compositeResponse"]
    assert [answer["httpStatusCode"] for answer in answers] == [400, 200]
    assert answers[0]["body"][0]["errorCode"] == "QUERY_TIMEOUT"


def test_the_counter_may_jump_by_switch(api: Client) -> None:
    api.settings(usage_jumps=True, api_used=100)
    heads = [api.send("GET", "limits").headers["Sforce-Limit-Info"] for _ in range(8)]
    used = [int(head.split("=")[1].split("/")[0]) for head in heads]
    assert used != sorted(used)


@pytest.mark.parametrize(("version", "status"), [("v64.0", 200), ("v20.0", 404), ("v29.0", 410), ("v99.0", 404)])
def test_versions_that_are_served(api: Client, version: str, status: int) -> None:
    assert api.http.get(f"{api.server.url}/services/data/{version}/limits/", timeout=10).status_code == status
    assert api.http.get(f"{api.server.url}/services/data/64.0/limits", timeout=10).status_code == 404


def test_an_address_or_headers_too_long_are_refused(api: Client) -> None:
    assert api.send("GET", "query", params={"q": "x" * 17000}).status_code == 414
    assert api.send("GET", "limits", headers={"X-Long": "x" * 17000}).status_code == 431


def test_an_outage_strikes_as_often_as_asked(api: Client) -> None:
    api.fault({"status": 503, "body": "<html>down</html>"}, times=2, kind="composite")
    body = {"compositeRequest": [subrequest("a", "GET", "sobjects")]}
    assert api.send("GET", "limits").status_code == 200
    answers = [api.send("POST", "composite", json=body) for _ in range(3)]
    assert [one.status_code for one in answers] == [503, 503, 200]
    assert answers[0].text == "<html>down</html>"
    assert answers[0].headers["Content-Type"].startswith("text/html")
    assert api.control("GET", "faults") == {"faults": []}


def test_rows_can_be_locked_by_a_fault_inside_composite_too(api: Client) -> None:
    api.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": [1]}, sobject="Lead", method="POST")
    write = subrequest("w", "POST", "composite/sobjects", body=of_type("Lead", LEAD, LEAD))
    first, second = (api.composite(write)[0]["body"] for _ in range(2))
    assert [one["success"] for one in first] == [True, False]
    assert first[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert all(one["success"] for one in second)


def test_a_session_can_die_and_limits_can_be_hit(api: Client) -> None:
    api.fault({"expire_session": True})
    assert [api.send("GET", "limits").status_code for _ in range(2)] == [401, 401]
    api.sign_in()
    api.fault({"limit": "concurrent"})
    assert api.send("GET", "limits").json()[0]["message"].startswith("ConcurrentRequests")
    api.fault({"limit": "daily"}, path_contains="/limits")
    assert api.send("GET", "limits").status_code == 403


@pytest.mark.parametrize(("action", "written"), [("close_before", 0), ("close_after", 1)])
def test_a_lost_request_wrote_nothing_and_a_lost_answer_did(api: Client, action: str, written: int) -> None:
    api.fault({action: True}, sobject="Lead", method="POST")
    with pytest.raises(requests.ConnectionError):
        api.create("Lead", LEAD)
    assert api.query("SELECT COUNT() FROM Lead WHERE LastName = 'Roy'")["totalSize"] == written


def test_faults_find_objects_in_the_subrequests(api: Client) -> None:
    api.fault({"status": 500}, sobject="CampaignMember")
    contacts = subrequest("a", "GET", "query?q=SELECT+Id+FROM+Contact")
    members = subrequest("b", "POST", "composite/sobjects", body=of_type("CampaignMember", {}))
    assert api.send("POST", "composite", json={"compositeRequest": [contacts]}).status_code == 200
    assert api.send("POST", "composite", json={"compositeRequest": [contacts, members]}).status_code == 500


def test_latency_is_added_to_each_request_and_each_row(api: Client) -> None:
    api.settings(latency_ms=30, row_latency_ms=10)
    started = time.monotonic()
    api.collection("POST", [LEAD] * 5, sobject="Lead")
    assert time.monotonic() - started >= 0.08


def test_state_rows_and_reset(api: Client, campaign_id: str) -> None:
    ids = api.control("POST", "rows", {"sobject": "Contact", "records": [{"LastName": "X", "Email": "X@Y.fr"}]})["ids"]
    api.control(
        "POST",
        "rows",
        {
            "sobject": "CampaignMember",
            "records": [{"CampaignId": campaign_id, "ContactId": ids[0], "Status": "Attended"}],
        },
    )
    state = api.control("GET", "state")
    assert state["Contact"][-1]["Email"] == "x@y.fr"
    assert state["CampaignMember"][0]["HasResponded"] is True
    api.control("POST", "delete", {"ids": ids})
    assert (len(api.control("GET", "state")["Contact"]), len(api.control("GET", "state?deleted=1")["Contact"])) == (
        1,
        2,
    )
    api.control("POST", "reset")
    assert api.rows("SELECT Name FROM Contact") == [{"Name": "Camille Martin"}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("settings", {"no_such_switch": 1}),
        ("faults", {"action": {"explode": True}}),
        ("rows", {"sobject": "Contact", "records": [{"Nope": 1}]}),
        ("delete", {"ids": ["003000000000000AAA"]}),
    ],
)
def test_mistakes_in_controls_are_named(api: Client, path: str, body: dict[str, Any]) -> None:
    answer = requests.post(f"{api.server.url}/_simulator/{path}", json=body, timeout=10)
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_one_connection_serves_many_requests(server: SimulatorServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    request = b"GET /services/data HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        stream = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(request)
            head = iter(stream.readline, b"\r\n")
            length = next(int(line.split(b":")[1]) for line in list(head) if line.lower().startswith(b"content-length"))
            assert len(stream.read(length)) == length


def test_a_stopped_server_answers_nobody_not_even_open_connections() -> None:
    with SimulatorServer() as server:
        api = Client(server)
        assert api.send("GET", "limits").status_code == 200
    with pytest.raises(requests.ConnectionError):
        api.send("GET", "limits")


def test_the_command_serves_a_seed_and_ends_when_told(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(
        '{"rows": {"Account": [{"_ref": "a", "Name": "Only"}], "Contact": [{"LastName": "X", "AccountId": "@a"}]}}'
    )
    command = [sys.executable, "-m", "simulator", "--port", "0", "--seed", str(seed), "--api-limit", "7", "--quiet"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.removeprefix("simulator listening on ").strip()
        state = requests.get(url + "/_simulator/state", timeout=10).json()
        calls = requests.get(url + "/_simulator/calls", timeout=10).json()
        process.terminate()
        assert process.wait(10) == 0
    assert [one["AccountId"] for one in state["Contact"]] == [state["Account"][0]["Id"]]
    assert calls["api_limit"] == 7


@pytest.mark.parametrize("path", ["composite", "composite/sobjects", "composite/sobjects/Lead/Email", "sobjects/Lead"])
@pytest.mark.parametrize(
    "body",
    [
        1,
        ["x"],
        {"records": 1},
        {"records": [1, None, {}, {"attributes": 1}, {"attributes": {"type": "Lead"}, "LastName": {"a": 1}}]},
        {"compositeRequest": 1},
        {"compositeRequest": [{"url": "x", "method": "GET", "referenceId": "a"}]},
        {"compositeRequest": [{"url": "/services/data/v64.0/sobjects/Lead", "referenceId": "a", "httpHeaders": "x"}]},
    ],
)
def test_bodies_that_make_no_sense_are_answered(api: Client, path: str, body: Any) -> None:
    for method in ("POST", "PATCH"):
        assert api.send(method, path, json=body).status_code in (200, 400, 404, 405)


def test_a_campaign_can_be_held_locked_for_a_while(api: Client, campaign_id: str, contact_id: str) -> None:
    api.settings(lock_hold_ms=60)
    started = time.monotonic()
    api.collection("POST", [{"CampaignId": campaign_id, "ContactId": contact_id}], sobject="CampaignMember")
    assert time.monotonic() - started >= 0.06


def test_record_types_show_in_describe_when_the_seed_has_them() -> None:
    field = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"], "relationship": "RecordType"}
    record_type = {"_ref": "pro", "Name": "Pro", "DeveloperName": "Pro", "SobjectType": "Lead", "IsActive": True}
    seed = {**read_seed(None), "custom_fields": {"Lead": [field]}}
    seed["rows"] = {"RecordType": [record_type], "Lead": [{"LastName": "x", "Company": "y", "RecordTypeId": "@pro"}]}
    with SimulatorServer(seed=seed) as server:
        api = Client(server)
        types = api.send("GET", "sobjects/Lead/describe").json()["recordTypeInfos"]
        assert [(one["name"], one["master"]) for one in types] == [("Pro", False), ("Master", True)]
        (lead,) = api.rows("SELECT RecordType.DeveloperName FROM Lead")
        assert lead["RecordType"]["DeveloperName"] == "Pro"
