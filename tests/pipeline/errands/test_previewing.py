"""A large event is previewed in slices: everybody once, nothing written, the last whole preview kept meanwhile."""

from typing import Any

import pytest

from connector.models import Errand, EventPreview, OutboxEntry, SalesforceOrg
from connector.pipeline.errands import pace
from connector.pipeline.errands.previewing import ask_for_preview, open_preview
from connector.pipeline.errands.start import stop_errand
from connector.pipeline.errands.work import carry_out
from connector.pipeline.previews import batches as preview_batches
from tests.pipeline.previews.test_event import two_addresses
from tests.world import World

ADA = {"email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}
NOBODY = {"firstName": "No", "lastName": "Email", "registered": True}


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a slice be one batch of two."""
    monkeypatch.setattr(preview_batches, "CHUNK", 2)
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)


def crowd(world: World) -> None:
    """Receive five participants: three new people, one of them twice, and one without an email."""
    people = [{**ADA, "id": f"p{n}", "email": f"p{n}@example.org", "lastName": f"L{n}"} for n in range(2)]
    world.receive({**ADA, "id": "a1"}, *people, {**NOBODY, "id": "n1"}, {**ADA, "id": "a2"})


def asked_by(name: str, world: World) -> Errand:
    """Ask for the preview of the event."""
    return ask_for_preview(world.link, requested_by=name).errand


def slice_of(errand: Errand) -> Errand:
    """Do one slice."""
    carry_out(errand.pk)
    errand.refresh_from_db()
    return errand


def shown(rows: list[dict[str, Any]]) -> list[tuple[str, str, str, int]]:
    """Return (verdict, effect, reason, participants)."""
    return [(row["verdict"], row["effect"], row["reason"], row.get("count", len(row.get("ids", [])))) for row in rows]


GROUPS = [
    ("create", "new_lead", "", 3),
    ("unchanged", "same_person", "", 1),
    ("needs_answer", "", "no_email", 1),
]


@pytest.mark.both
@pytest.mark.usefixtures("sliced")
def test_every_slice_adds_up_and_nothing_is_written(world: World) -> None:
    crowd(world)
    before = (world.control("state", method="GET"), list(OutboxEntry.objects.values()))
    errand = asked_by("olga", world)
    assert asked_by("otto", world) == errand == open_preview(world.link)

    slice_of(errand)
    assert (errand.state, errand.done_count, errand.total_count) == ("waiting", 1, 5)
    assert not EventPreview.objects.exists(), "a part is no preview"
    while errand.is_open:
        slice_of(errand)

    assert (errand.state, errand.done_count, errand.result["people"]) == ("done", 5, 5)
    kept = EventPreview.objects.get(link=world.link)
    assert shown(errand.result["groups"]) == shown(kept.groups) == GROUPS
    assert (kept.made_by, kept.entry_count, kept.api_calls) == ("olga", 5, errand.result["api_calls"])
    assert kept.made_at.isoformat() == errand.result["made_at"]
    assert (world.control("state", method="GET"), list(OutboxEntry.objects.values())) == before
    assert open_preview(world.link) is None


@pytest.mark.usefixtures("sliced")
def test_who_is_erased_or_comes_meanwhile_does_not_disturb(world: World) -> None:
    crowd(world)
    errand = slice_of(asked_by("olga", world))
    OutboxEntry.objects.filter(participant_key="p1").delete()
    world.receive({**ADA, "id": "late", "email": "late@example.org"})
    while errand.is_open:
        slice_of(errand)
    kept = EventPreview.objects.get(link=world.link)
    assert (errand.state, errand.result["people"], kept.entry_count) == ("done", 4, 5)


@pytest.mark.usefixtures("sliced")
def test_a_link_that_changes_meanwhile_makes_it_out_of_date(world: World) -> None:
    crowd(world)
    errand = slice_of(asked_by("olga", world))
    world.configure(config_version=world.link.config_version + 1)
    while errand.is_open:
        slice_of(errand)
    assert EventPreview.objects.get().config_version == world.link.config_version - 1


@pytest.mark.usefixtures("sliced")
def test_stopped_or_unanswered_it_leaves_the_last_one(world: World) -> None:
    crowd(world)
    errand = asked_by("olga", world)
    while errand.is_open:
        slice_of(errand)
    kept = EventPreview.objects.get()

    stopped = slice_of(asked_by("otto", world))
    assert stop_errand(stopped)
    assert slice_of(stopped).state == "stopped"
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9", instance_url="", access_token="")
    failed = slice_of(asked_by("otto", world))

    assert (failed.state, failed.error_code) == ("failed", "no_connection")
    assert EventPreview.objects.get().made_at == kept.made_at


@pytest.mark.usefixtures("sliced")
def test_one_record_met_in_two_slices_counts_once(world: World) -> None:
    world.receive(*two_addresses(world))
    errand = asked_by("olga", world)
    while errand.is_open:
        slice_of(errand)
    groups = [("create", "new_lead", "", 2), ("create", "joins", "", 1), ("unchanged", "same_person", "", 1)]
    assert shown(errand.result["groups"]) == shown(EventPreview.objects.get().groups) == groups
    assert (errand.done_count, errand.total_count) == (4, 4)


def test_an_event_without_participants_ends_at_once(world: World) -> None:
    errand = slice_of(asked_by("olga", world))
    assert (errand.state, errand.result["people"], errand.total_count) == ("done", 0, 0)
