"""Each row knows the status that its member really has, whoever set it and whichever row of the person wrote it."""

from typing import Any

import pytest

from connector.core.outcomes import Priority
from connector.models import OutboxEntry
from connector.pipeline import answers
from connector.pipeline.outbox.resync import resync_entries, void_link
from connector.pipeline.privacy.forget import forget_participant
from connector.pipeline.privacy.held import Sought
from connector.pipeline.put_back.now import put_back
from connector.pipeline.put_back.run import Request
from connector.pipeline.put_back.selection import Selection
from connector.pipeline.sums import sum_link
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World

pytestmark = pytest.mark.both

ADA = "ada.lovelace@example.org"


def statuses(world: World) -> dict[str, str]:
    """Return {participant: status of their member as known here}."""
    return dict(OutboxEntry.objects.values_list("participant_key", "member_label").order_by("participant_key"))


def only_member(world: World) -> str:
    [member] = [row for row in world.rows("CampaignMember") if row["CampaignId"] == world.link.campaign_id]
    return str(member["Id"])


def colleague_sets(world: World, status: str) -> None:
    responded = {"CampaignId": world.link.campaign_id, "Label": status, "HasResponded": True, "SortOrder": 9}
    if status not in {row["Label"] for row in world.rows("CampaignMemberStatus")}:
        world.add("CampaignMemberStatus", responded)
    world.change("CampaignMember", only_member(world), Status=status)


def resend(world: World, key: str) -> None:
    resync_entries(OutboxEntry.objects.filter(participant_key=key), requested_by="olga")
    world.drain()


def left(world: World, key: str) -> list[Any]:
    """Return the notes of a participant about members that were left."""
    return [note for note in world.entry(key).notes if note["code"] == "left_behind"]


def test_what_is_written_is_known_also_unread(world: World) -> None:
    world.send(someone("p1"))
    assert statuses(world) == {"p1": "Registered"}
    world.send(someone("p1", came=True))
    assert (statuses(world), world.members()) == ({"p1": "Attended"}, {ADA: "Attended"})


def test_all_rows_of_a_person_know_what_one_of_them_wrote(world: World) -> None:
    world.send(someone("p1"))
    world.send(someone("p2", came=True))
    assert statuses(world) == {"p1": "Attended", "p2": "Attended"}
    resend(world, "p1")
    entry = world.entry("p1")
    assert (entry.member_label, entry.sent_label, entry.synced_state) == ("Attended", "Attended", "attended")


def test_a_label_of_the_link_that_changes_is_followed_whichever_row_wrote_the_former(world: World) -> None:
    """The first row was sent last and wrote nothing: its status is ours all the same."""
    world.send(someone("p1"))
    world.send(someone("p2", came=True))
    resend(world, "p1")
    world.add("CampaignMemberStatus", {"CampaignId": world.link.campaign_id, "Label": "Present", "HasResponded": True,
                                       "SortOrder": 9})  # fmt: skip
    world.configure(status_attended="Present", config_version=world.link.config_version + 1)
    world.send(someone("p1", position="CEO"))
    assert world.members() == {ADA: "Present"}
    assert statuses(world) == {"p1": "Present", "p2": "Present"}


@pytest.mark.parametrize("key", ["p1", "p2"])
def test_who_is_said_to_be_the_same_person_later_shares_the_member_in_the_sum_too(world: World, key: str) -> None:
    world.send(someone(key))
    other = {"p1": "p2", "p2": "p1"}[key]
    world.send(someone(other, "Grace", "Hopper", email=ADA))
    assert answers.same_person(world.entry(other), "claire")
    world.drain()
    assert (sum_link(world.link.pk).synced, sum_link(world.link.pk).same_person) == (2, 1)
    assert statuses(world) == {"p1": "Registered", "p2": "Registered"}


def test_a_status_of_a_colleague_that_stays_is_the_one_that_is_known(world: World) -> None:
    world.send(someone("p1"))
    colleague_sets(world, "Meeting booked")
    world.send(someone("p1", position="CEO"))
    entry = world.entry("p1")
    assert (entry.member_label, entry.sent_label) == ("Meeting booked", "Registered")
    assert [note["code"] for note in entry.notes] == ["kept_manual"]


def test_what_a_check_in_replaces_is_logged_as_it_was(world: World) -> None:
    world.send(someone("p1"))
    colleague_sets(world, "Meeting booked")
    world.send(someone("p1", position="CEO"))
    world.send(someone("p1", position="CEO", came=True))
    assert world.attempts("p1")[-1].changes["CampaignMember.Status"] == ["Meeting booked", "Attended"]


def test_a_colleague_who_was_faster_set_the_status_that_is_known(world: World) -> None:
    world.send(someone("p1"))
    colleague_sets(world, "Attended")
    world.let_pass(days=2)
    world.send(someone("p1", came=True))
    assert statuses(world) == {"p1": "Attended"}
    assert world.attempts("p1")[-1].outcome == "unchanged"


def test_a_value_that_fits_nowhere_leaves_known_what_was_read(world: World) -> None:
    world.send(someone("p1"))
    colleague_sets(world, "Meeting booked")
    world.map("campaign_member", "Dietary__c", "fields.diet")
    world.send(someone("p1", fields={"diet": "x" * 300}))
    assert world.ends()["p1"] == ("failed", "invalid_value")
    assert statuses(world) == {"p1": "Meeting booked"}


def test_who_was_removed_by_hand_is_known_as_none_until_they_come(world: World) -> None:
    world.send(someone("p1"))
    world.send(someone("p2"))
    world.delete(only_member(world))
    world.send(someone("p1", position="CEO"))
    assert world.ends()["p1"] == ("left_out", "removed_by_hand")
    assert statuses(world) == {"p1": "", "p2": ""}
    world.send(someone("p1", position="CEO", came=True))
    assert statuses(world) == {"p1": "Attended", "p2": "Attended"}
    assert {row.member_id for row in OutboxEntry.objects.all()} == {only_member(world)}


def test_a_deleted_person_takes_the_membership_along(world: World) -> None:
    [ada] = world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": ADA})
    world.send(someone("p1"))
    world.delete(ada)
    resend(world, "p1")
    assert world.ends()["p1"] == ("left_out", "person_deleted")
    assert statuses(world) == {"p1": ""}


def test_a_membership_that_is_left_is_noted_until_it_is_had_again(world: World) -> None:
    for email in (ADA, "new@example.org"):
        world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": email})
    world.send(someone("p1", came=True))
    first = world.entry("p1").member_id

    world.send(someone("p1", email="new@example.org", came=True))
    assert left(world, "p1") == [{"code": "left_behind", "member_id": first, "left": "Attended"}]
    assert world.attempts("p1")[-1].notes == [{"code": "left_behind"}]

    world.send(someone("p1", email="new@example.org", came=True, position="CEO"))
    assert [note["member_id"] for note in left(world, "p1")] == [first]
    second = world.entry("p1").member_id

    world.send(someone("p1", came=True, position="CEO"))
    assert world.entry("p1").member_id == first
    assert [note["member_id"] for note in left(world, "p1")] == [second]


def test_what_is_left_by_an_answer_is_noted_too(world: World) -> None:
    world.add("Contact", *({"FirstName": "Ada", "LastName": "Lovelace", "Email": ADA} for _time in range(2)))
    world.send(someone("p1"))
    picked = world.entry("p1").candidates[0]
    answers.pick_person(world.entry("p1"), picked["type"], picked["id"], "claire")
    world.drain()
    member = only_member(world)
    answers.take_back(world.entry("p1"), "claire")
    assert statuses(world) == {"p1": ""}
    assert [note["member_id"] for note in left(world, "p1")] == [member]


def test_another_campaign_knows_nothing_of_what_was_left(world: World) -> None:
    world.send(someone("p1"))
    world.send(someone("p1", "Grace", "Hopper"))
    void_link(world.link)
    assert (statuses(world), left(world, "p1")) == ({"p1": ""}, [])


def test_whoever_is_erased_is_not_kept_in_the_note_of_whom_the_ticket_went_to(world: World) -> None:
    world.send(someone("p1"))
    world.send(someone("p1", "Grace", "Hopper"))
    assert left(world, "p1")
    forget_participant(Sought(email=ADA), by="olga")
    assert left(world, "p1") == []
    assert statuses(world) == {"p1": "Registered"}


def test_a_status_that_is_put_back_is_known(world: World) -> None:
    world.send(someone("p1"))
    world.send(someone("p1", came=True))
    put_back(Selection(run_id=world.attempts("p1")[-1].run_id), Request(by="olga", reason="test", wait_seconds=0))
    assert world.members() == {ADA: "Registered"}
    assert statuses(world) == {"p1": "Registered"}


def test_a_row_that_has_another_member_meanwhile_learns_nothing_of_the_former(world: World) -> None:
    world.send(someone("p1"))
    parted = {"member_id": "", "member_label": ""}
    with before_call(1, lambda: OutboxEntry.objects.filter(participant_key="p1").update(**parted)):
        world.send(someone("p2", came=True))
    assert statuses(world) == {"p1": "", "p2": "Attended"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_a_live_run_writes_between_the_calls_of_another_run_stays_known(world: World, number: int) -> None:
    """The backfill run has read the member, and is done with it, before the check-in by another email is written."""
    [contact] = world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@new.example"})
    lead = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@old.example", "Company": "A"}
    world.add("Lead", {**lead, "IsConverted": True, "ConvertedContactId": contact})
    old = someone("old", email="ada@old.example")
    world.send(old)
    world.receive({**old, "position": "CEO"}, someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)
    with before_call(number, lambda: world.receive(someone("new", email="ada@new.example", came=True))):
        world.drain()
    assert world.members()["ada@new.example"] == "Attended"
    assert statuses(world) == {"new": "Attended", "old": "Attended", "p2": "Registered"}
