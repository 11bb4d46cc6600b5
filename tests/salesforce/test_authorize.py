"""The address on which somebody logs in, and what stays here."""

from urllib.parse import parse_qs, urlsplit

import pytest

from connector.salesforce.auth import AuthFlow, Credentials, HostRules
from connector.salesforce.authorize import begin_log_in, challenge_of
from connector.salesforce.errors import ForbiddenHost

BACK = "https://connector.example/back"


def credentials(login_url: str) -> Credentials:
    return Credentials(flow=AuthFlow.WEB_SERVER, login_url=login_url, client_id="the&client", client_secret="hidden")


def test_the_challenge_is_that_of_the_specification() -> None:
    # https://datatracker.ietf.org/doc/html/rfc7636#appendix-B
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_address_tells_the_challenge_and_no_secret() -> None:
    log_in = begin_log_in(credentials("https://acme.my.salesforce.com/"), redirect_uri=BACK, hosts=HostRules())
    assert log_in.url.startswith("https://acme.my.salesforce.com/services/oauth2/authorize?")
    assert parse_qs(urlsplit(log_in.url).query) == {
        "response_type": ["code"],
        "client_id": ["the&client"],
        "redirect_uri": [BACK],
        "scope": ["api refresh_token"],
        "state": [log_in.state],
        "prompt": ["login"],
        "code_challenge": [challenge_of(log_in.verifier)],
        "code_challenge_method": ["S256"],
    }
    assert log_in.verifier not in log_in.url + repr(log_in)
    assert "hidden" not in log_in.url


def test_each_log_in_has_secrets_of_its_own() -> None:
    one, two = (
        begin_log_in(credentials("https://acme.my.salesforce.com"), redirect_uri=BACK, hosts=HostRules())
        for _ in range(2)
    )
    assert len({one.state, two.state, one.verifier, two.verifier}) == 4
    assert 43 <= len(one.verifier) <= 128


def test_nobody_is_sent_elsewhere() -> None:
    with pytest.raises(ForbiddenHost):
        begin_log_in(credentials("https://acme.example"), redirect_uri=BACK, hosts=HostRules())
