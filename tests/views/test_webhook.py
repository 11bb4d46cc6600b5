"""Every row of the webhook's answer table, over Django's request handling, on both databases."""

import io
import json
import logging
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from connector.inwink.signature import digest_token, new_secret, sign
from connector.models import (
    CampaignLink,
    OutboxEntry,
    UnlinkedEvent,
    UnlinkedParticipant,
    WebhookMessage,
    WebhookSource,
)
from connector.models.fields import Secret, conceal_list
from connector.pipeline.privacy.forget import forget_participant
from connector.pipeline.privacy.held import Sought
from connector.views.webhook import receive_webhook
from tests.factories import SIGNING_SECRET, CampaignLinkFactory, WebhookSourceFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def source() -> WebhookSource:
    return WebhookSourceFactory.create()


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create(inwink_event_id="e1")


def participant(key: str = "p1", **said: Any) -> dict[str, Any]:
    return {"id": key, "eventId": "e1", "email": f"{key}@example.org", "registered": True, **said}


def post(
    source: WebhookSource,
    body: Any,
    *,
    message_id: str | None = None,
    content_type: str = "application/json",
    secret: str = SIGNING_SECRET,
    at: Any = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Sign and send a body; return status and answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = sign(secret, message_id=message_id or str(uuid.uuid4()), timestamp=at or timezone.now(), body=raw)
    client = Client(raise_request_exception=False)
    response = client.post(
        f"/webhooks/inwink/{source.pk}/",
        raw,
        content_type=content_type,
        headers={"Content-Type": content_type, **signed, **(headers or {})},
    )
    return response.status_code, {**response.json(), **_retry_after(response)}


def _retry_after(response: Any) -> dict[str, Any]:
    return {"retry_after": int(response["Retry-After"])} if "Retry-After" in response else {}


def test_a_participant_is_stored_and_a_drain_is_queued(
    source: WebhookSource, link: CampaignLink, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        status, answer = post(source, participant(email="Ada@Example.org", came=True), message_id="m1")
    assert (status, answer) == (
        202,
        {"message_id": "m1", "accepted": 1, "unchanged": 0, "stale": 0, "unlinked": 0, "rejected": []},
    )
    entry = OutboxEntry.objects.get()
    assert (entry.link, entry.participant_key, entry.email_key) == (link, "p1", "ada@example.org")
    assert (entry.state, entry.target_state, entry.generation) == ("pending", "attended", 1)
    assert entry.source == source
    message = WebhookMessage.objects.get()
    assert (message.status, message.answer_status, message.answer, message.accepted_count) == (
        "accepted", 202, answer, 1,
    )  # fmt: skip
    assert [task.func() for task in OrmQ.objects.all()] == ["connector.tasks.drain"]


def test_counts_exclude_each_other_and_add_up(source: WebhookSource, link: CampaignLink) -> None:
    CampaignLinkFactory.create(inwink_event_id="e2")
    post(source, [participant("same"), participant("old", updatedAt="2026-11-23T10:00:00Z")])
    status, answer = post(
        source,
        [
            participant("new"),
            participant("same"),
            participant("old", updatedAt="2026-11-23T09:00:00Z", company="Late"),
            participant("waits", eventId="nobody-linked-me"),
            participant("odd", registered="perhaps"),
            participant("other", eventId="e2"),
            "not an object",
        ],
        message_id="m",
    )
    assert status == 202
    counts = {name: answer[name] for name in ("accepted", "unchanged", "stale", "unlinked")}
    assert counts == {"accepted": 2, "unchanged": 1, "stale": 1, "unlinked": 1}
    assert [rejected["index"] for rejected in answer["rejected"]] == [4, 6]
    assert "perhaps" in answer["rejected"][0]["errors"][0]
    message = WebhookMessage.objects.get(message_id="m")
    assert (message.accepted_count, message.unchanged_count, message.stale_count) == (2, 1, 1)
    assert (message.unlinked_count, message.rejected_count) == (1, 2)


def test_a_stale_message_that_brings_a_check_in_is_accepted(source: WebhookSource, link: CampaignLink) -> None:
    post(source, participant(updatedAt="2026-11-23T10:00:00Z"))
    _, answer = post(source, participant(updatedAt="2026-11-23T09:00:00Z", came=True))
    assert (answer["accepted"], answer["stale"]) == (1, 0)
    assert OutboxEntry.objects.get().target_state == "attended"


def test_a_participant_of_an_event_without_a_link_waits(source: WebhookSource) -> None:
    status, answer = post(source, participant(eventName="Salon 2026"))
    assert (status, answer["unlinked"]) == (202, 1)
    assert UnlinkedEvent.objects.get().event_name == "Salon 2026"
    assert UnlinkedParticipant.objects.get().payload["email"] == "p1@example.org"
    assert not OutboxEntry.objects.exists()


def test_a_repeated_message_id_gets_the_first_answer(source: WebhookSource, link: CampaignLink) -> None:
    first = post(source, participant(), message_id="m1")
    OutboxEntry.objects.all().delete()
    again = post(source, participant(), message_id="m1")
    assert again == first
    assert WebhookMessage.objects.get().repeat_count == 1
    assert not OutboxEntry.objects.exists()


def test_a_sender_that_gives_every_message_one_id_loses_nobody_and_no_change(
    source: WebhookSource, link: CampaignLink
) -> None:
    """The same id with another body is no repeat; nor is the first body once another one came between."""
    said = [
        participant(registered=True),
        participant("p2"),
        participant(registered=False),
        participant(registered=True),
    ]
    answers = [post(source, body, message_id="m1") for body in said]
    assert [(status, answer["message_id"], answer["accepted"]) for status, answer in answers] == [(202, "m1", 1)] * 4
    states = dict(OutboxEntry.objects.values_list("participant_key", "participant_state"))
    assert (set(states), states["p1"]) == ({"p1", "p2"}, "registered")
    first, *between, last = WebhookMessage.objects.order_by("pk")
    assert (first.message_id, last.message_id, len(between)) == (f"m1 – {first.pk}", "m1", 2)
    assert post(source, said[-1], message_id="m1") == answers[-1]
    assert WebhookMessage.objects.count() == 4


def test_what_cannot_be_read_under_an_id_that_was_taken_is_refused_as_such(
    source: WebhookSource, link: CampaignLink
) -> None:
    post(source, participant(), message_id="m1")
    assert post(source, b"{", message_id="m1")[0] == 400
    assert OutboxEntry.objects.get().participant_key == "p1"
    assert post(source, participant("p2"), message_id="m1")[1]["accepted"] == 1


def test_a_message_of_somebody_erased_since_is_still_a_repeat(source: WebhookSource, link: CampaignLink) -> None:
    body = [participant(), participant("p2")]
    first = post(source, body, message_id="m1")
    forget_participant(Sought(participant_id="p1"), by="olga")
    assert post(source, body, message_id="m1") == first
    assert WebhookMessage.objects.get().repeat_count == 1


def test_the_same_id_from_another_source_is_another_message(source: WebhookSource, link: CampaignLink) -> None:
    post(source, participant(), message_id="m1")
    _, answer = post(WebhookSourceFactory.create(), participant("p2"), message_id="m1")
    assert answer["accepted"] == 1
    assert WebhookMessage.objects.count() == 2


def test_a_message_id_whose_first_answer_was_400_is_processed_again(source: WebhookSource, link: CampaignLink) -> None:
    assert post(source, b"{", message_id="m1")[0] == 400
    status, answer = post(source, participant(), message_id="m1")
    assert (status, answer["accepted"]) == (202, 1)
    message = WebhookMessage.objects.get()
    assert (message.status, message.answer_status, json.loads(message.body)["id"]) == ("accepted", 202, "p1")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b'{"id": "a\xff"}', "not_utf8"),
        (b"\x00", "malformed_json"),
        (b"[" * 70 + b"]" * 70, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"id": NaN}', "not_finite"),
        (b'{"id": -Infinity}', "not_finite"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (json.dumps([{}] * 1001).encode(), "too_many"),
    ],
)
def test_what_cannot_be_read_is_400_and_its_head_is_kept(source: WebhookSource, body: bytes, code: str) -> None:
    status, answer = post(source, body)
    assert (status, answer["error"]) == (400, code)
    assert answer["detail"]
    message = WebhookMessage.objects.get()
    assert (message.status, message.answer_status) == ("rejected", 400)
    assert len(message.body) <= 2000
    assert "\x00" not in message.body


def test_the_checks_stand_in_the_order_of_the_contract(source: WebhookSource, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BYTES = 10
    client, url, nobody = Client(), f"/webhooks/inwink/{source.pk}/", f"/webhooks/inwink/{uuid.uuid4()}/"
    answers = [
        client.get(nobody),
        client.post(nobody, b"x" * 11, content_type="text/plain"),
        client.post(url, b"x" * 11, content_type="text/plain"),
        client.post(url, b"x", content_type="text/plain"),
        client.post(url, b"x", content_type="application/json"),
        client.post(url, b"x", content_type="application/json", headers=_signed(b"x")),
    ]
    assert [answer.status_code for answer in answers] == [405, 404, 413, 415, 401, 400]
    assert answers[0]["Allow"] == "POST"
    source.refresh_from_db()
    assert source.refused_count == 1
    assert source.last_refused_at is not None
    assert WebhookMessage.objects.count() == 1


def _signed(body: bytes) -> dict[str, str]:
    return sign(SIGNING_SECRET, message_id=str(uuid.uuid4()), timestamp=timezone.now(), body=body)


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_post_is_allowed(source: WebhookSource, method: str) -> None:
    response = getattr(Client(), method)(f"/webhooks/inwink/{source.pk}/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize("name", ["nonsense", "0", "%00", "a" * 300])
def test_an_unknown_source_is_404(name: str) -> None:
    response = Client().post(f"/webhooks/inwink/{name}/", b"{}", content_type="application/json")
    assert response.status_code == 404


def test_a_disabled_source_is_404(source: WebhookSource) -> None:
    WebhookSource.objects.update(is_active=False)
    assert post(source, participant())[0] == 404


def test_a_source_is_found_in_upper_case_and_without_the_slash(source: WebhookSource, link: CampaignLink) -> None:
    body = json.dumps(participant()).encode()
    url = f"/webhooks/inwink/{str(source.pk).upper()}"
    response = Client().post(url, body, content_type="application/json", headers=_signed(body))
    assert response.status_code == 202


@pytest.mark.parametrize("length", ["11", "9" * 400])
def test_a_body_that_declares_too_much_is_not_read(source: WebhookSource, settings: Settings, length: str) -> None:
    settings.WEBHOOK_MAX_BYTES = 10
    stream = io.BytesIO(b"x" * 11)
    response = receive_webhook(_request(stream, length=length), str(source.pk))
    assert (response.status_code, stream.tell()) == (413, 0)


def test_a_body_that_lies_about_its_length_is_not_read_to_its_end(source: WebhookSource, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BYTES = 100_000
    request = _request(io.BytesIO(b"x" * 1_000_000), length="10")
    request._stream = io.BytesIO(b"x" * 1_000_000)
    response = receive_webhook(request, str(source.pk))
    assert response.status_code == 413
    assert request._stream.tell() < 300_000


def _request(stream: io.BytesIO, *, length: str) -> WSGIRequest:
    return WSGIRequest(
        {"REQUEST_METHOD": "POST", "wsgi.input": stream, "CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"}
    )


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("application/xml", {}),
        ("application/x-www-form-urlencoded", {}),
        ("", {}),
        ("application/json", {"Content-Encoding": "gzip"}),
        ("application/json", {"Content-Encoding": "br"}),
    ],
)
def test_only_plain_json_is_taken(source: WebhookSource, content_type: str, headers: dict[str, str]) -> None:
    assert post(source, participant(), content_type=content_type, headers=headers)[0] == 415
    assert not WebhookMessage.objects.exists()


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;x=y"]
)
def test_json_may_come_with_parameters(source: WebhookSource, content_type: str) -> None:
    assert post(source, participant(), content_type=content_type)[0] == 202


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_time_more_than_five_minutes_off_is_401(source: WebhookSource, seconds: int) -> None:
    assert post(source, participant(), at=timezone.now() + timedelta(seconds=seconds))[0] == 401
    assert not WebhookMessage.objects.exists()
    assert WebhookSource.objects.get().last_denial == "timestamp_off"


def test_several_secrets_are_active_during_a_rotation(source: WebhookSource) -> None:
    other = new_secret()
    WebhookSource.objects.filter(pk=source.pk).update(signing_secrets=conceal_list([SIGNING_SECRET, other]))
    assert post(source, participant())[0] == 202
    assert post(source, participant(), secret=other)[0] == 202
    assert post(source, participant(), secret=new_secret())[0] == 401
    assert WebhookSource.objects.get().last_denial == "bad_signature"


def test_a_sender_that_cannot_sign_uses_a_token(link: CampaignLink) -> None:
    source = WebhookSourceFactory.create(signing_secrets="", bearer_token_hashes=[digest_token("tok")])
    url, body = f"/webhooks/inwink/{source.pk}/", json.dumps(participant())

    def send(token: str, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {token}"
        return Client().post(url, body, content_type="application/json", headers=headers)

    assert send("wrong").status_code == 401
    assert WebhookSource.objects.get().last_denial == "bad_token"
    first, second = send("tok"), send("tok")
    assert [first.json()["accepted"], second.json()["unchanged"]] == [1, 1]
    assert first.json()["message_id"] != second.json()["message_id"]
    assert send("tok", **{"Idempotency-Key": "k"}).json()["message_id"] == "k"


def test_registered_refused_registered_keeps_the_third(source: WebhookSource, link: CampaignLink) -> None:
    for registered in ("registered", "refused", "registered"):
        post(source, participant(registered=registered))
    entry = OutboxEntry.objects.get()
    assert (entry.participant_state, entry.states_seen, entry.generation) == (
        "registered", ["refused", "registered"], 3,
    )  # fmt: skip


def test_too_many_requests_wait_for_the_next_period(source: WebhookSource, settings: Settings) -> None:
    settings.WEBHOOK_RATE = "2/h"
    assert [post(source, participant())[0] for _ in range(3)] == [202, 202, 429]
    assert 3500 < post(source, participant())[1]["retry_after"] <= 3600
    assert post(WebhookSourceFactory.create(), participant())[0] == 202
    WebhookSource.objects.update(window_started_at=timezone.now() - timedelta(hours=1))
    assert post(source, participant())[0] == 202
    assert WebhookMessage.objects.count() == 4


def test_a_rate_of_zero_is_no_limit(source: WebhookSource, settings: Settings) -> None:
    settings.WEBHOOK_RATE = "0"
    assert [post(source, participant())[0] for _ in range(3)] == [202, 202, 202]


def test_an_unavailable_database_is_503(source: WebhookSource, link: CampaignLink) -> None:
    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "outboxentry" in sql and "INSERT" in sql:
            raise OperationalError("disk I/O error")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        status, answer = post(source, participant(), message_id="m1")
    assert (status, answer) == (503, {"error": "unavailable", "retry_after": 30})
    assert not WebhookMessage.objects.exists()
    assert post(source, participant(), message_id="m1")[1]["accepted"] == 1


def test_a_lost_encryption_key_is_503_and_not_401(source: WebhookSource) -> None:
    WebhookSource.objects.update(signing_secrets=Secret("not-a-fernet-token"))
    assert post(source, participant())[0] == 503


def test_characters_that_a_database_refuses_do_no_harm(source: WebhookSource, link: CampaignLink) -> None:
    said = participant(lastName="a\x00b", fields={"x\x00": "\ud800", "deep": {"a": ["\x00"]}})
    status, answer = post(source, said)
    assert (status, answer["accepted"]) == (202, 1)
    assert OutboxEntry.objects.get().payload["last_name"] == "ab"


def test_texts_of_any_length_do_no_harm(source: WebhookSource, link: CampaignLink) -> None:
    long = "x" * 2_000
    said = [participant(email=f"{long}@example.org", eventName=long), participant("u", eventId="e9", eventName=long)]
    status, answer = post(source, said, message_id="m" * 500)
    assert (status, answer["accepted"], answer["unlinked"]) == (202, 1, 1)


def test_logs_hold_no_personal_data(
    source: WebhookSource, link: CampaignLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="connector")
    post(source, participant(firstName="Hypatia", registered="Hypatia?"))
    post(source, b'{"firstName": "Hypatia"')
    post(source, participant(firstName="Hypatia"), secret=new_secret())
    text = "\n".join(str(vars(record)) for record in caplog.records)
    assert "message received" in text
    assert "Hypatia" not in text
    assert "p1@example.org" not in text


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["id", "eventId", "email", "firstName", "lastName", "registered", "status", "came", "updatedAt", "fields", "event"]
)


class TestNoInputBreaks(TestCase):
    """Whatever comes in, the answer is one of the table."""

    @settings(max_examples=150)
    @given(
        body=st.binary(max_size=200) | st.lists(st.dictionaries(KEYS | st.text(max_size=5), JSON_VALUES), max_size=3)
    )
    def test_any_body_is_answered(self, body: Any) -> None:
        source = WebhookSourceFactory.create()
        CampaignLinkFactory.create(inwink_event_id="0")
        assert post(source, body)[0] in (202, 400)

    @settings(max_examples=50)
    @given(
        authorization=st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=40),
        signature=st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=40),
    )
    def test_any_proof_is_answered(self, authorization: str, signature: str) -> None:
        source = WebhookSourceFactory.create()
        headers = {"Authorization": authorization, "webhook-signature": f"v1,{signature}"}
        assert post(source, participant(), headers=headers)[0] == 401
