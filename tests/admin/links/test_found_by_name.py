"""The form of a link finds owners and accounts in Salesforce by name, by POST and only for who may set them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.models import CampaignLink
from tests.admin.links.forms import change_form, search, url_of
from tests.world import World


def add_accounts(world: World) -> list[str]:
    """Add two accounts of one name and another one."""
    return world.add(
        "Account",
        {"Name": "Nordwind AG", "BillingCity": "Kiel", "Website": "https://nordwind.example"},
        {"Name": "Nordwind AG", "BillingCity": "Lyon"},
        {"Name": "Sudwind"},
    )


def test_users_and_queues_are_offered_as_owners_of_leads_only_users_of_contacts(
    world: World, admin_client: Client
) -> None:
    [queue] = world.add("Group", {"Name": "Vente Salons", "Type": "Queue"})
    world.add("QueueSobject", {"QueueId": queue, "SobjectType": "Lead"})
    world.reset_calls()
    user, found_queue = search(admin_client, world, "vente", what="owners", create_as="lead")["found"]
    assert world.api_calls() == 1
    assert (user["name"], user["detail"].startswith("User · ")) == ("Sacha Vente", True)
    assert (found_queue["value"], found_queue["detail"].startswith("Queue · ")) == (queue, True)
    answer = search(admin_client, world, "vente", what="owners", create_as="contact")
    assert [found["value"] for found in answer["found"]] == [user["value"]]


def test_accounts_of_one_name_are_told_apart(world: World, admin_client: Client) -> None:
    kiel, lyon, _other = add_accounts(world)
    found = {one["value"]: one["detail"] for one in search(admin_client, world, "nordw", what="accounts")["found"]}
    assert found == {kiel: f"Kiel · https://nordwind.example · {kiel}", lyon: f"Lyon · {lyon}"}


def test_accounts_are_found_where_their_website_is_hidden(world: World, admin_client: Client) -> None:
    kiel, lyon, _other = add_accounts(world)
    world.switch(hidden_fields={"Account": ["Website"]})
    found = {one["value"]: one["detail"] for one in search(admin_client, world, "nordw", what="accounts")["found"]}
    assert found == {kiel: kiel, lyon: lyon}


def test_no_person_account_is_offered(world: World, admin_client: Client) -> None:
    world.switch(person_accounts=True)
    world.forget_describes()
    [company] = world.add("Account", {"Name": "Nordwind AG"})
    world.add("Account", {"FirstName": "Nora", "LastName": "Nordwind", "IsPersonAccount": True})
    answer = search(admin_client, world, "nordw", what="accounts")
    assert ([one["value"] for one in answer["found"]], answer["problem"]) == ([company], "")


@pytest.mark.parametrize("what", ["owners", "accounts"])
def test_nothing_typed_asks_nothing_and_an_outage_is_told(world: World, admin_client: Client, what: str) -> None:
    world.reset_calls()
    assert search(admin_client, world, "  ", what=what) == {"found": [], "problem": ""}
    assert world.api_calls() == 0
    world.org.login_url = "http://127.0.0.1:9"
    world.org.save()
    answer = search(admin_client, world, "nord", what=what)
    assert answer["found"] == []
    assert "Salesforce did not answer usefully." in answer["problem"]


def test_a_quote_in_a_name_is_a_letter(world: World, admin_client: Client) -> None:
    [odd] = world.add("Account", {"Name": "L'Atelier 100% \\ Co_"})
    for text in ("l'atelier", "100%", "co_", "\\"):
        assert [one["value"] for one in search(admin_client, world, text, what="accounts")["found"]] == [odd], text


@pytest.mark.parametrize("what", ["owners", "accounts", "campaigns", "labels"])
def test_only_who_may_set_up_links_asks_and_only_by_post(
    world: World, admin_client: Client, sign_in: Callable[..., Client], what: str
) -> None:
    url = reverse(f"admin:connector_campaignlink_{what}")
    world.reset_calls()
    query = {"org": str(world.org.pk), "q": "vente"}
    assert admin_client.get(url, query).status_code == 405
    assert sign_in("view_campaignlink").post(url, query).status_code == 403
    assert world.api_calls() == 0


@pytest.fixture
def filled(world: World, admin_client: Client) -> dict[str, Any]:
    """Return the settings of the link as its page has them."""
    return change_form(admin_client, world.link)


def test_who_was_chosen_is_named_in_a_form_that_comes_back(
    world: World, admin_client: Client, filled: dict[str, Any]
) -> None:
    [user] = search(admin_client, world, "vente", what="owners", create_as="lead")["found"]
    wrong = {**filled, "owner_choice": "id", "owner_id": user["value"], "status_registered": ""}
    page = admin_client.post(url_of(world.link), wrong)
    assert page.status_code == 200
    assert f"<strong data-picker-name>{user['name']}</strong>" in page.content.decode()
    assert CampaignLink.objects.get().new_owner == "integration_user"
