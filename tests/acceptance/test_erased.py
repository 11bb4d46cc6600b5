"""Somebody who was erased here is not sent again, whatever comes in about them (rule 6.8)."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from connector.models import OutboxEntry, SyncAttempt
from connector.pipeline.inbox.receive import receive_message
from connector.pipeline.outbox.claim import claim_batch
from connector.pipeline.privacy import forget as forgetting
from connector.pipeline.privacy.held import Sought
from tests.acceptance.people import someone
from tests.factories import WebhookSourceFactory
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA, EMAIL = "Lead Ada Lovelace <ada.lovelace@example.org>", "ada.lovelace@example.org"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"


def test_an_erased_person_stays_as_they_are_in_salesforce_and_later_messages_change_nothing(world: World) -> None:
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    done = forgetting.forget_participant(Sought(email=EMAIL), by="alice")
    assert (done.entries, done.attempts) == (1, 1)
    world.reset_calls()

    body = json.dumps({"eventId": world.event_id, **someone("p1", came=True)}).encode()
    receive_message(WebhookSourceFactory.create(), message_id="m1", body=body, received_at=timezone.now())
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")
    assert (world.api_calls(), world.ends()) == (0, {"p2": ("synced", "")})


def test_somebody_erased_while_being_sent_is_erased_after_that_run(world: World) -> None:
    world.receive(someone("p1"))
    refused: list[type[Exception]] = []

    def forget() -> None:
        try:
            forgetting.forget_participant(Sought(email=EMAIL), by="alice")
        except forgetting.PersonInHandError as exc:
            refused.append(type(exc))

    with before_call(2, forget):
        world.drain()
    assert refused == [forgetting.PersonInHandError]

    world.receive(someone("p1", position="CEO"))  # a message that was being stored meanwhile
    world.drain()
    assert world.ends() == {"p1": ("left_out", "erased")}
    assert world.holds() == untouched(f"{ADA}: Registered")

    forgetting.forget_participant(Sought(email=EMAIL), by="alice")
    assert not OutboxEntry.objects.exists()
    assert not SyncAttempt.objects.exists()


def test_the_command_waits_for_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.receive(someone("p1"))
    claim_batch(world.link.pk)
    monkeypatch.setattr("time.sleep", lambda _seconds: world.let_pass(minutes=10))

    call_command("forget_participant", email=EMAIL, json=True)

    assert json.loads(capsys.readouterr().out) == {"messages": 0, "entries": 1, "attempts": 0}
    assert not OutboxEntry.objects.exists()
