"""Salesforce does not answer, refuses calls, or does not know us: everything waits, nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from connector.models import CampaignLink, SalesforceOrg, SyncRun
from connector.models.fields import Secret
from connector.pipeline.alerts.needs import find_needs
from connector.pipeline.connection import connect
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"


def wait_of(world: World) -> timedelta:
    paused_until = world.link_now().paused_until
    assert paused_until is not None
    return paused_until - timezone.now()


def test_an_outage_pauses_the_link_for_twice_as_long_each_time(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 503}, times=8, kind="composite")

    for seconds in (15, 30, 60, 120, 240, 480, 900, 900):
        world.drain()
        link = world.link_now()
        assert (link.pause_kind, link.state) == (CampaignLink.PauseKind.OUTAGE, CampaignLink.LinkState.ACTIVE)
        assert timedelta(seconds=seconds - 10) < wait_of(world) <= timedelta(seconds=seconds)
        assert world.drain().runs == 0, "a paused link sends nothing"
        world.let_pass(seconds=seconds)

    entry = world.entry("p1")
    assert (entry.state, entry.attempt_count) == ("pending", 0), "an outage is no attempt of the row"
    world.drain()
    link = world.link_now()
    assert (link.pause_kind, link.pause_reason, link.paused_until, link.pause_count) == ("", "", None, 0)
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_query_that_salesforce_gives_up_again_and_again_is_shown_to_a_person(world: World) -> None:
    world.receive(*(someone(f"p{n}", "Ada", f"Number{n}") for n in range(8)))
    world.switch(slow_objects=["Lead"])
    for seconds in (15, 30, 60, 120):
        world.drain()
        assert world.link_now().pause_kind == CampaignLink.PauseKind.OUTAGE
        world.let_pass(seconds=seconds)

    for _try in range(3):
        world.drain()
        link = world.link_now()
        assert (link.pause_kind, link.pause_code) == (CampaignLink.PauseKind.CONFIGURATION, "request_given_up")
        assert link.pause_reason == "QUERY_TIMEOUT: Your query request was running for too long."
        world.let_pass(minutes=10)
    sizes = list(SyncRun.objects.order_by("pk").values_list("entry_count", flat=True))
    assert sizes == [8, 8, 4, 2, 1, 1, 1], "a smaller query may pass"
    assert {entry for entry in world.ends().values()} == {("pending", "")}
    assert [need.code for need in find_needs(timezone.now()).values()] == ["request_given_up"]

    world.switch(slow_objects=[])
    world.drain()
    assert (world.link_now().pause_kind, len(world.members())) == ("", 8)


def test_what_is_given_up_once_after_an_outage_still_passes_by_itself(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 503}, times=6, kind="composite")
    for _try in range(6):
        world.drain()
        world.let_pass(minutes=15)
    world.switch(slow_objects=["Lead"])
    world.drain()
    link = world.link_now()
    assert (link.pause_kind, link.pause_code) == (CampaignLink.PauseKind.OUTAGE, "QUERY_TIMEOUT")


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_reading_that_is_too_large_is_asked_for_half_as_many(world: World, status: int) -> None:
    world.receive(*(someone(f"p{n}", "Ada", f"Number{n}") for n in range(40)))
    world.fault({"status": status}, kind="query")

    world.drain()

    sizes = list(SyncRun.objects.order_by("pk").values_list("entry_count", flat=True))
    assert sizes[:2] == [40, 20]
    assert (world.link_now().pause_kind, len(world.members())) == ("", 40)


def test_a_reading_that_is_too_large_even_for_one_waits_for_a_person(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 413}, times=2, kind="query")
    world.drain()
    link = world.link_now()
    assert (link.pause_kind, link.pause_code) == (CampaignLink.PauseKind.CONFIGURATION, "http_413")


def test_after_an_outage_a_few_are_sent_before_all(world: World) -> None:
    world.receive(*(someone(f"p{n}", "Ada", f"Number{n}") for n in range(40)))
    world.fault({"status": 503}, kind="composite")
    world.drain()
    world.let_pass(seconds=20)

    world.drain()

    sizes = list(SyncRun.objects.order_by("pk").values_list("entry_count", flat=True))
    assert sizes == [40, 25, 15]
    assert len(world.members()) == 40


def test_an_error_page_says_nothing_of_itself_to_the_admin(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 503, "body": "<html><script>alert(1)</script></html>"}, kind="composite")

    world.drain()

    assert "<" not in world.link_now().pause_reason


@pytest.mark.parametrize(("limit", "seconds"), [("concurrent", 30), ("daily", 3600)])
def test_a_limit_pauses_the_organisation_until_it_resumes_by_itself(world: World, limit: str, seconds: int) -> None:
    world.receive(someone("p1"))
    world.fault({"limit": limit}, kind="composite")

    world.drain()
    org = SalesforceOrg.objects.get()
    assert org.state == SalesforceOrg.State.PAUSED
    assert org.paused_until is not None
    assert abs((org.paused_until - timezone.now()).total_seconds() - seconds) < 10
    assert (world.ends(), world.link_now().pause_kind) == ({"p1": ("pending", "")}, "")
    assert world.drain().runs == 0
    world.let_pass(seconds=seconds)
    world.drain()

    assert SalesforceOrg.objects.filter(state="connected", state_reason="", paused_until=None).exists()
    assert world.holds() == untouched(f"{ADA}: Registered")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_session_that_ends_in_the_middle_is_renewed_once(world: World, number: int) -> None:
    world.receive(someone("p1"))

    with before_call(number, lambda: world.control("sessions/expire", {})):
        report = world.drain()

    assert report.outcomes == {"created": 1}
    assert world.holds() == untouched(f"{ADA}: Registered")
    tokens = [one for one in world.control("calls", method="GET")["log"] if one["path"].endswith("/token")]
    assert len(tokens) in (0, 2), "the log names each sign-in, or none"


def test_wrong_credentials_let_everything_wait_for_a_person(world: World) -> None:
    SalesforceOrg.objects.update(client_secret=Secret.conceal("wrong"))
    world.receive(someone("p1"))

    world.drain()
    org = SalesforceOrg.objects.get()
    assert org.state == SalesforceOrg.State.RECONNECT_NEEDED
    assert org.state_reason
    assert (world.ends(), world.entry("p1").attempt_count) == ({"p1": ("pending", "")}, 0)
    world.send(someone("p2", "Grace", "Hopper"))
    assert world.ends() == {"p1": ("pending", ""), "p2": ("pending", "")}
    world.let_pass(days=2)
    assert world.drain().runs == 0, "only a person can mend it"
    SalesforceOrg.objects.update(client_secret=Secret.conceal("simulator-secret"))
    connect.recover_org(org)
    world.drain()

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}


def test_a_wrong_encryption_key_fails_nobody(world: World, settings: Any) -> None:
    world.send(someone("p1"))
    keys = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    world.receive(someone("p1", came=True), someone("p2", "Grace", "Hopper"))

    world.drain()
    assert {state for state, _reason in world.ends().values()} == {"pending"}
    assert world.link_now().pause_kind == CampaignLink.PauseKind.CONFIGURATION
    settings.FIELD_ENCRYPTION_KEYS = keys
    world.let_pass(minutes=10)
    world.drain()

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
