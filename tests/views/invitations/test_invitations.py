"""What an invited person sees, in a session of their own, beside the local Salesforce."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.utils import timezone

from connector.models import CampaignLink, Invitation, SalesforceOrg
from connector.models.fields import reveal_list
from connector.pipeline.invitations.issue import Issued, invite_integrator, invite_salesforce_admin
from connector.views.invitations.landing import WRONG_MAX
from tests.browserless import log_in
from tests.factories import WebhookSourceFactory
from tests.world import World

SALESFORCE, CHECK = "/invitation/salesforce/", "/invitation/check/"
CLOSED = "This link cannot be used"


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    cache.clear()


@pytest.fixture
def empty(world: World) -> World:
    """A Salesforce, and nothing here."""
    CampaignLink.objects.all().delete()
    SalesforceOrg.objects.all().delete()
    return world


def ask(org: SalesforceOrg | None = None) -> Issued:
    return invite_salesforce_admin(org=org, name=org.name if org else "Acme", by="olga", now=timezone.now())


def opened(issued: Issued) -> Client:
    """Return the browser of somebody who opened the link."""
    client = Client()
    answer = client.post("/invitation/", {"token": issued.token})
    assert answer.status_code == 302, "not opened"
    return client


def form_of(world: World, **changed: str) -> dict[str, str]:
    return {
        "auth": "client_credentials",
        "login_url": world.salesforce.url,
        "client_id": "simulator-client",
        "client_secret": "simulator-secret",
        **changed,
    }


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def row() -> SalesforceOrg:
    return SalesforceOrg.objects.get()


def test_credentials_that_sign_in_are_stored_and_the_check_is_shown(empty: World) -> None:
    client = opened(ask())
    assert "Connect Salesforce: Acme" in text_of(client.get(SALESFORCE))

    page = client.post(SALESFORCE, form_of(empty), follow=True)

    assert page.redirect_chain == [(CHECK, 302)]
    assert (page.context["bad_count"], "Signed in to organisation" in text_of(page)) == (0, True)
    assert (row().name, row().state, bool(row().access_token)) == ("Acme", "connected", True)
    assert row().client_secret.reveal() == "simulator-secret"
    used = Invitation.objects.get()
    assert (used.org, used.used_at is not None, used.attempt_count) == (row(), True, 2)
    assert SalesforceOrg.history.latest("pk").history_change_reason == f"invitation {used.pk} of olga"


def test_wrong_credentials_store_nothing_show_nothing_back_and_may_be_corrected(empty: World) -> None:
    client = opened(ask())

    page = client.post(SALESFORCE, form_of(empty, client_secret="not-the-secret"))

    assert "It did not work yet" in text_of(page)
    assert [line["kind"] for line in page.context["checks"]] == ["bad"]
    assert "not-the-secret" not in page.content.decode()
    assert empty.salesforce.url in page.content.decode()
    assert not SalesforceOrg.objects.exists()
    assert Invitation.objects.get().used_at is None
    client.post(SALESFORCE, form_of(empty))
    assert row().state == "connected"


MISTYPED = "http://127.0.0.1:1"


def test_a_mistyped_address_is_told_as_what_to_correct(empty: World) -> None:
    page = text_of(opened(ask()).post(SALESFORCE, form_of(empty, login_url=MISTYPED)))
    assert "No Salesforce answers at this address. (no_connection" in page
    assert "Compare the login URL with the one that Salesforce shows in Setup under My Domain" in page
    assert "by itself" not in page
    assert not SalesforceOrg.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"login_url": "https://evil.example"}, "login_url"),
        ({"client_secret": ""}, "client_secret"),
        ({"auth": "jwt_bearer", "username": "u", "private_key": "no key"}, "private_key"),
        ({"login_url": "https://login.salesforce.com"}, "login_url"),
    ],
)
def test_what_cannot_work_is_refused_at_its_field(empty: World, changed: dict[str, str], field: str) -> None:
    page = opened(ask()).post(SALESFORCE, form_of(empty, **changed))
    ways = [page.context["recommended"], *page.context["others"]]
    assert [set(way["form"].errors) for way in ways if way["is_used"]] == [{field}]
    assert Invitation.objects.get().attempt_count == 0


def test_a_used_link_is_closed_in_every_session_but_the_check_may_be_repeated(empty: World) -> None:
    issued = ask()
    client, other = opened(issued), opened(issued)
    client.post(SALESFORCE, form_of(empty))
    stored = row().client_secret

    for browser in (client, other):
        assert CLOSED in text_of(browser.post(SALESFORCE, form_of(empty, client_secret="x")))
    assert CLOSED in text_of(Client().post("/invitation/", {"token": issued.token}))
    assert row().client_secret == stored
    assert "All good" in text_of(client.post(CHECK))
    Invitation.objects.update(used_at=timezone.now() - timedelta(hours=2))
    assert CLOSED in text_of(client.post(CHECK))


def test_the_check_names_what_is_to_be_mended_in_french_too(empty: World) -> None:
    empty.switch(view_all=False)
    client = opened(ask())
    page = client.post(SALESFORCE, form_of(empty), follow=True, headers={"accept-language": "fr"})
    assert page.context["bad_count"] > 0
    assert "Étape suivante :" in text_of(page).replace("\u00a0", " ")
    assert "à corriger" in text_of(page)


def test_an_invitation_for_an_organisation_replaces_its_credentials(world: World) -> None:
    SalesforceOrg.objects.update(state="reconnect_needed", client_secret="", access_token="")
    opened(ask(world.org)).post(SALESFORCE, form_of(world))
    assert (row().pk, row().state, row().client_secret.reveal()) == (world.org.pk, "connected", "simulator-secret")


def test_credentials_of_another_salesforce_are_refused(world: World) -> None:
    SalesforceOrg.objects.update(organization_id="00D000000000001AAA")
    before = row().client_secret
    page = opened(ask(row())).post(SALESFORCE, form_of(world))
    assert "another Salesforce organisation" in text_of(page)
    assert (row().client_secret, row().organization_id) == (before, "00D000000000001AAA")
    assert Invitation.objects.get().used_at is None


def test_somebody_logs_in_with_salesforce_and_comes_back_by_the_one_callback(empty: World) -> None:
    client = opened(ask())
    page = client.post(SALESFORCE, form_of(empty, auth="web_server"))
    assert not SalesforceOrg.objects.exists()
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert "simulator-secret" not in kept
    [url] = re.findall(r'href="(http[^"]*authorize[^"]*)"', page.content.decode())
    back = log_in(unescape(url)).url.removeprefix("http://testserver")

    assert Client().get(back, follow=True).redirect_chain[-1][0].startswith("/admin/login/")
    page = client.get(back, follow=True)

    assert page.redirect_chain[-1] == (CHECK, 302)
    assert (row().auth, row().state, bool(row().refresh_token)) == ("web_server", "connected", True)
    assert CLOSED in text_of(client.get(back, follow=True)) or row().state == "connected"


def test_a_log_in_that_was_denied_leaves_the_invitation_open(empty: World) -> None:
    client = opened(ask())
    page = client.post(SALESFORCE, form_of(empty, auth="web_server"))
    [url] = re.findall(r'href="(http[^"]*authorize[^"]*)"', page.content.decode())
    back = log_in(unescape(url), decision="deny").url.removeprefix("http://testserver")
    assert "was not finished" in text_of(client.get(back, follow=True))
    assert not SalesforceOrg.objects.exists()
    assert Invitation.objects.get().used_at is None


@pytest.mark.django_db
def test_every_way_of_being_wrong_gives_the_same_page(client: Client) -> None:
    issued = ask()
    used = ask()
    Invitation.objects.filter(pk=used.invitation.pk).update(used_at=timezone.now())
    pages = [
        Client().post("/invitation/", {"token": token}, headers={"accept-language": "en"})
        for token in ("", "wrong", used.token, issued.token + "x")
    ]
    pages += [Client().get(path) for path in (SALESFORCE, CHECK, "/invitation/webhook/", "/invitation/back/?state=x")]
    pages.append(Client().put("/invitation/"))
    bodies = {
        re.sub(r'(csrfmiddlewaretoken|name="next") ?[^>]*value="[^"]*"', "", one.content.decode()) for one in pages
    }
    assert (len(bodies), {one.status_code for one in pages}) == (1, {404})
    assert CLOSED in text_of(pages[0])


@pytest.mark.django_db
def test_whoever_tries_too_many_wrong_links_waits_even_with_a_right_one() -> None:
    issued = ask()
    for _ in range(WRONG_MAX):
        Client().post("/invitation/", {"token": "wrong"})
    assert Client().post("/invitation/", {"token": issued.token}).status_code == 404
    assert Client().post("/invitation/", {"token": issued.token}, REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db
def test_behind_a_proxy_only_whoever_tried_waits(settings: Any) -> None:
    settings.PROXY_COUNT = 1
    issued = ask()
    for number in range(WRONG_MAX):  # what the caller writes into the header itself does not help
        said = f"198.51.100.{number}, 192.0.2.66"
        Client().post("/invitation/", {"token": "wrong"}, headers={"X-Forwarded-For": said})
    right = {"token": issued.token}
    assert Client().post("/invitation/", right, headers={"X-Forwarded-For": "192.0.2.66"}).status_code == 404
    assert Client().post("/invitation/", right, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 302


@pytest.mark.django_db
def test_a_count_that_runs_out_while_a_wrong_link_is_looked_up_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    count = LocMemCache.incr

    def too_late(self: LocMemCache, key: str) -> int:
        cache.delete(key)
        return count(self, key)

    monkeypatch.setattr(LocMemCache, "incr", too_late)
    assert Client().post("/invitation/", {"token": "wrong"}).status_code == 404


@pytest.mark.django_db
def test_a_whole_link_may_be_pasted_and_the_token_is_in_no_address(caplog: Any) -> None:
    caplog.set_level("DEBUG")
    issued = ask()
    answer = Client().post("/invitation/", {"token": f" https://connector.example/invitation/#{issued.token} "})
    assert (answer.status_code, answer["Location"]) == (302, SALESFORCE)
    assert issued.token not in caplog.text


@pytest.mark.django_db
def test_taking_the_link_back_ends_the_sessions_that_opened_it() -> None:
    client = opened(ask())
    assert client.get(SALESFORCE).status_code == 200
    Invitation.objects.update(revoked_at=timezone.now(), revoked_by="olga")
    assert client.get(SALESFORCE).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/invitation/", SALESFORCE, "/invitation/webhook/"])
def test_the_pages_are_strict_and_kept_nowhere(path: str) -> None:
    client = opened(ask()) if path == SALESFORCE else Client()
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert re.findall(r"<script(?! src)|style=|onclick", answer.content.decode()) == []


@pytest.mark.django_db
def test_forms_are_guarded_against_forged_requests() -> None:
    issued = ask()
    assert Client(enforce_csrf_checks=True).post("/invitation/", {"token": issued.token}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("proof", ["signature", "token"])
def test_an_integrator_takes_the_secret_once(proof: str) -> None:
    source = WebhookSourceFactory.create(signing_secrets="")
    client = opened(invite_integrator(source, by="olga", now=timezone.now()))
    page = client.get("/invitation/webhook/")
    assert f"http://testserver/webhooks/inwink/{source.pk}/" in text_of(page)
    source.refresh_from_db()
    assert (bool(source.signing_secrets), source.bearer_token_hashes) == (False, []), "looking made a secret"

    shown = client.post("/invitation/webhook/", {"proof": proof})

    secret = shown.context["secret"]
    assert secret in text_of(shown)
    source.refresh_from_db()
    assert (reveal_list(source.signing_secrets) == [secret]) == (proof == "signature")
    assert client.post("/invitation/webhook/", {"proof": proof}).status_code == 404
    assert "no-store" in shown["Cache-Control"]


@pytest.mark.django_db
def test_an_invitation_opens_one_page_only() -> None:
    source = WebhookSourceFactory.create()
    assert opened(ask()).post("/invitation/webhook/", {"proof": "token"}).status_code == 404
    assert opened(invite_integrator(source, by="o", now=timezone.now())).get(SALESFORCE).status_code == 404


@pytest.mark.django_db
def test_an_organisation_that_was_made_meanwhile_is_left_alone() -> None:
    client = opened(ask())
    SalesforceOrg.objects.create(name="Acme", login_url="https://acme.my.salesforce.com", client_id="theirs")
    assert client.get(SALESFORCE).status_code == 200
    assert row().client_id == "theirs"


@pytest.mark.django_db
def test_an_integrator_reads_why_no_secret_can_be_made_and_keeps_the_link(settings: Any) -> None:
    issued = invite_integrator(WebhookSourceFactory.create(), by="olga", now=timezone.now())
    client = opened(issued)
    settings.FIELD_ENCRYPTION_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0="]
    answer = client.post("/invitation/webhook/", {"proof": "signature"})
    assert (answer.status_code, "Ask olga to replace them" in text_of(answer)) == (200, True)
    assert Invitation.objects.get().used_at is None
