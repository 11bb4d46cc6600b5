"""What somebody searches for in a list stands in no address that can be read."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from connector.admin.frame.hidden_search import conceal_term, reveal_term
from connector.core.outcomes import EntryState
from tests.factories import (
    OutboxEntryFactory,
    SalesforceOrgFactory,
    SyncAttemptFactory,
)
from tests.house import House
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = "/admin/connector/outboxentry/"
LOG = "/admin/connector/syncattempt/"
ADA = "ada@example.org"
NO_KEY = "bmV2ZXItdXNlZC1ieS1hbnl0aGluZy1pbi10ZXN0cyE="
OLD_KEY = "bm90LXNlY3JldC1mb3ItZGV2ZWxvcG1lbnQtb25seSE="


@pytest.fixture
def ada(db: None) -> None:
    """Ada, who was sent, and somebody else."""
    entry = OutboxEntryFactory.create(participant_key="ada", state=EntryState.SYNCED, email_key=ADA)
    SyncAttemptFactory.create(entry=entry, link=entry.link, email_key=ADA, participant_key="ada")
    OutboxEntryFactory.create(participant_key="ben", state=EntryState.FAILED)
    SyncAttemptFactory.create(participant_key="ben")


def typed(client: Client, text: str, *, at: str = LIST) -> str:
    """Type a text into the box of a list, and return where that leads."""
    answer = client.post(at, {"q": text})
    assert answer.status_code == 302
    return answer.headers["Location"]


def keys(client: Client, url: str) -> list[str]:
    """Return whom the list at an address shows."""
    return [row.participant_key for row in client.get(url).context["cl"].result_list]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("at", [LIST, LOG])
def test_a_search_leads_to_an_address_that_names_nobody(admin_client: Client, at: str) -> None:
    url = typed(admin_client, f" {ADA} ", at=at)
    assert not re.search("@|%40|example", url)
    assert keys(admin_client, url) == ["ada"]
    assert f'value="{ADA}"' in admin_client.get(url).content.decode()


@pytest.mark.usefixtures("ada")
def test_a_term_typed_into_the_address_is_hidden_at_once(admin_client: Client) -> None:
    answer = admin_client.get(LIST, {"q": ADA, "standing": "synced", "p": "3"})
    assert answer.status_code == 302
    kept = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (kept.pop("standing"), sorted(kept)) == (["synced"], ["q"])
    assert keys(admin_client, answer.headers["Location"]) == ["ada"]


@pytest.mark.usefixtures("ada")
def test_filters_stay_and_the_page_begins_anew(admin_client: Client) -> None:
    url = typed(admin_client, ADA, at=f"{LIST}?standing=failed&o=1&p=7")
    assert set(parse_qs(urlsplit(url).query)) == {"standing", "o", "q"}
    assert keys(admin_client, url) == []
    page = admin_client.get(url).content.decode()
    assert 'action="?o=1&amp;standing=failed"' in page


@pytest.mark.usefixtures("ada")
def test_an_empty_box_ends_the_search(admin_client: Client) -> None:
    searched = typed(admin_client, ADA, at=f"{LIST}?standing=synced")
    assert typed(admin_client, " ", at=searched) == f"{LIST}?standing=synced"
    assert typed(admin_client, "") == LIST


@pytest.mark.usefixtures("ada")
def test_what_a_searched_list_leads_to_names_nobody_either(admin_client: Client) -> None:
    """Filters, orders, pages, rows and the download."""
    url = typed(admin_client, ADA, at=LOG)
    page = admin_client.get(url).content.decode()
    assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', page) if re.search("@|%40|example", link)]
    [download] = re.findall(r'href="(/admin/connector/syncattempt/export/[^"]*)"', page)
    answer = admin_client.get(download.replace("&amp;", "&"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert ("ada" in text, "ben" in text) == (True, False)


@pytest.mark.usefixtures("ada")
def test_an_action_is_done_on_the_searched_list(admin_client: Client) -> None:
    url = typed(admin_client, ADA)
    chosen = {"action": "resync_selected", "select_across": "1", "index": "0", "_selected_action": "0"}
    assert "1 participant" in admin_client.post(url, chosen).content.decode()


def test_a_stored_secret_is_not_revealed_by_an_address(admin_client: Client) -> None:
    stored = SalesforceOrgFactory.create().client_secret.ciphertext
    answer = admin_client.get(LIST, {"q": stored}, follow=True)
    assert "client-secret" not in answer.content.decode()
    assert "can no longer be read: search again" in answer.content.decode()
    assert answer.redirect_chain == [(LIST, 302)]


def test_nor_the_search_of_another_list() -> None:
    term = conceal_term(ADA, of="connector.outboxentry")
    assert reveal_term(term, of="connector.campaignlink") is None
    assert reveal_term(term, of="connector.outboxentry") == ADA


def test_a_search_of_a_key_that_is_gone_says_so(admin_client: Client, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NO_KEY]
    bookmark = typed(admin_client, ADA)
    settings.FIELD_ENCRYPTION_KEYS = [OLD_KEY]
    assert "can no longer be read" in admin_client.get(bookmark, follow=True).content.decode()
    settings.FIELD_ENCRYPTION_KEYS = [OLD_KEY, NO_KEY]
    assert admin_client.get(bookmark).status_code == 200


@pytest.mark.usefixtures("ada")
def test_a_colleagues_link_does_not_show_whom_they_sought(admin_client: Client, sign_in: Callable[..., Client]) -> None:
    url = typed(admin_client, ADA)
    answer = sign_in("view_outboxentry").get(url)
    assert ADA not in answer.content.decode()
    assert list(answer.context["cl"].result_list) == []
    assert "Emails are hidden from you" in answer.content.decode()


def test_a_search_needs_the_token_of_the_form(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(LIST, {"q": ADA}).status_code == 403
    page = client.get(LIST).content.decode()
    form = page.partition('id="changelist-search"')[2].partition("</form>")[0]
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert client.post(LIST, {"q": ADA, "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        *(f"connector/{model}" for model in ("campaignlink", "webhookmessage", "unlinkedevent", "invitation",
                                             "linktemplate", "salesforceorg", "webhooksource")),
        "auth/user", "auth/group", "django_q/success", "django_q/failure",
    ],
)  # fmt: skip
def test_every_list_with_a_box_is_searched_alike(admin_client: Client, path: str) -> None:
    url = typed(admin_client, "grace hopper", at=f"/admin/{path}/")
    page = admin_client.get(url).content.decode()
    assert not re.search("grace|hopper", url)
    assert 'value="grace hopper"' in page


def test_a_term_is_cut_before_an_address_gets_too_long(admin_client: Client) -> None:
    assert len(typed(admin_client, "x" * 100_000)) < 1_000


@pytest.mark.slow
def test_no_address_that_we_write_names_anybody(world: World, admin_client: Client) -> None:
    house = House(world, admin_client)
    house.furnish(2)
    house.use()
    OutboxEntryFactory.create(link=world.link, participant_key=ADA, state=EntryState.FAILED, error_code="UNKNOWN")
    named: dict[str, str] = {}
    for path in [*house.pages(), *house.variants()]:
        page = admin_client.get(path).content.decode()
        for url in re.findall(r'(?:href|action|src|data-[\w-]*url)="([^"]*)"', page):
            if re.search("@|%40", url) and not url.startswith("mailto:"):
                named[url] = path
    assert named == {}
