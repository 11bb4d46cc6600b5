"""Every refusal that is compiled from Salesforce's help and from other projects can be had here, word for word."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
import requests

from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.private_keys import make_key, pem_of, public_pem_of
from tests.simulator.client import CLIENT
from tests.simulator.recordings import load, needs_recordings, shape

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
USER = "integration@simulator.example"
APP = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}


@pytest.fixture
def server() -> Any:
    """Serve an org whose app knows a certificate."""
    seed = read_seed(None)
    seed["apps"][0]["certificate"] = public_pem_of(make_key())
    with SimulatorServer(seed=seed) as running:
        yield running


def ask(server: SimulatorServer, form: dict[str, str], *, host: str = "") -> requests.Response:
    headers = {"Host": host} if host else {}
    return requests.post(server.url + "/services/oauth2/token", data=form, headers=headers, timeout=10)


def by_assertion(server: SimulatorServer, *, key: int = 1, **claims: Any) -> requests.Response:
    said = {"iss": CLIENT[0], "sub": USER, "aud": "https://login.salesforce.com", "exp": int(time.time()) + 120}
    assertion = jwt.encode({**said, **claims}, pem_of(make_key(number=key)), algorithm="RS256")
    return ask(server, {"grant_type": JWT_GRANT, "assertion": assertion})


def change_app(server: SimulatorServer, **values: Any) -> None:
    apps = server.org.accounts.apps
    apps[CLIENT[0]] = replace(apps[CLIENT[0]], **values)


def _unapproved(server: SimulatorServer, *, by_admin_only: bool) -> requests.Response:
    change_app(server, is_approved=False, is_admin_approved_only=by_admin_only)
    return by_assertion(server)


def _without_run_as(server: SimulatorServer) -> requests.Response:
    change_app(server, run_as=None)
    return ask(server, {**APP, "grant_type": "client_credentials"})


WAYS: dict[str, Callable[[SimulatorServer], requests.Response]] = {
    "authentication failure": lambda s: ask(s, {**APP, "grant_type": "password", "username": USER, "password": "no"}),
    "client identifier invalid": lambda s: by_assertion(s, iss="another app"),
    "invalid client credentials": lambda s: ask(s, {**APP, "client_secret": "no", "grant_type": "client_credentials"}),
    "expired access/refresh token": lambda s: ask(s, {**APP, "grant_type": "refresh_token", "refresh_token": "no"}),
    "expired authorization code": lambda s: ask(s, {**APP, "grant_type": "authorization_code", "code": "no"}),
    "Audience validation failed": lambda s: by_assertion(s, aud="https://elsewhere.example"),
    "user hasn't approved this consumer": lambda s: _unapproved(s, by_admin_only=False),
    "user is not admin approved to access this app": lambda s: _unapproved(s, by_admin_only=True),
    "no client credentials user enabled": _without_run_as,
    "request not supported on this domain": lambda s: ask(
        s, {**APP, "grant_type": "client_credentials"}, host="login.salesforce.com"
    ),
    "grant type not supported": lambda s: ask(s, {**APP, "grant_type": "magic"}),
}


@needs_recordings
def test_every_compiled_refusal_can_be_had() -> None:
    compiled = {one["body"]["error_description"] for one in load("oauth/oauth_bodies.json")["errors"]}
    assert compiled == set(WAYS)


@needs_recordings
@pytest.mark.parametrize("description", WAYS)
def test_a_refusal_has_the_compiled_status_and_body(server: SimulatorServer, description: str) -> None:
    (expected,) = [
        one for one in load("oauth/oauth_bodies.json")["errors"] if one["body"]["error_description"] == description
    ]
    answer = WAYS[description](server)
    assert (answer.status_code, answer.json()) == (expected["status"], expected["body"])


@needs_recordings
def test_a_token_by_assertion_has_keys_of_the_compiled_ones(server: SimulatorServer) -> None:
    token = by_assertion(server).json()
    known = shape(load("oauth/oauth_bodies.json")["token_success_client_credentials_doc"])
    assert shape(token) == {key: known[key] for key in known if key not in {"signature", "issued_at"}}


@pytest.mark.parametrize(
    ("claims", "description"),
    [
        ({"exp": 1}, "assertion is expired or its lifetime is too long"),
        ({"exp": int(time.time()) + 3600}, "assertion is expired or its lifetime is too long"),
        ({"sub": "nobody@simulator.example"}, "authentication failure"),
        ({"key": 2}, "invalid assertion"),
    ],
)
def test_an_assertion_is_refused_for_its_time_its_user_and_its_key(
    server: SimulatorServer, claims: dict[str, Any], description: str
) -> None:
    answer = by_assertion(server, **claims)
    assert answer.json() == {"error": "invalid_grant", "error_description": description}


@pytest.mark.parametrize(
    ("allowed", "is_taken"), [(["shared"], (True, False)), (["my_domain"], (False, True)), ([], (False, False))]
)
def test_orgs_differ_in_the_audiences_they_take(
    server: SimulatorServer, allowed: list[str], is_taken: tuple[bool, bool]
) -> None:
    server.org.change_settings({"jwt_audiences": allowed})
    answers = [by_assertion(server, aud=aud).ok for aud in ("https://test.salesforce.com", server.url)]
    assert tuple(answers) == is_taken
