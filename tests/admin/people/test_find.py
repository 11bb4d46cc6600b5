"""A participant without an email is found in Salesforce by name, and the record is picked."""

from django.test import Client
from django.urls import reverse

from connector.models import OutboxEntry, SalesforceOrg
from tests.world import World

ADA = {"id": "p1", "firstName": "Ada", "lastName": "Lovelace", "company": "Analytical", "registered": True}


def test_the_name_of_inwink_is_searched_and_the_record_becomes_the_member(world: World, admin_client: Client) -> None:
    [contact] = world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@private.example"})
    world.send(ADA)
    entry = world.entry("p1")

    page = admin_client.post(reverse("admin:connector_outboxentry_find", args=[entry.pk])).content.decode()
    assert "Contact: Ada Lovelace" in page
    assert "ada@private.example" in page
    assert f'value="by_id:{contact}:Ada Lovelace"' in page
    url = reverse("admin:connector_outboxentry_answers") + "?question=no_email"
    form = {"entry": entry.pk, "question": "no_email", "asked": entry.generation,
            "answer": f"by_id:{contact}:Ada Lovelace"}  # fmt: skip
    assert "Your answer is kept" in admin_client.post(url, form, follow=True).content.decode()
    world.drain()

    assert world.members() == {"ada@private.example": "Registered"}
    assert OutboxEntry.objects.get().answers["no_email"]["person_id"] == contact
    given = admin_client.get(reverse("admin:connector_outboxentry_answers") + "?question=given").content.decode()
    assert f'Pick this record Contact: Ada Lovelace <span class="cx-subtle">{contact}</span>' in given


def test_another_name_is_searched_and_nobody_found_is_said(world: World, admin_client: Client) -> None:
    world.send(ADA)
    url = reverse("admin:connector_outboxentry_find", args=[world.entry("p1").pk])
    page = admin_client.post(url, {"name": "Nobody Atall"}).content.decode()
    assert 'method="get"' not in page.partition('id="find-heading"')[2], "a name in an address stands in logs"
    assert "Nobody found." in page
    assert "Create without an email" in page


def test_a_salesforce_that_is_away_is_explained(world: World, admin_client: Client) -> None:
    world.send(ADA)
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9", access_token="", token_issued_at=None)
    page = admin_client.post(reverse("admin:connector_outboxentry_find", args=[world.entry("p1").pk]))
    assert "Salesforce did not answer usefully." in page.content.decode()


def test_opening_the_address_spends_no_call(world: World, admin_client: Client) -> None:
    world.send(ADA)
    url = reverse("admin:connector_outboxentry_find", args=[world.entry("p1").pk])
    world.reset_calls()
    page = admin_client.get(url).content.decode()
    assert "Nobody was searched yet" in page
    assert 'value="Ada Lovelace"' in page
    assert world.api_calls() == 0
    admin_client.post(url)
    assert world.api_calls() == 1
