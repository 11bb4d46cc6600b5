"""Our own API calls of 24 hours are counted, whatever they were made for (rule 7.4)."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.utils import timezone

from connector.models import ApiCallCount
from connector.pipeline.connection import connect
from connector.pipeline.connection.spending import count_calls_of, note_calls
from connector.pipeline.previews.preview import preview_link
from tests.acceptance.people import someone
from tests.factories import SalesforceOrgFactory
from tests.world import World

pytestmark = pytest.mark.both


@pytest.mark.django_db
def test_calls_are_added_up_by_the_hour_and_forgotten_after_a_month() -> None:
    org, now = SalesforceOrgFactory.create(), timezone.now()
    for hours, calls in ((24 * 32, 1), (25, 2), (3, 4), (0, 8), (0, 16)):
        note_calls(org, calls, now=now - timedelta(hours=hours))

    assert count_calls_of([org], now=now) == {org.pk: 28}
    assert list(ApiCallCount.objects.order_by("hour_at").values_list("calls", flat=True)) == [2, 4, 24]


@pytest.mark.django_db
def test_an_organisation_that_is_not_stored_yet_counts_nothing() -> None:
    note_calls(SalesforceOrgFactory.build(), 5)

    assert not ApiCallCount.objects.exists()


def test_every_call_counts_as_salesforce_counts_it(world: World) -> None:
    """Runs, previews, describes, labels and searches."""
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    preview_link(world.link_now())
    connect.search_campaigns(world.org, "a")
    connect.campaign_labels(world.org, world.link.campaign_id, refresh=True)
    connect.object_schema(world.org, "Lead", refresh=True)
    with closing(connect.gateway_for(world.org)) as gateway:
        gateway.limits()

    assert count_calls_of([world.org]) == {world.org.pk: world.api_calls()}


def test_a_call_whose_answer_was_lost_counts_too(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"close_after": True}, sobject="Lead", kind="collections")
    world.drain()

    assert count_calls_of([world.org]) == {world.org.pk: world.api_calls()}
