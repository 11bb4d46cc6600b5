"""The log-in page and what comes of it: codes, refresh tokens that rotate, and what ends them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator.server import SimulatorServer
from tests.simulator.client import CLIENT

BACK = "https://connector.example/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "response_type": "code",
    "client_id": CLIENT[0],
    "redirect_uri": BACK,
    "state": "s",
    "scope": "api refresh_token",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
APP = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
Query = dict[str, str]


def press(server: SimulatorServer, **changes: str) -> Query:
    """Log in and allow; return what the browser brings back."""
    form = {"username": "integration@simulator.example", "password": "simulator-password", "decision": "allow"}
    url = server.url + "/services/oauth2/authorize"
    answer = requests.post(url, data={**REQUEST, **form, **changes}, allow_redirects=False, timeout=10)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def ask(server: SimulatorServer, **form: str) -> Any:
    return requests.post(server.url + "/services/oauth2/token", data={**APP, **form}, timeout=10).json()


def exchange(server: SimulatorServer, code: str, **changes: str) -> Any:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return ask(server, **{**form, **changes})


def refresh(server: SimulatorServer, token: str) -> Any:
    return ask(server, grant_type="refresh_token", refresh_token=token)


def is_alive(server: SimulatorServer, access_token: str) -> bool:
    headers = {"Authorization": f"Bearer {access_token}"}
    return requests.get(server.url + "/services/oauth2/userinfo", headers=headers, timeout=10).ok


def revoke(server: SimulatorServer, token: str) -> requests.Response:
    return requests.post(server.url + "/services/oauth2/revoke", data={"token": token}, timeout=10)


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        (
            {"redirect_uri": "https://elsewhere.example"},
            "redirect_uri_mismatch",
            "redirect_uri must match configuration",
        ),
        ({"code_verifier": "w" * 64}, "invalid_grant", "invalid code verifier"),
        ({"code_verifier": ""}, "invalid_grant", "invalid code verifier"),
        ({"client_secret": "no"}, "invalid_client", "invalid client credentials"),
    ],
)
def test_a_code_is_worth_nothing_to_somebody_else(
    server: SimulatorServer, changes: dict[str, str], error: str, description: str
) -> None:
    assert exchange(server, press(server)["code"], **changes) == {"error": error, "error_description": description}


def test_a_code_expires(server: SimulatorServer) -> None:
    server.org.change_settings({"code_seconds": 0})
    assert exchange(server, press(server)["code"])["error_description"] == "expired authorization code"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"decision": "deny"}, "access_denied"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_the_app_is_told_why_there_is_no_code_and_its_state_comes_back(
    server: SimulatorServer, changes: dict[str, str], error: str
) -> None:
    back = press(server, **changes)
    assert (back["error"], back["state"], "code" in back) == (error, "s", False)


def test_an_app_can_demand_a_proof_key(server: SimulatorServer) -> None:
    apps = server.org.accounts.apps
    apps[CLIENT[0]] = replace(apps[CLIENT[0]], requires_pkce=True)
    assert press(server, code_challenge="")["error_description"] == "missing required code challenge"


def test_an_unknown_way_back_is_never_gone(server: SimulatorServer) -> None:
    apps = server.org.accounts.apps
    apps[CLIENT[0]] = replace(apps[CLIENT[0]], redirect_uris=(BACK,))
    url = server.url + "/services/oauth2/authorize"
    answer = requests.get(url, params={**REQUEST, "redirect_uri": "https://evil.example"}, timeout=10)
    assert (answer.status_code, "redirect_uri_mismatch" in answer.text) == (400, True)


def test_who_is_not_approved_by_an_administrator_gets_no_code(server: SimulatorServer) -> None:
    apps = server.org.accounts.apps
    apps[CLIENT[0]] = replace(apps[CLIENT[0]], is_approved=False, is_admin_approved_only=True)
    assert press(server)["error"] == "OAUTH_APP_ACCESS_DENIED"


def test_a_refresh_token_can_be_used_again_and_again(server: SimulatorServer) -> None:
    token = exchange(server, press(server)["code"])["refresh_token"]
    for _ in range(2):
        renewed = refresh(server, token)
        assert (is_alive(server, renewed["access_token"]), "refresh_token" in renewed) == (True, False)


def test_where_tokens_rotate_each_works_once_and_a_second_use_ends_all(server: SimulatorServer) -> None:
    server.org.change_settings({"refresh_token_rotation": True})
    first = exchange(server, press(server)["code"])
    other = exchange(server, press(server)["code"])
    second = refresh(server, first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert is_alive(server, second["access_token"])
    assert refresh(server, first["refresh_token"])["error_description"] == "expired access/refresh token"
    assert not is_alive(server, second["access_token"])
    assert refresh(server, second["refresh_token"])["error_description"] == "expired access/refresh token"
    assert is_alive(server, other["access_token"]), "another log-in is none of its business"


def test_revoking_a_refresh_token_ends_what_came_from_it(server: SimulatorServer) -> None:
    one, other = (exchange(server, press(server)["code"]) for _ in range(2))
    assert (revoke(server, one["refresh_token"]).status_code, revoke(server, "unknown").status_code) == (200, 400)
    assert not is_alive(server, one["access_token"])
    assert is_alive(server, other["access_token"])


def test_revoking_an_access_token_ends_it_alone(server: SimulatorServer) -> None:
    one = exchange(server, press(server)["code"])
    revoke(server, one["access_token"])
    assert not is_alive(server, one["access_token"])
    assert "access_token" in refresh(server, one["refresh_token"])


def test_the_sixth_log_in_of_a_user_ends_the_first(server: SimulatorServer) -> None:
    tokens = [exchange(server, press(server)["code"])["refresh_token"] for _ in range(6)]
    assert ["access_token" in refresh(server, token) for token in tokens] == [False, True, True, True, True, True]
