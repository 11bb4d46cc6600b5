"""Log in with Salesforce and back, disconnect: with permission, by POST, once, and without a trace of secrets."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from connector.models import SalesforceOrg
from tests.admin.orgs.test_org_admin import FORM, errors_of, url_of
from tests.browserless import log_in
from tests.factories import SalesforceOrgFactory
from tests.private_keys import make_key, pem_of, public_pem_of
from tests.world import World

CALLBACK = "/admin/connector/salesforceorg/callback/"


@pytest.fixture
def org(world: World) -> SalesforceOrg:
    """The organisation of the world, which waits for a log-in."""
    SalesforceOrg.objects.update(auth="web_server", state="reconnect_needed", pause_code="log_in_needed")
    return SalesforceOrg.objects.get()


def begin(client: Client, org: SalesforceOrg) -> str:
    """Press the button; return the address at Salesforce."""
    page = client.post(url_of(org, page="log_in"))
    return unescape(re.findall(r'href="(http[^"]*authorize[^"]*)"', page.content.decode())[0])


def come_back(client: Client, org: SalesforceOrg, **how: Any) -> Any:
    """Log in at Salesforce and follow the browser back to the page that it ends on."""
    back = log_in(begin(client, org), **how)
    assert back.url.startswith(f"http://testserver{CALLBACK}?")
    return client.get(back.url.removeprefix("http://testserver"), follow=True)


def row() -> SalesforceOrg:
    return SalesforceOrg.objects.get()


def test_a_log_in_connects_and_is_noted(org: SalesforceOrg, admin_client: Client) -> None:
    page = come_back(admin_client, org)
    assert page.redirect_chain == [(url_of(org), 302)]
    assert "Connected to the Salesforce organisation 00D" in page.content.decode()
    assert (row().state, bool(row().refresh_token)) == ("connected", True)
    assert "log-in with Salesforce" in LogEntry.objects.get().get_change_message()


def test_no_secret_of_a_log_in_is_left_behind(org: SalesforceOrg, admin_client: Client, caplog: Any) -> None:
    caplog.set_level("DEBUG", logger="connector")
    url = begin(admin_client, org)
    sessions = [session.get_decoded() for session in Session.objects.all()]
    back = log_in(url)
    page = admin_client.get(back.url.removeprefix("http://testserver"), follow=True)
    held = row()
    secrets = [held.refresh_token.reveal(), held.access_token.reveal(), "simulator-secret", back.query["code"]]
    history = [str(vars(one)) for one in SalesforceOrg.history.all()]
    logged = [str(vars(one)) for one in LogEntry.objects.all()]
    seen = [page.content.decode(), str(page.redirect_chain), str(sessions), caplog.text, *history, *logged]
    assert [secret for secret in secrets if any(secret in text for text in seen)] == []


@pytest.mark.parametrize("user", ["nobody", "viewer"])
def test_only_who_may_change_an_organisation_begins_a_log_in(
    org: SalesforceOrg, sign_in: Callable[..., Client], user: str
) -> None:
    client = sign_in("view_salesforceorg") if user == "viewer" else sign_in()
    for page in ("log_in", "disconnect"):
        assert client.post(url_of(org, page=page)).status_code == 403
    assert "Log in with Salesforce</button>" not in client.get(url_of(org)).content.decode()


def test_looking_changes_nothing(org: SalesforceOrg, admin_client: Client) -> None:
    assert admin_client.get(url_of(org, page="log_in")).url == url_of(org)  # type: ignore[attr-defined]
    admin_client.get(url_of(org, page="disconnect"))
    assert row().pause_code == "log_in_needed"
    assert "salesforce_log_ins" not in admin_client.session


@pytest.mark.parametrize(
    "query", ["", "?code=aPrx", "?code=aPrx&state=of-somebody-else", "?error=access_denied&state=x"]
)
def test_what_did_not_begin_here_changes_nothing(org: SalesforceOrg, admin_client: Client, query: str) -> None:
    page = admin_client.get(CALLBACK + query, follow=True)
    assert "This log-in did not begin here" in page.content.decode()
    assert (row().pause_code, bool(row().access_token)) == ("log_in_needed", False)


def test_a_log_in_belongs_to_the_session_that_began_it(
    org: SalesforceOrg, admin_client: Client, sign_in: Callable[..., Client]
) -> None:
    back = log_in(begin(admin_client, org)).url.removeprefix("http://testserver")
    other = sign_in("view_salesforceorg", "change_salesforceorg")
    assert "did not begin here" in other.get(back, follow=True).content.decode()
    assert not row().refresh_token


def test_a_log_in_works_once(org: SalesforceOrg, admin_client: Client) -> None:
    back = log_in(begin(admin_client, org)).url.removeprefix("http://testserver")
    admin_client.get(back)
    held = row().refresh_token
    assert "was used already" in admin_client.get(back, follow=True).content.decode()
    assert row().refresh_token == held


def test_a_log_in_that_took_too_long_is_over(org: SalesforceOrg, admin_client: Client) -> None:
    back = log_in(begin(admin_client, org)).url.removeprefix("http://testserver")
    session = admin_client.session
    for begun in session["salesforce_log_ins"].values():
        begun["until"] -= 15 * 60
    session.save()
    assert "took longer than 15 minutes" in admin_client.get(back, follow=True).content.decode()
    assert not row().refresh_token


def test_two_tabs_do_not_disturb_each_other(org: SalesforceOrg, admin_client: Client, world: World) -> None:
    other = SalesforceOrgFactory.create(
        login_url=world.salesforce.url, auth="web_server", client_id="simulator-client",
        client_secret="simulator-secret", access_token="", organization_id="",
    )  # fmt: skip
    urls = [begin(admin_client, one) for one in (org, other)]
    for url in urls:
        admin_client.get(log_in(url).url.removeprefix("http://testserver"))
    assert all(one.refresh_token for one in SalesforceOrg.objects.all())


def test_who_was_signed_out_meanwhile_takes_no_code_along(org: SalesforceOrg, admin_client: Client) -> None:
    back = log_in(begin(admin_client, org)).url.removeprefix("http://testserver")
    admin_client.logout()
    answer = admin_client.get(back)
    assert answer.url == "/admin/login/?next=/admin/connector/salesforceorg/"  # type: ignore[attr-defined]


def test_whoever_lost_the_permission_meanwhile_connects_nothing(
    org: SalesforceOrg, sign_in: Callable[..., Client]
) -> None:
    from django.contrib.auth.models import User

    client = sign_in("view_salesforceorg", "change_salesforceorg")
    back = log_in(begin(client, org)).url.removeprefix("http://testserver")
    User.objects.get(username="olga").user_permissions.clear()
    assert client.get(back).status_code == 403
    assert not row().refresh_token


def test_a_refusal_at_salesforce_is_told_in_words(org: SalesforceOrg, admin_client: Client) -> None:
    text = unescape(come_back(admin_client, org, decision="deny").content.decode())
    assert "The access was denied on the page of Salesforce. (access_denied) Log in again and choose “Allow”." in text
    assert row().pause_code == "log_in_needed"


def test_a_code_that_expired_is_told_in_words(org: SalesforceOrg, admin_client: Client, world: World) -> None:
    world.switch(code_seconds=0)
    text = unescape(come_back(admin_client, org).content.decode())
    assert "Salesforce did not accept the way back from the log-in page." in text


def test_an_outage_on_the_way_back_is_no_slip_of_the_address(
    org: SalesforceOrg, admin_client: Client, world: World
) -> None:
    back = log_in(begin(admin_client, org))
    world.salesforce.stop()
    text = unescape(admin_client.get(back.url.removeprefix("http://testserver"), follow=True).content.decode())
    assert "Salesforce does not answer at the moment. (no_connection) Try again in some minutes" in text


def test_an_answer_that_nobody_foresaw_is_told_by_its_code_alone(org: SalesforceOrg, admin_client: Client) -> None:
    state = begin(admin_client, org).partition("state=")[2].partition("&")[0]
    query = f"?state={state}&error=Odd_Error&error_description=call+0800"
    text = admin_client.get(CALLBACK + query, follow=True).content.decode()
    assert "(odd_error)" in text
    assert "0800" not in text


def test_another_organisation_is_refused_with_the_way_out(org: SalesforceOrg, admin_client: Client) -> None:
    SalesforceOrg.objects.update(organization_id="00D000000000001AAA")
    text = unescape(come_back(admin_client, org).content.decode())
    assert "leads to another Salesforce organisation than before" in text
    assert (row().organization_id, bool(row().refresh_token)) == ("00D000000000001AAA", False)


def test_the_way_back_is_https_where_only_https_is(org: SalesforceOrg, admin_client: Client, settings: Any) -> None:
    settings.HTTPS_ONLY = True
    assert "redirect_uri=https%3A%2F%2Ftestserver%2Fadmin%2F" in begin(admin_client, org)
    assert f"https://testserver{CALLBACK}" in admin_client.get(url_of(org)).content.decode()


def test_disconnecting_asks_first_and_tells_what_it_did(org: SalesforceOrg, admin_client: Client) -> None:
    come_back(admin_client, org)
    question = admin_client.get(url_of(org, page="disconnect")).content.decode()
    assert "Disconnect" in question
    assert row().refresh_token
    text = admin_client.post(url_of(org, page="disconnect"), follow=True).content.decode()
    assert "Disconnected. The access was given back; the links wait." in text
    assert (row().pause_code, row().state_reason, bool(row().refresh_token)) == (
        "disconnected", "disconnected: admin", False,
    )  # fmt: skip
    again = admin_client.post(url_of(org, page="disconnect"), follow=True).content.decode()
    assert "It was not connected. Its links wait." in again


def test_stored_credentials_connect_again_on_a_press(world: World, admin_client: Client) -> None:
    admin_client.post(url_of(world.org, page="check"))
    assert row().state == "connected"
    admin_client.post(url_of(world.org, page="disconnect"))
    assert (row().state, world.salesforce.org.accounts._sessions) == ("reconnect_needed", {})
    page = admin_client.get(url_of(world.org)).content.decode()
    assert "The organisation was disconnected here, on purpose." in page
    assert "Reconnect and test" in page
    admin_client.post(url_of(world.org, page="check"))
    assert (row().state, row().pause_code, row().state_reason) == ("connected", "", "")


def test_disconnecting_says_when_salesforce_could_not_be_told(
    org: SalesforceOrg, admin_client: Client, world: World
) -> None:
    come_back(admin_client, org)
    world.salesforce.stop()
    text = admin_client.post(url_of(org, page="disconnect"), follow=True).content.decode()
    assert "Salesforce could not be told" in text
    assert not row().refresh_token


@pytest.mark.django_db
def test_a_new_organisation_leads_to_the_log_in(admin_client: Client) -> None:
    form = {**FORM, "auth": "web_server", "client_secret": "x"}
    page = admin_client.post(reverse("admin:connector_salesforceorg_add"), form, follow=True)
    assert page.redirect_chain[-1] == (url_of(row()), 302)
    text = page.content.decode()
    assert "One step is left: log in with Salesforce" in text
    assert "Log in with Salesforce</button>" in text
    assert "Not connected yet" in text
    assert "Acme is not connected yet." in admin_client.get("/admin/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "is_kept"), [({"client_secret": "newer"}, True), ({"client_id": "other"}, False), ({}, True)]
)
def test_another_app_needs_another_log_in(admin_client: Client, changed: dict[str, str], is_kept: bool) -> None:
    org = SalesforceOrgFactory.create(
        login_url=FORM["login_url"], client_id=FORM["client_id"], auth="web_server", refresh_token="5Aep"
    )
    admin_client.post(url_of(org), {**FORM, "auth": "web_server", **changed})
    assert (bool(row().refresh_token), row().state == "connected") == (is_kept, is_kept)


@pytest.mark.django_db
def test_a_private_key_is_checked_kept_and_never_shown(admin_client: Client) -> None:
    form = {**FORM, "auth": "jwt_bearer", "username": "integration@acme.example"}
    add = reverse("admin:connector_salesforceorg_add")
    assert set(errors_of(admin_client.post(add, form))) == {"private_key"}
    wrong = errors_of(admin_client.post(add, {**form, "private_key": public_pem_of(make_key())}))
    assert "The certificate belongs in Salesforce" in wrong["private_key"][0]
    locked = admin_client.post(add, {**form, "private_key": pem_of(make_key(), password=b"x")})
    assert "protected by a passphrase" in errors_of(locked)["private_key"][0]
    assert "BEGIN ENCRYPTED" not in locked.content.decode()
    admin_client.post(add, {**form, "private_key": pem_of(make_key()).replace("\n", "\r\n")})
    assert row().private_key.reveal() == pem_of(make_key())
    page = admin_client.get(url_of(row())).content.decode()
    assert pem_of(make_key()).splitlines()[1] not in page
    admin_client.post(url_of(row()), {**form, "name": "Renamed"})
    assert (row().name, row().private_key.reveal()) == ("Renamed", pem_of(make_key()))


@pytest.mark.django_db
def test_client_credentials_are_not_asked_for_on_a_shared_host(admin_client: Client) -> None:
    form = {**FORM, "login_url": "https://login.salesforce.com", "client_secret": "x"}
    response = admin_client.post(reverse("admin:connector_salesforceorg_add"), form)
    assert set(errors_of(response)) == {"login_url"}
    assert "My Domain" in errors_of(response)["login_url"][0]
