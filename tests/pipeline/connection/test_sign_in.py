"""One token serves all processes, and a refused one is renewed once, by whoever comes first."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from connector.models import SalesforceOrg
from connector.models.fields import Secret, WrongEncryptionKey
from connector.pipeline.connection.connect import forget_token, gateway_for, recover_org
from connector.pipeline.connection.sign_in import obtain_token, sign_in, store_token, stored_token
from connector.salesforce.errors import ForbiddenHost, RemoteUnavailable, SignInFailed
from simulator.server import SimulatorServer
from tests.factories import SalesforceOrgFactory
from tests.private_keys import make_key, pem_of, public_pem_of

pytestmark = pytest.mark.django_db

OTHER_ORGANIZATION = "00D000000000001AAA"


@pytest.fixture
def org(salesforce: SimulatorServer, settings: Any) -> SalesforceOrg:
    """An organisation that has never been signed in to."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]
    return SalesforceOrgFactory.create(
        login_url=salesforce.url,
        client_id="simulator-client",
        client_secret=Secret.conceal("simulator-secret"),
        access_token="",
        token_issued_at=None,
        organization_id="",
        instance_url="",
    )


def run_as(salesforce: SimulatorServer, username: str) -> None:
    """Let the app sign in as another user, as an administrator does in Salesforce."""
    apps = salesforce.org.accounts.apps
    user_id = next(row["Id"] for row in salesforce.org.store.all("User") if row["Username"] == username)
    apps["simulator-client"] = replace(apps["simulator-client"], run_as=user_id)


@pytest.fixture
def sign_ins(salesforce: SimulatorServer) -> Callable[[], int]:
    """Count the sessions that Salesforce opened."""
    return lambda: len(salesforce.org.accounts._sessions)


def test_the_first_gateway_signs_in_and_stores_the_token(
    org: SalesforceOrg, salesforce: SimulatorServer, sign_ins: Callable[[], int]
) -> None:
    with closing(gateway_for(org)) as gateway:
        assert gateway.limits().limit == 100_000
    row = SalesforceOrg.objects.get()
    assert row.instance_url == salesforce.url
    assert (row.organization_id[:3], row.user_id[:3]) == ("00D", "005")
    assert row.access_token.reveal() not in repr(row.access_token)
    assert sign_ins() == 1


def test_a_fresh_process_uses_the_stored_token(org: SalesforceOrg, sign_ins: Callable[[], int]) -> None:
    gateway_for(org).close()
    with closing(gateway_for(SalesforceOrg.objects.get())) as gateway:
        gateway.limits()
    with closing(gateway_for(org)) as gateway:  # a row that was loaded before the token was stored
        gateway.limits()
    assert sign_ins() == 1


def test_a_refused_token_is_renewed_once_and_stored(org: SalesforceOrg, salesforce: SimulatorServer) -> None:
    gateway_for(org).close()
    before = SalesforceOrg.objects.get().access_token.reveal()
    salesforce.org.accounts.end_all_sessions(with_refresh=False)
    with closing(gateway_for(org)) as gateway:
        gateway.limits()
    after = SalesforceOrg.objects.get().access_token.reveal()
    assert after != before
    assert list(salesforce.org.accounts._sessions) == [after]


def test_whoever_comes_second_takes_the_token_of_the_first(org: SalesforceOrg, sign_ins: Callable[[], int]) -> None:
    first = obtain_token(org)
    second = obtain_token(org, refused=first)
    assert obtain_token(org, refused=first) == second
    assert sign_ins() == 2


def test_a_token_is_stored_only_over_the_one_that_was_read(org: SalesforceOrg) -> None:
    stale = SalesforceOrg.objects.get()
    first = obtain_token(org)
    late = replace(first, access_token="late")
    assert not store_token(stale, late)
    assert stored_token(SalesforceOrg.objects.get()) == first


def test_a_token_of_credentials_that_were_changed_meanwhile_is_not_stored(org: SalesforceOrg) -> None:
    before = SalesforceOrg.objects.get()
    token = sign_in(before)
    SalesforceOrg.objects.update(username="another")

    assert not store_token(before, token)
    assert stored_token(SalesforceOrg.objects.get()) is None


def test_wrong_credentials_make_the_organisation_wait(org: SalesforceOrg, salesforce: SimulatorServer) -> None:
    SalesforceOrg.objects.update(client_secret=Secret.conceal("wrong"))
    with pytest.raises(SignInFailed):
        gateway_for(org)
    row = SalesforceOrg.objects.get()
    assert row.state == SalesforceOrg.State.RECONNECT_NEEDED
    assert "invalid_client" in row.state_reason
    assert recover_org(row)
    assert not recover_org(row)
    assert SalesforceOrg.objects.get().state_reason == ""


def test_a_token_of_another_organisation_is_refused(org: SalesforceOrg) -> None:
    SalesforceOrg.objects.update(organization_id=OTHER_ORGANIZATION)
    with pytest.raises(SignInFailed, match="belong to 00D000000000001AAA"):
        gateway_for(org)
    row = SalesforceOrg.objects.get()
    assert (row.state, row.organization_id, bool(row.access_token)) == ("reconnect_needed", OTHER_ORGANIZATION, False)


def test_what_was_proved_about_a_user_goes_with_that_user(org: SalesforceOrg, salesforce: SimulatorServer) -> None:
    gateway_for(org).close()
    SalesforceOrg.objects.update(visibility_proved_at=timezone.now(), access_token="", token_issued_at=None)
    gateway_for(SalesforceOrg.objects.get()).close()
    assert SalesforceOrg.objects.get().visibility_proved_at is not None, "the same user signed in again"

    run_as(salesforce, "sales@simulator.example")
    SalesforceOrg.objects.update(access_token="", token_issued_at=None)
    gateway_for(SalesforceOrg.objects.get()).close()

    assert SalesforceOrg.objects.get().visibility_proved_at is None


def test_new_credentials_prove_nothing(org: SalesforceOrg) -> None:
    SalesforceOrg.objects.update(visibility_proved_at=timezone.now())
    forget_token(org)
    assert (org.visibility_proved_at, SalesforceOrg.objects.get().visibility_proved_at) == (None, None)


def test_salesforce_being_away_is_no_reason_to_reconnect(org: SalesforceOrg, salesforce: SimulatorServer) -> None:
    salesforce.stop()
    with pytest.raises(RemoteUnavailable):
        gateway_for(org)
    assert SalesforceOrg.objects.get().state == SalesforceOrg.State.CONNECTED


def test_a_host_that_may_not_be_called_gets_no_credentials(org: SalesforceOrg, settings: Any) -> None:
    settings.SALESFORCE_EXTRA_HOSTS = []
    with pytest.raises(ForbiddenHost):
        gateway_for(org)
    assert SalesforceOrg.objects.get().state == SalesforceOrg.State.RECONNECT_NEEDED


def test_a_lost_encryption_key_is_told_as_such(org: SalesforceOrg) -> None:
    gateway_for(org).close()
    SalesforceOrg.objects.update(access_token=Secret("gAAAAAB-not-ours"))
    with pytest.raises(WrongEncryptionKey):
        gateway_for(SalesforceOrg.objects.get())


def test_a_forgotten_token_is_asked_for_again(org: SalesforceOrg, sign_ins: Callable[[], int]) -> None:
    gateway_for(org).close()
    forget_token(org)
    assert stored_token(SalesforceOrg.objects.get()) is None
    gateway_for(org).close()
    assert sign_ins() == 2


def test_username_and_password_sign_in_too(org: SalesforceOrg, salesforce: SimulatorServer) -> None:
    SalesforceOrg.objects.update(
        auth="password",
        username="integration@simulator.example",
        password=Secret.conceal("simulator-password"),
        security_token=Secret.conceal("token"),
    )
    with closing(gateway_for(org)) as gateway:
        assert gateway.limits().used >= 0


def use_assertions(salesforce: SimulatorServer) -> None:
    """Let the organisation sign in by assertion, and its app know the certificate."""
    apps = salesforce.org.accounts.apps
    apps["simulator-client"] = replace(apps["simulator-client"], certificate=public_pem_of(make_key()))
    SalesforceOrg.objects.update(
        auth="jwt_bearer",
        client_secret="",
        username="integration@simulator.example",
        private_key=Secret.conceal(pem_of(make_key())),
    )


@pytest.mark.parametrize("audience", ["shared", "my_domain"])
def test_an_assertion_signs_in_whichever_audience_the_organisation_takes(
    org: SalesforceOrg, salesforce: SimulatorServer, audience: str
) -> None:
    use_assertions(salesforce)
    salesforce.org.change_settings({"jwt_audiences": [audience]})
    with closing(gateway_for(org)) as gateway:
        gateway.limits()
    assert SalesforceOrg.objects.get().token_issued_at is not None


def test_an_assertion_that_leads_to_another_organisation_is_refused(
    org: SalesforceOrg, salesforce: SimulatorServer
) -> None:
    use_assertions(salesforce)
    SalesforceOrg.objects.update(organization_id=OTHER_ORGANIZATION)
    with pytest.raises(SignInFailed, match="other_organization"):
        gateway_for(org)
    row = SalesforceOrg.objects.get()
    assert (row.state, row.pause_code, bool(row.access_token)) == ("reconnect_needed", "other_organization", False)


def test_an_organisation_that_waits_is_not_signed_in_to(org: SalesforceOrg, sign_ins: Callable[[], int]) -> None:
    SalesforceOrg.objects.update(state="reconnect_needed", pause_code="disconnected", state_reason="disconnected: olga")
    with pytest.raises(SignInFailed, match="^disconnected: olga$"):
        gateway_for(org)
    assert sign_ins() == 0
    assert SalesforceOrg.objects.get().state_reason == "disconnected: olga"
