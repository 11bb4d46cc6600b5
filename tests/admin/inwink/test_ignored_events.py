"""An event that nobody wants to link is ignored on purpose, and heeded again (rule 6.9)."""

import pytest
from django.test import Client
from django.urls import reverse

from connector.models import UnlinkedEvent
from tests.admin.conftest import SignIn
from tests.factories import UnlinkedEventFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/connector/unlinkedevent/"


def url_of(event: UnlinkedEvent) -> str:
    return reverse("admin:connector_unlinkedevent_ignore", args=[event.pk])


def test_it_is_asked_first_and_can_be_taken_back(admin_client: Client) -> None:
    event = UnlinkedEventFactory.create(event_name="Salon of a test")
    page = admin_client.get(url_of(event)).content.decode()
    assert "deleted 400 days after its last message" in page
    assert UnlinkedEvent.objects.filter(ignored_at=None).exists(), "nothing happens on a GET"

    admin_client.post(url_of(event))
    assert not UnlinkedEvent.objects.filter(ignored_at=None).exists()
    assert "Salon of a test" not in admin_client.get("/admin/").content.decode()
    assert "Heed again…" in admin_client.get(LIST).content.decode()

    admin_client.post(url_of(event))
    assert UnlinkedEvent.objects.filter(ignored_at=None).exists()


def test_only_who_may_link_events_may_ignore_them(sign_in: SignIn) -> None:
    event = UnlinkedEventFactory.create()
    client = sign_in("view_unlinkedevent")
    assert client.post(url_of(event)).status_code == 403
    assert UnlinkedEvent.objects.filter(ignored_at=None).exists()
