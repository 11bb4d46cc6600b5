"""The first page shows what needs a person on top, and the first steps where nothing is set up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from connector.core.outcomes import EntryState
from tests.factories import (
    AlertFactory,
    CampaignLinkFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db


def test_an_empty_installation_shows_the_first_steps(admin_client: Client) -> None:
    steps = admin_client.get("/admin/").context["steps"]
    assert [row["is_done"] for row in steps] == [False, False, False, False]
    SalesforceOrgFactory.create()
    WebhookSourceFactory.create()
    steps = admin_client.get("/admin/").context["steps"]
    assert [row["is_done"] for row in steps] == [True, True, False, False]


def test_links_that_wait_for_a_person_come_first(admin_client: Client) -> None:
    soon = timezone.now() + timedelta(minutes=9)
    CampaignLinkFactory.create(event_name="closed", state="closed")
    CampaignLinkFactory.create(event_name="paused", state="paused", pause_kind="manual")
    CampaignLinkFactory.create(event_name="sends")
    CampaignLinkFactory.create(event_name="leaves out", degraded_fields=["Lead.Track__c"])
    CampaignLinkFactory.create(
        event_name="waits", pause_kind="configuration", pause_code="label_gone", paused_until=soon
    )
    page = admin_client.get("/admin/")
    names = [row["link"].event_name for row in page.context["links"]]
    assert names == ["waits", "leaves out", "sends", "paused", "closed"]
    assert "until they return: Lead.Track__c" in " ".join(page.content.decode().split())
    assert "Choose another status on the link" in page.content.decode()


def test_each_link_has_its_own_sum(admin_client: Client) -> None:
    one, two = CampaignLinkFactory.create(event_name="one"), CampaignLinkFactory.create(event_name="two")
    OutboxEntryFactory.create_batch(2, link=one, state=EntryState.SYNCED)
    OutboxEntryFactory.create(link=two, state=EntryState.FAILED)
    rows = admin_client.get("/admin/").context["links"]
    assert {row["link"].event_name: row["sum"]["rows"] for row in rows} == {"one": 2, "two": 1}


def test_an_organisation_to_reconnect_and_events_to_link_stand_on_top(admin_client: Client) -> None:
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", state_reason="invalid_grant")
    event = UnlinkedEventFactory.create(event_id="e 1", event_name="Forum")
    UnlinkedParticipantFactory.create_batch(3, event_id=event.event_id)
    UnlinkedEventFactory.create(event_name="Ignored", ignored_at=timezone.now())
    page = admin_client.get("/admin/")
    text = page.content.decode()
    assert "Acme must be reconnected." in text
    assert [(row["event"].event_name, row["count"]) for row in page.context["unlinked"]] == [("Forum", 3)]
    assert "event=e+1" in text


def test_the_first_page_tells_nobody_more_than_the_lists_do(sign_in: Callable[..., Client]) -> None:
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", state_reason="invalid_grant")
    UnlinkedEventFactory.create(event_name="Forum")
    text = sign_in("view_campaignlink").get("/admin/").content.decode()
    assert "An organisation must be reconnected." in text
    assert [word for word in ("Acme", "invalid_grant", "Forum", "Correct the sign-in") if word in text] == []


def test_the_permission_to_see_organisations_shows_their_problems_only(sign_in: Callable[..., Client]) -> None:
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", state_reason="invalid_grant")
    UnlinkedEventFactory.create(event_name="Forum")
    text = sign_in("view_campaignlink", "view_salesforceorg").get("/admin/").content.decode()
    assert "Acme must be reconnected." in text
    assert "An organisation must be reconnected." not in text
    assert "Forum" not in text


def test_the_permission_to_see_events_names_them(sign_in: Callable[..., Client]) -> None:
    UnlinkedEventFactory.create(event_name="Forum")
    text = sign_in("view_campaignlink", "view_unlinkedevent").get("/admin/").content.decode()
    assert "Forum" in text
    assert "must be reconnected" not in text


def test_who_waits_for_api_calls_is_named_with_what_to_do(admin_client: Client) -> None:
    until = timezone.now() + timedelta(minutes=40)
    SalesforceOrgFactory.create(name="Well", api_used=1, api_limit=1000)
    SalesforceOrgFactory.create(name="Budget", api_used=900, api_limit=1000)
    SalesforceOrgFactory.create(name="Refused", state="paused", pause_code="daily_limit", paused_until=until)

    response = admin_client.get("/admin/")

    rows = response.context["short_of_calls"]
    assert [row["org"].name for row in rows] == ["Budget", "Refused"]
    assert "Backfill waits" in response.content.decode()
    assert "used up its API calls of 24 hours" in response.content.decode()


def test_a_mail_that_cannot_be_sent_is_said_while_mails_are_wanted(admin_client: Client, settings: Settings) -> None:
    AlertFactory.create(error="SMTPAuthenticationError 535")
    said = "SMTPAuthenticationError 535"
    assert said not in admin_client.get("/admin/").content.decode()
    settings.ALERT_EMAILS = ["ops@example.org"]
    assert said in admin_client.get("/admin/").content.decode()
