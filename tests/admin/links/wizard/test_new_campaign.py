"""A campaign is created on the way through the wizard, and chosen."""

from typing import Any

from django.test import Client

from connector.pipeline.audit import Wanted, read_changes
from tests.admin.links.wizard.journey import FILLED, open_page, say, send, url_of
from tests.world import World


def campaigns(world: World) -> list[Any]:
    """Return the names of all campaigns."""
    return [row["Name"] for row in world.rows("Campaign")]


def test_the_new_campaign_is_chosen_with_its_statuses(world: World, admin_client: Client) -> None:
    draft, url, model = open_page(admin_client, world)
    page = say(admin_client.post(url, model))
    assert "Registered" in page
    assert 'value="Forum RH"' in page
    assert admin_client.post(url, {**model, **FILLED}, follow=True).redirect_chain == [(url_of(draft, "labels"), 302)]
    assert campaigns(world) == ["Salon 2026", "Forum RH 2027"]
    made = world.rows("Campaign")[-1]["Id"]
    told = read_changes(Wanted(thing="salesforceorg"), count=1).changes[0]
    assert (told.who, told.key) == ("admin", str(world.org.pk))
    assert told.notes == (f"campaign created in Salesforce: Forum RH 2027 ({made})",)
    labels = admin_client.get(url_of(draft, "labels"))
    assert {"Registered", "Attended"} <= {fate.label for fate, _states in labels.context["fates"]}


def test_who_comes_back_without_a_new_campaign_has_made_no_mistake(world: World, admin_client: Client) -> None:
    draft, _url, _model = open_page(admin_client, world)
    page = admin_client.get(url_of(draft, "campaign"))
    assert "Something is missing" not in say(page)
    assert "Search and choose a campaign." not in say(page)
    answer = send(admin_client, draft, "campaign", org=world.org.pk)
    assert "Search and choose a campaign." in say(admin_client.get(answer.url)), "now Next was pressed"


def test_what_is_missing_or_wrong_is_said_and_nothing_made(world: World, admin_client: Client) -> None:
    _draft, url, model = open_page(admin_client, world)
    assert "The end lies before the start." in say(admin_client.post(url, {**model, **FILLED, "EndDate": "2027-01-19"}))
    assert "This field is required." in say(admin_client.post(url, {**model, **FILLED, "Name": ""}))
    assert "campaign of this name already" in say(admin_client.post(url, {**model, **FILLED, "Name": "Salon 2026"}))
    assert campaigns(world) == ["Salon 2026"]


def test_every_status_of_the_new_campaign_is_named_with_its_origin(world: World, admin_client: Client) -> None:
    draft, url, model = open_page(admin_client, world)
    page = say(admin_client.post(url, model))
    assert "two member statuses of its own: <strong>Sent, Responded</strong>" in page
    assert "From Salon 2026 it also gets: <strong>Registered, Attended, Declined, No show</strong>." in page
    admin_client.post(url, {**model, **FILLED})
    labels = admin_client.get(url_of(draft, "labels"))
    assert {fate.label for fate, _states in labels.context["fates"]} == {
        "Sent", "Responded", "Registered", "Attended", "Declined", "No show"}  # fmt: skip


def test_who_may_not_create_statuses_reads_which_ones_are_not_taken_over(world: World, admin_client: Client) -> None:
    world.switch(object_access={"CampaignMemberStatus": {"createable": False}})
    _draft, url, model = open_page(admin_client, world)
    page = say(admin_client.post(url, model))
    assert "<strong>Sent, Responded</strong>" in page
    assert "those of Salon 2026 (Registered, Attended" in page


def test_without_the_right_the_way_out_is_named(world: World, admin_client: Client) -> None:
    world.switch(marketing_user=False)
    _draft, url, model = open_page(admin_client, world)
    page = say(admin_client.post(url, model))
    assert "Marketing User" in page
    assert "Create it in Salesforce" not in page
    admin_client.post(url, {**model, **FILLED})
    assert campaigns(world) == ["Salon 2026"]


def test_looking_creates_nothing(world: World, admin_client: Client) -> None:
    _draft, url, model = open_page(admin_client, world)
    world.reset_calls()
    assert "Which campaign shall be the model?" in say(admin_client.get(url, {**model, **FILLED}))
    assert world.api_calls() == 0
    assert admin_client.post(url, model).status_code == 200
    assert campaigns(world) == ["Salon 2026"]
