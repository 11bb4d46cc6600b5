"""A log-in in a browser connects an organisation, keeps it connected, and is given back."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from connector.models import SalesforceOrg, SalesforceSchema
from connector.models.fields import Secret
from connector.pipeline.connection.connect import gateway_for
from connector.pipeline.connection.log_in import CodeGrant, begin_log_in, disconnect, finish_log_in, needs_log_in
from connector.pipeline.connection.sign_in import obtain_token, renew_token, stored_token
from connector.salesforce.auth import request_token
from connector.salesforce.errors import ForbiddenHost, RemoteUnavailable, SignInFailed
from simulator.server import SimulatorServer
from tests.browserless import SALES, log_in
from tests.factories import SalesforceOrgFactory, SalesforceSchemaFactory

pytestmark = pytest.mark.django_db

BACK = "https://connector.example/admin/connector/salesforceorg/callback/"
OTHER_ORGANIZATION = "00D000000000001AAA"


@pytest.fixture
def org(salesforce: SimulatorServer, settings: Any) -> SalesforceOrg:
    """An organisation that waits for its first log-in."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]
    made = SalesforceOrgFactory.create(
        login_url=salesforce.url,
        auth="web_server",
        client_id="simulator-client",
        client_secret=Secret.conceal("simulator-secret"),
        access_token="",
        token_issued_at=None,
        organization_id="",
        instance_url="",
        state="reconnect_needed",
        pause_code="log_in_needed",
    )
    return SalesforceOrg.objects.get(pk=made.pk)


@pytest.fixture
def grant(org: SalesforceOrg) -> Callable[..., CodeGrant]:
    """Return a function that logs in and returns what came back."""

    def get(**how: Any) -> CodeGrant:
        begun = begin_log_in(org, redirect_uri=BACK)
        back = log_in(begun.url, **how)
        assert back.query["state"] == begun.state
        return CodeGrant(code=back.query["code"], verifier=begun.verifier, redirect_uri=BACK)

    return get


def row() -> SalesforceOrg:
    return SalesforceOrg.objects.get()


def test_a_log_in_connects(org: SalesforceOrg, grant: Callable[..., CodeGrant]) -> None:
    assert needs_log_in(row())
    token = finish_log_in(org, grant())
    held = row()
    assert (held.state, held.pause_code, held.organization_id) == ("connected", "", token.organization_id)
    assert held.refresh_token.reveal() == token.refresh_token
    assert token.refresh_token not in held.refresh_token.ciphertext
    assert not needs_log_in(held)
    with closing(gateway_for(held)) as gateway:
        gateway.limits()


@pytest.mark.parametrize("rotates", [False, True])
def test_an_expired_token_is_renewed_as_often_as_need_be(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer, rotates: bool
) -> None:
    salesforce.org.change_settings({"refresh_token_rotation": rotates})
    finish_log_in(org, grant())
    seen = {row().refresh_token.reveal()}
    for _ in range(3):
        salesforce.org.accounts.end_all_sessions(with_refresh=False)
        with closing(gateway_for(row())) as gateway:
            gateway.limits()
        seen.add(row().refresh_token.reveal())
    assert len(seen) == (4 if rotates else 1)
    assert row().renewing_until is None


def test_a_run_that_holds_an_old_row_marks_nothing_that_is_well(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer
) -> None:
    salesforce.org.change_settings({"refresh_token_rotation": True})
    finish_log_in(org, grant())
    old, other = row(), row()
    salesforce.org.accounts.end_all_sessions(with_refresh=False)
    first = obtain_token(other, refused=stored_token(other))
    assert obtain_token(old, refused=stored_token(old)) == stored_token(row())
    assert (old.refresh_token, stored_token(old)) == (row().refresh_token, stored_token(row()))
    assert first.access_token == row().access_token.reveal()
    assert row().state == "connected"


def test_a_log_in_that_salesforce_ended_asks_for_another(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer
) -> None:
    finish_log_in(org, grant())
    salesforce.org.accounts.end_all_sessions(with_refresh=True)
    with closing(gateway_for(row())) as gateway, pytest.raises(SignInFailed):
        gateway.limits()
    assert (row().state, row().pause_code) == ("reconnect_needed", "refresh_token_expired")
    finish_log_in(org, grant())
    assert (row().state, row().state_reason) == ("connected", "")


def test_a_code_works_once_and_with_its_own_key_only(org: SalesforceOrg, grant: Callable[..., CodeGrant]) -> None:
    used, stolen = grant(), grant()
    finish_log_in(org, used)
    before = row().refresh_token
    for wrong in (used, CodeGrant(code=stolen.code, verifier="x" * 64, redirect_uri=BACK)):
        with pytest.raises(SignInFailed, match="log_in_expired"):
            finish_log_in(org, wrong)
    assert (row().refresh_token, row().state) == (before, "connected")


def test_another_organisation_is_refused_and_its_tokens_given_back(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer
) -> None:
    SalesforceOrg.objects.update(organization_id=OTHER_ORGANIZATION)
    with pytest.raises(SignInFailed, match="other_organization"):
        finish_log_in(org, grant())
    assert (row().organization_id, bool(row().refresh_token), row().state) == (
        OTHER_ORGANIZATION, False, "reconnect_needed",
    )  # fmt: skip
    accounts = salesforce.org.accounts
    assert (accounts._sessions, accounts._refresh) == ({}, {})


def test_a_log_in_for_what_the_organisation_was_before_is_not_stored(
    org: SalesforceOrg, grant: Callable[..., CodeGrant]
) -> None:
    given = grant()
    SalesforceOrg.objects.update(auth="client_credentials")
    with pytest.raises(SignInFailed, match="changed_meanwhile"):
        finish_log_in(org, given)
    assert not row().refresh_token
    with pytest.raises(SignInFailed, match="changed_meanwhile"):
        begin_log_in(row(), redirect_uri=BACK)


def test_what_was_known_of_another_user_is_forgotten(org: SalesforceOrg, grant: Callable[..., CodeGrant]) -> None:
    finish_log_in(org, grant())
    SalesforceSchemaFactory.create(org=org)
    SalesforceOrg.objects.update(visibility_proved_at="2026-11-25T08:00:00Z")
    finish_log_in(org, grant())
    assert (row().visibility_proved_at is None, SalesforceSchema.objects.count()) == (False, 1)
    finish_log_in(org, grant(user=SALES))
    assert (row().visibility_proved_at, SalesforceSchema.objects.count()) == (None, 0)


def test_nobody_is_sent_to_a_host_that_may_not_be_called(org: SalesforceOrg, settings: Any) -> None:
    settings.SALESFORCE_EXTRA_HOSTS = []
    with pytest.raises(ForbiddenHost):
        begin_log_in(org, redirect_uri=BACK)


def test_disconnecting_forgets_and_revokes(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer
) -> None:
    finish_log_in(org, grant())
    done = disconnect(org, by="olga")
    held = row()
    assert (done.had_tokens, done.is_revoked) == (True, True)
    assert (bool(held.access_token), bool(held.refresh_token)) == (False, False)
    assert (held.state, held.pause_code, held.state_reason) == (
        "reconnect_needed",
        "disconnected",
        "disconnected: olga",
    )
    accounts = salesforce.org.accounts
    assert (accounts._sessions, accounts._refresh) == ({}, {})
    broken_at = held.broken_at
    assert broken_at is not None
    again = disconnect(org, by="olga")
    assert row().broken_at == broken_at
    assert (again.had_tokens, again.is_revoked) == (False, True)


def test_disconnecting_works_while_salesforce_is_away(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer
) -> None:
    finish_log_in(org, grant())
    salesforce.stop()
    assert not disconnect(org, by="olga").is_revoked
    assert not row().refresh_token


@pytest.mark.parametrize("auth", ["web_server", "client_credentials"])
def test_a_process_that_is_at_work_does_not_connect_again(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], auth: str
) -> None:
    finish_log_in(org, grant())
    SalesforceOrg.objects.update(auth=auth)
    at_work = row()
    with closing(gateway_for(at_work)) as gateway:
        disconnect(org, by="olga")
        with pytest.raises(SignInFailed, match="disconnected"):
            gateway.limits()
    assert (row().pause_code, bool(row().access_token)) == ("disconnected", False)


def test_a_token_that_arrives_after_disconnecting_is_given_back(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer, monkeypatch: Any
) -> None:
    salesforce.org.change_settings({"refresh_token_rotation": True})
    finish_log_in(org, grant())

    def ask_slowly(*args: Any) -> Any:
        token = request_token(*args)
        disconnect(org, by="olga")
        return token

    monkeypatch.setattr("connector.pipeline.connection.sign_in.request_token", ask_slowly)
    with pytest.raises(SignInFailed, match="disconnected"):
        renew_token(row())
    assert not row().refresh_token
    assert (salesforce.org.accounts._sessions, salesforce.org.accounts._refresh) == ({}, {})


def test_a_lost_answer_is_an_outage_and_ends_the_turn(
    org: SalesforceOrg, grant: Callable[..., CodeGrant], salesforce: SimulatorServer
) -> None:
    finish_log_in(org, grant())
    salesforce.org.faults.add({"match": {"kind": "token"}, "action": {"status": 503, "body": "<html>"}})
    with pytest.raises(RemoteUnavailable):
        renew_token(row())
    assert (row().state, row().renewing_until) == ("connected", None)
