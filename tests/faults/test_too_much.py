"""What is too much at once is sent in smaller portions in the same run, and fails only alone (rules 6.7 and 7.1)."""

from typing import Any

import pytest

from connector.models import SalesforceOrg, SyncRun
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World

pytestmark = pytest.mark.both


def crowd(count: int, **said: Any) -> list[dict[str, Any]]:
    return [someone(f"p{n}", "Ada", f"Number{n}", **said) for n in range(count)]


def working_sizes() -> Any:
    return SalesforceOrg.objects.get().working_sizes


def collections(world: World) -> list[int]:
    """Return the rows of each collection that was sent, in order."""
    log = world.control("calls", method="GET")["log"]
    return [one["rows"] for call in log for one in call.get("subrequests", []) if one["method"] != "GET"]


def test_an_automation_that_bears_few_rows_gets_few_in_the_same_run(world: World) -> None:
    world.switch(max_subrequest_rows_before_limit_exception=10)

    world.send(*crowd(30))

    assert SyncRun.objects.count() == 1
    assert set(world.ends().values()) == {("synced", "")}
    assert (len(world.members()), set(world.members().values())) == (30, {"Registered"})
    assert working_sizes() == {"Lead": 7, "CampaignMember": 7}


def test_the_size_that_works_is_tried_first_and_grows_back(world: World) -> None:
    world.switch(max_subrequest_rows_before_limit_exception=10)
    world.send(*crowd(30))
    world.reset_calls()
    world.switch(max_subrequest_rows_before_limit_exception=None)

    world.send(*crowd(60))

    assert max(collections(world)) == 7
    assert working_sizes() == {"Lead": 8, "CampaignMember": 8}


def test_check_ins_keep_to_the_size_that_works(world: World) -> None:
    world.send(*crowd(30))
    world.send(someone("p0", "Ada", "Number0", came=True))
    world.switch(max_subrequest_rows_before_limit_exception=10)

    world.send(*crowd(30, came=True))
    assert set(world.members().values()) == {"Attended"}
    assert set(world.ends().values()) == {("synced", "")}


def test_a_row_that_is_too_much_alone_fails_and_its_neighbours_go_on(world: World) -> None:
    limit = "AdaTrigger: System.LimitException: Apex CPU time limit exceeded"
    world.fault(
        {"error_code": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": limit, "rows": [0]}, times=5, sobject="Lead"
    )

    world.send(*crowd(4))

    ends = world.ends()
    assert ends["p0"] == ("failed", "refused_by_salesforce")
    assert {ends[key] for key in ("p1", "p2", "p3")} == {("synced", "")}
    assert world.entry("p0").error_code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def test_a_collection_that_fails_as_a_whole_is_halved_until_the_row_is_alone(world: World) -> None:
    world.switch(max_collection_rows=3)

    world.send(*crowd(8))

    assert SyncRun.objects.count() == 1
    assert set(world.ends().values()) == {("synced", "")}
    assert len(world.members()) == 8
    assert working_sizes() == {"Lead": 2, "CampaignMember": 2}


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_call_that_is_refused_for_its_size_is_halved(world: World, status: int) -> None:
    world.send(someone("describes", "Mary", "Somerville"))
    world.receive(*crowd(8))

    with before_call(2, lambda: world.fault({"status": status}, kind="composite")):
        world.drain()

    assert set(world.ends().values()) == {("synced", "")}
    assert world.link_now().pause_kind == ""
    assert SyncRun.objects.count() == 2


def test_locked_rows_are_sent_once_more_in_the_same_run(world: World) -> None:
    world.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": "all"}, sobject="CampaignMember")

    world.send(*crowd(3))

    assert SyncRun.objects.count() == 1
    assert len(world.members()) == 3


def test_a_member_that_a_colleague_added_meanwhile_is_updated_in_the_same_run(world: World) -> None:
    [lead] = world.add("Lead", {"LastName": "Number0", "Email": "ada.number0@example.org", "Company": "A"})
    member = {"CampaignId": world.link.campaign_id, "LeadId": lead, "Status": "Sent"}
    world.receive(*crowd(1))

    with before_call(2, lambda: world.add("CampaignMember", member)):
        world.drain()

    assert (SyncRun.objects.count(), world.ends()) == (1, {"p0": ("synced", "")})
    assert world.members()["ada.number0@example.org"] == "Registered"
