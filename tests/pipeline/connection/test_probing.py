"""Organisations that have used up their calls are asked now and then, and go on by themselves (rule 7.4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connector.core.outcomes import Priority
from connector.models import SalesforceOrg
from connector.pipeline.connection.probing import probe_limits
from connector.pipeline.runs.drain import sweep
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both


def refused(world: World) -> SalesforceOrg:
    """Let Salesforce refuse a call for its daily limit."""
    world.receive(someone("p1"))
    world.switch(api_limit=1)
    world.drain()
    org = SalesforceOrg.objects.get()
    assert (org.state, org.pause_code) == ("paused", "daily_limit")
    return org


def limits_asked(world: World) -> int:
    log = world.control("calls", method="GET")["log"]
    return sum(one["path"].endswith("/limits") or one["path"].endswith("/limits/") for one in log)


def test_a_refusing_organisation_is_asked_every_ten_minutes_at_most(world: World) -> None:
    refused(world)
    now = timezone.now()

    asked = [probe_limits(now + timedelta(minutes=minutes)) for minutes in (1, 9, 11, 12, 20, 22)]

    assert asked == [0, 0, 1, 0, 0, 1]
    assert limits_asked(world) == 2
    assert SalesforceOrg.objects.get().state == "paused", "it still refuses"


def test_it_goes_on_as_soon_as_calls_are_left(world: World) -> None:
    refused(world)
    world.switch(api_limit=100_000)
    SalesforceOrg.objects.update(probed_at=timezone.now() - timedelta(minutes=11))

    assert sweep() == 1

    org = SalesforceOrg.objects.get()
    assert (org.state, org.pause_code, org.paused_until, org.api_limit) == ("connected", "", None, 100_000)
    world.drain()
    assert world.ends() == {"p1": ("synced", "")}


def test_a_concurrent_refusal_is_told_apart_and_not_probed(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"limit": "concurrent"}, kind="composite")
    world.drain()

    assert SalesforceOrg.objects.get().pause_code == "concurrent_limit"
    assert probe_limits(timezone.now() + timedelta(minutes=30)) == 0


def test_a_budget_that_was_used_up_is_looked_at_again_while_backfill_waits(world: World) -> None:
    """Nothing else would tell that the window of 24 hours has rolled on."""
    world.send(someone("p1"))
    SalesforceOrg.objects.update(api_used=90_000, api_limit=100_000)
    world.receive(someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)
    world.drain()
    assert world.ends()["p2"] == ("pending", "")
    soon = timezone.now() + timedelta(minutes=11)

    assert probe_limits(timezone.now()) == 0
    assert probe_limits(soon) == 1
    world.drain()

    assert world.ends()["p2"] == ("synced", "")
    assert probe_limits(soon + timedelta(minutes=30)) == 0, "nothing waits any more"


def test_live_work_goes_on_while_backfill_has_no_budget(world: World) -> None:
    world.configure()
    SalesforceOrg.objects.update(api_daily_max=0, api_limit=100_000, api_used=0)
    world.receive(someone("p1"), priority=Priority.BACKFILL)

    world.send(someone("p2", "Grace", "Hopper"))

    assert world.ends() == {"p1": ("pending", ""), "p2": ("synced", "")}
