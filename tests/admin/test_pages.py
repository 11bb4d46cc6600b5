"""Every page opens, in both languages, and no list asks more questions of the database for more rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connector.core.outcomes import EntryState
from tests.factories import (
    CampaignLinkFactory,
    ErasedPersonFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)
from tests.house import NO_PAGES, House, is_page
from tests.world import World

pytestmark = pytest.mark.django_db


def make_attempt() -> None:
    """Make a participant with an attempt in a run of an event."""
    entry = OutboxEntryFactory.create(state=EntryState.SYNCED)
    SyncAttemptFactory.create(entry=entry, run=SyncRunFactory.create(link=entry.link))


def make_unlinked() -> None:
    """Make an event that waits, with two people."""
    event = UnlinkedEventFactory.create()
    UnlinkedParticipantFactory.create_batch(2, event_id=event.event_id)


MAKERS: dict[str, Callable[[], object]] = {
    "erasedperson": ErasedPersonFactory.create,
    "salesforceorg": SalesforceOrgFactory.create,
    "webhooksource": WebhookSourceFactory.create,
    "campaignlink": CampaignLinkFactory.create,
    "outboxentry": lambda: OutboxEntryFactory.create(state=EntryState.FAILED),
    "syncattempt": make_attempt,
    "syncrun": SyncRunFactory.create,
    "webhookmessage": WebhookMessageFactory.create,
    "unlinkedevent": make_unlinked,
}


def count_queries(client: Client, url: str) -> int:
    """Open a page and return how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


QUERIES = 30
"""More than any page needs; most take about ten."""


@pytest.mark.slow
def test_no_page_asks_more_for_thirty_rows_than_for_three(world: World, admin_client: Client) -> None:
    house = House(world, admin_client)
    house.furnish(3)
    house.use()
    paths = [path for name, path in house.addresses().items() if is_page(name)] + house.variants()
    for path in paths:
        admin_client.get(path)  # whatever is cached for the process
    few = {path: count_queries(admin_client, path) for path in paths}
    house.furnish(27)
    many = {path: count_queries(admin_client, path) for path in paths}
    assert {path: (few[path], count) for path, count in many.items() if count > few[path]} == {}
    assert {path: count for path, count in many.items() if count > QUERIES} == {}


@pytest.mark.parametrize("model", ["outboxentry", "syncattempt", "syncrun", "webhookmessage", "unlinkedevent"])
def test_what_the_connector_writes_cannot_be_added_or_deleted_by_hand(admin_client: Client, model: str) -> None:
    MAKERS[model]()
    assert admin_client.get(f"/admin/connector/{model}/add/").status_code == 403
    assert b"delete_selected" not in admin_client.get(f"/admin/connector/{model}/").content


@pytest.mark.parametrize("model", ["success", "failure", "ormq", "schedule"])
def test_tables_of_the_task_queue_are_there_to_look_at(admin_client: Client, model: str) -> None:
    assert admin_client.get(f"/admin/django_q/{model}/").status_code == 200
    assert admin_client.get(f"/admin/django_q/{model}/add/").status_code == 403


@pytest.mark.parametrize(("language", "words"), [("en", "Sync log"), ("fr", "Journal de synchro")])
def test_pages_speak_the_language_of_whoever_looks(admin_client: Client, language: str, words: str) -> None:
    page = admin_client.get("/admin/connector/outboxentry/", headers={"accept-language": language})
    assert words in page.content.decode()


def test_who_may_not_look_sees_nothing(sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    make_attempt()
    for model in MAKERS:
        assert client.get(f"/admin/connector/{model}/").status_code == 403
    assert "Salon" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        *(f"{model}/abc/change" for model in ("outboxentry", "syncattempt", "syncrun", "webhookmessage")),
        *(f"outboxentry/abc/{name}" for name in ("resync", "correct", "answer", "take-back")),
        *(f"campaignlink/abc/{name}" for name in ("resync", "state", "delete")),
        "salesforceorg/abc/check",
        *(f"webhooksource/abc/{name}" for name in ("new-secret", "new-token", "revoke", "delete")),
    ],
)
def test_an_address_that_names_no_row_is_not_found(admin_client: Client, page: str) -> None:
    assert admin_client.post(f"/admin/connector/{page}/").status_code == 404


def test_the_page_of_a_link_that_is_none_leads_back_as_everywhere_in_the_admin(admin_client: Client) -> None:
    assert admin_client.get("/admin/connector/campaignlink/abc/change/").status_code == 302


def test_a_message_that_was_refused_for_its_nesting_can_be_looked_at(admin_client: Client) -> None:
    message = WebhookMessageFactory.create(body="[" * 1000 + "]" * 1000, status="rejected", answer_status=400)

    page = admin_client.get(reverse("admin:connector_webhookmessage_change", args=[message.pk]))

    assert page.status_code == 200


def test_every_address_is_a_page_or_says_why_it_is_none(world: World, admin_client: Client) -> None:
    house = House(world, admin_client)
    house.furnish(1)
    house.use()
    addresses = house.addresses()
    assert NO_PAGES - addresses.keys() == set()
    answers = {name: admin_client.get(address).status_code for name, address in addresses.items() if is_page(name)}
    assert {name: status for name, status in answers.items() if status != 200} == {}
    assert [path for path in house.variants() if admin_client.get(path).status_code != 200] == []


@pytest.mark.parametrize(("page", "title"), [("problems", "Problems"), ("answers", "Needs an answer")])
def test_the_way_to_a_page_ends_with_its_own_title(admin_client: Client, page: str, title: str) -> None:
    text = admin_client.get(f"/admin/connector/outboxentry/{page}/").content.decode()
    heading = text[text.index("<h1") : text.index("</h1>")]
    assert title in heading[heading.index("Participants") :]


@pytest.mark.parametrize(
    ("language", "listed", "added"),
    [
        ("en", "Salesforce organisations", "Add: Salesforce organisation"),
        ("fr", "Organisations Salesforce", "Ajouter : "),
    ],
)
def test_a_list_is_called_by_what_is_in_it(admin_client: Client, language: str, listed: str, added: str) -> None:
    org = SalesforceOrgFactory.create()
    pages = [
        (reverse("admin:connector_salesforceorg_changelist"), f"<title> {listed} | "),
        (reverse("admin:connector_salesforceorg_add"), f"<title> {added}"),
        (reverse("admin:connector_salesforceorg_change", args=[org.pk]), f"<title> {org.name} | {listed} | "),
    ]
    for url, title in pages:
        page = admin_client.get(url, headers={"accept-language": language}).content.decode()
        assert title in " ".join(page.split())


def test_the_head_leads_to_the_list_and_not_to_the_application(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create()
    page = admin_client.get(reverse("admin:connector_salesforceorg_history", args=[org.pk])).content.decode()
    assert f'href="{reverse("admin:connector_salesforceorg_changelist")}">Salesforce organisations</a>' in page
    assert 'href="/admin/connector/"' not in page.partition("<h1")[2].partition("</h1>")[0]
