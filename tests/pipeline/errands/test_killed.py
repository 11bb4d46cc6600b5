"""A worker that is killed in the middle of a slice: another one goes on, and every number counts once."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import Errand, OutboxEntry, WebhookMessage
from connector.pipeline.errands import importing, pace, reconciling, replaying, sending
from connector.pipeline.errands.start import revive_errands, start_errand
from connector.pipeline.errands.work import carry_out
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, WebhookMessageFactory
from tests.pipeline.errands.test_work import export_of, file_terms, finish, order_of
from tests.world import EVENT_ID, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let progress be written whenever there is some."""
    monkeypatch.setattr(pace, "BEAT_SECONDS", 0)


class Killed(BaseException):
    """The worker is gone in the middle of a slice."""


def is_killed_in(errand: Errand, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, call: int) -> None:
    """Do a slice whose worker is gone when it begins the n-th call of a function; the sweep revives the errand."""
    work, calls = getattr(module, name), count(1)

    def dies(*args: Any, **said: Any) -> Any:
        if next(calls) == call:
            raise Killed
        return work(*args, **said)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, dies)
        with pytest.raises(Killed):
            carry_out(errand.pk)
    long_ago = timezone.now() - timedelta(minutes=11)  # a killed worker could not end it
    Errand.objects.filter(pk=errand.pk).update(state="running", ended_at=None, error_code="", beat_at=long_ago)
    assert revive_errands(timezone.now()) == 1


def test_an_import_whose_worker_is_killed_counts_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    export = export_of(*(f"{number},p{number}@example.org,P,Q,yes" for number in range(1, 1_201)))
    errand = start_errand(order_of(Errand.Kind.IMPORT, export=export, terms=file_terms()))

    is_killed_in(errand, monkeypatch, importing, "store_batch", call=3)
    finish(errand)

    counts = {name: errand.result[name] for name in ("rows", "accepted", "unchanged")}
    assert counts == {"rows": 1_200, "accepted": 1_200, "unchanged": 0}
    assert (errand.done_count, OutboxEntry.objects.count()) == (1_200, 1_200)


def test_a_resync_whose_worker_is_killed_sends_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(5, link=link, state=EntryState.SYNCED, generation=1)
    monkeypatch.setattr(sending, "CHUNK", 2)
    errand = start_errand(order_of(Errand.Kind.RESYNC, link=link))

    is_killed_in(errand, monkeypatch, sending, "change_entries", call=2)
    finish(errand)

    assert (errand.result, errand.done_count, errand.total_count) == ({"enqueued": 5}, 5, 5)
    assert set(OutboxEntry.objects.values_list("generation", flat=True)) == {2}


def test_a_replay_whose_worker_is_killed_reads_every_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignLinkFactory.create(inwink_event_id="event-1")
    first = WebhookMessageFactory.create_batch(3)
    errand = start_errand(order_of(Errand.Kind.REPLAY, terms={"ids": [message.pk for message in first]}))

    is_killed_in(errand, monkeypatch, replaying, "replay_messages", call=3)
    finish(errand)

    assert (errand.result["messages"], errand.done_count) == (3, 3)
    assert WebhookMessage.objects.filter(replay_of__in=first).count() == 3


def test_a_comparison_whose_worker_is_killed_counts_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.send({"id": "1", "email": "ada@example.org", "lastName": "A", "registered": True})
    errand = start_errand(order_of(Errand.Kind.RECONCILE, link=world.link, terms={"has_file": False}))

    is_killed_in(errand, monkeypatch, reconciling, "_result", call=1)

    assert (finish(errand).state, errand.done_count) == ("done", 1)
