"""One person's error is one person's error (rule 6.6)."""

from typing import Any

import pytest

from connector.models import CampaignLink
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"
CAMILLE = "Contact Camille Martin <camille.martin@acme.example>"
LOCK = {"error_code": "UNABLE_TO_LOCK_ROW", "rows": [0]}
camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example")


@pytest.mark.parametrize("sobject", ["Lead", "CampaignMember"])
def test_a_locked_row_is_tried_once_more_in_the_same_run(world: World, sobject: str) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.fault(LOCK, sobject=sobject)

    report = world.drain()

    assert (report.runs, report.outcomes) == (1, {"created": 2})
    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")


def test_what_was_done_before_the_second_try_is_remembered(world: World) -> None:
    world.receive(someone("p1"))
    world.fault(LOCK, sobject="CampaignMember")

    world.drain()

    entry, [attempt] = world.entry("p1"), world.attempts("p1")
    assert entry.created_by_us
    assert entry.sent_values["Lead.LastName"] == "Lovelace"
    assert (entry.sent_label, entry.member_id != "") == ("Registered", True)
    assert (attempt.person_operation, attempt.member_operation) == ("create", "create")
    assert attempt.changes["Lead.LastName"] == [None, "Lovelace"]
    assert attempt.changes["CampaignMember.Status"] == [None, "Registered"]


def test_a_row_that_stays_locked_waits_longer_each_time_and_fails_in_the_end(world: World) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.fault({**LOCK, "rows": "all"}, times=2, sobject="Lead")

    world.drain()
    entry = world.entry("p1")
    assert (entry.state, entry.attempt_count, entry.error_code) == ("retrying", 1, "UNABLE_TO_LOCK_ROW")
    assert world.link_now().pause_kind == ""
    for _attempt in range(9):
        world.fault({**LOCK, "rows": "all"}, times=2, sobject="Lead")
        world.let_pass(hours=5)
        world.drain()

    assert world.ends() == {"p1": ("failed", "exhausted"), "p2": ("failed", "exhausted")}
    assert [attempt.outcome for attempt in world.attempts("p1")] == ["retrying"] * 9 + ["failed"]
    assert world.holds() == untouched()


def test_a_validation_rule_stops_only_the_row_that_breaks_it(world: World) -> None:
    rule = {"sobject": "Lead", "field": "Title", "equals": "Intern", "message": "No interns"}
    world.switch(validation_rules=[rule])

    world.send(someone("p1"), someone("p2", "Grace", "Hopper", position="Intern"))

    assert world.ends() == {"p1": ("synced", ""), "p2": ("failed", "refused_by_salesforce")}
    assert world.entry("p2").error_code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_whose_update_is_refused_becomes_a_member_all_the_same(world: World) -> None:
    world.configure(update_existing=True)
    rule = {"sobject": "Contact", "field": "Title", "equals": "Intern", "message": "No interns"}
    world.switch(validation_rules=[rule])

    world.send({**camille, "position": "Intern"})

    assert world.ends() == {"c1": ("failed", "refused_by_salesforce")}
    assert world.holds() == untouched(f"{CAMILLE}: Registered")
    assert world.people("camille.martin@acme.example")[0]["Title"] == "Directrice"
    world.send({**camille, "position": "CEO", "came": True})
    assert world.ends() == {"c1": ("synced", "")}
    assert world.people("camille.martin@acme.example")[0]["Title"] == "CEO"
    assert world.holds() == untouched(f"{CAMILLE}: Attended")


def test_an_inactive_owner_stops_only_that_person(world: World) -> None:
    world.configure(update_existing=True)
    world.switch(inactive_owner_blocks_updates=True)
    [gone] = [user["Id"] for user in world.control("state?sobjects=User", method="GET")["User"] if not user["IsActive"]]
    world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada.lovelace@example.org",
                          "OwnerId": gone})  # fmt: skip

    world.send(someone("p1"), camille)

    assert world.ends() == {"c1": ("synced", ""), "p1": ("failed", "refused_by_salesforce")}
    assert world.entry("p1").error_code == "INACTIVE_OWNER_OR_USER"


def test_one_code_on_every_row_fails_the_rows_and_pauses_nothing(world: World) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.fault({"error_code": "INSUFFICIENT_ACCESS_OR_READONLY", "rows": "all"}, sobject="Lead")

    world.drain()

    assert {state for state, _reason in world.ends().values()} == {"failed"}
    assert world.link_now().state == CampaignLink.LinkState.ACTIVE


def test_a_trigger_that_stops_one_of_several_costs_no_describe(world: World) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.drain()
    world.reset_calls()
    world.receive(someone("p3", "Mary", "Somerville"), someone("p4", "Emmy", "Noether"))
    world.fault({"error_code": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "rows": [0]}, sobject="Lead")

    world.drain()

    assert sorted(state for state, _reason in world.ends().values()) == ["failed", "synced", "synced", "synced"]
    assert world.api_calls() == 3, "read, people, members"


def test_who_was_added_by_a_colleague_meanwhile_is_updated(world: World) -> None:
    [contact] = [row["Id"] for row in world.rows("Contact")]
    member = {"CampaignId": world.link.campaign_id, "ContactId": contact, "Status": "Sent"}

    with before_call(2, lambda: world.add("CampaignMember", member)):
        world.send(camille)

    assert world.ends() == {"c1": ("synced", "")}
    assert world.holds() == untouched(f"{CAMILLE}: Registered")


def test_whose_record_was_deleted_meanwhile_is_left_out(world: World) -> None:
    world.send(camille)
    [contact] = [row["Id"] for row in world.rows("Contact")]
    [member] = world.rows("CampaignMember")
    world.map("campaign_member", "Dietary__c", "fields.dietary")

    with before_call(2, lambda: world.delete(contact)):
        world.send({**camille, "fields": {"dietary": "vegan"}})

    assert world.ends() == {"c1": ("left_out", "person_deleted")}
    assert member["Id"] not in [row["Id"] for row in world.rows("CampaignMember")]


def test_a_full_field_is_told_before_anything_is_sent(world: World) -> None:
    world.send(someone("p1", position="x" * 129), someone("p2", "Grace", "Hopper"))

    assert world.ends() == {"p1": ("failed", "invalid_value"), "p2": ("synced", "")}
    assert "Title" in world.entry("p1").error_message
    assert world.holds() == untouched(f"{GRACE}: Registered")


@pytest.mark.parametrize("action", ["allow", "review"])
@pytest.mark.parametrize("rule", ["alert", "block"])
def test_duplicate_rules_follow_the_links_policy(world: World, rule: str, action: str) -> None:
    world.configure(duplicates=action)
    world.switch(duplicate_rules={"Lead": {"action": rule, "match": ["LastName"]}})
    world.add("Lead", {"FirstName": "Another", "LastName": "Lovelace", "Company": "Somewhere"})

    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))

    is_saved = (rule, action) == ("alert", "allow")
    p1: Any = ("synced", "") if is_saved else ("failed", "refused_by_salesforce")
    assert world.ends() == {"p1": p1, "p2": ("synced", "")}
    assert len(world.people("ada.lovelace@example.org")) == int(is_saved)
