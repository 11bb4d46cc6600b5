"""What was received, sent and refused is counted by hour and by day, for everything and for one link."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from connector.models import CampaignLink, SyncRun
from connector.pipeline.inbox.receive import receive_message
from connector.pipeline.watching.activity import Span, activity
from tests.factories import (
    ApiCallCountFactory,
    CampaignLinkFactory,
    MessageParticipantFactory,
    SyncRunFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 10, 20, tzinfo=UTC)


def make_run(link: CampaignLink, *, ago: timedelta, created: int = 0, failed: int = 0, calls: int = 0) -> SyncRun:
    return SyncRunFactory.create(
        link=link, started_at=NOW - ago, created_count=created, updated_count=1, unchanged_count=2,
        failed_count=failed, api_calls=calls,
    )  # fmt: skip


def test_each_hour_has_what_happened_in_it(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    link = CampaignLinkFactory.create()
    make_run(link, ago=timedelta(minutes=5), created=4, failed=1, calls=6)
    make_run(link, ago=timedelta(minutes=19), created=1)
    make_run(link, ago=timedelta(minutes=21), created=7)
    make_run(link, ago=timedelta(hours=23, minutes=21), created=9)
    WebhookMessageFactory.create(received_at=NOW, accepted_count=3, unchanged_count=2, stale_count=1, unlinked_count=4)
    WebhookMessageFactory.create(received_at=NOW - timedelta(hours=23), accepted_count=8)
    ApiCallCountFactory.create(hour_at=NOW.replace(minute=0), calls=11)
    with django_assert_num_queries(3):
        found = activity(None, span=Span.HOURS, now=NOW)
    assert found.starts[0] == datetime(2026, 11, 26, 11, tzinfo=UTC)
    assert found.starts[-1] == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert len(found.starts) == 24
    assert list(found.received) == [8, *[0] * 22, 10]
    assert list(found.sent) == [*[0] * 22, 10, 7 + 4]
    assert list(found.failed) == [*[0] * 23, 1]
    assert list(found.calls) == [*[0] * 23, 11]


def test_one_link_has_its_own_runs_and_messages() -> None:
    link, other = CampaignLinkFactory.create(), CampaignLinkFactory.create()
    make_run(link, ago=timedelta(0), created=4, calls=6)
    make_run(other, ago=timedelta(0), created=40, calls=60)
    for place, event_id in enumerate([link.inwink_event_id] * 3 + [other.inwink_event_id]):
        message = WebhookMessageFactory.create(received_at=NOW)
        MessageParticipantFactory.create(message=message, place=place, event_id=event_id)
    ApiCallCountFactory.create(hour_at=NOW.replace(minute=0), org=link.org, calls=1000)
    found = activity(link, span=Span.HOURS, now=NOW)
    assert (found.received[-1], found.sent[-1], found.calls[-1]) == (3, 7, 6)


def test_a_day_is_one_of_the_reader_s_own_also_when_clocks_change(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)
    with timezone.override("Europe/Paris"):
        for at in ("2026-10-24T21:59", "2026-10-24T22:01", "2026-10-25T22:59", "2026-10-25T23:01"):
            WebhookMessageFactory.create(received_at=datetime.fromisoformat(f"{at}+00:00"))
        found = activity(None, span=Span.DAYS, now=now)
    assert len(found.starts) == 30
    assert list(found.received[-3:]) == [1, 2, 1]
    assert found.starts[-1].isoformat() == "2026-10-26T00:00:00+01:00"
    assert found.starts[-2].isoformat() == "2026-10-25T00:00:00+02:00"


def test_each_event_of_a_message_has_its_own_people_whatever_became_of_them() -> None:
    link = CampaignLinkFactory.create(inwink_event_id="a")
    other = CampaignLinkFactory.create(inwink_event_id="b")
    people: list[dict[str, object]] = [{"id": "p1", "eventId": "a", "registered": True}] * 2
    people += [{"id": "p2", "eventId": "b", "registered": True}, {"id": "p3", "eventId": "c", "registered": True}]
    people += [{"id": "p4", "eventId": "a", "registered": "perhaps"}]
    source = WebhookSourceFactory.create()
    for _delivery in range(2):
        receive_message(source, message_id="m1", body=json.dumps(people).encode(), received_at=NOW)
    counts = [activity(one, span=Span.HOURS, now=NOW).received[-1] for one in (link, other, None)]
    assert counts == [2, 1, 4]


def test_a_replay_did_not_arrive_again() -> None:
    WebhookMessageFactory.create(received_at=NOW, accepted_count=3)
    WebhookMessageFactory.create(received_at=NOW, accepted_count=3, first_received_at=NOW, requested_by="olga")
    assert activity(None, span=Span.HOURS, now=NOW).received[-1] == 3
