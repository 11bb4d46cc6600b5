"""Signing in: what each answer means, and that no secret shows."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from connector.salesforce.auth import (
    AuthFlow,
    CodeGrant,
    Credentials,
    HostRules,
    Terms,
    Token,
    exchange_code,
    request_token,
    revoke_token,
)
from connector.salesforce.errors import ForbiddenHost, LimitReached, RemoteUnavailable, SignInFailed
from tests.private_keys import make_key, pem_of
from tests.salesforce.conftest import LOCAL
from tests.salesforce.raw_server import Answer, RawServer, answer, html, raw

SECRETS = ("the-secret", "the-password", "the-security-token", "the-key", "the-refresh-token", "the-access-token")
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
TERMS = Terms(hosts=LOCAL, timeout_seconds=2, now=NOW)
CODE = CodeGrant(code="the-code", verifier="the-verifier", redirect_uri="https://connector.example/back")
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
    return request_token(credentials(server.url, flow), TERMS)


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


def read_claims(assertion: str) -> dict[str, Any]:
    return jwt.decode(
        assertion, make_key().public_key(), algorithms=["RS256"], options={"verify_exp": False, "verify_aud": False}
    )


def test_an_assertion_names_app_user_host_and_two_minutes() -> None:
    answered = {key: value for key, value in GRANTED.items() if key not in {"issued_at", "signature"}}
    with RawServer([answer(200, answered)]) as server:
        given = replace(credentials(server.url, AuthFlow.JWT_BEARER), private_key=pem_of(make_key()))
        token = request_token(given, TERMS)
    (form,) = [parse_qs(request.body.decode()) for request in server.requests]
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert set(form) == {"grant_type", "assertion"}
    assert read_claims(form["assertion"][0]) == {
        "iss": "the-client",
        "sub": "admin@acme.example",
        "aud": server.url,
        "exp": int(NOW.timestamp()) + 120,
    }
    assert (token.issued_at, token.refresh_token) == (NOW, "")


def test_an_audience_that_is_refused_is_followed_by_the_shared_host() -> None:
    refusal = {"error": "invalid_grant", "error_description": "Audience validation failed"}
    with RawServer([answer(400, refusal), answer(200, GRANTED)]) as server:
        request_token(replace(credentials(server.url, AuthFlow.JWT_BEARER), private_key=pem_of(make_key())), TERMS)
    asked = [parse_qs(request.body.decode())["assertion"][0] for request in server.requests]
    assert [read_claims(one)["aud"] for one in asked] == [server.url, "https://login.salesforce.com"]


def test_another_refusal_of_an_assertion_ends_it() -> None:
    refusal = {"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}
    with RawServer([answer(400, refusal)]) as server, pytest.raises(SignInFailed, match="user_not_approved"):
        request_token(replace(credentials(server.url, AuthFlow.JWT_BEARER), private_key=pem_of(make_key())), TERMS)
    assert len(server.requests) == 1


def test_a_key_that_cannot_sign_is_told_without_asking() -> None:
    with RawServer([]) as server, pytest.raises(SignInFailed, match="not_a_private_key"):
        sign_in(server, AuthFlow.JWT_BEARER)
    assert server.requests == []


def test_a_refresh_token_brings_a_token_and_perhaps_its_successor() -> None:
    with RawServer([answer(200, GRANTED), answer(200, GRANTED | {"refresh_token": "the-next-one"})]) as server:
        tokens = [sign_in(server, AuthFlow.WEB_SERVER) for _ in range(2)]
    assert [token.refresh_token for token in tokens] == ["", "the-next-one"]
    assert parse_qs(server.requests[0].body.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["the-refresh-token"],
        "client_id": ["the-client"],
        "client_secret": ["the-secret"],
    }


def test_without_a_refresh_token_somebody_must_log_in() -> None:
    with RawServer([]) as server, pytest.raises(SignInFailed, match="log_in_needed"):
        request_token(replace(credentials(server.url, AuthFlow.WEB_SERVER), refresh_token=""), TERMS)
    assert server.requests == []


def test_a_code_is_exchanged_with_secret_and_verifier() -> None:
    with RawServer([answer(200, GRANTED | {"refresh_token": "new"})]) as server:
        token = exchange_code(credentials(server.url, AuthFlow.WEB_SERVER), CODE, TERMS)
    assert parse_qs(server.requests[0].body.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["the-code"],
        "code_verifier": ["the-verifier"],
        "redirect_uri": ["https://connector.example/back"],
        "client_id": ["the-client"],
        "client_secret": ["the-secret"],
    }
    assert token.refresh_token == "new"


def test_a_log_in_that_cannot_be_kept_is_refused() -> None:
    with RawServer([answer(200, GRANTED)]) as server, pytest.raises(SignInFailed, match="no_refresh_token"):
        exchange_code(credentials(server.url, AuthFlow.WEB_SERVER), CODE, TERMS)


@pytest.mark.parametrize(
    ("behaviour", "is_known"),
    [(answer(200, ""), True), (answer(400, {"error": "unsupported_token_type"}), False), (html(404), False)],
)
def test_a_token_is_revoked(behaviour: Answer, is_known: bool) -> None:
    with RawServer([behaviour]) as server:
        assert revoke_token(credentials(server.url), "the-access-token", TERMS) is is_known
    assert server.requests[0].line == "POST /services/oauth2/revoke HTTP/1.1"
    assert server.requests[0].body == b"token=the-access-token"


def test_a_revocation_that_gets_no_answer_says_so_without_the_token() -> None:
    with RawServer([raw(b"")]) as server, pytest.raises(RemoteUnavailable) as caught:
        revoke_token(credentials(server.url), "the-access-token", TERMS)
    assert "the-access-token" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "description", "code"),
    [
        ("invalid_grant", "expired access/refresh token", "refresh_token_expired"),
        ("invalid_grant", "expired authorization code", "log_in_expired"),
        ("invalid_app_access", "user is not admin approved to access this app", "user_not_admin_approved"),
        ("invalid_grant", "no client credentials user enabled", "no_run_as_user"),
        ("invalid_grant", "request not supported on this domain", "my_domain_required"),
        ("invalid_grant", "ip restricted", "ip_restricted"),
        ("invalid_grant", "authentication failure - Invalid Password", "invalid_grant"),
    ],
)
def test_a_description_that_says_more_than_the_error_names_the_code(error: str, description: str, code: str) -> None:
    refusal = answer(400, {"error": error, "error_description": description})
    with RawServer([refusal]) as server, pytest.raises(SignInFailed) as caught:
        sign_in(server)
    assert (caught.value.code, caught.value.message) == (code, description)


@pytest.mark.parametrize("host", ["login", "test"])
def test_client_credentials_need_the_own_domain(host: str) -> None:
    with pytest.raises(SignInFailed, match="my_domain_required"):
        request_token(credentials(f"https://{host}.salesforce.com"), replace(TERMS, hosts=HostRules()))


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


@pytest.mark.parametrize(
    "ask",
    [
        lambda url: request_token(credentials(url, AuthFlow.WEB_SERVER), TERMS),
        lambda url: exchange_code(credentials(url, AuthFlow.WEB_SERVER), CODE, TERMS),
        lambda url: revoke_token(credentials(url), "the-access-token", TERMS),
    ],
    ids=["refresh", "code", "revocation"],
)
def test_nothing_follows_to_another_address(ask: Callable[[str], object]) -> None:
    with RawServer([answer(200, GRANTED)]) as elsewhere:
        redirect = answer(307, "", {"Location": f"{elsewhere.url}/services/oauth2/token"})
        with RawServer([redirect]) as server, suppress(SignInFailed):
            assert ask(server.url) is False
    assert elsewhere.requests == []


def test_sign_in_has_a_total_deadline() -> None:
    with RawServer([]) as server:
        server.answers.append(server.silence)
        with pytest.raises(RemoteUnavailable) as caught:
            request_token(credentials(server.url), replace(TERMS, timeout_seconds=0.3))
    assert (caught.value.code, caught.value.write_unclear) == ("timeout", False)


def test_forbidden_address_is_not_called() -> None:
    with RawServer([]) as server, pytest.raises(ForbiddenHost):
        request_token(credentials(server.url), replace(TERMS, hosts=HostRules()))
    assert server.requests == []


def test_repr_shows_no_secret() -> None:
    token = Token("the-access-token", "https://x.my.salesforce.com", "00D", "005", datetime(2026, 1, 1, tzinfo=UTC))
    shown = (
        repr(credentials("https://x.my.salesforce.com")) + repr(token) + str(replace(token, user_id="1")) + repr(CODE)
    )
    assert not any(secret in shown for secret in SECRETS)
    assert "the-client" in shown
