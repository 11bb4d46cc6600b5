"""No-shows are marked by a person, after the event, and only of those who registered and never came (rule 1.2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.pipeline.no_shows import NoShows, NoShowsRefusedError, count_no_shows, mark_no_shows
from tests.acceptance.people import cancelled, someone
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA, GRACE = "Lead Ada Lovelace <ada.lovelace@example.org>", "Lead Grace Hopper <grace.hopper@example.org>"
MARY = "Lead Mary Somerville <mary.somerville@example.org>"
OVER = {"status_no_show": "No show", "status_refused": "Declined"}


@pytest.fixture
def over(world: World) -> World:
    """An event that ended an hour ago, with a status for no-shows."""
    row = {"CampaignId": world.link.campaign_id, "Label": "No show", "HasResponded": False, "SortOrder": 9}
    world.add("CampaignMemberStatus", row)
    world.configure(ends_at=timezone.now() - timedelta(hours=1), **OVER)
    return world


def mark(world: World) -> int:
    return mark_no_shows(world.link_now(), requested_by="alice", now=timezone.now())


def test_who_registered_and_never_came_is_marked_and_nobody_else(over: World) -> None:
    over.send(someone("p1"), someone("p2", "Grace", "Hopper", came=True), cancelled("p3", "Mary", "Somerville"))
    over.send(someone("p3", "Mary", "Somerville"), cancelled("p3", "Mary", "Somerville"))

    assert count_no_shows(over.link) == NoShows(count=1, waiting=0)
    assert mark(over) == 1
    assert count_no_shows(over.link) == NoShows(count=0, waiting=1)
    over.drain()

    assert over.holds() == untouched(f"{ADA}: No show", f"{GRACE}: Attended", f"{MARY}: Declined")
    assert over.attempts("p1")[-1].requested_by == "alice"


def test_marking_twice_is_the_same_as_once(over: World) -> None:
    over.send(someone("p1"))
    assert (mark(over), mark(over)) == (1, 0)
    over.drain()
    assert mark(over) == 0
    assert over.holds() == untouched(f"{ADA}: No show")


def test_a_late_check_in_still_counts_and_nothing_else_lifts_the_mark(over: World) -> None:
    over.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    mark(over)
    over.drain()

    over.send(someone("p1", position="CEO", came=True), cancelled("p2", "Grace", "Hopper"))

    assert over.holds() == untouched(f"{ADA}: Attended", f"{GRACE}: No show")


def test_a_status_that_a_colleague_set_is_not_overruled(over: World) -> None:
    over.add("CampaignMemberStatus", {"CampaignId": over.link.campaign_id, "Label": "Meeting booked",
                                      "HasResponded": True, "SortOrder": 8})  # fmt: skip
    over.send(someone("p1"))
    [member] = over.rows("CampaignMember")
    over.change("CampaignMember", member["Id"], Status="Meeting booked")

    mark(over)
    over.drain()

    assert over.holds() == untouched(f"{ADA}: Meeting booked")


def test_who_is_marked_before_the_first_sending_is_created_as_a_no_show(over: World) -> None:
    over.receive(someone("p1"))
    assert mark(over) == 1
    over.drain()
    assert over.holds() == untouched(f"{ADA}: No show")


@pytest.mark.parametrize(
    ("columns", "refusal"),
    [
        ({"ends_at": None}, "no_end"),
        ({"ends_at": timezone.now() + timedelta(days=300)}, "not_over"),
        ({"status_no_show": ""}, "no_label"),
    ],
)
def test_nobody_is_marked_before_the_end_or_without_a_status(
    over: World, columns: dict[str, Any], refusal: str
) -> None:
    over.send(someone("p1"))
    over.configure(**columns)
    with pytest.raises(NoShowsRefusedError, match=refusal):
        mark(over)
    over.drain()
    assert over.holds() == untouched(f"{ADA}: Registered")
