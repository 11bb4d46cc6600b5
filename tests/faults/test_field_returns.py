"""A mapped field that was gone returns while nobody registers: the people concerned are sent again (rule 5.5)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connector.models import CampaignLink
from connector.pipeline.connection.schema_refresh import refresh_schemas
from connector.pipeline.preflight.connection import check_connection
from connector.pipeline.preflight.link import check_link
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both


def lose(world: World) -> None:
    """Send somebody while a mapped field cannot be seen, then give it back."""
    world.map("lead", "Inwink_Id__c", "inwink.id")
    world.switch(hidden_fields={"Lead": ["Inwink_Id__c"]})
    world.send(someone("p1"))
    assert world.link_now().degraded_fields == ["Lead.Inwink_Id__c"]


def give_back(world: World) -> None:
    world.switch(hidden_fields={})


def held(world: World) -> list[object]:
    return [row.get("Inwink_Id__c") for row in world.people("ada.lovelace@example.org")]


def test_the_daily_refresh_sees_a_field_that_returned(world: World) -> None:
    lose(world)
    give_back(world)
    refresh_schemas()
    world.drain()
    assert world.link_now().degraded_fields == []
    assert held(world) == ["p1"]


@pytest.mark.parametrize("check", [lambda link: check_link(link), lambda link: check_connection(link.org)])
def test_a_check_sees_a_field_that_returned(world: World, check: Callable[[CampaignLink], object]) -> None:
    lose(world)
    give_back(world)
    check(world.link_now())
    world.drain()
    assert world.link_now().degraded_fields == []
    assert held(world) == ["p1"]


def test_a_check_in_meanwhile_does_not_make_a_person_forgotten(world: World) -> None:
    lose(world)
    world.send(someone("p1", came=True))
    give_back(world)
    world.forget_describes()
    world.send(someone("p2", "Grace", "Hopper"))
    world.drain()
    assert held(world) == ["p1"]


def test_the_daily_refresh_believes_no_304_about_a_field_that_is_gone(world: World) -> None:
    """Nothing says that a right which is given back changes a describe's Last-Modified."""
    lose(world)
    give_back(world)
    before = datetime.now(UTC) - timedelta(hours=1)
    world.salesforce.org.schema_changed_at = before.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    refresh_schemas()
    world.drain()
    assert held(world) == ["p1"]
