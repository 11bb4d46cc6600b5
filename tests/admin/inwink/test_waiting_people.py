"""Who waits for an event that is not linked can be looked at, by whoever may see people."""

from html import unescape

import pytest
from django.test import Client

from connector.models import UnlinkedEvent
from tests.admin.conftest import SignIn
from tests.admin.test_pages import count_queries
from tests.factories import UnlinkedEventFactory, UnlinkedParticipantFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/connector/unlinkedevent/"
ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@acme.example"}


@pytest.fixture
def event() -> UnlinkedEvent:
    made = UnlinkedEventFactory.create(event_id="forum", event_name="Forum")
    UnlinkedParticipantFactory.create(
        event_id="forum", participant_key="p1", payload=ADA, participant_state="registered"
    )
    return made


def url_of(event: UnlinkedEvent) -> str:
    return f"{LIST}{event.pk}/waiting/"


def people(client: Client, url: str) -> list[tuple[str, str, str]]:
    rows = client.get(url).context["people"]
    return [(row["word"], row["name"], str(row["state"])) for row in rows]


def test_who_waits_is_named_and_every_number_leads_there(admin_client: Client, event: UnlinkedEvent) -> None:
    assert people(admin_client, url_of(event)) == [("ada@acme.example", "Ada Lovelace", "Registered")]
    for page in (LIST, "/admin/"):
        assert f'href="{url_of(event)}"' in admin_client.get(page).content.decode()
    assert "event=forum" in admin_client.get(url_of(event)).content.decode()


def test_who_may_not_see_people_sees_how_many_and_their_state(sign_in: SignIn, event: UnlinkedEvent) -> None:
    client = sign_in("view_unlinkedevent")
    assert people(client, url_of(event)) == [("p1", "(hidden)", "Registered")]
    page = unescape(client.get(url_of(event)).content.decode())
    assert "Lovelace" not in page
    assert "Link to a campaign…" not in page


def test_who_may_not_see_events_is_refused(sign_in: SignIn, event: UnlinkedEvent) -> None:
    assert sign_in("view_campaignlink").get(url_of(event)).status_code == 403


def test_hundreds_are_shown_a_page_at_a_time_for_the_same_queries(admin_client: Client, event: UnlinkedEvent) -> None:
    count_queries(admin_client, url_of(event))
    once = count_queries(admin_client, url_of(event))
    UnlinkedParticipantFactory.create_batch(60, event_id="forum")
    UnlinkedParticipantFactory.create(event_id="another")
    assert count_queries(admin_client, url_of(event)) == once
    assert len(people(admin_client, url_of(event))) == 50
    assert people(admin_client, f"{url_of(event)}?page=2")[-1][0] == "ada@acme.example"


def test_of_an_ignored_event_who_waits_is_shown_until_they_are_deleted(
    admin_client: Client, event: UnlinkedEvent
) -> None:
    UnlinkedEvent.objects.update(ignored_at=event.last_message_at)
    page = admin_client.get(url_of(event)).content.decode()
    assert "The event is ignored" in page
    assert "Heed again…" in page
