"""A batch from screen to write: who is skipped, who is tried twice, who is woken (rules 6.3 and 6.6)."""

from typing import Any
from unittest import mock

import pytest

from connector.models import CampaignLink
from connector.pipeline.runs import apply
from connector.salesforce.gateway import Gateway
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
LOCK = {"error_code": "UNABLE_TO_LOCK_ROW", "rows": "all"}


def test_a_configuration_change_voids_the_hash(world: World) -> None:
    world.send(someone("p1"))
    world.reset_calls()
    CampaignLink.objects.update(config_version=2)

    report = world.send(someone("p1", fields={"badge": 1}))

    assert world.api_calls() == 1, "read, and found right"
    assert report.outcomes == {"unchanged": 1}


def test_no_more_than_two_passes_are_made(world: World) -> None:
    world.receive(someone("p1"))
    world.fault(LOCK, times=10, sobject="Lead")

    with mock.patch.object(apply, "plan_groups", wraps=apply.plan_groups) as planned:
        world.drain()

    assert planned.call_count == apply.PASSES == 2
    assert world.ends() == {"p1": ("retrying", "")}


def test_the_second_pass_writes_only_what_is_left(world: World) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.fault({**LOCK, "rows": [0]}, sobject="CampaignMember")
    written: list[int] = []
    composite = Gateway.composite

    def spied(gateway: Gateway, subrequests: Any) -> Any:
        written.extend(len(one.records) for one in subrequests if hasattr(one, "records"))
        return composite(gateway, subrequests)

    with mock.patch.object(Gateway, "composite", spied):
        report = world.drain()

    assert written == [2, 2, 1], "two leads, two members, and the one that was locked"
    assert report.outcomes == {"created": 2}


def test_a_second_pass_knows_whose_record_was_just_made(world: World) -> None:
    """Two names on one email, one of them answered: the retry of the one must not end on the other's record."""
    from connector.pipeline import answers

    world.send(someone("p1", email="desk@example.org"), someone("p2", "Grace", "Hopper", email="desk@example.org"))
    world.delete(*[row["Id"] for row in world.people("desk@example.org")])
    world.receive(someone("p1", email="desk@example.org", came=True))
    world.drain()
    answers.release(world.entry("p1"), by="alice")
    answers.create_person(world.entry("p2"), by="alice")
    world.fault({**LOCK, "rows": [0]}, sobject="Lead")

    world.drain()

    assert world.holds() == untouched(
        "Lead Ada Lovelace <desk@example.org>: Attended", "Lead Grace Hopper <desk@example.org>: Registered"
    )


def test_a_field_that_goes_between_reading_and_writing_is_left_out_in_the_second_pass(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    hide = {"CampaignMember": ["Dietary__c"]}

    with before_call(3, lambda: world.switch(hidden_fields=hide)):
        report = world.send(someone("p1", fields={"dietary": "vegan"}))

    assert (report.runs, report.outcomes) == (1, {"created": 1})
    assert world.holds() == untouched(f"{ADA}: Registered")
    assert world.link_now().degraded_fields == ["CampaignMember.Dietary__c"]


def test_rows_of_one_person_cost_one_lead_and_one_member(world: World) -> None:
    world.send(*(someone(f"p{n}", "ADA" if n % 2 else "Ada") for n in range(4)))

    assert len(world.rows("CampaignMember")) == 1
    assert [attempt.outcome for n in range(4) for attempt in world.attempts(f"p{n}")] == ["created"] + ["unchanged"] * 3
    assert {world.entry(f"p{n}").same_person_of_id for n in range(1, 4)} == {world.entry("p0").pk}
