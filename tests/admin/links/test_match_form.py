"""Further email fields and the key of a link are chosen among those that can serve (rule 2.9)."""

from typing import Any

import pytest
from django.test import Client

from connector.core.outcomes import EntryState
from connector.models import CampaignLink
from tests.admin.links.forms import change_form, url_of
from tests.factories import OutboxEntryFactory
from tests.world import World

WORK = {"name": "Work_Email__c", "type": "email", "label": "Work email", "length": 80}
EMAIL_ONLY = {"contact": ["Email"], "lead": ["Email"]}
FILLED: dict[str, Any] = {"key_contact": "", "key_lead": "", "key_source": "inwink.id"}


@pytest.fixture
def world_of_two(world: World) -> World:
    """Return a world whose Contacts have a second email field."""
    world.switch(custom_fields={"Contact": [WORK]})
    return world


def choices(client: Client, world: World, field: str) -> list[str]:
    """Return what a field of the form offers."""
    page = client.get(url_of(world.link))
    return [value for value, _label in page.context["adminform"].form.fields[field].choices]


def save(client: Client, world: World, **changed: Any) -> Any:
    """Change the form and send it."""
    return client.post(url_of(world.link), {**change_form(client, world.link), **FILLED, **changed})


def stored(world: World) -> tuple[Any, Any]:
    """Return what the link has now."""
    link = CampaignLink.objects.get(pk=world.link.pk)
    return link.match_emails, link.match_key


def test_only_fields_that_can_serve_are_offered(world_of_two: World, admin_client: Client) -> None:
    assert choices(admin_client, world_of_two, "also_contact") == ["Work_Email__c"]
    assert choices(admin_client, world_of_two, "key_contact") == ["", "Inwink_Id__c"]
    assert choices(admin_client, world_of_two, "key_lead") == ["", "Inwink_Id__c"]


def test_fields_are_stored_and_everybody_is_compared(world_of_two: World, admin_client: Client) -> None:
    world = world_of_two
    entry = OutboxEntryFactory.create(link=world.link, state=EntryState.SYNCED.value)

    save(admin_client, world, also_contact=["Work_Email__c"], key_lead="Inwink_Id__c", key_source="fields.badge")

    assert stored(world) == (
        {"contact": ["Email", "Work_Email__c"], "lead": ["Email"]},
        {"source": "fields.badge", "lead": "Inwink_Id__c"},
    )
    entry.refresh_from_db()
    assert entry.state == EntryState.PENDING.value
    save(admin_client, world)
    assert stored(world) == (EMAIL_ONLY, None)


def test_saving_keeps_order_and_spelling_of_the_file_and_what_is_gone(
    world_of_two: World, admin_client: Client
) -> None:
    world = world_of_two
    emails = {"contact": ["work_email__c", "Email"], "lead": ["Email", "Gone__c"]}
    key = {"source": "inwink.id", "contact": "inwink_id__C"}
    world.configure(match_emails={**emails, "lead": ["Email"]}, match_key=key)
    given = {"also_contact": ["Work_Email__c"], "key_contact": "Inwink_Id__c"}

    save(admin_client, world, **given)
    assert stored(world) == ({**emails, "lead": ["Email"]}, key)
    world.configure(match_emails=emails)
    answer = save(admin_client, world, **given, also_lead=["Gone__c"])

    assert "Lead has no field Gone__c" in answer.content.decode()
    assert stored(world) == (emails, key)


def test_a_source_that_tells_nobody_apart_is_refused(world: World, admin_client: Client) -> None:
    answer = save(admin_client, world, key_contact="Inwink_Id__c", key_source="company")

    assert "company does not tell people apart" in answer.content.decode()
    assert stored(world) == (EMAIL_ONLY, None)


def test_the_key_field_cannot_be_mapped_too(world: World, admin_client: Client) -> None:
    world.map("contact", "Inwink_Id__c", "inwink.id")

    answer = save(admin_client, world, key_contact="Inwink_Id__c")

    assert "is filled by the key of this link" in answer.content.decode()
    assert stored(world) == (EMAIL_ONLY, None)


def test_without_salesforce_what_is_stored_stays(world_of_two: World, admin_client: Client) -> None:
    world = world_of_two
    emails = {"contact": ["Email", "Work_Email__c"], "lead": ["Email"]}
    world.configure(match_emails=emails, match_key={"source": "inwink.id", "lead": "Inwink_Id__c"})
    world.fault({"status": 503, "body": "away"}, times=50)

    assert choices(admin_client, world, "also_contact") == ["Work_Email__c"]
    assert choices(admin_client, world, "key_lead") == ["", "Inwink_Id__c"]
