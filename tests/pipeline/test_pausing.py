"""Pauses of links and organisations (architecture, section 4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.models import CampaignLink, SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline import pausing
from connector.pipeline.connection.sign_in import need_reconnect
from tests.factories import CampaignLinkFactory, SalesforceOrgFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def outage(link: CampaignLink, *, code: str = "SERVER_UNAVAILABLE", entries: int = 1000) -> CampaignLink:
    pausing.pause_for_outage(link, code=code, message="no", now=link.paused_until or timezone.now(), entries=entries)
    return CampaignLink.objects.get(pk=link.pk)


def test_a_batch_that_times_out_twice_is_halved_and_grows_again() -> None:
    link = outage(CampaignLinkFactory.create(), code="timeout")
    assert link.batch_limit is None
    link = outage(link, code="timeout", entries=24)
    assert link.batch_limit == 12
    assert outage(link, code="timeout", entries=1).batch_limit == 1

    limits = []
    for _run in range(8):
        link = CampaignLink.objects.get()
        pausing.clear_pause(link, full_batch=100)
        limits.append(CampaignLink.objects.get().batch_limit)

    assert limits == [2, 4, 8, 16, 32, 64, None, None]


def given_up(*codes: str, entries: int) -> CampaignLink:
    link = CampaignLinkFactory.create()
    for code in codes:
        now = link.paused_until or timezone.now()
        pausing.pause_until_answered(link, code=code, message="no", now=now, entries=entries)
        link = CampaignLink.objects.get(pk=link.pk)
        entries = min(entries, link.batch_limit or entries)
    return link


def test_requests_given_up_for_one_reason_and_another_are_shown_to_a_person() -> None:
    codes = ("UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT")

    assert given_up(*(codes * 2), entries=8).pause_kind == "outage"
    CampaignLink.objects.all().delete()
    link = given_up(*(codes * 3), entries=8)

    assert (link.pause_kind, link.pause_code) == ("configuration", "request_given_up")
    assert link.pause_reason == "QUERY_TIMEOUT: no"


def test_what_takes_too_long_becomes_smaller_also_after_a_person_was_told() -> None:
    locked = given_up(*["UNABLE_TO_LOCK_ROW"] * 6, entries=20)
    assert (locked.pause_code, locked.batch_limit) == ("request_given_up", None), "a smaller batch is locked alike"
    CampaignLink.objects.all().delete()

    link = given_up(*["UNABLE_TO_LOCK_ROW"] * 5, *["REQUEST_RUNNING_TOO_LONG"] * 3, entries=20)

    assert (link.pause_code, link.batch_limit) == ("request_given_up", 2)


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_link_that_a_person_stopped_meanwhile_stays_as_it_is(state: str) -> None:
    link = CampaignLinkFactory.create()
    CampaignLink.objects.update(state=state, pause_kind="manual")

    after = outage(link)
    pausing.pause_for_configuration(link, code="label_gone", message="Attended", now=timezone.now())
    link.pause_count = 3
    pausing.clear_pause(link, full_batch=1000)

    after.refresh_from_db()
    assert (after.state, after.pause_kind, after.pause_code, after.paused_until) == (state, "manual", "", None)


def test_a_mended_set_up_is_tried_at_once() -> None:
    link = CampaignLinkFactory.create()
    pausing.pause_for_configuration(link, code="label_gone", message="Attended", now=timezone.now())
    assert not CampaignLink.objects.sending(timezone.now()).exists()

    assert pausing.lift_configuration_pause(link.pk)
    assert CampaignLink.objects.sending(timezone.now()).exists()
    assert not pausing.lift_configuration_pause(link.pk)


@pytest.mark.parametrize(("is_daily", "seconds"), [(True, 3600), (False, 30)])
def test_a_limit_pauses_the_organisation(is_daily: bool, seconds: int) -> None:
    org, now = SalesforceOrgFactory.create(), timezone.now()

    assert pausing.pause_org_for_limit(org, is_daily=is_daily, message="limit", now=now) == timedelta(seconds=seconds)

    org.refresh_from_db()
    assert (org.state, org.paused_until) == ("paused", now + timedelta(seconds=seconds))
    pausing.resume_org(org)
    assert SalesforceOrg.objects.filter(state="connected", paused_until=None, state_reason="").exists()


def test_an_organisation_that_must_be_reconnected_is_neither_paused_nor_resumed() -> None:
    org: Any = SalesforceOrg.objects.get(pk=SalesforceOrgFactory.create().pk)
    need_reconnect(org, code="invalid_grant", message="invalid_grant: no")

    pausing.pause_org_for_limit(org, is_daily=False, message="limit", now=timezone.now())
    pausing.resume_org(org)

    org.refresh_from_db()
    assert (org.state, org.pause_code, org.state_reason) == ("reconnect_needed", "invalid_grant", "invalid_grant: no")


def test_a_sign_in_that_a_person_corrected_meanwhile_is_not_stopped() -> None:
    read_before_the_run = SalesforceOrg.objects.get(pk=SalesforceOrgFactory.create().pk)
    SalesforceOrg.objects.update(client_secret=Secret.conceal("corrected"))

    need_reconnect(read_before_the_run, code="invalid_client", message="no")

    assert SalesforceOrg.objects.get().state == "connected"


def test_trying_although_it_waits_makes_no_link_wait_longer() -> None:
    link = outage(CampaignLinkFactory.create())

    pausing.pause_for_outage(link, code="timeout", message="", now=timezone.now(), entries=5)

    after = CampaignLink.objects.get()
    assert (after.pause_count, after.paused_until) == (link.pause_count, link.paused_until)
