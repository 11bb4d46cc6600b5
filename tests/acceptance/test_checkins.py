"""Check-ins of people who are synced already, and repeats (rules 6.2 and 6.3)."""

from typing import Any

import pytest

from connector.models import SalesforceOrg
from connector.pipeline.outbox import resync
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

EMAIL = "ada.lovelace@example.org"
ADA = f"Lead Ada Lovelace <{EMAIL}>"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"


def check_in(*keys: str) -> list[dict[str, Any]]:
    people = {"p1": ("Ada", "Lovelace"), "p2": ("Grace", "Hopper"), "p3": ("Mary", "Somerville")}
    return [someone(key, *people[key], came=True) for key in keys]


def registered(world: World) -> World:
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.reset_calls()
    return world


def test_check_ins_are_written_without_reading(world: World) -> None:
    registered(world).send(*check_in("p1"))
    assert world.api_calls() == 1, "the first write by reference is read back in its own call"
    world.send(*check_in("p2"))

    assert world.api_calls() == 2
    assert world.holds() == untouched(f"{ADA}: Attended", f"{GRACE}: Attended")
    assert SalesforceOrg.objects.get().references == SalesforceOrg.References.RESOLVED


def test_where_references_are_refused_no_wrong_status_stays(world: World) -> None:
    world.switch(references_allowed=False)

    registered(world).send(*check_in("p1", "p2"))
    assert world.holds() == untouched(f"{ADA}: Attended", f"{GRACE}: Attended")
    assert SalesforceOrg.objects.get().references == SalesforceOrg.References.REFUSED
    world.send(someone("p3", "Mary", "Somerville"))
    world.reset_calls()
    world.send(*check_in("p3"))

    assert world.api_calls() == 2, "labels are read first: one call more"
    assert "Lead Mary Somerville <mary.somerville@example.org>: Attended" in world.holds()


def test_a_member_that_is_gone_is_read_in_the_same_run(world: World) -> None:
    registered(world).delete(world.rows("CampaignMember")[0]["Id"])

    report = world.send(*check_in("p1", "p2"))

    assert report.runs == 1
    assert world.holds() == untouched(f"{ADA}: Attended", f"{GRACE}: Attended")


def test_member_fields_travel_with_the_check_in(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    registered(world)

    world.send(someone("p1", came=True, fields={"dietary": "vegan"}))

    assert world.api_calls() == 1
    assert [row["Status"] for row in world.rows("CampaignMember") if row.get("Dietary__c") == "vegan"] == ["Attended"]


def test_a_member_field_that_we_never_saw_is_read_first_so_that_the_log_knows_what_was_there(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    [lead] = world.add("Lead", {"FirstName": "Ada", "LastName": "Lovelace", "Company": "A", "Email": EMAIL})
    member = {"CampaignId": world.link.campaign_id, "LeadId": lead, "Status": "Sent", "Dietary__c": "meat"}
    world.add("CampaignMember", member)
    world.send(someone("p1"))

    world.send(someone("p1", came=True, fields={"dietary": "vegan"}))

    assert world.attempts("p1")[-1].changes["CampaignMember.Dietary__c"] == ["meat", "vegan"]


@pytest.mark.parametrize("change", [{"position": "CEO"}, {"email": "new@example.org"}])
def test_a_check_in_with_another_change_is_read_first(world: World, change: dict[str, Any]) -> None:
    registered(world)

    world.send({**check_in("p1")[0], **change})

    assert world.api_calls() > 1
    assert "Attended" in " ".join(world.holds())


def test_who_was_read_more_than_a_day_ago_is_read_again(world: World) -> None:
    registered(world).let_pass(hours=25)

    world.send(*check_in("p1"))

    assert world.api_calls() > 1
    assert f"{ADA}: Attended" in world.holds()


def test_a_check_in_of_somebody_on_the_desk_twice_is_one_member(world: World) -> None:
    world.send(someone("p1"), {**someone("p2"), "firstName": "ADA"})

    world.send(check_in("p1")[0])

    assert [status for line in world.holds() for status in [line.rpartition(": ")[2]] if status != "no member"] == [
        "Attended"
    ]


def test_the_same_again_costs_no_call(world: World) -> None:
    registered(world)

    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))

    assert world.api_calls() == 0


def test_an_unmapped_change_costs_no_call(world: World) -> None:
    registered(world)

    report = world.send(someone("p1", fields={"badge": "printed"}))

    assert (world.api_calls(), report.outcomes) == (0, {"unchanged": 1})


def test_a_resync_reads_again_and_mends(world: World) -> None:
    registered(world)
    [member] = [row for row in world.rows("CampaignMember") if row["LeadId"] == world.entry("p1").person_id]
    world.change("CampaignMember", member["Id"], Status="Sent")

    resync.resync_link(world.link, failed_only=False, requested_by="alice")
    world.drain()

    assert world.api_calls() > 0
    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")


def test_a_label_that_goes_while_a_check_in_travels_leaves_no_wrong_status(world: World) -> None:
    registered(world).send(*check_in("p1"))
    label = world.label("Attended")

    with before_call(1, lambda: world.change("CampaignMemberStatus", label, Label="Came")):
        world.send(*check_in("p2"))

    assert f"{GRACE}: Registered" in world.holds()
    assert world.link_now().pause_code == "label_gone"
