"""An empty list says what will stand there and the next step; one that is narrowed to nothing, how to get out."""

from html import unescape

import pytest
from django.contrib import admin
from django.test import Client

from connector.admin.frame.empty import EmptyList
from connector.admin.frame.hidden_search import HiddenSearch
from tests.admin.conftest import SignIn
from tests.factories import CampaignLinkFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db

OURS = {
    model._meta.model_name or "": one
    for model, one in admin.site._registry.items()
    if model._meta.app_label == "connector" and isinstance(one, HiddenSearch)
}
LISTS = sorted(OURS)
SEARCHABLE = sorted(name for name, one in OURS.items() if one.search_fields)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_of_ours_says_what_will_stand_there(admin_client: Client, name: str) -> None:
    answer = admin_client.get(f"/admin/connector/{name}/")
    shown = answer.context["cl"].empty
    assert shown.text != str(EmptyList().text)
    assert shown.text in unescape(answer.content.decode())
    assert "yielded" not in answer.content.decode()
    assert admin_client.get(shown.url).status_code == 200


@pytest.mark.parametrize("name", SEARCHABLE)
def test_a_search_that_finds_nothing_leads_out(admin_client: Client, name: str) -> None:
    answer = admin_client.post(f"/admin/connector/{name}/", {"q": "nobody-at-all"}, follow=True)
    shown = answer.context["cl"].empty
    assert "matches" in shown.text
    assert (shown.action, shown.url) == ("Remove filters and search", "?")


def test_whoever_finds_nobody_reads_how_people_are_found(admin_client: Client) -> None:
    OutboxEntryFactory.create(email_key="ada@acme.example")
    page = admin_client.post("/admin/connector/outboxentry/", {"q": "Babbage"}, follow=True).content.decode()
    assert "No participant matches. The search takes: name, whole email, inwink id or Salesforce id." in page
    page = admin_client.post("/admin/connector/syncattempt/", {"q": "Babbage"}, follow=True).content.decode()
    assert "It takes no names: those are found under Participants." in page
    filtered = admin_client.get("/admin/connector/outboxentry/?error_code=none-such").context["cl"].empty
    assert filtered.text == "No participant matches."


def test_a_filter_that_leaves_nothing_is_named_as_the_reason(admin_client: Client) -> None:
    CampaignLinkFactory.create()
    page = admin_client.get("/admin/connector/campaignlink/?state__exact=closed")
    assert page.context["cl"].empty.text == "No link matches."
    assert "Remove filters and search" in page.content.decode()
    ordered = admin_client.get("/admin/connector/linktemplate/?o=1").context["cl"].empty
    assert "Save as template" in ordered.text


def test_nobody_is_offered_what_they_may_not_do(sign_in: SignIn) -> None:
    shown = sign_in("view_campaignlink").get("/admin/connector/campaignlink/").context["cl"].empty
    assert (shown.action, shown.url) == ("", "")


@pytest.mark.parametrize(
    ("language", "name", "count", "words"),
    [
        ("en", "outboxentry", 0, "0 participants"),
        ("en", "outboxentry", 1, "1 participant"),
        ("fr", "outboxentry", 0, "0 participant"),
        ("fr", "outboxentry", 1, "1 participant"),
        ("fr", "outboxentry", 2, "2 participants"),
        ("en", "syncattempt", 0, "0 attempts"),
        ("fr", "syncattempt", 0, "0 tentative"),
    ],
)
def test_the_foot_of_a_list_counts_as_its_language_does(
    admin_client: Client, language: str, name: str, count: int, words: str
) -> None:
    OutboxEntryFactory.create_batch(count)
    page = admin_client.get(f"/admin/connector/{name}/", headers={"accept-language": language}).content.decode()
    assert f'<div class="py-4">{words}</div>' in page
