"""One person's data in the admin: found, handed out and erased, without the email in any address or history."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from connector.models import ErasedPerson, OutboxEntry, SyncAttempt, WebhookMessage
from tests.admin.conftest import SignIn
from tests.admin.roles.ground import EMAIL, plant

pytestmark = pytest.mark.django_db

PAGE = "/admin/connector/erasedperson/person/"


def text_of(client: Client, **posted: str) -> str:
    """Return what the page says to a post."""
    return client.post(PAGE, posted, follow=True).content.decode()


def test_what_is_held_is_counted_by_kind(admin_client: Client) -> None:
    plant()
    page = text_of(admin_client, email=f" {EMAIL.upper()} ")
    assert f"Held about {EMAIL}" in page
    assert page.count(f">{OutboxEntry.objects.count()}</td>") >= 2


def test_nothing_is_looked_for_in_an_address(admin_client: Client) -> None:
    plant()
    assert EMAIL not in admin_client.get(PAGE, {"email": EMAIL}).content.decode()


def test_it_is_handed_out_as_the_command_does_and_noted_without_the_email(admin_client: Client) -> None:
    plant()
    before = LogEntry.objects.count()
    answer = admin_client.post(PAGE, {"email": EMAIL, "step": "download"})
    assert answer["Content-Type"] == "application/json"
    assert EMAIL not in answer["Content-Disposition"]
    assert len(json.loads(answer.content)["participants"]) == OutboxEntry.objects.count()
    assert LogEntry.objects.count() == before + 1
    assert EMAIL not in str(vars(LogEntry.objects.latest("pk")))


def test_erasing_asks_for_the_email_again(admin_client: Client) -> None:
    plant()
    assert "Nothing was erased" in text_of(admin_client, email=EMAIL, step="erase", typed="yes")
    assert OutboxEntry.objects.exists()
    assert not ErasedPerson.objects.filter(erased_by="admin").exists()


def test_a_person_is_erased_counted_and_noted(admin_client: Client) -> None:
    plant()
    count = OutboxEntry.objects.count() + 1  # one waits for an event that is not linked
    page = text_of(admin_client, email=EMAIL, step="erase", typed=EMAIL)
    assert f"participants: {count}" in page
    assert (OutboxEntry.objects.count(), SyncAttempt.objects.count()) == (0, 0)
    assert not WebhookMessage.objects.filter(body__icontains=EMAIL).exists()
    noted = LogEntry.objects.latest("pk")
    assert ErasedPerson.objects.filter(pk=noted.object_id, erased_by="admin").exists()
    assert EMAIL not in str(vars(noted))
    assert "participants: 0" in text_of(admin_client, email=EMAIL, step="erase", typed=EMAIL)


@pytest.mark.parametrize(("may", "step"), [("export_person", "erase"), ("erase_person", "download")])
def test_each_step_has_its_own_permission(sign_in: SignIn, may: str, step: str) -> None:
    client = sign_in(may)
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, {"email": EMAIL, "step": step, "typed": EMAIL}).status_code == 403


def test_nobody_else_gets_in(sign_in: SignIn) -> None:
    assert sign_in("view_outboxentry", "see_people", "view_erasedperson").get(PAGE).status_code == 403


def test_what_is_no_email_is_said(admin_client: Client) -> None:
    assert "This is no email address." in text_of(admin_client, email="ada")
