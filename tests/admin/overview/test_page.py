"""The first page shows what needs a person on top, and the first steps where nothing is set up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from pytest_django import Settings

from connector.core.outcomes import EntryState
from connector.core.state import State
from connector.models import CampaignLink, SalesforceOrg
from tests.factories import (
    AlertFactory,
    CampaignLinkFactory,
    LastMessageFactory,
    MemberCountFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    SyncAttemptFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
    WorkerHeartbeatFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _worker(db: None) -> None:
    """A worker runs."""
    WorkerHeartbeatFactory.create(beat_at=timezone.now())


def needs(client: Client) -> list[tuple[str, str, str]]:
    """Return what the page says that needs a person: (colour, what it is about, text)."""
    context = client.get("/admin/").context
    return [(need.colour, need.about, need.text) for need in (*context["needs"], *context["more_needs"])]


def count_queries(client: Client) -> int:
    """Open the page and return how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/").status_code == 200
    return len(queries)


def test_an_empty_installation_shows_the_first_steps(admin_client: Client) -> None:
    page = admin_client.get("/admin/")
    assert [row["is_done"] for row in page.context["steps"]] == [False, False, False, False]
    assert not page.context["is_set_up"]
    SalesforceOrgFactory.create()
    WebhookSourceFactory.create()
    steps = admin_client.get("/admin/").context["steps"]
    assert [row["is_done"] for row in steps] == [True, True, False, False]


def test_where_nothing_is_needed_the_page_says_what_is_watched(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED)
    page = admin_client.get("/admin/")
    assert page.context["needs"] == []
    assert "Watched: 1 linked event, sign-in and API calls of 1 organisation" in page.content.decode()


def test_the_most_urgent_comes_first_whatever_it_is_about(admin_client: Client) -> None:
    now = timezone.now()
    quiet = CampaignLinkFactory.create(event_name="Quiet", starts_at=now - timedelta(days=9))
    OutboxEntryFactory.create(link=quiet, state=EntryState.NEEDS_ANSWER)
    runs = CampaignLinkFactory.create(
        event_name="Runs", org=quiet.org, starts_at=now - timedelta(hours=2), ends_at=now + timedelta(hours=2)
    )
    LastMessageFactory.create(link=runs, received_at=now - timedelta(minutes=42))
    fails = CampaignLinkFactory.create(event_name="Fails", org=quiet.org)
    OutboxEntryFactory.create(link=fails, state=EntryState.FAILED)
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", state_reason="invalid_grant")
    UnlinkedEventFactory.create()
    assert needs(admin_client) == [
        ("bad", "", "Acme must be reconnected."),
        ("bad", "Fails", "1 participant failed"),
        ("warn", "Runs", "The event is running and inwink has sent nothing for 42 min"),
        ("warn", "Quiet", "1 participant needs an answer"),
        ("warn", "", "1 event waits to be linked to a campaign"),
    ]
    cards = admin_client.get("/admin/").context["cards"].all_open
    assert [card.one.link.event_name for card in cards] == ["Fails", "Runs", "Quiet"]


def test_people_who_wait_for_storage_are_a_need_with_what_to_do(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(event_name="Full")
    for code in ("STORAGE_LIMIT_EXCEEDED", "STORAGE_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW"):
        OutboxEntryFactory.create(link=link, state=EntryState.RETRYING, error_code=code)

    assert needs(admin_client) == [("bad", "Full", "Salesforce has no storage left: 2 participants wait for room")]
    [need] = admin_client.get("/admin/").context["needs"]
    assert need.detail.startswith("Ask your Salesforce administrator to free or buy storage.")
    assert "The organisation has no storage left." in admin_client.get(need.url).content.decode()
    CampaignLink.objects.update(state="paused", pause_kind="manual")
    assert [text for _colour, _about, text in needs(admin_client)] == ["3 participants wait until the link is resumed"]


def test_every_need_leads_to_where_it_is_settled(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(degraded_fields=["Lead.Track__c"])
    for state in (EntryState.FAILED, EntryState.NEEDS_ANSWER):
        OutboxEntryFactory.create(link=link, state=state)
    SalesforceOrgFactory.create(state="reconnect_needed")
    UnlinkedEventFactory.create()
    found = admin_client.get("/admin/").context["needs"]
    assert len(found) == 5
    assert [admin_client.get(need.url.split("#")[0]).status_code for need in found] == [200] * 5
    assert all(need.action for need in found)


def test_a_paused_link_with_people_waiting_is_resumed_from_here(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(event_name="Rests", state="paused")
    OutboxEntryFactory.create_batch(2, link=link, state=EntryState.PENDING)
    assert needs(admin_client) == [("warn", "Rests", "2 participants wait until the link is resumed")]
    page = admin_client.get("/admin/").content.decode()
    assert f'action="/admin/connector/campaignlink/{link.pk}/state/?to=resume"' in page


def test_an_organisation_says_since_when_it_must_be_reconnected(admin_client: Client) -> None:
    signed_in, broke = datetime(2026, 5, 4, 6, tzinfo=UTC), datetime(2026, 5, 7, 9, tzinfo=UTC)
    dates = [date_format(localtime(at), "SHORT_DATETIME_FORMAT") for at in (signed_in, broke)]
    org = SalesforceOrgFactory.create(token_issued_at=signed_in, broken_at=broke)
    link = CampaignLinkFactory.create(org=org)
    pages = ["/admin/", f"/admin/connector/campaignlink/{link.pk}/event/"]
    says = [(date in admin_client.get(page).content.decode()) for page in pages for date in dates]
    assert says == [True, False, True, False]
    SalesforceOrg.objects.update(state="reconnect_needed")
    says = [(date in admin_client.get(page).content.decode()) for page in pages for date in dates]
    assert says == [False, True, False, True]


def test_what_an_organisation_needs_is_said_once_for_all_its_links(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(name="Acme", visibility_confirmed=False)
    CampaignLinkFactory.create_batch(5, org=org)
    assert [need[:2] for need in needs(admin_client)] == [("warn", "Acme")]
    org.state = "reconnect_needed"
    org.save()
    assert needs(admin_client) == [("bad", "", "Acme must be reconnected.")]
    org.state, org.visibility_confirmed = "paused", True
    org.save()
    assert [need[:2] for need in needs(admin_client)] == [("warn", "Acme")]


def test_a_server_without_a_worker_says_so_first(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create(link=link, state=EntryState.FAILED)
    WorkerHeartbeatFactory._meta.model.objects.update(beat_at=timezone.now() - timedelta(minutes=9))
    assert needs(admin_client)[0] == ("bad", "", "No worker has given a sign of life for 9 min.")
    WorkerHeartbeatFactory._meta.model.objects.all().delete()
    assert needs(admin_client)[0] == ("bad", "", "No worker has run yet.")


@pytest.mark.parametrize(
    ("denial", "words"),
    [
        ("bad_signature", "signs with another secret"), ("timestamp_off", "more than 5 minutes off"),
        ("bad_token", "bearer token is none"), ("missing", "neither signature nor bearer token"),
    ],
)  # fmt: skip
def test_a_sender_that_is_refused_is_named_with_the_reason_until_it_is_believed(
    admin_client: Client, denial: str, words: str
) -> None:
    now = timezone.now()
    source = WebhookSourceFactory.create(
        name="inwink", refused_count=2, last_refused_at=now - timedelta(minutes=3), last_denial=denial
    )
    WebhookSourceFactory.create(refused_count=1, last_refused_at=now - timedelta(hours=25), last_denial=denial)
    CampaignLinkFactory.create()
    WebhookMessageFactory.create(source=source, received_at=now, trial_count=1)
    [need] = admin_client.get("/admin/").context["needs"]
    assert (need.colour, need.about) == ("warn", "inwink")
    assert need.text == "Requests of this sender are refused, the last one 3 min ago"
    assert words in need.detail
    assert words in unescape(admin_client.get(need.url).content.decode())
    assert words in unescape(admin_client.get("/admin/first-steps/").content.decode())
    WebhookMessageFactory.create(source=source, received_at=now)
    assert needs(admin_client) == []


def test_more_needs_than_fit_are_folded_and_none_is_lost(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create()
    for number in range(20):
        CampaignLinkFactory.create(org=org, event_name=f"Event {number}", degraded_fields=["Lead.Track__c"])
    page = admin_client.get("/admin/")
    assert (len(page.context["needs"]), len(page.context["more_needs"])) == (12, 8)
    assert all(f"Event {number}<" in page.content.decode() for number in range(20))


def test_fifty_links_cost_as_many_queries_as_three(admin_client: Client) -> None:
    def make(count: int) -> None:
        for _ in range(count):
            link = CampaignLinkFactory.create()
            MemberCountFactory.create(link=link)
            LastMessageFactory.create(link=link)
            for state in EntryState:
                entry = OutboxEntryFactory.create(link=link, state=state, participant_state=State.ATTENDED)
            SyncAttemptFactory.create(entry=entry, created_at=timezone.now(), delay_ms=900)
            closed = CampaignLinkFactory.create(state="closed", org=link.org)
            OutboxEntryFactory.create(link=closed, state=EntryState.SYNCED)
            UnlinkedParticipantFactory.create(event_id=UnlinkedEventFactory.create().event_id)

    make(3)
    count_queries(admin_client)  # whatever is cached for the process
    with_three = count_queries(admin_client)
    make(47)
    assert count_queries(admin_client) == with_three
    assert with_three <= 32


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
    cards = page.context["cards"]
    names = [card.one.link.event_name for card in cards.all_open]
    assert names[:2] == ["waits", "leaves out"]
    assert set(names) == {"waits", "leaves out", "sends", "paused"}
    assert [card.one.link.event_name for card in cards.closed] == ["closed"]
    assert "until they return: Lead.Track__c" in " ".join(page.content.decode().split())
    assert "Choose another status on the link" in page.content.decode()


def test_each_link_has_its_own_sum_and_every_number_leads_to_its_participants(admin_client: Client) -> None:
    one, two = CampaignLinkFactory.create(event_name="one"), CampaignLinkFactory.create(event_name="two")
    same = OutboxEntryFactory.create_batch(2, link=one, state=EntryState.SYNCED)[0]
    OutboxEntryFactory.create(link=one, state=EntryState.SYNCED, same_person_of=same)
    OutboxEntryFactory.create(link=two, state=EntryState.FAILED, participant_state=State.ATTENDED)
    MemberCountFactory.create(link=one, counts={"Registered": 7})
    cards = {card.one.link.event_name: card for card in admin_client.get("/admin/").context["cards"].all_open}
    assert {name: card.ledger["rows"] for name, card in cards.items()} == {"one": 3, "two": 1}
    assert [(row.state, row.total.rows, row.there) for row in cards["one"].states] == [
        ("Registered", 3, 7), ("Attended", 0, 0),
    ]  # fmt: skip
    assert [(row.state, row.total.rows, row.there) for row in cards["two"].states][1] == ("Attended", 1, None)
    for card in cards.values():
        for line in card.ledger["lines"]:
            assert admin_client.get(line["url"]).context["cl"].result_count == line["count"]
        for row in card.states:
            assert admin_client.get(row.url).context["cl"].result_count == row.total.rows


def test_closed_links_are_folded_and_need_nobody(admin_client: Client) -> None:
    closed = CampaignLinkFactory.create(state="closed", event_name="Last year")
    OutboxEntryFactory.create(link=closed, state=EntryState.FAILED)
    page = admin_client.get("/admin/")
    assert page.context["needs"] == []
    assert "1 closed event" in page.content.decode()


def test_an_organisation_to_reconnect_and_events_to_link_stand_on_top(admin_client: Client) -> None:
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", state_reason="invalid_grant")
    event = UnlinkedEventFactory.create(event_id="e 1", event_name="Forum")
    UnlinkedParticipantFactory.create_batch(3, event_id=event.event_id)
    UnlinkedEventFactory.create(event_name="Ignored", ignored_at=timezone.now())
    page = admin_client.get("/admin/")
    text = page.content.decode()
    assert "Acme must be reconnected." in text
    unlinked = page.context["unlinked"]
    assert [(row.event.event_name, row.people) for row in unlinked.rows] == [("Forum", 3)]
    assert (unlinked.total, unlinked.ignored) == (1, 1)
    assert "event=e+1" in text
    assert "3 participants wait" in text


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

    found = [(need.about, need.detail) for need in response.context["needs"]]
    assert [about for about, _ in found] == ["Budget", "Refused"]
    assert "900 / 1000." in found[0][1]
    assert "Backfill waits" in response.content.decode()
    assert "used up its API calls of 24 hours" in response.content.decode()
    assert {row.org.name: row.shortage for row in response.context["orgs"]} == {
        "Budget": "org_budget_used", "Refused": "daily_limit", "Well": "",
    }  # fmt: skip


def test_a_mail_that_cannot_be_sent_is_said_while_mails_are_wanted(admin_client: Client, settings: Settings) -> None:
    AlertFactory.create(error="SMTPAuthenticationError 535")
    said = "SMTPAuthenticationError 535"
    assert said not in admin_client.get("/admin/").content.decode()
    settings.ALERT_EMAILS = ["ops@example.org"]
    [need] = admin_client.get("/admin/").context["needs"]
    assert said in need.detail
