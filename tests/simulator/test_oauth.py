"""Signing in, by each flow, and what is said when it fails."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.simulator.client import CLIENT, Client

BACK = "http://127.0.0.1:9/back"


def ask(server: SimulatorServer, form: dict[str, str], *, auth: tuple[str, str] | None = None) -> requests.Response:
    return requests.post(server.url + "/services/oauth2/token", data=form, auth=auth, timeout=10)


def with_app(form: dict[str, str]) -> dict[str, str]:
    return {"client_id": CLIENT[0], "client_secret": CLIENT[1], **form}


def test_client_credentials_by_basic_or_body_give_a_token_that_works(server: SimulatorServer) -> None:
    by_basic = ask(server, {"grant_type": "client_credentials"}, auth=CLIENT)
    by_body = ask(server, with_app({"grant_type": "client_credentials"}))
    assert [by_basic.status_code, by_body.status_code] == [200, 200]
    token = by_body.json()
    assert set(token) == {"access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at"}
    assert token["instance_url"] == server.url
    assert isinstance(token["issued_at"], str)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    who = requests.get(token["id"], headers=headers, timeout=10).json()
    assert who["username"] == "integration@simulator.example"
    assert token["id"].endswith(f"/id/{who['organization_id']}/{who['user_id']}")


@pytest.mark.parametrize(
    ("form", "error", "description"),
    [
        ({"grant_type": "client_credentials", "client_id": "other"}, "invalid_client_id", "client identifier invalid"),
        ({"grant_type": "client_credentials", "client_secret": "no"}, "invalid_client", "invalid client credentials"),
        ({"grant_type": "password", "username": "x", "password": "y"}, "invalid_grant", "authentication failure"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant", "expired access/refresh token"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant", "expired authorization code"),
        ({"grant_type": "magic"}, "unsupported_grant_type", "grant type not supported"),
    ],
)
def test_refusals_name_their_reason(
    server: SimulatorServer, form: dict[str, str], error: str, description: str
) -> None:
    answer = ask(server, with_app(form))
    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": description})


def test_client_credentials_are_refused_on_the_login_hosts(server: SimulatorServer) -> None:
    answer = requests.post(
        server.url + "/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=CLIENT,
        headers={"Host": "login.salesforce.com"},
        timeout=10,
    )
    assert answer.json()["error_description"] == "request not supported on this domain"


@pytest.mark.parametrize("password", ["simulator-password", "simulator-passwordtoken"])
def test_password_flow_takes_the_password_with_or_without_token(server: SimulatorServer, password: str) -> None:
    form = {"grant_type": "password", "username": "Integration@simulator.example", "password": password}
    answer = ask(server, with_app(form))
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "instance_url", "id", "token_type", "issued_at", "signature"}


def test_an_inactive_user_gets_no_token(server: SimulatorServer) -> None:
    form = {"grant_type": "password", "username": "gone@simulator.example", "password": "gone-password"}
    assert ask(server, with_app(form)).json()["error"] == "inactive_user"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _assertion(key: rsa.RSAPrivateKey, **claims: Any) -> str:
    data = f"{_part({'alg': 'RS256'})}.{_part(claims)}"
    signature = key.sign(data.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{data}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_jwt_bearer_checks_signature_audience_and_time() -> None:
    key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    seed = read_seed(None)
    seed["apps"][0]["certificate"] = pem.decode()
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    with SimulatorServer(seed=seed) as server:
        good = {
            "iss": CLIENT[0],
            "sub": "integration@simulator.example",
            "aud": "https://login.salesforce.com",
            "exp": str(int(time.time()) + 170),
        }

        def send(signer: rsa.RSAPrivateKey, **changes: Any) -> requests.Response:
            return ask(server, {"grant_type": grant, "assertion": _assertion(signer, **{**good, **changes})})

        assert set(send(key).json()) == {"access_token", "scope", "instance_url", "id", "token_type"}
        assert send(key, aud=server.url).status_code == 200
        assert send(key, aud="https://elsewhere.example").json()["error_description"] == "Audience validation failed"
        assert send(key, exp=int(time.time()) - 5).status_code == 400
        assert send(key, exp=int(time.time()) + 5000).status_code == 400
        assert send(key, sub="nobody@simulator.example").json()["error_description"] == "authentication failure"
        assert send(other).json() == {"error": "invalid_grant", "error_description": "invalid assertion"}


def test_web_server_flow_with_pkce_ends_in_a_refresh_token_that_works_until_revoked(server: SimulatorServer) -> None:
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    request = {
        "response_type": "code",
        "client_id": CLIENT[0],
        "redirect_uri": BACK,
        "state": "s&1",
        "scope": "api refresh_token",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    page = requests.get(server.url + "/services/oauth2/authorize", params=request, timeout=10)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert fields["code_challenge"] == challenge
    login = {"username": "integration@simulator.example", "password": "simulator-password", "decision": "allow"}
    back = requests.post(page.url, data=login, allow_redirects=False, timeout=10)
    answer = parse_qs(urlsplit(back.headers["Location"]).query)
    assert back.headers["Location"].startswith(BACK + "?")
    assert answer["state"] == ["s&1"]
    form = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": BACK}
    token = ask(server, with_app({**form, "code_verifier": verifier})).json()
    assert ask(server, with_app({**form, "code_verifier": verifier})).status_code == 400
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    renewed = ask(server, with_app(refresh))
    assert renewed.status_code == 200
    assert "refresh_token" not in renewed.json()
    requests.post(server.url + "/services/oauth2/revoke", data={"token": token["refresh_token"]}, timeout=10)
    assert ask(server, with_app(refresh)).json()["error_description"] == "expired access/refresh token"


def test_a_wrong_verifier_gets_nothing(server: SimulatorServer) -> None:
    request = {
        "response_type": "code",
        "client_id": CLIENT[0],
        "redirect_uri": BACK,
        "code_challenge": "c" * 43,
        "username": "sales@simulator.example",
        "password": "sales-password",
        "decision": "allow",
    }
    back = requests.post(server.url + "/services/oauth2/authorize", data=request, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": "w" * 43}
    assert ask(server, with_app(form)).json()["error"] == "invalid_grant"


def test_the_log_in_page_says_what_is_wrong_and_takes_no_for_an_answer(server: SimulatorServer) -> None:
    url = server.url + "/services/oauth2/authorize"
    request = {"response_type": "code", "client_id": CLIENT[0], "redirect_uri": BACK}
    wrong = requests.post(url, data={**request, "username": "x", "password": "y"}, timeout=10)
    denied = requests.post(url, data={**request, "decision": "deny"}, allow_redirects=False, timeout=10)
    unknown = requests.get(url, params={**request, "client_id": "other"}, timeout=10)
    assert "check your username and password" in wrong.text
    assert parse_qs(urlsplit(denied.headers["Location"]).query)["error"] == ["access_denied"]
    assert unknown.status_code == 400


def test_a_dead_or_missing_token_gets_401_as_recorded_and_is_not_counted(api: Client) -> None:
    api.control("POST", "calls/reset")
    api.control("POST", "sessions/expire")
    answer = api.send("GET", "limits")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert api.control("GET", "calls")["api_calls"] == 0
    api.sign_in()
    assert api.send("GET", "limits").status_code == 200
