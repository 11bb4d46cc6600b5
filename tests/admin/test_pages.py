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


@pytest.mark.parametrize("model", MAKERS)
def test_a_list_asks_as_much_for_one_row_as_for_ten(admin_client: Client, model: str) -> None:
    url = reverse(f"admin:connector_{model}_changelist")
    MAKERS[model]()
    count_queries(admin_client, url)  # whatever is cached for the process
    once = count_queries(admin_client, url)
    for _ in range(9):
        MAKERS[model]()
    assert count_queries(admin_client, url) == once
    assert once <= 12


def test_the_overview_asks_as_much_for_one_link_as_for_ten(admin_client: Client) -> None:
    for make in MAKERS.values():
        make()
    count_queries(admin_client, reverse("admin:index"))
    once = count_queries(admin_client, reverse("admin:index"))
    for make in MAKERS.values():
        for _ in range(5):
            make()
    assert count_queries(admin_client, reverse("admin:index")) == once


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


def test_pages_carry_no_script_or_style_of_our_own_inside(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(state=EntryState.FAILED)
    page = admin_client.get(reverse("admin:connector_outboxentry_change", args=[entry.pk])).content.decode()
    main = page[page.index('<div class="cx">') : page.index("</main>") if "</main>" in page else None]
    assert "style=" not in main.split("<script")[0]
    assert "onclick" not in page


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
