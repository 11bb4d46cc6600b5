"""The charts of 24 hours and 30 days: drawn by the server, said in words, and readable as a table."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.admin.links.forms import url_of
from tests.factories import (
    ApiCallCountFactory,
    CampaignLinkFactory,
    MessageParticipantFactory,
    SyncRunFactory,
    WebhookMessageFactory,
)

pytestmark = pytest.mark.django_db

ALL = reverse("admin:connector_campaignlink_all_activity")


def test_the_charts_and_the_table_say_the_same(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    now = timezone.now()
    WebhookMessageFactory.create(received_at=now, accepted_count=1200)
    SyncRunFactory.create(link=link, started_at=now, created_count=1100, failed_count=3, api_calls=9)
    ApiCallCountFactory.create(hour_at=now.replace(minute=0, second=0, microsecond=0), calls=9)
    page = admin_client.get(ALL)
    assert [(chart.key, chart.total) for chart in page.context["charts"]] == [
        ("received", 1200), ("sent", 1100), ("failed", 3), ("calls", 9),
    ]  # fmt: skip
    assert page.context["totals"] == [1200, 1100, 3, 9]
    assert len(page.context["rows"]) == 24
    assert page.context["rows"][0][1:] == (1200, 1100, 3, 9)
    received, sent = page.context["charts"][:2]
    assert received.top == sent.top == 2000, "what came and what went can be compared"
    assert received.words.startswith("Received from inwink: 1,200 in all, at most 1,200 (")


def test_thirty_days_end_with_today(admin_client: Client) -> None:
    WebhookMessageFactory.create(received_at=timezone.now() - timedelta(days=3), accepted_count=5)
    assert admin_client.get(ALL).context["is_quiet"]
    page = admin_client.get(f"{ALL}?span=30d")
    assert len(page.context["rows"]) == 30
    assert page.context["rows"][3][1] == 5
    assert page.context["kept_days"] is None


def test_what_is_kept_for_less_than_a_month_is_said(admin_client: Client, settings: Settings) -> None:
    settings.RETENTION_DAYS_MESSAGES = 7
    assert "kept for 7 days only" in admin_client.get(f"{ALL}?span=30d").content.decode()
    assert "kept for 7 days only" not in admin_client.get(ALL).content.decode()


def test_drawings_hold_whole_numbers_in_every_language_and_no_inline_style(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    SyncRunFactory.create(link=link, started_at=timezone.now(), created_count=1237)
    for language in ("en", "fr"):
        text = admin_client.get(url_of(link, "activity"), headers={"accept-language": language}).content.decode()
        drawings = "".join(re.findall(r"<svg role=.*?</svg>", text, flags=re.DOTALL))
        attributes = re.findall(r' (?:x|y|width|height)="([^"]*)"', drawings)
        assert len(attributes) == 4 * 24 * 2 * 4
        assert all(re.fullmatch(r"\d+", value) for value in attributes)
        assert "style=" not in text[text.index('<div class="cx">') : text.index("cx-activity")]


def test_all_events_lead_to_one(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(event_name="Forum")
    page = admin_client.get(ALL).content.decode()
    assert f'<option value="{link.pk}">Forum</option>' in page
    response = admin_client.get(f"{ALL}?span=30d&link={link.pk}", follow=True)
    assert response.redirect_chain == [(f"{url_of(link, 'activity')}?span=30d", 302)]
    assert admin_client.get(f"{ALL}?link=abc").status_code == 404
    assert ALL in admin_client.get("/admin/").content.decode()


def test_the_page_costs_the_same_however_much_there_is(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = CampaignLinkFactory.create()
    for hours in range(40):
        at = timezone.now() - timedelta(hours=hours)
        SyncRunFactory.create(link=link, started_at=at)
        message = WebhookMessageFactory.create(received_at=at)
        MessageParticipantFactory.create(message=message, event_id=link.inwink_event_id)
    admin_client.get(url_of(link, "activity"))
    with django_assert_num_queries(7):  # session, user, link, messages, runs, and two for the menu
        admin_client.get(url_of(link, "activity"))


def test_without_the_permission_it_is_refused(sign_in: Callable[..., Client]) -> None:
    link = CampaignLinkFactory.create()
    client = sign_in("view_syncrun")
    assert client.get(ALL).status_code == 403
    assert client.get(url_of(link, "activity")).status_code == 403


def test_the_head_of_a_page_shows_the_way_to_it(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(event_name="Forum")
    crumbs = admin_client.get(url_of(link, "activity")).context["crumbs"]
    assert [(crumb.title, crumb.url) for crumb in crumbs] == [
        ("Links", reverse("admin:connector_campaignlink_changelist")),
        ("Forum", url_of(link, "event")),
        ("Activity", ""),
    ]
    crumbs = admin_client.get(reverse("admin:connector_campaignlink_change", args=[link.pk])).context["crumbs"]
    assert [crumb.title for crumb in crumbs] == ["Links", "Forum", "Settings"]
