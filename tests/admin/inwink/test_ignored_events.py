"""An event that nobody wants to link is ignored on purpose, and heeded again (rule 6.9)."""

import pytest
from django.test import Client
from django.urls import reverse

from connector.models import UnlinkedEvent
from tests.admin.conftest import SignIn
from tests.factories import UnlinkedEventFactory, UnlinkedParticipantFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/connector/unlinkedevent/"


def url_of(event: UnlinkedEvent, *, view: str = "ignore") -> str:
    return reverse(f"admin:connector_unlinkedevent_{view}", args=[event.pk])


def test_it_is_asked_first_and_can_be_taken_back(admin_client: Client) -> None:
    event = UnlinkedEventFactory.create(event_name="Salon of a test")
    UnlinkedParticipantFactory.create_batch(2, event_id=event.event_id)
    page = admin_client.get(url_of(event)).content.decode()
    assert "deleted 400 days after its last message" in page
    assert "2 participants wait for it." in page
    assert UnlinkedEvent.objects.filter(ignored_at=None).exists(), "nothing happens on a GET"

    done = admin_client.post(url_of(event), follow=True).content.decode()
    assert not UnlinkedEvent.objects.filter(ignored_at=None).exists()
    assert "Its 2 participants are still kept for a while." in done
    assert f'href="{url_of(event, view="heed")}"' in done
    assert "Salon of a test" not in admin_client.get("/admin/").content.decode()
    assert "Heed again…" in admin_client.get(LIST).content.decode()

    assert admin_client.get(url_of(event, view="heed")).status_code == 200
    assert not UnlinkedEvent.objects.filter(ignored_at=None).exists()
    admin_client.post(url_of(event, view="heed"))
    assert UnlinkedEvent.objects.filter(ignored_at=None).exists()


def test_a_second_press_changes_nothing(admin_client: Client) -> None:
    event = UnlinkedEventFactory.create()
    admin_client.post(url_of(event))
    since = UnlinkedEvent.objects.get().ignored_at
    admin_client.post(url_of(event))
    assert UnlinkedEvent.objects.get().ignored_at == since
    admin_client.post(url_of(event, view="heed"))
    admin_client.post(url_of(event, view="heed"))
    assert UnlinkedEvent.objects.get().ignored_at is None


def test_whoever_came_from_the_overview_goes_back_there(admin_client: Client) -> None:
    event = UnlinkedEventFactory.create(event_name="Forum")
    [row] = admin_client.get("/admin/").context["unlinked"].rows
    assert row.ignore_url == f"{url_of(event)}?from=overview"
    response = admin_client.post(row.ignore_url, follow=True)
    assert response.redirect_chain == [("/admin/", 302)]
    assert response.context["unlinked"].rows == []
    assert "1 event is ignored on purpose" in response.content.decode()
    response = admin_client.post(f"{url_of(event, view='heed')}?from=overview", follow=True)
    assert response.redirect_chain == [("/admin/", 302)]
    assert [row.event for row in response.context["unlinked"].rows] == [event]


def test_the_name_of_an_event_is_escaped_in_the_message(admin_client: Client) -> None:
    event = UnlinkedEventFactory.create(event_name="<b>Forum</b>")
    text = admin_client.post(url_of(event), follow=True).content.decode()
    assert "&lt;b&gt;Forum&lt;/b&gt; is ignored." in text


@pytest.mark.parametrize("view", ["ignore", "heed"])
def test_only_who_may_link_events_may_ignore_them(sign_in: SignIn, view: str) -> None:
    event = UnlinkedEventFactory.create()
    client = sign_in("view_campaignlink", "view_unlinkedevent")
    assert client.post(url_of(event, view=view)).status_code == 403
    assert UnlinkedEvent.objects.filter(ignored_at=None).exists()
    assert "Ignore on purpose" not in client.get("/admin/").content.decode()
