"""The result never depends on when a worker ran (rules 1.5 and 1.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connector.core.outcomes import EntryState, Priority
from connector.models import CampaignLink, OutboxEntry, SyncAttempt, SyncRun
from connector.pipeline.sums import sum_link
from connector.salesforce.gateway import Gateway
from tests.world import World

pytestmark = [pytest.mark.both, pytest.mark.slow]

EMAILS = ("ada@example.org", "grace@example.org", "shared@example.org")
NAMES = (("Ada", "Lovelace"), ("Grace", "Hopper"))
STATES: tuple[dict[str, Any], ...] = (
    {"registered": True},
    {"status": "refused"},
    {"registered": False},
    {"came": True},
    {"registered": True, "came": True},
)


@dataclass(frozen=True)
class Story:
    """What is in Salesforce, how the link is set, and everything that inwink says, in its order."""

    contacts: Sequence[dict[str, Any]]
    leads: Sequence[dict[str, Any]]
    policy: dict[str, Any]
    messages: Sequence[dict[str, Any]]


an_email = st.sampled_from(EMAILS)


a_policy = st.fixed_dictionaries(
    {
        "match": st.sampled_from(["contact_then_lead", "lead_then_contact"]),
        "create_as": st.sampled_from(["lead", "contact"]),
        "ambiguous": st.sampled_from(["review", "most_recent"]),
        "same_email": st.sampled_from(["review", "one_member"]),
        "update_existing": st.booleans(),
        "status_refused": st.sampled_from(["", "Declined"]),
        "status_not_registered": st.sampled_from(["", "Sent"]),
    }
)


@st.composite
def a_message(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(0, 3))
    first_name, last_name = NAMES[number % 2]
    return {
        "id": f"p{number}",
        "firstName": first_name,
        "lastName": last_name,
        "email": EMAILS[(number * 2) % 3] if number < 2 else EMAILS[2],
        "company": "Analytical",
        **({"position": draw(st.sampled_from(["CTO", "CEO"]))} if draw(st.booleans()) else {}),
        **draw(st.sampled_from(STATES)),
    }


@st.composite
def a_story(draw: st.DrawFn) -> Story:
    """Draw a story in which a record that is there already carries the name of who comes first with its email.

    Where it carries another's, whoever comes first is sent to it as long as nobody else is known (rule 2.6): what was
    written then cannot be unwritten.
    """
    messages = draw(st.lists(a_message(), min_size=1, max_size=7))
    names = {said["email"]: (said["firstName"], said["lastName"]) for said in reversed(messages)}

    def record(email: str, **more: str) -> dict[str, str]:
        first_name, last_name = names.get(email, NAMES[0])
        return {"FirstName": first_name, "LastName": last_name, "Email": email, **more}

    return Story(
        contacts=[record(email) for email in draw(st.lists(an_email, max_size=2))],
        leads=[record(email, Company="Somewhere") for email in draw(st.lists(an_email, max_size=2))],
        policy=draw(a_policy),
        messages=messages,
    )


def tell(world: World, story: Story, drains_after: frozenset[int]) -> Any:
    """Start afresh, tell the story, drain after some of its messages and at the end; return all that is left."""
    begin(world, story)
    for number, message in enumerate(story.messages):
        world.receive(message)
        if number in drains_after:
            world.drain()
    world.drain()
    return left(world)


def begin(world: World, story: Story) -> None:
    """Put the two sides back to where the story begins."""
    for model in (SyncAttempt, SyncRun, OutboxEntry):
        model.objects.all().delete()
    world.control("reset")
    CampaignLink.objects.filter(pk=world.link.pk).update(**story.policy)
    for sobject, records in (("Contact", story.contacts), ("Lead", story.leads)):
        if records:
            world.add(sobject, *records)


def tell_during_backfill(world: World, story: Story, *, imported: int, calls_between: int) -> Any:
    """Start afresh, import the first messages, and let the others arrive live between the calls of their backfill."""
    begin(world, story)
    for message in story.messages[:imported]:
        world.receive(message, priority=Priority.BACKFILL)
    others, calls, send = list(story.messages[imported:]), count(1), Gateway.composite

    def composite(gateway: Gateway, subrequests: Any) -> Any:
        if others and next(calls) % calls_between == 0:
            world.receive(others.pop(0))
        return send(gateway, subrequests)

    with mock.patch.object(Gateway, "composite", composite):
        world.drain()
    for message in others:
        world.receive(message)
    world.drain()
    return left(world)


def left(world: World) -> Any:
    """Return Salesforce without its ids, and how each participant ended."""
    people = [
        (kind, row.get("FirstName"), row["LastName"], row.get("Email"), row.get("Title"), row.get("Company"))
        for kind in ("Contact", "Lead")
        for row in world.rows(kind)
    ]
    return {"people": sorted(people, key=str), "campaign": world.holds(), "ends": world.ends()}


thoroughly = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    derandomize=True,
    database=None,
)


@thoroughly
@given(story=a_story(), imported=st.integers(1, 4), calls_between=st.integers(1, 3))
def test_the_end_does_not_depend_on_what_arrives_between_the_calls_of_a_backfill(
    world: World, story: Story, imported: int, calls_between: int
) -> None:
    at_once = tell(world, story, frozenset())
    meanwhile = tell_during_backfill(world, story, imported=imported, calls_between=calls_between)

    assert meanwhile == at_once
    assert_sane(world, story)


@thoroughly
@given(story=a_story(), moments=st.frozensets(st.integers(0, 6)))
def test_the_end_does_not_depend_on_the_moments_of_the_drains(
    world: World, story: Story, moments: frozenset[int]
) -> None:
    at_once = tell(world, story, frozenset())
    one_by_one = tell(world, story, moments)

    assert one_by_one == at_once
    assert_sane(world, story)


def assert_sane(world: World, story: Story) -> None:
    states = [state for state, _reason in world.ends().values()]
    waiting = {EntryState.PENDING, EntryState.CLAIMED, EntryState.RETRYING, EntryState.FAILED}
    assert not waiting & set(states)
    assert sum_link(world.link.pk).rows == len({said["id"] for said in story.messages})
    created = [row for row in OutboxEntry.objects.all() if row.created_by_us]
    assert len({row.email_key for row in created}) == len({row.person_id for row in created}), "nobody twice by email"
    members = [(row.get("ContactId") or row.get("LeadId")) for row in world.rows("CampaignMember")]
    assert len(members) == len(set(members)), "one member a person"
