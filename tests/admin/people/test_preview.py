"""The preview of one participant shows the record, every field before and after, and what stays; it writes nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.models import OutboxEntry, SalesforceOrg
from tests.admin.conftest import SignIn
from tests.world import World

CAMILLE = {"id": "p2", "email": "camille.martin@acme.example", "firstName": "Camille", "lastName": "Martin",
           "registered": True, "came": True, "position": "CFO"}  # fmt: skip


def preview_of(client: Client, world: World, key: str = "p2", *, language: str = "en") -> Any:
    """Return the preview of a participant."""
    url = reverse("admin:connector_outboxentry_preview", args=[world.entry(key).pk])
    return client.post(url, headers={"accept-language": language})


def test_opening_the_address_spends_no_call(world: World, admin_client: Client) -> None:
    world.receive(CAMILLE)
    url = reverse("admin:connector_outboxentry_preview", args=[world.entry("p2").pk])
    world.reset_calls()
    page = admin_client.get(url).content.decode()
    assert "Look in Salesforce now" in page
    assert "was read just now" not in page
    assert world.api_calls() == 0


def test_it_shows_the_record_the_status_and_what_stays(world: World, admin_client: Client) -> None:
    [contact] = world.people("camille.martin@acme.example")
    world.change("Contact", contact["Id"], Title="CEO")
    world.add(
        "CampaignMember", {"CampaignId": world.link.campaign_id, "ContactId": contact["Id"], "Status": "Registered"}
    )
    world.receive(CAMILLE)
    before = (world.control("state", method="GET"), list(OutboxEntry.objects.values()))

    response = preview_of(admin_client, world)

    page = response.content.decode()
    assert "In the campaign already, something changes" in page
    assert f'Contact Camille Martin <a href="{world.salesforce.url}/{contact["Id"]}"' in page
    assert response.context["status"] == {"before": "Registered", "after": "Attended", "is_same": ""}
    assert [(str(one["field"]), one["current"], one["wanted"]) for one in response.context["kept"]] == [
        ("Contact · Title", "CEO", "CFO")
    ]
    assert 'Contact · Title <code class="cx-subtle">Contact.Title</code>' in page
    assert "This link does not change people who are there already." in page
    assert "Nothing was written." in page
    assert f"with {response.context['api_calls']} API call" in page
    assert (world.control("state", method="GET"), list(OutboxEntry.objects.values())) == before


def test_fields_of_a_new_person_are_shown_before_and_after(world: World, admin_client: Client) -> None:
    world.receive({**CAMILLE, "email": "new@example.org"})
    response = preview_of(admin_client, world)
    shown = {change.field.path: (change.before, change.after) for change in response.context["changes"]}
    assert shown["Lead.LastName"] == ("–", "Martin")
    assert "New Lead, added to the campaign" in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "would be refused"), ("fr", "seraient refusées")])
def test_values_that_would_be_refused_are_named(world: World, admin_client: Client, language: str, words: str) -> None:
    world.configure(update_existing=True)
    world.receive({**CAMILLE, "position": "x" * 200})
    page = preview_of(admin_client, world, language=language).content.decode()
    assert words in page
    assert "200" in page


def test_a_salesforce_that_is_away_is_explained(world: World, admin_client: Client) -> None:
    world.receive(CAMILLE)
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9", instance_url="", access_token="")
    page = preview_of(admin_client, world).content.decode()
    assert "Salesforce did not answer usefully." in page


def test_who_may_not_see_participants_gets_no_preview(world: World, sign_in: SignIn) -> None:
    world.receive(CAMILLE)
    assert preview_of(sign_in("view_campaignlink"), world).status_code == 403
    assert world.api_calls() == 0
