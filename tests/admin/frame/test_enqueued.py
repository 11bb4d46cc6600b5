"""Whoever sends again where nothing is sent now reads that, and not that it is sent."""

from typing import Any

import pytest
from django.test import Client

from connector.admin.frame.enqueued import sent_words, waiting_words
from connector.core.outcomes import EntryState
from connector.models import CampaignLink, Errand
from connector.pipeline.errands.work import carry_out
from tests.factories import CampaignLinkFactory, ErrandFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db

CLOSED = "This link is closed: messages are kept, nothing is sent. It can be reopened."
LINK, ENTRY = "/admin/connector/campaignlink", "/admin/connector/outboxentry"


@pytest.fixture
def closed() -> CampaignLink:
    """A closed link with a participant who failed."""
    link = CampaignLinkFactory.create(state=CampaignLink.LinkState.CLOSED)
    OutboxEntryFactory.create(link=link, state=EntryState.FAILED, error_code="STRING_TOO_LONG")
    return link


def said(client: Client, url: str, **data: Any) -> str:
    """Post, and return the messages that follow."""
    return " ".join(str(message) for message in client.post(url, data, follow=True).context["messages"])


def test_a_large_number_is_written_as_everywhere_else() -> None:
    assert sent_words(12_000) == "12,000 participants are sent again."
    assert waiting_words(12_000) == "12,000 participants wait to be sent again."


def test_everybody_of_a_closed_event(closed: CampaignLink, admin_client: Client) -> None:
    url = f"{LINK}/{closed.pk}/resync/"
    assert CLOSED in admin_client.get(url).content.decode(), "said before"
    assert said(admin_client, url) == f"1 participant waits to be sent again. {CLOSED}"


def test_one_participant(closed: CampaignLink, admin_client: Client) -> None:
    url = f"{ENTRY}/{closed.entries.get().pk}"
    assert said(admin_client, f"{url}/resync/") == f"1 participant waits to be sent again. {CLOSED}"
    corrected = said(admin_client, f"{url}/correct/", reason="wrong")
    assert corrected == f"The status that inwink says now is kept, and sent later. {CLOSED}"


def test_those_with_one_cause(closed: CampaignLink, admin_client: Client) -> None:
    url = f"{ENTRY}/resend-group/?link={closed.pk}&state=failed&reason=exhausted&code=STRING_TOO_LONG"
    closed.entries.update(reason="exhausted")
    assert said(admin_client, url) == f"1 participant waits to be sent again. {CLOSED}"


@pytest.mark.parametrize(("others", "is_named"), [(1, True), (4, False)])
def test_a_selection_of_several_events(closed: CampaignLink, admin_client: Client, others: int, is_named: bool) -> None:
    active = OutboxEntryFactory.create(state=EntryState.FAILED)
    paused = [
        OutboxEntryFactory.create(state=EntryState.FAILED, link=CampaignLinkFactory.create(state="paused"))
        for _ in range(others)
    ]
    ids = [entry.pk for entry in (active, closed.entries.get(), *paused)]
    texts = said(admin_client, f"{ENTRY}/", action="resync_selected", _selected_action=ids, confirmed="1")
    assert texts.startswith("1 participant is sent again.")
    assert (f"{closed}: 1 participant waits to be sent again. {CLOSED}" in texts) is is_named
    assert ("5 participants wait to be sent again. Their links" in texts) is not is_named


def test_a_long_task_of_a_selection(closed: CampaignLink, admin_client: Client) -> None:
    paused = CampaignLinkFactory.create(state=CampaignLink.LinkState.PAUSED)
    entries = [OutboxEntryFactory.create(state=EntryState.FAILED, **at) for at in ({}, {"link": paused})]
    ids = [closed.entries.get().pk, *(entry.pk for entry in entries)]
    errand = ErrandFactory.create(kind=Errand.Kind.RESYNC, link=None, terms={"ids": ids})
    carry_out(errand.pk)
    page = admin_client.get(f"/admin/connector/errand/{errand.pk}/change/").content.decode()
    assert "1 participant is sent again." in page
    assert f"{closed}: 1 participant waits to be sent again. {CLOSED}" in page
    assert (
        f"{paused}: 1 participant waits to be sent again. This link was paused by a person: messages are kept" in page
    )
    assert "3 participants are sent again" not in page


def test_a_long_task(closed: CampaignLink, admin_client: Client) -> None:
    errand = ErrandFactory.create(kind=Errand.Kind.RESYNC, link=closed)
    carry_out(errand.pk)
    page = admin_client.get(f"/admin/connector/errand/{errand.pk}/change/").content.decode()
    assert f"1 participant waits to be sent again. {CLOSED}" in page


@pytest.mark.parametrize(("accepted", "is_said"), [(2, True), (0, False)])
def test_an_import_into_a_closed_event(
    closed: CampaignLink, admin_client: Client, *, accepted: int, is_said: bool
) -> None:
    result = {"rows": 2, "accepted": accepted, "unchanged": 2 - accepted}
    errand = ErrandFactory.create(kind=Errand.Kind.IMPORT, link=closed, state="done", result=result)
    page = admin_client.get(f"/admin/connector/errand/{errand.pk}/change/").content.decode()
    assert (CLOSED in page) is is_said
