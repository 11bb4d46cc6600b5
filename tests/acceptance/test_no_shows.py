"""No-shows are marked by a person, after the event, and only of those who registered and never came (rule 1.2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import OutboxEntry
from connector.pipeline.no_shows import NoShows, NoShowsRefusedError, count_no_shows, mark_no_shows, no_shows_of
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


def in_campaign(world: World) -> int:
    """Return how many members of the campaign are no-shows."""
    return list(world.members().values()).count("No show")


def test_who_came_by_another_registration_is_no_no_show(over: World) -> None:
    over.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    over.send(someone("p3", came=True))

    assert count_no_shows(over.link).count == 1
    assert mark(over) == 1
    over.drain()

    assert over.holds() == untouched(f"{ADA}: Attended", f"{GRACE}: No show")
    assert over.entry("p1").target_state == "registered"
    assert count_no_shows(over.link) == NoShows(count=0, waiting=0)


def test_who_registered_twice_is_one_no_show(over: World) -> None:
    over.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    over.send(someone("p3"))

    assert count_no_shows(over.link).count == 2
    mark(over)
    over.drain()

    assert in_campaign(over) == 2
    assert {entry.member_label for entry in OutboxEntry.objects.all()} == {"No show"}


def test_only_whose_member_becomes_a_no_show_is_counted(over: World) -> None:
    """Marked are all; one is held, one was removed, one fails and one has a status of a colleague."""
    over.add("CampaignMemberStatus", {"CampaignId": over.link.campaign_id, "Label": "Meeting booked",
                                      "HasResponded": True, "SortOrder": 8})  # fmt: skip
    names = ("Held", "Removed", "Failed", "Kept", "Absent")
    people = [someone(name, name, "Person") for name in names]
    over.send(*people)
    members = {row["Email"].split(".")[0]: row["Id"] for row in _members_by_email(over)}
    over.delete(members["removed"])
    over.change("CampaignMember", members["kept"], Status="Meeting booked")
    over.send(*(person | {"position": "CEO"} for person in people))
    OutboxEntry.objects.filter(participant_key="Failed").update(state="failed", reason="refused_by_salesforce")
    over.send(someone("Unsent", "Held", "Person", email=None))

    found = count_no_shows(over.link)

    unsent = {EntryState.NEEDS_ANSWER: 1, EntryState.FAILED: 1, EntryState.LEFT_OUT: 1}
    assert found == NoShows(count=2, waiting=0, unsent=unsent, kept=1)
    assert no_shows_of([over.link]) == {over.link.pk: 2}
    OutboxEntry.objects.filter(participant_key="Failed").delete()
    assert mark(over) == 5
    over.drain()
    assert in_campaign(over) == found.count


def _members_by_email(world: World) -> list[dict[str, Any]]:
    emails = {row["Id"]: row["Email"] for row in world.rows("Lead")}
    return [{"Id": row["Id"], "Email": emails[row["LeadId"]]} for row in world.rows("CampaignMember")]


@pytest.mark.parametrize(("responded", "count"), [(True, 0), (False, 1)])
def test_a_status_that_may_be_replaced_is_counted(over: World, responded: bool, count: int) -> None:
    over.add("CampaignMemberStatus", {"CampaignId": over.link.campaign_id, "Label": "Reminded",
                                      "HasResponded": responded, "SortOrder": 8})  # fmt: skip
    over.send(someone("p1"))
    [member] = over.rows("CampaignMember")
    over.change("CampaignMember", member["Id"], Status="Reminded")
    over.send(someone("p1", position="CEO"))

    assert count_no_shows(over.link).count == count
    mark(over)
    over.drain()

    assert in_campaign(over) == count


def test_where_statuses_may_go_down_every_status_is_replaced(over: World) -> None:
    over.configure(never_downgrade=False)
    over.send(someone("p1"))
    [member] = over.rows("CampaignMember")
    over.change("CampaignMember", member["Id"], Status="Attended")
    over.send(someone("p1", position="CEO"))

    assert count_no_shows(over.link).count == 1
    mark(over)
    over.drain()

    assert in_campaign(over) == 1


def test_who_came_after_all_bears_the_mark_no_more(over: World) -> None:
    over.send(someone("p1"))
    mark(over)
    assert [(note["code"], note["by"]) for note in over.entry("p1").notes] == [("marked_no_show", "alice")]
    over.drain()
    over.send(someone("p1", position="CEO"))
    assert [note["code"] for note in over.entry("p1").notes] == ["marked_no_show"]

    over.send(someone("p1", position="CEO", came=True))

    assert over.entry("p1").notes == []


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
