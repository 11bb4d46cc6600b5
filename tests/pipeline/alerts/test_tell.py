"""People are told once of what needs them, once that it is settled, and mail that fails is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from pytest_django import DjangoAssertNumQueries, Settings

from connector import tasks
from connector.core.outcomes import EntryState
from connector.models import Alert, CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.alerts import letters
from connector.pipeline.alerts.tell import last_error, tell_people
from tests.factories import CampaignLinkFactory, LastMessageFactory, OutboxEntryFactory, SalesforceOrgFactory
from tests.pipeline.alerts.smtp import mail_server

pytestmark = [pytest.mark.both, pytest.mark.django_db]

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _alerts(settings: Settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.org", "events@example.org"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org", "https://connector.example.org"]


def _sweep(minutes: int, *, start: datetime = NOW) -> list[str]:
    """Let the sweep run each minute; return the subjects of what was sent meanwhile."""
    before = len(mail.outbox)
    for minute in range(minutes):
        tell_people(start + minute * MINUTE)
    return [message.subject.removeprefix("[inwink → Salesforce] ") for message in mail.outbox[before:]]


def _stop(link: CampaignLink) -> None:
    CampaignLink.objects.filter(pk=link.pk).update(pause_kind="configuration", pause_code="label_gone")


def _go(link: CampaignLink) -> None:
    CampaignLink.objects.filter(pk=link.pk).update(pause_kind="", pause_code="")


def test_a_lost_sign_in_is_told_once_and_so_is_its_return() -> None:
    org = SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", pause_code="invalid_grant")
    assert _sweep(90) == ["Acme must be reconnected"]
    message = mail.outbox[0]
    assert message.to == ["ops@example.org", "events@example.org"]
    assert f"https://connector.example.org/admin/connector/salesforceorg/{org.pk}/change/" in message.body
    SalesforceOrg.objects.update(state="connected", pause_code="")
    later = NOW + 90 * MINUTE
    assert _sweep(90, start=later) == ["Settled: Acme is connected again; what waited is sent by itself"]
    assert Alert.objects.count() == 0
    SalesforceOrg.objects.update(state="reconnect_needed", pause_code="invalid_grant")
    assert _sweep(3, start=later + 90 * MINUTE) == ["Acme must be reconnected"]


def test_an_organisation_that_is_being_set_up_alarms_nobody() -> None:
    SalesforceOrgFactory.create(state="reconnect_needed", organization_id="")
    assert _sweep(5) == []


def test_a_link_that_flaps_makes_one_mail_not_one_a_minute() -> None:
    link = CampaignLinkFactory.create(event_name="Forum")
    subjects = []
    for minute in range(0, 120, 10):
        _stop(link)
        subjects += _sweep(5, start=NOW + minute * MINUTE)
        _go(link)
        subjects += _sweep(5, start=NOW + (minute + 5) * MINUTE)
    assert subjects == ["Forum has stopped: its settings must be mended"]
    assert _sweep(30, start=NOW + 120 * MINUTE) == ["Settled: Forum no longer waits for its settings"]


def test_what_passes_before_anybody_was_told_is_told_to_nobody() -> None:
    link = CampaignLinkFactory.create()
    _stop(link)
    assert _sweep(2) == []
    _go(link)
    assert _sweep(60, start=NOW + 2 * MINUTE) == []
    assert Alert.objects.count() == 0


def test_a_running_event_that_falls_silent_is_told_and_so_is_the_next_message() -> None:
    link = CampaignLinkFactory.create(
        event_name="Forum", starts_at=NOW - timedelta(hours=3), ends_at=NOW + timedelta(hours=6)
    )
    heard = LastMessageFactory.create(link=link, received_at=NOW - 20 * MINUTE)
    assert _sweep(30) == ["Forum is running, and inwink has sent nothing for 30 minutes"]
    assert f"/admin/connector/campaignlink/{link.pk}/event/" in mail.outbox[0].body
    for minute in range(30, 120, 20):
        heard.received_at = NOW + minute * MINUTE
        heard.save()
        tell_people(heard.received_at)
    assert mail.outbox[-1].subject.endswith("Settled: Forum: inwink sends again")
    assert len(mail.outbox) == 2


def test_a_silence_that_lasts_to_the_end_is_settled_by_the_end() -> None:
    link = CampaignLinkFactory.create(event_name="Forum", starts_at=NOW - timedelta(hours=3), ends_at=NOW + 10 * MINUTE)
    LastMessageFactory.create(link=link, received_at=NOW - timedelta(hours=1))
    assert _sweep(80)[1:] == ["Settled: Forum is over"]


def test_used_up_calls_are_told_and_a_budget_only_while_participants_wait_for_it() -> None:
    SalesforceOrgFactory.create(name="Empty", state="paused", pause_code="daily_limit", api_used=100, api_limit=100)
    short = SalesforceOrgFactory.create(name="Short", api_used=90, api_limit=100)
    assert _sweep(20) == ["Empty has no API calls left"]
    backfill = OutboxEntry.Priorities.BACKFILL
    OutboxEntryFactory.create(link__org=short, priority=backfill, available_at=NOW)
    assert _sweep(20, start=NOW + 20 * MINUTE) == ["Short has used its budget of API calls, and participants wait"]


def test_ten_failed_participants_are_told_nine_are_not_and_nobody_is_named() -> None:
    link = CampaignLinkFactory.create(event_name="Forum")
    rows = OutboxEntryFactory.create_batch(9, link=link, state=EntryState.FAILED, error_message="Ada is unknown")
    assert _sweep(10) == []
    OutboxEntryFactory.create(link=link, state=EntryState.FAILED)
    assert _sweep(10, start=NOW + 10 * MINUTE) == ["Forum: 10 participants failed"]
    body = mail.outbox[0].body
    assert f"/admin/connector/outboxentry/problems/?link={link.pk}" in body
    assert [row for row in rows if row.payload["email"] in body] == []
    assert "Ada" not in body


def test_people_who_wait_for_storage_are_told_and_so_is_that_nobody_does() -> None:
    link = CampaignLinkFactory.create(event_name="Forum")
    rows = {"link": link, "state": EntryState.RETRYING}
    OutboxEntryFactory.create_batch(2, error_code="STORAGE_LIMIT_EXCEEDED", **rows)
    OutboxEntryFactory.create(error_code="UNABLE_TO_LOCK_ROW", **rows)
    assert _sweep(10) == ["Forum: 2 participants wait because Salesforce has no storage left"]
    assert "Ask your Salesforce administrator to free or buy storage." in mail.outbox[0].body
    OutboxEntry.objects.update(state=EntryState.SYNCED)
    assert _sweep(20, start=NOW + 10 * MINUTE) == ["Settled: Forum: nobody waits for storage in Salesforce any more"]


def test_what_is_noticed_together_comes_in_one_mail() -> None:
    org = SalesforceOrgFactory.create()
    for name in ("One", "Two", "Three"):
        _stop(CampaignLinkFactory.create(event_name=name, org=org))
    assert _sweep(5) == ["3 things need somebody: One has stopped: its settings must be mended, …"]
    assert [name for name in ("One", "Two", "Three") if f"{name} has stopped" not in mail.outbox[0].body] == []


def test_a_name_from_outside_cannot_break_into_the_headers() -> None:
    _stop(CampaignLinkFactory.create(event_name="Forum\r\nBcc: eve@example.org" + "x" * 150))
    _sweep(5)
    assert "\n" not in mail.outbox[0].subject
    assert len(mail.outbox[0].subject) <= 120
    assert mail.outbox[0].bcc == []


def test_mails_speak_the_language_of_the_installation(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "fr"
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed", pause_code="invalid_grant")
    assert _sweep(1) == ["Acme doit être reconnectée"]


def test_without_addresses_nothing_is_followed(settings: Settings) -> None:
    settings.ALERT_EMAILS = []
    SalesforceOrgFactory.create(state="reconnect_needed")
    assert _sweep(5) == []
    assert (Alert.objects.count(), last_error()) == (0, "")


def test_without_a_mail_server_the_reason_is_kept(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    SalesforceOrgFactory.create(state="reconnect_needed")
    tell_people(NOW)
    assert last_error() == "EMAIL_URL is not set"


def test_a_mail_in_the_hands_of_another_process_is_not_sent_twice() -> None:
    SalesforceOrgFactory.create(state="reconnect_needed")
    Alert.objects.create(kind="reconnect", org=SalesforceOrg.objects.get(), began_at=NOW, try_at=NOW + 5 * MINUTE)
    assert _sweep(5) == []
    assert len(_sweep(1, start=NOW + 5 * MINUTE)) == 1


def test_the_sweep_tells_and_goes_on_when_the_mail_server_is_gone(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed")
    tasks.sweep()
    assert last_error() == "ConnectionRefusedError"
    assert Alert.objects.get().told_at is None


def test_a_mail_that_was_refused_is_sent_five_minutes_later(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    SalesforceOrgFactory.create(name="Acme", state="reconnect_needed")
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        server.refuses = True
        tell_people(NOW)
        assert last_error() == "SMTPRecipientsRefused"
        server.refuses = False
        tell_people(NOW + 4 * MINUTE)
        assert server.received == []
        tell_people(NOW + 5 * MINUTE)
        tell_people(NOW + 6 * MINUTE)
    subject = "[inwink → Salesforce] Acme must be reconnected"
    assert [(message["Subject"].strip(), message["To"]) for message in server.received] == [
        (subject, "ops@example.org, events@example.org")
    ]
    assert last_error() == ""


def test_following_costs_the_same_however_many_links_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        CampaignLinkFactory.create_batch(4, starts_at=NOW - timedelta(hours=1), ends_at=NOW - MINUTE)
        with django_assert_num_queries(8):
            tell_people(NOW)


def test_everything_that_can_need_somebody_has_its_words() -> None:
    assert set(letters._WORDS) == set(Alert.Kind)
