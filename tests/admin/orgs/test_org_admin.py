"""Organisations: secrets go in and never come out; the connection is tested on a press."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry, SalesforceOrg
from connector.pipeline.connection.spending import note_calls
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, SalesforceOrgFactory
from tests.world import World

FORM: dict[str, Any] = {
    "name": "Acme",
    "login_url": "https://acme.my.salesforce.com",
    "auth": "client_credentials",
    "client_id": "3MVG9",
    "client_secret": "",
    "username": "",
    "password": "",
    "security_token": "",
    "private_key": "",
    "api_version": "64.0",
    "api_budget_percent": "80",
    "api_daily_max": "",
}


def url_of(org: SalesforceOrg, *, page: str = "change") -> str:
    """Return the address of a page of an organisation."""
    return reverse(f"admin:connector_salesforceorg_{page}", args=[org.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    """Return {field: errors} of a form that came back."""
    return dict(response.context["adminform"].form.errors)


@pytest.mark.django_db
def test_a_secret_is_stored_encrypted_and_never_shown(admin_client: Client) -> None:
    admin_client.post(
        reverse("admin:connector_salesforceorg_add"),
        {**FORM, "login_url": f"{FORM['login_url']}/", "client_secret": "s3cr3t-value"},
    )
    org = SalesforceOrg.objects.get()
    assert org.client_secret.reveal() == "s3cr3t-value"
    assert org.login_url == "https://acme.my.salesforce.com"
    page = admin_client.get(url_of(org)).content.decode()
    assert "s3cr3t-value" not in page
    assert org.client_secret.ciphertext not in page


@pytest.mark.django_db
def test_an_empty_secret_keeps_the_old_one(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create()
    before = org.client_secret.reveal()
    admin_client.post(url_of(org), {**FORM, "name": "Renamed"})
    org.refresh_from_db()
    assert (org.name, org.client_secret.reveal()) == ("Renamed", before)


@pytest.mark.django_db
def test_new_credentials_drop_the_token_and_let_the_organisation_go_on(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(state="reconnect_needed", state_reason="invalid_grant")
    admin_client.post(url_of(org), {**FORM, "client_secret": "new"})
    org.refresh_from_db()
    assert (org.state, org.state_reason, bool(org.access_token)) == ("connected", "", False)


@pytest.mark.django_db
def test_a_new_name_alone_keeps_the_token(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(login_url="https://acme.my.salesforce.com", client_id="3MVG9")
    admin_client.post(url_of(org), {**FORM, "name": "Renamed"})
    org.refresh_from_db()
    assert org.access_token


@pytest.mark.django_db
def test_a_sign_in_demands_what_it_needs(admin_client: Client) -> None:
    response = admin_client.post(reverse("admin:connector_salesforceorg_add"), {**FORM, "auth": "password"})
    assert set(errors_of(response)) == {"client_secret", "username", "password"}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["https://evil.example", "http://acme.my.salesforce.com"])
def test_credentials_are_not_sent_to_another_host(admin_client: Client, url: str) -> None:
    response = admin_client.post(
        reverse("admin:connector_salesforceorg_add"), {**FORM, "login_url": url, "client_secret": "x"}
    )
    assert set(errors_of(response)) == {"login_url"}
    assert not SalesforceOrg.objects.exists()


@pytest.mark.django_db
def test_confirming_visibility_sends_who_waited_for_it(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(visibility_confirmed=False)
    entry = OutboxEntryFactory.create(
        link=CampaignLinkFactory.create(org=org), state=EntryState.LEFT_OUT, reason=Reason.VISIBILITY_NOT_CONFIRMED
    )
    page = admin_client.get(url_of(org)).content.decode()
    assert "Nobody is created in this organisation yet." in page
    answer = admin_client.post(url_of(org), {**FORM, "visibility_confirmed": "on"}, follow=True)
    assert "1 person who waited is sent." in answer.content.decode()
    assert OutboxEntry.objects.get(pk=entry.pk).state == EntryState.PENDING


def test_the_connection_is_tested_on_a_press_and_each_line_is_shown(world: World, admin_client: Client) -> None:
    world.control("settings", {"object_access": {"Lead": {"createable": False}}})
    world.reset_calls()
    admin_client.get(url_of(world.org, page="check"))
    assert world.api_calls() == 0
    page = admin_client.post(url_of(world.org, page="check")).content.decode()
    assert "Rights on Lead" in page
    assert "Give the integration user these rights on Lead: create." in page
    assert "1 thing to mend" in page


def test_a_wrong_secret_is_told_with_the_next_step(world: World, admin_client: Client) -> None:
    admin_client.post(url_of(world.org), {**FORM, "login_url": world.salesforce.url, "client_secret": "wrong"})
    page = admin_client.post(url_of(world.org, page="check")).content.decode()
    assert "Salesforce does not know this consumer key and secret." in page
    assert "wrong" not in page.replace("went wrong", "")


def test_an_address_without_a_salesforce_is_told_as_what_to_compare(world: World, admin_client: Client) -> None:
    admin_client.post(url_of(world.org), {**FORM, "login_url": "http://127.0.0.1:1"})
    page = admin_client.post(url_of(world.org, page="check")).content.decode()
    assert "No Salesforce answers at this address. (no_connection" in page
    assert "Compare the login URL with the one that Salesforce shows in Setup under My Domain" in page
    assert "by itself" not in page


@pytest.mark.django_db
def test_only_who_may_change_an_organisation_tests_it(sign_in: Callable[..., Client]) -> None:
    org = SalesforceOrgFactory.create()
    client = sign_in("view_salesforceorg")
    assert client.get(url_of(org)).status_code == 200
    assert client.post(url_of(org, page="check")).status_code == 403


@pytest.mark.django_db
def test_an_organisation_with_links_is_not_deleted(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    answer = admin_client.post(url_of(link.org, page="delete"), {"post": "yes"}, follow=True)
    assert "Close or delete them first." in answer.content.decode()
    assert SalesforceOrg.objects.filter(pk=link.org_id).exists()


def test_the_page_says_what_was_spent_and_why_it_waits(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(
        api_used=900, api_limit=1000, api_usage_at=timezone.now(), state="paused", pause_code="concurrent_limit",
        paused_until=timezone.now(),
    )  # fmt: skip
    note_calls(org, 42)

    page = admin_client.get(f"/admin/connector/salesforceorg/{org.pk}/change/").content.decode()

    assert "42 / 100" in page
    assert "Too many long requests" in page
    assert "Backfill waits" in page


@pytest.mark.django_db
def test_who_may_only_look_gets_no_field_that_waits_for_a_choice(sign_in: Callable[..., Client]) -> None:
    """There is no choice of a sign-in on that page: a script that asks for it would fail."""
    org = SalesforceOrgFactory.create(name="Acme", username="integration@acme.example")
    page = sign_in("view_salesforceorg").get(url_of(org)).content.decode()
    assert "Client credentials (recommended)" in page
    assert "auth == " not in page
    assert "auth != " not in page
