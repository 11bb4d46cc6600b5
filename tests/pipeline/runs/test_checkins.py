"""Whose check-in may be written unread, and what a refusal means (rule 6.2)."""

from typing import Any

import pytest

from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.outbox import resync
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"


def synced(world: World, **said: Any) -> None:
    world.send(someone("p1", **said))
    SalesforceOrg.objects.update(references=SalesforceOrg.References.RESOLVED)
    world.reset_calls()


def calls_of_check_in(world: World) -> int:
    world.send(someone("p1", came=True))
    assert world.holds() == untouched(f"{ADA}: Attended")
    return world.api_calls()


def test_one_call_is_enough(world: World) -> None:
    synced(world)

    assert calls_of_check_in(world) == 1


@pytest.mark.parametrize(
    "columns",
    [{"sent_person_hash": ""}, {"last_read_at": None}, {"member_id": ""}, {"synced_state": ""}, {"is_forced": True},
     {"matched_email": "other@example.org"}],
    ids=lambda columns: next(iter(columns)),
)  # fmt: skip
def test_whoever_is_not_known_well_enough_is_read(world: World, columns: dict[str, Any]) -> None:
    synced(world)
    OutboxEntry.objects.update(**columns)

    assert calls_of_check_in(world) == 2


def test_another_configuration_is_read(world: World) -> None:
    synced(world)
    CampaignLink.objects.update(config_version=7)

    assert calls_of_check_in(world) == 2


def test_a_correction_upwards_is_read(world: World) -> None:
    synced(world)
    world.receive(someone("p1", came=True))
    resync.resync_link(world.link, failed_only=False, requested_by="alice")
    world.drain()

    assert world.api_calls() == 2


def test_a_member_field_that_needs_the_present_value_is_read(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary", mode="if_empty")
    synced(world)

    world.send(someone("p1", came=True, fields={"dietary": "vegan"}))

    assert world.api_calls() == 2
    assert [row.get("Dietary__c") for row in world.rows("CampaignMember")] == ["vegan"]


def test_a_locked_check_in_is_read_and_written_in_the_same_run(world: World) -> None:
    synced(world)
    world.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": "all"}, sobject="CampaignMember")

    report = world.send(someone("p1", came=True))

    assert (report.runs, report.outcomes) == (1, {"updated": 1})
    assert world.holds() == untouched(f"{ADA}: Attended")


def test_a_lost_answer_leaves_a_check_in_to_be_sent_again(world: World) -> None:
    synced(world)
    world.fault({"close_after": True}, sobject="CampaignMember")

    world.send(someone("p1", came=True))
    entry = world.entry("p1")
    assert (entry.state, entry.create_sent_at) == ("pending", None), "nothing could be created twice"
    world.let_pass(seconds=20)
    world.drain()

    assert world.ends() == {"p1": ("synced", "")}
    assert world.holds() == untouched(f"{ADA}: Attended")


def test_an_unproved_reference_learns_nothing_from_a_row_that_failed(world: World) -> None:
    world.send(someone("p1"))
    world.delete(world.rows("CampaignMember")[0]["Id"])

    world.send(someone("p1", came=True))

    assert SalesforceOrg.objects.get().references == ""
    assert world.holds() == untouched(f"{ADA}: Attended")


def test_references_that_stop_working_never_leave_a_wrong_status(world: World) -> None:
    synced(world)

    with before_call(1, lambda: world.switch(references_allowed=False)):
        world.send(someone("p1", came=True))

    assert world.ends() == {"p1": ("synced", "")}
    assert world.holds() == untouched(f"{ADA}: Attended")


def test_the_colleagues_label_before_a_check_in_is_no_obstacle(world: World) -> None:
    synced(world)
    [member] = world.rows("CampaignMember")
    world.change("CampaignMember", member["Id"], Status="Declined")

    assert calls_of_check_in(world) == 1
