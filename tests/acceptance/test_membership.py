"""Which status a member gets, and what a colleague's hand changes about it (rules 4.1 to 4.7)."""

import pytest
from django.utils import timezone

from connector.pipeline.outbox import resync
from connector.pipeline.setup.link_change import LinkChange, follow_link_change
from tests.acceptance.people import cancelled, someone
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
ALL_LABELS = {"status_refused": "Declined", "status_not_registered": "Sent", "status_no_show": "No show"}


def set_status(world: World, status: str) -> None:
    [member] = world.rows("CampaignMember")
    world.change("CampaignMember", member["Id"], Status=status)


def add_label(world: World, label: str, *, has_responded: bool) -> None:
    row = {"CampaignId": world.link.campaign_id, "Label": label, "HasResponded": has_responded, "SortOrder": 9}
    world.add("CampaignMemberStatus", row)


def notes(world: World) -> list[object]:
    return [note["code"] for note in world.entry("p1").notes]


def test_a_status_that_a_colleague_set_is_kept(world: World) -> None:
    world.send(someone("p1"))
    set_status(world, "Declined")

    world.send(someone("p1", position="CEO"))

    assert world.holds() == untouched(f"{ADA}: Declined")
    assert notes(world) == ["kept_manual"]


def test_a_kept_status_gives_way_to_a_change_in_inwink(world: World) -> None:
    world.send(someone("p1"))
    set_status(world, "Declined")
    world.send(someone("p1", position="CEO"))

    world.send(someone("p1", came=True))

    assert world.holds() == untouched(f"{ADA}: Attended")
    assert notes(world) == []


@pytest.mark.parametrize(("has_responded", "registered"), [(False, "Registered"), (True, "Meeting booked")])
def test_an_unmanaged_label_is_replaced_unless_it_says_that_the_person_responded(
    world: World, has_responded: bool, registered: str
) -> None:
    add_label(world, "Meeting booked", has_responded=has_responded)
    [lead] = world.add("Lead", {"FirstName": "Ada", "LastName": "Lovelace", "Company": "Analytical",
                                "Email": "ada.lovelace@example.org"})  # fmt: skip
    world.add("CampaignMember", {"CampaignId": world.link.campaign_id, "LeadId": lead, "Status": "Meeting booked"})

    world.send(someone("p1"))
    assert world.holds() == untouched(f"{ADA}: {registered}")
    assert notes(world) == (["status_not_lowered"] if has_responded else [])
    world.send(someone("p1", came=True))

    assert world.holds() == untouched(f"{ADA}: Attended")


def test_an_attendance_is_never_taken_back_by_inwink(world: World) -> None:
    world.configure(**ALL_LABELS)
    world.send(someone("p1", came=True))

    world.send(someone("p1", came=False, registered=False))

    assert world.holds() == untouched(f"{ADA}: Attended")


@pytest.mark.parametrize("drains", ["each", "once"])
def test_a_cancellation_and_a_new_registration_follow_inwink(world: World, drains: str) -> None:
    world.configure(**ALL_LABELS)

    seen = []
    for said in (someone("p1"), cancelled("p1"), someone("p1")):
        world.receive(said)
        if drains == "each":
            world.drain()
            seen.append(world.members()["ada.lovelace@example.org"])
    world.drain()

    assert seen == ([] if drains == "once" else ["Registered", "Declined", "Registered"])
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_without_the_protection_the_label_follows_the_latest_state(world: World) -> None:
    world.configure(never_downgrade=False, **ALL_LABELS)
    world.send(someone("p1"))

    world.send(someone("p1", registered=False))

    assert world.holds() == untouched(f"{ADA}: Sent")


def test_a_member_removed_by_hand_stays_away_until_they_come(world: World) -> None:
    world.send(someone("p1"))
    world.delete(world.rows("CampaignMember")[0]["Id"])

    world.send(someone("p1", position="CEO"))
    assert world.ends() == {"p1": ("left_out", "removed_by_hand")}
    assert world.holds() == untouched(f"{ADA}: no member")
    world.send(someone("p1", came=True))

    assert world.holds() == untouched(f"{ADA}: Attended")
    assert world.ends() == {"p1": ("synced", "")}


def test_a_member_removed_by_hand_comes_back_when_a_person_asks(world: World) -> None:
    world.send(someone("p1"))
    world.delete(world.rows("CampaignMember")[0]["Id"])
    world.send(someone("p1", position="CEO"))

    resync.resync_link(world.link, failed_only=False, requested_by="alice")
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered")
    assert world.attempts("p1")[-1].requested_by == "alice"


def test_a_removed_member_who_had_attended_stays_away(world: World) -> None:
    world.send(someone("p1", came=True))
    world.delete(world.rows("CampaignMember")[0]["Id"])

    world.send(someone("p1", came=True, position="CEO"))

    assert world.ends() == {"p1": ("left_out", "removed_by_hand")}


def test_where_the_link_says_so_removed_members_are_added_again(world: World) -> None:
    world.configure(removed_members="add_again")
    world.send(someone("p1"))
    world.delete(world.rows("CampaignMember")[0]["Id"])

    world.send(someone("p1", position="CEO"))

    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_wrong_check_in_is_corrected_downwards_on_a_persons_word(world: World) -> None:
    world.send(someone("p1", came=True))
    world.send(someone("p1", came=False))
    assert world.holds() == untouched(f"{ADA}: Attended")

    resync.correct_status(world.entry("p1"), requested_by="alice", reason="scanned by mistake")
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered")
    world.send(someone("p1", came=False, position="CEO"))
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_state_without_a_label_is_not_sent(world: World) -> None:
    world.send(someone("p1", registered=False), someone("p2", "Grace", "Hopper", registered=False))
    world.add("Lead", {"FirstName": "Ada", "LastName": "Lovelace", "Company": "A", "Email": "ada.lovelace@example.org"})
    world.send(someone("p1", registered=False, position="CEO"))

    assert world.ends() == {"p1": ("left_out", "status_not_sent"), "p2": ("left_out", "not_created_in_state")}
    assert world.holds() == untouched(f"{ADA}: no member")


def test_a_status_stays_when_the_link_stops_writing_its_state(world: World) -> None:
    world.configure(status_refused="Declined")
    world.send(someone("p1"))
    world.send(cancelled("p1"))
    assert world.holds() == untouched(f"{ADA}: Declined")

    world.configure(status_refused="")
    follow_link_change(world.link_now(), LinkChange(frozenset({"status_refused"})), now=timezone.now())
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Declined")
    assert world.ends() == {"p1": ("left_out", "status_not_sent")}
    world.send(cancelled("p1", position="CEO"))
    resync.resync_link(world.link_now(), failed_only=False, requested_by="olga")
    world.drain()
    assert world.holds() == untouched(f"{ADA}: Declined"), "neither a message nor a person who sends again undoes it"

    world.send(someone("p1", position="CTO"))
    assert world.holds() == untouched(f"{ADA}: Registered"), "registered again"
