"""A message's page says how each participant was read; one or several messages are replayed on a person's word."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connector.admin.inwink.event_filter import inbox_url
from connector.admin.inwink.replay import AT_ONCE
from connector.models import CampaignLink, Errand, OutboxEntry, WebhookMessage
from connector.pipeline.errands.work import carry_out
from connector.pipeline.inbox.receive import receive_message
from connector.pipeline.privacy.forget import forget_participant
from connector.pipeline.privacy.held import Sought
from tests.admin.conftest import SignIn
from tests.factories import NOW, CampaignLinkFactory, UnlinkedEventFactory, WebhookMessageFactory, WebhookSourceFactory

pytestmark = pytest.mark.django_db

INBOX = "/admin/connector/webhookmessage/"
MAY_REPLAY = ("view_webhookmessage", "resync_campaignlink")


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create(inwink_event_id="e1")


def said(key: str = "p1", **more: Any) -> dict[str, Any]:
    return {"id": key, "eventId": "e1", "email": f"{key}@example.org", "registered": True, **more}


def receive(*participants: Any, message_id: str = "m1") -> WebhookMessage:
    source = WebhookSourceFactory.create()
    body = json.dumps(list(participants)).encode()
    receive_message(source, message_id=message_id, body=body, received_at=NOW)
    return WebhookMessage.objects.get(source=source)


def page_of(client: Client, message: WebhookMessage, **asked: Any) -> Any:
    return client.get(reverse("admin:connector_webhookmessage_change", args=[message.pk]), asked)


def replay_url(message: WebhookMessage) -> str:
    return reverse("admin:connector_webhookmessage_replay", args=[message.pk])


def test_what_was_not_linked_when_it_arrived_is_said_of_that_time(admin_client: Client) -> None:
    message = receive(said(), said("p2"))
    CampaignLinkFactory.create(inwink_event_id="e1")
    for url in (INBOX, reverse("admin:connector_webhookmessage_change", args=[message.pk])):
        assert "2 not linked yet when they arrived" in admin_client.get(url).content.decode()
        french = admin_client.get(url, headers={"accept-language": "fr"}).content.decode()
        assert "2 pas encore liés à l’arrivée" in french


def test_each_participant_is_shown_with_what_became_of_it(admin_client: Client, link: CampaignLink) -> None:
    message = receive(said(), said("p2", email=""), said("odd", registered="perhaps"))
    answer = page_of(admin_client, message)
    rows = answer.context["rows"]
    assert [row["number"] for row in rows] == [3, 1, 2], "trouble first"
    text = answer.content.decode()
    for words in (
        "Could not be read",
        "perhaps",
        "correct that and replay",
        "No valid email",
        "Taken in for the first",
    ):
        assert words in text
    entry = OutboxEntry.objects.get(participant_key="p1")
    assert reverse("admin:connector_outboxentry_change", args=[entry.pk]) in text


def test_who_was_erased_is_a_gap(admin_client: Client, link: CampaignLink) -> None:
    message = receive(said(), said("p2"))
    forget_participant(Sought(email="p1@example.org"), by="olga")
    answer = page_of(admin_client, WebhookMessage.objects.get(pk=message.pk))
    assert answer.context["rows"][0] == {"number": 1, "is_erased": True}
    assert "p1@example.org" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'[{"id": "p1",', "This is no JSON: it stops making sense in line 1"),
        (b"{broken" + b" " * 3000, "line 1"),
        (b'"text"', "It must be an object"),
        (b"[]", "No participant is in this message"),
    ],
)
def test_a_message_that_cannot_be_read_says_why(admin_client: Client, body: bytes, words: str) -> None:
    source = WebhookSourceFactory.create()
    receive_message(source, message_id="m", body=body, received_at=NOW)
    text = page_of(admin_client, WebhookMessage.objects.get()).content.decode()
    assert words in text
    assert replay_url(WebhookMessage.objects.get()) not in text or body == b"[]"


def test_a_message_from_before_rows_were_kept_is_shown_too(admin_client: Client) -> None:
    text = page_of(admin_client, WebhookMessageFactory.create()).content.decode()
    assert "ada@example.org" in text


def test_long_messages_have_pages_and_a_constant_number_of_queries(
    admin_client: Client, link: CampaignLink, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for size in (2, 120):
        people = (said(f"{size}-{number}") for number in range(size))
        message = receive(*people, message_id=f"m{size}")
        page_of(admin_client, message)
        with django_assert_max_num_queries(20) as queries:
            answer = page_of(admin_client, message)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [row["number"] for row in answer.context["rows"]] == list(range(1, 51))
    assert len(page_of(admin_client, message, page=3).context["rows"]) == 20


def test_a_message_is_replayed_after_a_question(sign_in: SignIn, link: CampaignLink) -> None:
    message = receive(said())
    client = sign_in(*MAY_REPLAY, "see_people")
    assert replay_url(message) in page_of(client, message).content.decode()
    question = client.get(replay_url(message)).content.decode()
    assert "Replay 1 message?" in question
    assert WebhookMessage.objects.count() == 1, "asked first"

    answer = client.post(replay_url(message), follow=True)

    text = answer.content.decode()
    assert "1 message was read again. Participants: 1 unchanged." in text
    assert "This is a replay, asked for by olga" in text
    assert page_of(client, message).content.decode().count("asked for by olga") == 1


def test_who_may_not_resync_may_not_replay(sign_in: SignIn, link: CampaignLink) -> None:
    message = receive(said())
    client = sign_in("view_webhookmessage", "see_people")
    assert replay_url(message) not in page_of(client, message).content.decode()
    assert client.post(replay_url(message)).status_code == 403
    client.post(INBOX, {"action": "replay_selected", "_selected_action": [message.pk], "confirmed": "1"})
    assert WebhookMessage.objects.count() == 1


def test_several_are_replayed_after_a_question_with_counts(sign_in: SignIn, link: CampaignLink) -> None:
    whole = [receive(said(f"p{number}")) for number in range(2)]
    receive_message(WebhookSourceFactory.create(), message_id="b", body=b"{broken", received_at=NOW)
    client = sign_in(*MAY_REPLAY, "see_people")
    ids = list(WebhookMessage.objects.values_list("pk", flat=True))
    data: dict[str, Any] = {"action": "replay_selected", "_selected_action": ids}

    question = client.post(INBOX, data).content.decode()
    assert "Replay 2 messages?" in question
    assert "1 other is passed over" in question
    answer = client.post(INBOX, {**data, "confirmed": "1"}, follow=True)

    assert "2 messages were read again. Participants: 2 unchanged." in answer.content.decode()
    assert WebhookMessage.objects.filter(replay_of__in=whole).count() == 2


def test_very_many_are_left_to_the_workers(sign_in: SignIn, link: CampaignLink) -> None:
    source = WebhookSourceFactory.create()
    for number in range(AT_ONCE + 1):
        body = json.dumps(said(company=f"Acme {number}")).encode()
        receive_message(source, message_id=str(number), body=body, received_at=NOW + timedelta(seconds=number))
    ids = list(WebhookMessage.objects.values_list("pk", flat=True))
    client = sign_in(*MAY_REPLAY, "view_errand", "see_people")
    data = {"action": "replay_selected", "_selected_action": ids, "confirmed": "1"}
    for _ in range(2):
        answer = client.post(INBOX, data)
    errand = Errand.objects.get()
    assert answer.headers["Location"] == reverse("admin:connector_errand_change", args=[errand.pk])

    carry_out(errand.pk)

    errand.refresh_from_db()
    assert (errand.state, errand.result["messages"], errand.result["stale"]) == ("done", AT_ONCE + 1, AT_ONCE)
    assert OutboxEntry.objects.get().payload["company"] == f"Acme {AT_ONCE}"
    page = client.get(reverse("admin:connector_errand_change", args=[errand.pk])).content.decode()
    assert f"{AT_ONCE + 1} messages were read again." in page


def listed(client: Client, **asked: Any) -> list[str]:
    """Return the ids of the messages of a list, the newest first."""
    answer = client.get(INBOX, asked)
    assert answer.status_code == 200, answer.headers
    return [message.message_id for message in answer.context["cl"].result_list]


def test_the_inbox_is_narrowed_to_an_event(admin_client: Client, link: CampaignLink) -> None:
    waiting = UnlinkedEventFactory.create(event_id="e2")
    receive(said(), said("p2"), message_id="linked")
    receive(said(eventId="e2"), message_id="waiting")
    receive(said("odd", registered="perhaps"), said(eventId="e2"), message_id="both, one unreadable")
    receive_message(WebhookSourceFactory.create(), message_id="broken", body=b"{", received_at=NOW)

    assert listed(admin_client, event="e1") == ["both, one unreadable", "linked"]
    assert listed(admin_client, event=waiting.event_id) == ["both, one unreadable", "waiting"]
    assert listed(admin_client, event="e3") == []
    assert listed(admin_client, event="-") == ["broken"]
    assert len(listed(admin_client)) == 4


def test_the_filter_offers_events_by_name_in_as_many_queries_for_many(
    admin_client: Client, link: CampaignLink, django_assert_num_queries: Any
) -> None:
    UnlinkedEventFactory.create(event_id="e2", event_name="Breakfast")
    text = admin_client.get(INBOX, {"event": "e1"}).content.decode()
    assert f">{link}</option>" in text.replace("\n", "").replace("  ", "")
    assert "Breakfast" in text
    with CaptureQueriesContext(connection) as few:
        admin_client.get(INBOX, {"event": "e1"})
    CampaignLinkFactory.create_batch(3)
    for number in range(3):
        receive(said(f"p{number}"), message_id=f"m{number}")
    with django_assert_num_queries(len(few)):
        admin_client.get(INBOX, {"event": "e1"})


def test_an_event_of_any_name_has_an_address(admin_client: Client) -> None:
    CampaignLinkFactory.create(inwink_event_id="é & co")
    receive(said(eventId="é & co"), message_id="m1")
    answer = admin_client.get(inbox_url("é & co"))
    assert [message.message_id for message in answer.context["cl"].result_list] == ["m1"]


@pytest.mark.parametrize(("indent", "shown"), [(None, False), (2, True)])
def test_a_message_on_one_line_names_no_lines(admin_client: Client, indent: int | None, *, shown: bool) -> None:
    body = json.dumps([{"id": "p1", "eventId": "e1", "email": "a@b.example", "registered": True}], indent=indent)
    message = WebhookMessageFactory.create(body=body)
    text = page_of(admin_client, message).content.decode()
    assert (">line " in text) == shown
