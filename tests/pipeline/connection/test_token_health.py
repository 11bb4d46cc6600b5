"""Each day it is noticed which sign-in died."""

import pytest

from connector.models import SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.connect import recover_org
from connector.pipeline.connection.sign_in import need_reconnect
from connector.pipeline.connection.token_health import check_tokens
from tests.world import World


def test_a_secret_that_no_longer_works_is_noticed_although_the_token_still_does(world: World) -> None:
    world.send()
    assert check_tokens() == 1
    SalesforceOrg.objects.update(client_secret=Secret.conceal("replaced in Salesforce"))
    assert check_tokens() == 0
    org = SalesforceOrg.objects.get()
    assert (org.state, org.pause_code) == ("reconnect_needed", "invalid_client")


def test_the_token_is_renewed_and_the_usage_read(world: World) -> None:
    check_tokens()
    before = SalesforceOrg.objects.get()
    assert (before.api_limit, bool(before.access_token)) == (100_000, True)
    check_tokens()
    assert SalesforceOrg.objects.get().access_token.reveal() != before.access_token.reveal()


def test_a_token_that_is_refused_at_once_is_noticed(world: World) -> None:
    world.fault({"expire_session": True}, times=5, kind="limits")
    assert check_tokens() == 0
    org = SalesforceOrg.objects.get()
    assert (org.state, org.pause_code) == ("reconnect_needed", "INVALID_SESSION_ID")


def test_an_outage_changes_nothing(world: World) -> None:
    world.salesforce.stop()
    assert check_tokens() == 0
    assert SalesforceOrg.objects.get().state == "connected"


@pytest.mark.parametrize("code", ["disconnected", "log_in_needed", "invalid_grant"])
def test_who_waits_for_a_person_is_left_alone(world: World, code: str) -> None:
    SalesforceOrg.objects.update(state="reconnect_needed", pause_code=code)
    assert check_tokens() == 0
    assert not SalesforceOrg.objects.get().access_token


def test_when_it_broke_is_kept_until_it_works_and_breaks_again(world: World) -> None:
    world.send()
    org = SalesforceOrg.objects.get()
    need_reconnect(org, code="invalid_grant", message="invalid_grant: expired")
    first = SalesforceOrg.objects.get().broken_at
    need_reconnect(org, code="inactive_user", message="inactive_user: gone")
    again = SalesforceOrg.objects.get()
    assert (again.pause_code, again.broken_at, again.broken_since) == ("inactive_user", first, None)
    SalesforceOrg.objects.update(organization_id="00D000000000001AAA")  # signed in to once
    assert SalesforceOrg.objects.get().broken_since == first
    recover_org(org)
    assert SalesforceOrg.objects.get().broken_since is None
    need_reconnect(org, code="invalid_grant", message="invalid_grant: expired")
    last = SalesforceOrg.objects.get().broken_at
    assert first is not None
    assert last is not None
    assert last > first
