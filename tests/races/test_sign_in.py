"""Several processes are refused together, and the refresh token works once."""

from typing import Any

import pytest

from connector.models import SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.log_in import CodeGrant, begin_log_in, finish_log_in
from connector.pipeline.connection.sign_in import obtain_token, stored_token
from connector.salesforce.errors import RemoteUnavailable
from simulator.server import SimulatorServer
from tests.browserless import log_in
from tests.factories import SalesforceOrgFactory
from tests.races.threads import at_once

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

BACK = "https://connector.example/back"


@pytest.fixture
def org(salesforce: SimulatorServer, settings: Any) -> SalesforceOrg:
    """A connected organisation whose refresh tokens rotate, and whose token has just expired."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]
    salesforce.org.change_settings({"refresh_token_rotation": True})
    made = SalesforceOrgFactory.create(
        login_url=salesforce.url,
        auth="web_server",
        client_id="simulator-client",
        client_secret=Secret.conceal("simulator-secret"),
        organization_id="",
    )
    begun = begin_log_in(made, redirect_uri=BACK)
    code = log_in(begun.url).query["code"]
    finish_log_in(made, CodeGrant(code=code, verifier=begun.verifier, redirect_uri=BACK))
    salesforce.org.accounts.end_all_sessions(with_refresh=False)
    return SalesforceOrg.objects.get()


def test_one_of_them_signs_in_and_all_have_its_token(org: SalesforceOrg, salesforce: SimulatorServer) -> None:
    salesforce.org.faults.add({"match": {"kind": "token"}, "action": {"delay_ms": 400}})
    refused = stored_token(org)
    tokens = at_once(*[lambda: obtain_token(SalesforceOrg.objects.get(), refused=refused) for _ in range(4)])
    held = SalesforceOrg.objects.get()
    assert {token.access_token for token in tokens} == {held.access_token.reveal()}
    assert list(salesforce.org.accounts._refresh) == [held.refresh_token.reveal()]
    assert held.state == "connected"


def test_who_waits_too_long_tries_again_later(org: SalesforceOrg, monkeypatch: Any) -> None:
    monkeypatch.setattr("connector.pipeline.connection.sign_in.WAIT_SECONDS", 0.0)
    SalesforceOrg.objects.update(renewing_until="2099-01-01T00:00:00Z")
    before = SalesforceOrg.objects.get()
    with pytest.raises(RemoteUnavailable, match="sign_in_under_way"):
        obtain_token(before, refused=stored_token(before))
    assert SalesforceOrg.objects.get().state == "connected"


def test_the_turn_of_a_killed_process_ends_by_itself(org: SalesforceOrg) -> None:
    SalesforceOrg.objects.update(renewing_until="2020-01-01T00:00:00Z")
    before = SalesforceOrg.objects.get()
    token = obtain_token(before, refused=stored_token(before))
    after = SalesforceOrg.objects.get()
    assert (after.access_token.reveal(), after.renewing_until) == (token.access_token, None)
