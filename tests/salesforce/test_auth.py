"""Signing in: what each answer means, and that no secret shows."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from connector.salesforce.auth import AuthFlow, Credentials, HostRules, Token, request_token
from connector.salesforce.errors import ForbiddenHost, LimitReached, RemoteUnavailable, SignInFailed
from tests.salesforce.conftest import LOCAL
from tests.salesforce.raw_server import Answer, RawServer, answer, html, raw

SECRETS = ("the-secret", "the-password", "the-security-token", "the-key", "the-refresh-token", "the-access-token")
GRANTED = {
    "access_token": "the-access-token",
    "instance_url": "https://acme.my.salesforce.com/",
    "id": "https://login.salesforce.com/id/00DU0000000Kwch/005U0000005akrE",
    "token_type": "Bearer",
    "issued_at": "1728399904705",
    "signature": "x",
}


def credentials(url: str, flow: AuthFlow = AuthFlow.CLIENT_CREDENTIALS) -> Credentials:
    return Credentials(
        flow=flow,
        login_url=url,
        client_id="the-client",
        client_secret="the-secret",
        username="admin@acme.example",
        password="the-password<&>",
        security_token="the-security-token",
        private_key="the-key",
        refresh_token="the-refresh-token",
    )


def sign_in(server: RawServer, flow: AuthFlow = AuthFlow.CLIENT_CREDENTIALS) -> Token:
    return request_token(credentials(server.url, flow), hosts=LOCAL, timeout_seconds=2)


def test_client_credentials() -> None:
    with RawServer([answer(200, GRANTED)]) as server:
        token = sign_in(server)
    (request,) = server.requests
    assert request.line == "POST /services/oauth2/token HTTP/1.1"
    assert parse_qs(request.body.decode()) == {"grant_type": ["client_credentials"]}
    assert request.headers["authorization"] == "Basic dGhlLWNsaWVudDp0aGUtc2VjcmV0"
    assert token == Token(
        access_token="the-access-token",
        instance_url="https://acme.my.salesforce.com",
        organization_id="00DU0000000KwchMAC",
        user_id="005U0000005akrEIAQ",
        issued_at=datetime(2024, 10, 8, 15, 5, 4, 705000, tzinfo=UTC),
    )


def test_password() -> None:
    with RawServer([answer(200, GRANTED)]) as server:
        sign_in(server, AuthFlow.PASSWORD)
    assert parse_qs(server.requests[0].body.decode()) == {
        "grant_type": ["password"],
        "client_id": ["the-client"],
        "client_secret": ["the-secret"],
        "username": ["admin@acme.example"],
        "password": ["the-password<&>the-security-token"],
    }


@pytest.mark.parametrize("flow", [AuthFlow.JWT_BEARER, AuthFlow.WEB_SERVER])
def test_flow_to_come_says_so(flow: AuthFlow) -> None:
    with RawServer([]) as server, pytest.raises(SignInFailed, match="flow_not_built"):
        sign_in(server, flow)
    assert server.requests == []


@pytest.mark.parametrize("host", ["login", "test"])
def test_client_credentials_need_the_own_domain(host: str) -> None:
    with pytest.raises(SignInFailed, match="my_domain_required"):
        request_token(credentials(f"https://{host}.salesforce.com"), hosts=HostRules(), timeout_seconds=1)


@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        (
            answer(400, {"error": "invalid_grant", "error_description": "authentication failure"}),
            SignInFailed,
            "invalid_grant",
        ),
        (answer(400, {"error": "invalid_client"}), SignInFailed, "invalid_client"),
        (answer(401, [{"errorCode": "X"}]), SignInFailed, "http_401"),
        (html(404), SignInFailed, "http_404"),
        (answer(302, "", {"Location": "https://elsewhere.example"}), SignInFailed, "redirected"),
        (answer(400, {"error": "rate_limit_exceeded"}), LimitReached, "rate_limit_exceeded"),
        (answer(429, ""), LimitReached, "http_429"),
        (html(503), RemoteUnavailable, "http_503"),
        (html(200), RemoteUnavailable, "unreadable_answer"),
        (answer(200, []), RemoteUnavailable, "unreadable_answer"),
        (answer(200, {"access_token": "a"}), RemoteUnavailable, "unreadable_answer"),
        (answer(200, GRANTED | {"id": "nonsense"}), SignInFailed, "unreadable_answer"),
        (answer(200, GRANTED | {"issued_at": "yesterday"}), SignInFailed, "unreadable_answer"),
        (answer(200, GRANTED | {"instance_url": "https://elsewhere.example"}), ForbiddenHost, "forbidden_host"),
        (raw(b""), RemoteUnavailable, "connection_lost"),
    ],
)
def test_other_answers(behaviour: Answer, kind: type[SignInFailed], code: str) -> None:
    with RawServer([behaviour]) as server, pytest.raises(kind) as caught:
        sign_in(server)
    assert caught.value.code == code
    assert not any(secret in str(caught.value) for secret in SECRETS)
    assert len(server.requests) == 1


def test_sign_in_has_a_total_deadline() -> None:
    with RawServer([]) as server:
        server.answers.append(server.silence)
        with pytest.raises(RemoteUnavailable) as caught:
            request_token(credentials(server.url), hosts=LOCAL, timeout_seconds=0.3)
    assert (caught.value.code, caught.value.write_unclear) == ("timeout", False)


def test_forbidden_address_is_not_called() -> None:
    with RawServer([]) as server, pytest.raises(ForbiddenHost):
        request_token(credentials(server.url), hosts=HostRules(), timeout_seconds=1)
    assert server.requests == []


def test_repr_shows_no_secret() -> None:
    token = Token("the-access-token", "https://x.my.salesforce.com", "00D", "005", datetime(2026, 1, 1, tzinfo=UTC))
    shown = repr(credentials("https://x.my.salesforce.com")) + repr(token) + str(replace(token, user_id="1"))
    assert not any(secret in shown for secret in SECRETS)
    assert "the-client" in shown
