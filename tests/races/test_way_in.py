"""Webhooks, imports and movers at once: nothing is lost and nothing is there twice, on both databases."""

import json
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import (
    CampaignLink,
    OutboxEntry,
    UnlinkedEvent,
    UnlinkedParticipant,
    WebhookMessage,
    WebhookSource,
)
from connector.pipeline.inbox.linking import move_unlinked
from connector.pipeline.inbox.receive import Answer, receive_message
from connector.pipeline.outbox.resync import resync_link
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, WebhookSourceFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

STATES = ("registered", "refused", "not_registered")
WAIT_SECONDS = 60


def send(source: WebhookSource, keys: list[str], *, message_id: str, event: str = "e1", **said: Any) -> Answer:
    body = [{"id": key, "eventId": event, "email": f"{key}@example.org", **said} for key in keys]
    return receive_message(source, message_id=message_id, body=json.dumps(body).encode(), received_at=timezone.now())


def run_at_once(*works: Callable[[], object]) -> None:
    """Run the works in threads that start together; raise what any of them raised."""
    start = threading.Barrier(len(works))
    problems: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(WAIT_SECONDS)
            work()
        except BaseException as exc:  # noqa: BLE001 - raised again below, in the test's own thread
            problems.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work], daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    if problems:
        raise problems[0]


@pytest.mark.parametrize("attempt", range(5))
def test_webhooks_with_the_same_new_people_are_all_merged(attempt: int) -> None:
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    source, keys = WebhookSourceFactory.create(), [f"p{n}" for n in range(40)]

    def webhook(state: str, order: int) -> Callable[[], object]:
        return lambda: send(source, keys[::order], message_id=f"{state}{order}", registered=state)

    run_at_once(*[webhook(state, order) for state in STATES for order in (1, -1)])
    entries = list(OutboxEntry.objects.all())
    assert sorted(entry.participant_key for entry in entries) == sorted(keys)
    for entry in entries:
        assert sorted(entry.states_seen) == sorted(STATES)
        assert 3 <= entry.generation <= 6
        assert entry.payload["registration"] == entry.participant_state
    assert WebhookMessage.objects.count() == 6
    accepted = sum(message.accepted_count for message in WebhookMessage.objects.all())
    assert accepted == sum(entry.generation for entry in entries)
    assert {entry.link_id for entry in entries} == {link.pk}


def test_deliveries_of_one_message_at_once_are_one() -> None:
    CampaignLinkFactory.create(inwink_event_id="e1")
    source = WebhookSourceFactory.create()
    answers: list[Answer] = []
    run_at_once(*[lambda: answers.append(send(source, ["p1"], message_id="m1", registered=True)) for _ in range(6)])
    assert len({json.dumps(dict(answer.body), sort_keys=True) for answer in answers}) == 1
    assert WebhookMessage.objects.get().repeat_count == 5
    assert OutboxEntry.objects.get().generation == 1


def test_messages_of_a_sender_with_one_id_at_once_lose_nobody() -> None:
    CampaignLinkFactory.create(inwink_event_id="e1")
    source = WebhookSourceFactory.create()
    keys = [f"p{number}" for number in range(6)]
    run_at_once(*[partial(send, source, [key], message_id="m1", registered=True) for key in keys])
    assert sorted(OutboxEntry.objects.values_list("participant_key", flat=True)) == keys
    assert WebhookMessage.objects.count() == 6


@pytest.mark.parametrize("attempt", range(5))
def test_nobody_is_stranded_when_the_link_is_made_between_webhooks(attempt: int) -> None:
    source = WebhookSourceFactory.create()

    def webhooks(name: str) -> Callable[[], object]:
        def run() -> None:
            for n in range(8):
                state = STATES[n % 3]
                send(source, ["shared", f"{name}{n}"], message_id=f"{name}{n}", registered=state)

        return run

    def link_and_move() -> None:
        send(source, ["first"], message_id="first", registered=True)
        link = CampaignLinkFactory.create(inwink_event_id="e1")
        move_unlinked(link, chunk=3)

    def move_too() -> None:
        for _ in range(10):
            for link in CampaignLink.objects.all():
                move_unlinked(link, chunk=2)

    run_at_once(webhooks("a"), webhooks("b"), link_and_move, move_too)
    keys = {f"{name}{n}" for name in "ab" for n in range(8)} | {"shared", "first"}
    assert {entry.participant_key for entry in OutboxEntry.objects.all()} == keys
    assert sorted(OutboxEntry.objects.get(participant_key="shared").states_seen) == sorted(STATES)
    assert not UnlinkedParticipant.objects.exists()


def test_a_link_made_after_a_message_looked_for_it_is_found_by_its_second_look() -> None:
    """SQLite lets nobody in between the two looks; there the link is made right after the message."""
    source = WebhookSourceFactory.create()

    def link_and_move() -> None:
        move_unlinked(CampaignLinkFactory.create(inwink_event_id="e1"))

    def interrupt(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT" in sql and "unlinkedevent" in sql and not CampaignLink.objects.exists():
            run_at_once(link_and_move)
        return execute(sql, params, many, context)

    if connection.vendor == "postgresql":
        with connection.execute_wrapper(interrupt):
            answer = send(source, ["p1"], message_id="m1", registered=True)
        assert answer.body["accepted"] == 1
    else:
        send(source, ["p1"], message_id="m1", registered=True)
        link_and_move()
    assert OutboxEntry.objects.get().participant_key == "p1"
    assert not UnlinkedParticipant.objects.exists()


def test_a_mover_waits_for_a_message_that_is_still_being_stored() -> None:
    """The mover starts while the room it has to empty is not even committed."""
    source, mover = WebhookSourceFactory.create(), threading.Thread()

    def link_and_move() -> None:
        move_unlinked(CampaignLinkFactory.create(inwink_event_id="e1"))
        connection.close()

    def interrupt(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal mover
        result = execute(sql, params, many, context)
        if "unlinkedparticipant" in sql and "INSERT" in sql:
            mover = threading.Thread(target=link_and_move, daemon=True)
            mover.start()
            _wait_until_blocked(mover)
        return result

    with connection.execute_wrapper(interrupt):
        answer = send(source, ["p1"], message_id="m1", registered=True)
    mover.join(WAIT_SECONDS)
    assert (answer.body["unlinked"], mover.is_alive()) == (1, False)
    assert OutboxEntry.objects.get().participant_key == "p1"
    assert not UnlinkedEvent.objects.exists()


def _wait_until_blocked(thread: threading.Thread) -> None:
    """Wait until PostgreSQL says that somebody waits for a lock; on SQLite every other writer does anyway."""
    until = time.monotonic() + WAIT_SECONDS
    while connection.vendor == "postgresql" and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchall()[0][0]:
                return
        assert thread.is_alive()


def test_an_event_whose_room_was_emptied_is_not_locked_forever() -> None:
    source = WebhookSourceFactory.create()
    for round_number in range(3):
        send(source, [f"p{round_number}"], message_id=f"m{round_number}", event="e1", registered=True)
        link = CampaignLink.objects.filter(inwink_event_id="e1").first()
        move_unlinked(link or CampaignLinkFactory.create(inwink_event_id="e1"))
    assert OutboxEntry.objects.count() == 3
    assert not UnlinkedEvent.objects.exists()


def test_a_change_while_a_resync_runs_is_kept_by_both() -> None:
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    source, keys = WebhookSourceFactory.create(), [f"p{n}" for n in range(30)]
    for key in keys:
        OutboxEntryFactory.create(link=link, participant_key=key, state=EntryState.SYNCED.value, sent_hash="h")

    run_at_once(
        lambda: send(source, keys[::-1], message_id="m1", registered="refused"),
        lambda: resync_link(link, failed_only=False, requested_by="alice"),
        lambda: send(source, keys, message_id="m2", came=True),
        lambda: resync_link(link, failed_only=False, requested_by="bob"),
    )
    for entry in OutboxEntry.objects.all():
        assert (entry.generation, entry.state, entry.sent_hash, entry.is_forced) == (5, "pending", "", True)
        assert entry.target_state == "attended"
