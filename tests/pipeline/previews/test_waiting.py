"""A link in preparation is previewed for the people who wait; nothing is written, there or here."""

from typing import Any

import pytest

from connector.core.outcomes import Reason
from connector.core.state import State
from connector.models import CampaignLink, OutboxEntry, UnlinkedParticipant
from connector.pipeline.inbox.linking import move_unlinked
from connector.pipeline.previews import waiting as module
from connector.pipeline.previews.waiting import count_unknown, count_waiting, preview_waiting
from connector.pipeline.setup.link_settings import Beginning, begin_with
from tests.factories import UnlinkedEventFactory, UnlinkedParticipantFactory
from tests.world import World

EVENT = "event-forum"


def waiting(key: str, *states: str, **payload: Any) -> None:
    """Let a participant wait who was in these states, the last one now."""
    row = UnlinkedParticipantFactory.build(event_id=EVENT, participant_key=key, participant_state=states[-1])
    row.payload = {**row.payload, "email": f"{key}@example.org", **payload}
    row.states_seen = list(states)
    row.save()


def prepare(world: World, **settings: Any) -> Beginning:
    """Return a link in preparation into the world's campaign, not saved."""
    begun = begin_with({"closes_after_days": 30, **settings})
    assert begun.link is not None
    begun.link.org, begun.link.inwink_event_id = world.org, EVENT
    begun.link.campaign_id = world.link.campaign_id
    return begun


def preview(world: World, **settings: Any) -> Any:
    """Preview a link of these settings."""
    begun = prepare(world, **settings)
    return preview_waiting(begun.link or CampaignLink(), begun.mappings)


def keys_of(found: Any) -> dict[str, list[str]]:
    """Return the participants behind each count."""
    keys = dict(UnlinkedParticipant.objects.values_list("pk", "participant_key"))
    return {name: [keys[pk] for pk in ids] for name, ids in found.who.items()}


def test_of_many_the_first_are_remembered(world: World) -> None:
    for number in range(12):
        waiting(f"p{number}", "registered", first_name=f"Ada{number}")
    found = preview(world)
    assert (found.new_people, keys_of(found)) == (12, {"new_people": [f"p{number}" for number in range(10)]})


def test_the_people_who_wait_are_counted_by_state(db: None) -> None:
    UnlinkedEventFactory.create(event_id=EVENT)
    waiting("a", "registered")
    waiting("b", "registered", "refused")
    found = count_waiting(EVENT)
    assert (found.total, found.by_state) == (2, {State.REGISTERED: 2, State.REFUSED: 1})


def test_unknown_people_are_counted_for_every_choice_of_states(world: World) -> None:
    waiting("new", "registered")
    waiting("cancelled", "registered", "refused")
    waiting("invited", "not_registered")
    waiting("known", "registered", email="camille.martin@acme.example")
    begun = prepare(world, statuses={"refused": "Declined", "not_registered": "Sent"})
    unknown = count_unknown(begun.link or CampaignLink(), begun.mappings)
    assert unknown.created_for([State.REGISTERED]) == 2
    assert unknown.created_for([State.REFUSED]) == 1
    assert unknown.created_for([State.REGISTERED, State.REFUSED, State.NOT_REGISTERED]) == 3


def test_a_preview_says_who_is_created_added_and_left_out(world: World) -> None:
    waiting("new", "registered")
    waiting("known", "registered", email="camille.martin@acme.example")
    waiting("invited", "not_registered")
    waiting("nameless", "registered", email="no address")
    before = world.holds()
    found = preview(world)
    assert (found.new_people, found.new_members, found.updated, found.unchanged) == (1, 1, 0, 0)
    assert found.left_out == {Reason.NOT_CREATED_IN_STATE: 1}
    assert found.needs_answer == {Reason.NO_EMAIL: 1}
    assert found.labels == {"Registered": 2}
    assert keys_of(found) == {
        "new_people": ["new"], "new_members": ["known"], "left_out.not_created_in_state": ["invited"],
        "needs_answer.no_email": ["nameless"],
    }  # fmt: skip
    assert world.holds() == before
    assert not OutboxEntry.objects.filter(link__inwink_event_id=EVENT).exists()


def test_a_preview_of_a_link_that_creates_nobody_leaves_the_unknown_out(world: World) -> None:
    waiting("new", "registered")
    assert preview(world, create="nobody").left_out == {Reason.NO_MATCH: 1}


def test_two_rows_of_one_person_count_once(world: World) -> None:
    for key in ("one", "two"):
        waiting(key, "registered", email="ada@example.org", first_name="Ada", last_name="Lovelace")
    found = preview(world)
    assert (found.new_people, found.same_person) == (1, 1)
    assert keys_of(found) == {"new_people": ["one"], "same_person": ["two"]}


def test_what_the_preview_counts_is_what_then_happens(world: World) -> None:
    waiting("new", "registered")
    waiting("known", "registered", email="camille.martin@acme.example")
    found = preview(world)
    world.configure(inwink_event_id=EVENT)
    move_unlinked(world.link_now())
    world.drain()
    created = len(world.people("new@example.org"))
    assert (found.new_people, found.new_people + found.new_members) == (created, len(world.members()))


def test_only_the_first_are_looked_at_and_it_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in "abc":
        waiting(key, "registered")
    monkeypatch.setattr(module, "LIMIT", 2)
    assert preview(world).new_people == 2
    found = count_waiting(EVENT)
    assert (found.total, found.looked_at, found.is_part) == (3, 2, True)


def test_an_unreachable_salesforce_is_an_answer(world: World) -> None:
    waiting("a", "registered")
    world.org.login_url, world.org.access_token = "http://127.0.0.1:9", ""
    world.org.save()
    assert preview(world).problem_code == "no_connection"
    begun = prepare(world)
    assert count_unknown(begun.link or CampaignLink(), begun.mappings).problem_code == "no_connection"


def test_a_preview_costs_few_calls(world: World) -> None:
    for number in range(120):
        waiting(f"p{number}", "registered")
    preview(world)
    world.reset_calls()
    preview(world)
    assert world.api_calls() <= 2
