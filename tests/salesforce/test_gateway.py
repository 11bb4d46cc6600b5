"""The gateway on bad lines: what was sent, what may have been written, what is counted."""

import json
import socket
import time
from datetime import UTC, datetime

import pytest

from connector.core.errors import ErrorKind
from connector.salesforce.auth import Token
from connector.salesforce.composite import CollectionCreate, Query
from connector.salesforce.errors import (
    ForbiddenHost,
    LimitReached,
    RemoteUnavailable,
    RequestRefused,
    SalesforceError,
    SessionExpired,
    SignInFailed,
)
from connector.salesforce.records import Usage
from tests.salesforce.conftest import MakeGateway, make_token
from tests.salesforce.raw_server import Answer, RawServer, answer, html, raw, reset

READ = [Query("people", "SELECT Id FROM Lead")]
WRITE = [CollectionCreate("leads", [{"attributes": {"type": "Lead"}, "LastName": "Martin"}])]
EXPIRED = answer(401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
FOUND = answer(
    200,
    {
        "compositeResponse": [
            {
                "referenceId": "people",
                "httpStatusCode": 200,
                "httpHeaders": {},
                "body": {"totalSize": 1, "done": True, "records": [{"Id": "00Q000000000001AAA"}]},
            }
        ]
    },
    {"Sforce-Limit-Info": "api-usage=54/15000"},
)


def unused_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_answer_usage_and_calls_are_kept(make_gateway: MakeGateway) -> None:
    with RawServer([FOUND]) as server:
        gateway = make_gateway(server.url)
        (people,) = gateway.composite(READ)
    assert people.records == ({"Id": "00Q000000000001AAA"},)
    assert gateway.usage == Usage(used=54, limit=15000)
    assert gateway.calls == 1
    assert gateway.seconds > 0


def test_request_carries_token_client_and_no_personal_data_in_its_address(make_gateway: MakeGateway) -> None:
    with RawServer([FOUND]) as server:
        make_gateway(server.url).composite(READ)
    (request,) = server.requests
    assert request.line == "POST /services/data/v64.0/composite HTTP/1.1"
    assert request.headers["authorization"] == "Bearer first"
    assert request.headers["sforce-call-options"] == "client=inwink-connector"
    assert "x-prettyprint" not in request.headers
    assert request.json == {
        "allOrNone": False,
        "collateSubrequests": False,
        "compositeRequest": [
            {
                "method": "GET",
                "url": "/services/data/v64.0/query?q=SELECT+Id+FROM+Lead",
                "referenceId": "people",
            }
        ],
    }


def test_token_is_not_replaced_by_netrc(
    make_gateway: MakeGateway, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:  # noqa: PTH123 -- the path is a text for the environment
        file.write("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", netrc)
    with RawServer([FOUND]) as server:
        make_gateway(server.url).composite(READ)
    assert server.requests[0].headers["authorization"] == "Bearer first"


def test_proxy_of_the_environment_is_not_used_for_this_machine(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with RawServer([FOUND]) as server:
        assert make_gateway(server.url).composite(READ)[0].total_size == 1


def test_before_call_may_prevent_the_call(make_gateway: MakeGateway) -> None:
    def abort() -> None:
        raise LookupError("the lease is lost")

    with RawServer([FOUND]) as server:
        gateway = make_gateway(server.url, before_call=abort)
        with pytest.raises(LookupError):
            gateway.composite(WRITE)
    assert server.requests == []
    assert gateway.calls == 0


def test_refused_connection_sent_nothing(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(RemoteUnavailable) as caught:
        gateway.composite(WRITE)
    assert (caught.value.code, caught.value.write_unclear, gateway.calls) == ("no_connection", False, 0)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        pytest.param(reset, "connection_lost", id="reset after the request"),
        pytest.param(raw(b""), "connection_lost", id="closed without an answer"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), "connection_lost", id="half a body"),
        pytest.param(raw(b'HTTP/1.1 200 OK\r\n\r\n{"compositeR'), "unreadable_answer", id="cut JSON"),
        pytest.param(raw(b"\x16\x03\x01 nonsense\r\n\r\n"), "connection_lost", id="no HTTP"),
        pytest.param(answer(200, ""), "unreadable_answer", id="empty body"),
        pytest.param(answer(200, 5), "unreadable_answer", id="a number"),
        pytest.param(answer(200, []), "unreadable_answer", id="an empty list"),
        pytest.param(answer(200, {"compositeResponse": []}), "unreadable_answer", id="a subrequest is missing"),
        pytest.param(html(200), "unreadable_answer", id="HTML that says 200"),
        pytest.param(html(503), "http_503", id="HTML 503"),
        pytest.param(html(420), "http_420", id="edge 420"),
        pytest.param(answer(502, ""), "http_502", id="empty 502"),
        pytest.param(
            answer(503, [{"message": "Server Unavailable", "errorCode": "SERVER_UNAVAILABLE"}]),
            "SERVER_UNAVAILABLE",
            id="JSON 503",
        ),
        pytest.param(answer(500, {"error": "no list"}), "http_500", id="no list"),
    ],
)
def test_write_without_a_clear_answer_is_unclear_and_a_read_is_not(
    make_gateway: MakeGateway, behaviour: Answer, code: str
) -> None:
    with RawServer([behaviour, behaviour]) as server:
        gateway = make_gateway(server.url)
        with pytest.raises(RemoteUnavailable) as write:
            gateway.composite(WRITE)
        with pytest.raises(RemoteUnavailable) as read:
            gateway.composite(READ)
    assert (write.value.code, write.value.write_unclear) == (code, True)
    assert (read.value.code, read.value.write_unclear) == (code, False)
    assert gateway.calls == 2
    assert len(server.requests) == 2


@pytest.mark.parametrize("part", ["headers", "body", "nothing", "body without length"])
def test_total_deadline_ends_a_server_that_always_sends_a_little(make_gateway: MakeGateway, part: str) -> None:
    with RawServer([]) as server:
        behaviours: dict[str, Answer] = {
            "headers": server.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500, every_seconds=0.05),
            "body": server.drip(
                b" " * 500, first=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", every_seconds=0.05
            ),
            "body without length": server.drip(
                b" " * 500, first=b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", every_seconds=0.05
            ),
            "nothing": server.silence,
        }
        server.answers.append(behaviours[part])
        gateway = make_gateway(server.url, timeout_seconds=0.4)
        started = time.monotonic()
        with pytest.raises(RemoteUnavailable) as caught:
            gateway.composite(WRITE)
        seconds = time.monotonic() - started
    assert (caught.value.code, caught.value.write_unclear) == ("timeout", True)
    assert 0.3 < seconds < 2
    assert gateway.calls == 1


def test_connection_serves_again_after_a_deadline(make_gateway: MakeGateway) -> None:
    with RawServer([]) as server:
        server.answers += [server.silence, FOUND]
        gateway = make_gateway(server.url, timeout_seconds=0.3)
        with pytest.raises(RemoteUnavailable):
            gateway.composite(READ)
        assert gateway.composite(READ)[0].total_size == 1


def test_expired_token_is_renewed_once_and_everything_repeated(make_gateway: MakeGateway) -> None:
    asked: list[str] = []

    def renew(old: Token) -> Token:
        asked.append(old.access_token)
        return make_token(server.url, access_token="second")

    row = {"id": "00Q000000000001AAA", "success": True, "errors": []}
    with RawServer([EXPIRED, answer(200, [row])]) as server:
        gateway = make_gateway(server.url, renew=renew)
        headers = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
        (result,) = gateway.write_collection("POST", [{"LastName": "M", "attributes": {"type": "Lead"}}], headers)
    first, second = server.requests
    assert asked == ["first"]
    assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer first", "Bearer second")
    assert second.headers["sforce-auto-assign"] == "FALSE"
    assert second.headers["sforce-duplicate-rule-header"] == "allowSave=true"
    assert second.body == first.body
    assert list(second.json["records"][0]) == ["attributes", "LastName"]
    assert (result.id, result.success) == ("00Q000000000001AAA", True)
    assert gateway.calls == 1
    assert gateway.token.access_token == "second"


def test_second_401_ends_in_session_expired(make_gateway: MakeGateway) -> None:
    with RawServer([EXPIRED, html(401)]) as server:
        gateway = make_gateway(server.url, renew=lambda _: make_token(server.url, access_token="second"))
        with pytest.raises(SessionExpired):
            gateway.composite(WRITE)
    assert len(server.requests) == 2
    assert gateway.calls == 0


def test_new_token_of_another_organisation_is_refused(make_gateway: MakeGateway) -> None:
    with RawServer([EXPIRED]) as server:
        other = make_token(server.url, organization_id="00D000000000009AAA")
        gateway = make_gateway(server.url, renew=lambda _: other)
        with pytest.raises(SignInFailed, match="other_organization"):
            gateway.composite(WRITE)
    assert len(server.requests) == 1


def test_new_token_of_another_user_ends_what_began_as_the_first(make_gateway: MakeGateway) -> None:
    with RawServer([EXPIRED]) as server:
        other = make_token(server.url, user_id="005000000000009AAA")
        gateway = make_gateway(server.url, renew=lambda _: other)
        with pytest.raises(RemoteUnavailable, match="other_user") as caught:
            gateway.composite(WRITE)
    assert caught.value.write_unclear is False
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        (answer(400, [{"errorCode": "JSON_PARSER_ERROR", "message": "x"}]), ErrorKind.PERMANENT, "JSON_PARSER_ERROR"),
        (answer(404, [{"errorCode": "NOT_FOUND", "message": "x"}]), ErrorKind.CONFIGURATION, "NOT_FOUND"),
        (
            answer(403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "x"}]),
            ErrorKind.CONFIGURATION,
            "API_DISABLED_FOR_ORG",
        ),
        (html(403), ErrorKind.CONFIGURATION, "http_403"),
        (html(414), ErrorKind.TOO_MUCH_AT_ONCE, "http_414"),
        (answer(410, [{"errorCode": "GONE", "message": "x"}]), ErrorKind.CONFIGURATION, "GONE"),
    ],
)
def test_refused_call_was_not_processed(
    make_gateway: MakeGateway, behaviour: Answer, kind: ErrorKind, code: str
) -> None:
    with RawServer([behaviour]) as server:
        gateway = make_gateway(server.url)
        with pytest.raises(RequestRefused) as caught:
            gateway.composite(WRITE)
    assert (caught.value.kind, caught.value.code, gateway.calls) == (kind, code, 1)


@pytest.mark.parametrize(
    ("text", "is_daily"),
    [
        ("TotalRequests Limit exceeded.", True),
        ("ConcurrentRequests (Concurrent API Requests) Limit exceeded.", False),
    ],
)
def test_limits_are_told_apart(make_gateway: MakeGateway, text: str, is_daily: bool) -> None:
    refusal = answer(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": text}])
    with RawServer([refusal]) as server, pytest.raises(LimitReached) as caught:
        make_gateway(server.url).composite(WRITE)
    assert (caught.value.is_daily, caught.value.http_status) == (is_daily, 403)


def test_redirect_is_not_followed(make_gateway: MakeGateway) -> None:
    with RawServer([answer(200, {})]) as elsewhere:
        leads_away = answer(302, "", {"Location": f"{elsewhere.url}/services/data/v64.0/composite"})
        with RawServer([leads_away]) as server, pytest.raises(RequestRefused, match="redirected"):
            make_gateway(server.url).composite(READ)
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "url",
    ["http://acme.my.salesforce.com", "https://acme.my.salesforce.com.example", "http://10.0.0.1", "ftp://127.0.0.1"],
)
def test_token_for_a_forbidden_host_is_refused_at_once(make_gateway: MakeGateway, url: str) -> None:
    with pytest.raises(ForbiddenHost):
        make_gateway(url)


@pytest.mark.parametrize(
    "url",
    [
        "@elsewhere.example/services/data/v64.0/query/01g-2000",
        "https://elsewhere.example/",
        "/services/data/v64.0/query/../x",
    ],
)
def test_next_page_must_be_a_path_of_salesforce(make_gateway: MakeGateway, url: str) -> None:
    with RawServer([]) as server, pytest.raises(ValueError, match="not the path of a next page"):
        make_gateway(server.url).query_more(url)
    assert server.requests == []


def test_query_follows_its_pages_and_children_theirs(make_gateway: MakeGateway) -> None:
    def page(name: str, records: list[object], next_url: str | None) -> Answer:
        body = {"totalSize": 2, "done": next_url is None, "records": records, "nextRecordsUrl": next_url}
        return answer(200, {"compositeResponse": [{"referenceId": name, "httpStatusCode": 200, "body": body}]})

    child = {
        "totalSize": 2,
        "done": False,
        "records": [{"Id": "m1"}],
        "nextRecordsUrl": "/services/data/v64.0/query/0r8-9",
    }
    pages = [
        page("query", [{"Id": "a", "CampaignMembers": child}], "/services/data/v64.0/query/01gx-2000"),
        page("page", [{"Id": "b", "CampaignMembers": None}], None),
        page("page", [{"Id": "m2"}], None),
    ]
    with RawServer(pages) as server:
        gateway = make_gateway(server.url)
        first, second = gateway.query("SELECT Id FROM Contact")
        assert [row["Id"] for row in gateway.all_children(first, "CampaignMembers")] == ["m1", "m2"]
        assert gateway.all_children(second, "CampaignMembers") == []
    assert [each.json["compositeRequest"][0]["url"] for each in server.requests[1:]] == [
        "/services/data/v64.0/query/01gx-2000",
        "/services/data/v64.0/query/0r8-9",
    ]


def test_describe_not_modified(make_gateway: MakeGateway) -> None:
    with RawServer([raw(b"HTTP/1.1 304 Not Modified\r\nSforce-Limit-Info: api-usage=7/100\r\n\r\n")]) as server:
        gateway = make_gateway(server.url)
        assert gateway.describe("Lead", if_modified_since=datetime(2026, 3, 1, 12, 0, tzinfo=UTC)) is None
    assert server.requests[0].headers["if-modified-since"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert gateway.usage == Usage(used=7, limit=100)
    assert gateway.calls == 1


def test_limits_are_read(make_gateway: MakeGateway) -> None:
    with RawServer([answer(200, {"DailyApiRequests": {"Max": 15000, "Remaining": 14990}})]) as server:
        assert make_gateway(server.url).limits() == Usage(used=10, limit=15000)
    assert server.requests[0].line == "GET /services/data/v64.0/limits HTTP/1.1"


def test_no_error_text_or_chain_repeats_what_was_sent(make_gateway: MakeGateway) -> None:
    body = [
        {
            "errorCode": "MALFORMED_QUERY",
            "message": "\nEmail='jeanne@example.org'\n^\nERROR at Row:1:Column:9\nunexpected token: 'Dupont'",
        }
    ]
    with RawServer([answer(400, body)]) as server, pytest.raises(SalesforceError) as caught:
        make_gateway(server.url).composite(READ)
    texts = []
    error: BaseException | None = caught.value
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert texts == ["MALFORMED_QUERY: ERROR at Row:1:Column:9 unexpected token: […]"]
    assert "Dupont" not in json.dumps(texts)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("QUERY_TIMEOUT", RemoteUnavailable),
        ("INVALID_QUERY_LOCATOR", RemoteUnavailable),
        ("UNKNOWN_EXCEPTION", RemoteUnavailable),
        ("INVALID_TYPE", RequestRefused),
    ],
)
def test_a_query_that_fails_for_a_moment_is_an_outage_and_nothing_to_mend(
    make_gateway: MakeGateway, code: str, error: type[Exception]
) -> None:
    """The call as a whole succeeded; only the query in it did not. A link would wait for a person otherwise."""
    refused = {
        "referenceId": "query",
        "httpStatusCode": 400,
        "httpHeaders": {},
        "body": [{"errorCode": code, "message": "x"}],
    }
    with RawServer([answer(200, {"compositeResponse": [refused]})]) as server, pytest.raises(error, match=code):
        make_gateway(server.url).query("SELECT Id FROM Lead")
