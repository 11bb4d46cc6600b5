"""A test message goes through the webhook and stops at the inbox; a pasted message is read and nothing is kept."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.core.trial import TRIAL_EVENT_ID
from connector.inwink.signature import digest_token
from connector.models import CampaignLink, OutboxEntry, UnlinkedEvent, UnlinkedParticipant, WebhookMessage
from tests.factories import CampaignLinkFactory, WebhookSourceFactory

pytestmark = pytest.mark.django_db


def url_of(source: Any, page: str) -> str:
    return reverse(f"admin:connector_webhooksource_{page}", args=[source.pk])


def tables() -> list[int]:
    """Count what a message could leave behind."""
    return [model.objects.count() for model in (OutboxEntry, UnlinkedEvent, UnlinkedParticipant, CampaignLink)]


def read(client: Client, source: Any, payload: str) -> Any:
    """Paste a message; return the page."""
    return client.post(url_of(source, "reading"), {"payload": payload})


def text_of(page: Any) -> str:
    return " ".join(unescape(page.content.decode()).split())


@pytest.mark.parametrize(
    "proof", [{}, {"signing_secrets": "", "bearer_token_hashes": [digest_token("known to nobody")]}]
)
def test_a_test_message_arrives_and_stops_at_the_inbox(admin_client: Client, proof: dict[str, Any]) -> None:
    source = WebhookSourceFactory.create(**proof)

    page = admin_client.post(url_of(source, "test_message"), follow=True)

    message = WebhookMessage.objects.get()
    assert page.redirect_chain == [(reverse("admin:connector_webhookmessage_change", args=[message.pk]), 302)]
    assert "arrived in the inbox and stopped there. Nothing was sent to Salesforce." in text_of(page)
    assert "This message only tried the way." in text_of(page)
    assert (message.status, message.answer_status, message.trial_count, message.accepted_count) == (
        "accepted",
        202,
        1,
        0,
    )
    assert message.answer["test"] == 1
    assert tables() == [0, 0, 0, 0]
    before = source.bearer_token_hashes
    source.refresh_from_db()
    assert (source.bearer_token_hashes, source.refused_count) == (before, 0)
    listed = admin_client.get(reverse("admin:connector_webhookmessage_changelist"))
    assert "Test message · 202" in text_of(listed)
    assert "1 test, nothing sent" in text_of(listed)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"signing_secrets": ""}, "this source has no secret"),
        ({"is_active": False}, "this source is switched off"),
    ],
)
def test_a_test_message_that_is_refused_says_why(admin_client: Client, columns: dict[str, Any], words: str) -> None:
    source = WebhookSourceFactory.create(**columns)

    page = admin_client.post(url_of(source, "test_message"), follow=True)

    assert page.redirect_chain == [(url_of(source, "change"), 302)]
    assert words in text_of(page)
    assert not WebhookMessage.objects.exists()


def test_only_who_may_change_a_source_sends_and_reads(sign_in: Callable[..., Client]) -> None:
    source = WebhookSourceFactory.create()
    client = sign_in("view_webhooksource")
    assert client.post(url_of(source, "test_message")).status_code == 403
    assert read(client, source, "{}").status_code == 403
    assert not WebhookMessage.objects.exists()


def test_looking_sends_nothing(admin_client: Client) -> None:
    assert admin_client.get(url_of(WebhookSourceFactory.create(), "test_message")).status_code == 302
    assert not WebhookMessage.objects.exists()


def test_the_example_can_be_read_as_it_stands(admin_client: Client) -> None:
    source = WebhookSourceFactory.create()
    payload = admin_client.get(url_of(source, "reading")).context["payload"]

    page = read(admin_client, source, payload)

    [row] = page.context["found"]["rows"]
    assert (row["name"], row["state"], row["lacks"]) == ("Ada Lovelace", "Registered", [])
    assert {one["key"] for one in row["readings"]} >= {"email", "firstName", "registered", "fields.dietary"}
    assert json.loads(payload)["participants"][0]["eventId"] == TRIAL_EVENT_ID
    assert "no-store" in page.headers["Cache-Control"]


def test_each_participant_is_shown_as_it_is_understood_and_nothing_is_kept(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(inwink_event_id="salon", campaign_name="Salon 2026")
    source = WebhookSourceFactory.create()
    payload = """[
      {"eventId": "salon", "participantId": 7, "Prénom": "Zoé", "nom": "Martin",
       "mail": "Zoe@Example.org", "status": "Est venue", "updatedAt": "2026-11-23T09:30:00Z", "track": "Data"},
      {"eventId": "other", "email": "no address"},
      {"eventId": "salon", "id": "x",
       "registered": "maybe", "firstName": "Ada", "came": true, "email": "x", "track": "Data",
       "updatedAt": "yesterday"},
      12
    ]"""
    before = tables()

    page = read(admin_client, source, payload)

    first, second, third, fourth = page.context["found"]["rows"]
    assert (first["line"], first["name"], first["state"], first["lacks"]) == (2, "Zoé Martin", "Attended", [])
    assert first["event_url"] == reverse("admin:connector_campaignlink_event", args=[link.pk])
    shown = {one["key"]: (one["name"], one["understood"]) for one in first["readings"]}
    assert shown["mail"] == ("Email", "Zoe@Example.org")
    assert shown["track"] == ("Custom field", "Data")
    assert (second["state"], "not linked yet" in second["event"]) == ("unknown", True)
    assert [one["is_grave"] for one in second["lacks"]] == [True, True, False, False, False]
    assert [(one["line"], one["key"]) for one in third["unread"]] == [(6, "registered"), (7, "updatedAt")]
    assert third["unread"][0]["text"] == '"maybe" is not a known registration value'
    assert "Registered: true, oui, yes, vrai, 1, Registered" in text_of(page)
    assert "The others of the message that can be read would be taken" in text_of(page)
    assert third["name"] == "Ada"
    assert [(one["key"], one["sent"], one["understood"]) for one in third["readings"]] == [
        ("eventId", "salon", "salon"),
        ("id", "x", "x"),
        ("firstName", "Ada", "Ada"),
        ("came", "true", "yes"),
        ("email", "x", "x"),
        ("track", "Data", "Data"),
    ]
    assert [one["is_grave"] for one in third["lacks"]] == [True]
    assert "What could be read" in text_of(page)
    assert (fourth["line"], fourth["unread"][0]["text"]) == (8, "a participant must be an object")
    assert page.context["found"]["rejected"] == 2
    assert tables() == before
    assert not WebhookMessage.objects.exists()


def test_where_nobody_can_be_read_no_others_are_promised(admin_client: Client) -> None:
    people = [{"eventId": "e", "id": str(number), "registered": "peut-être", "came": "?"} for number in range(2)]
    page = text_of(read(admin_client, WebhookSourceFactory.create(), json.dumps(people)))
    assert "2 would be rejected" in page
    assert "would be taken" not in page
    assert page.count("The answer to the sender names this one") == 2
    assert page.count("Refused: Refused, Refusé, Refusée") == 2
    assert page.count("did not come: false, non, no") == 2


def test_the_default_state_of_the_source_counts(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(default_state="registered")
    page = read(admin_client, source, '{"eventId": "e", "id": "1", "email": "a@example.org"}')
    assert page.context["found"]["rows"][0]["state"] == "Registered"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ('{"id": "1",\n  "email": }', "in line 2 at character 12"),
        ('"text"', "It must be an object, a list of objects"),
        ("[" * 70 + "]" * 70, "nested too deep"),
        ('{"id": NaN}', "not finite"),
        ("[" + ",".join(["1"] * 1001) + "]", "1,000 participants"),
    ],
)
def test_a_message_that_cannot_be_read_says_where_and_why(admin_client: Client, payload: str, words: str) -> None:
    page = read(admin_client, WebhookSourceFactory.create(), payload)
    assert words in page.context["found"]["malformed"]
    assert "answer 400" in text_of(page)


def test_what_is_unreadable_is_said_in_french(admin_client: Client) -> None:
    page = admin_client.post(
        url_of(WebhookSourceFactory.create(), "reading"),
        {"payload": '{"eventId": "e", "id": "1", "registered": "peut-être"}'},
        headers={"accept-language": "fr"},
    )
    assert "\"peut-être\" n'est pas une valeur d'inscription connue" in text_of(page).replace("’", "'")


def test_what_is_pasted_is_never_markup(admin_client: Client) -> None:
    page = read(admin_client, WebhookSourceFactory.create(), '{"eventId": "e", "id": "<b>1</b>", "x": "<script>"}')
    assert b"<script>&quot;" not in page.content
    assert b"<b>1</b>" not in page.content


def test_reading_many_participants_asks_as_much_as_reading_one(
    admin_client: Client, django_assert_num_queries: Any
) -> None:
    source = WebhookSourceFactory.create()
    people = [{"eventId": f"e{number}", "id": str(number)} for number in range(200)]
    read(admin_client, source, "[]")
    with django_assert_num_queries(6):
        read(admin_client, source, json.dumps(people[:1]))
    with django_assert_num_queries(6):
        page = read(admin_client, source, json.dumps(people))
    assert (page.context["found"]["count"], len(page.context["found"]["rows"])) == (200, 50)


@pytest.mark.parametrize(("indent", "shown"), [(None, False), (2, True)])
def test_lines_are_named_only_where_there_are_several(admin_client: Client, indent: int | None, *, shown: bool) -> None:
    source = WebhookSourceFactory.create()
    people = [{"id": "p1", "eventId": "e1", "email": "a@b.example", "registered": True}, {"id": "p2", "eventId": "e1"},
              {"id": "p3", "eventId": "e1", "registered": "perhaps"}]  # fmt: skip
    page = text_of(read(admin_client, source, json.dumps(people, indent=indent)))
    assert bool(re.search(r"\bline \d", page)) == shown
