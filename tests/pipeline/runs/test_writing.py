"""What goes into which call, and what a call's answer means for each person (rules 7.1, 7.3, 7.5)."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from connector.core.mapping import Event
from connector.core.outcomes import Operation
from connector.core.participant import Known
from connector.core.planning.plan import PersonPlan, Write
from connector.core.rows import PersonRef, Row
from connector.core.schema import PersonType
from connector.core.screen import Person
from connector.pipeline.connection import connect
from connector.pipeline.runs import sizes
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.sizes import Sizes
from connector.pipeline.runs.writing import Writer
from connector.salesforce.composite import Query, Subrequest, SubResponse
from connector.salesforce.gateway import Gateway
from tests.world import World

pytestmark = pytest.mark.both

EVENT = Event(id="event")


class Spy:
    """Sees each call that a writer makes, in order, as a short text."""

    def __init__(self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[list[str]] = []
        self.told: list[tuple[str, int]] = []
        composite, collection = gateway.composite, gateway.write_collection

        def spied(subrequests: list[Subrequest]) -> list[SubResponse]:
            self.calls.append([_describe(one) for one in subrequests])
            return composite(subrequests)

        def apart(method: Any, records: Any, headers: Any) -> Any:
            self.calls.append([f"apart {method} {len(records)}"])
            return collection(method, records, headers)

        monkeypatch.setattr(gateway, "composite", spied)
        monkeypatch.setattr(gateway, "write_collection", apart)


def _describe(subrequest: Subrequest) -> str:
    if isinstance(subrequest, Query):
        return "labels"
    types = [record["attributes"]["type"] for record in getattr(subrequest, "records", [])]
    return f"{type(subrequest).__name__.removeprefix('Collection')} {len(types)} {'+'.join(sorted(set(types)))}"


@pytest.fixture
def gateway(world: World) -> Iterator[Gateway]:
    with closing(connect.gateway_for(world.org)) as opened:
        yield opened


def writer(world: World, gateway: Gateway, spy: Spy) -> Writer:
    return Writer(
        gateway=gateway,
        link=world.link,
        sizes=Sizes(),
        before_call=lambda: None,
        before_create=lambda some: spy.told.append(("before", len(some))),
        after_answer=lambda some: spy.told.append(("after", len(some))),
        is_set_aside=lambda progress: False,
    )


def person(number: int) -> Person:
    row = Row(id=number, known=Known(), key=f"p{number}", email=f"n{number}@example.org")
    return Person(rows=(row,), email=row.email)


def new_lead(number: int, last_name: str = "Lovelace", label: str = "Registered") -> Progress:
    values = {"LastName": last_name, "Company": "Analytical", "Email": f"n{number}@example.org"}
    member = Write(Operation.CREATE, values={"Status": label})
    record = Write(Operation.CREATE, values=values)
    plan = PersonPlan(person(number), creates=PersonType.LEAD, record=record, member=member, label=label)
    return Progress(plan)


def changed(number: int, ref: PersonRef) -> Progress:
    record = Write(Operation.UPDATE, values={"Title": "CTO"}, before={"Title": None})
    return Progress(PersonPlan(person(number), ref=ref, record=record), ref=ref)


def test_people_and_members_share_calls_as_far_as_the_limits_allow(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "MAX_ROWS", 2)
    spy = Spy(gateway, monkeypatch)
    work = [new_lead(number) for number in range(11)]

    writer(world, gateway, spy).write_people(work)
    writer(world, gateway, spy).write_members(work)

    assert spy.calls == [
        ["Create 2 Lead"] * 5,
        ["Create 1 Lead"],
        ["Create 2 CampaignMember"] * 4 + ["labels"],
        ["Create 2 CampaignMember", "Create 1 CampaignMember", "labels"],
    ]
    assert spy.told == [(when, n) for n in (10, 1, 8, 3) for when in ("before", "after")]
    assert all(progress.is_complete for progress in work)


def test_updates_of_both_objects_share_a_collection_sorted_by_type(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(gateway, monkeypatch)
    contact, lead = world.rows("Contact")[0]["Id"], world.rows("Lead")[0]["Id"]
    work = [changed(1, PersonRef(PersonType.LEAD, lead)), changed(2, PersonRef(PersonType.CONTACT, contact))]

    writer(world, gateway, spy).write_people(work)

    assert spy.calls == [["Update 2 Contact+Lead"]]
    assert {row["Title"] for kind in ("Contact", "Lead") for row in world.rows(kind)} == {"CTO"}
    assert work[0].changes == {"Lead.Title": (None, "CTO")}


def test_what_looks_like_a_reference_goes_alone_and_its_label_is_proved_all_the_same(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(gateway, monkeypatch)
    work = [new_lead(1), new_lead(2, last_name="@{rows_0[0].id}")]
    work[1].plan.member.values["Dietary__c"] = "@{labels}"  # type: ignore[index]

    writer(world, gateway, spy).write_people(work)
    writer(world, gateway, spy).write_members(work)

    assert spy.calls == [
        ["Create 1 Lead"], ["apart POST 1"], ["Create 1 CampaignMember", "labels"], ["apart POST 1"], ["labels"],
    ]  # fmt: skip
    assert [progress.is_complete for progress in work] == [True, True]
    assert {row["LastName"] for row in world.rows("Lead")} >= {"@{rows_0[0].id}", "Lovelace"}


def test_a_label_that_the_campaign_does_not_have_is_not_proved(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(gateway, monkeypatch)
    work = [new_lead(1, label="Nowhere"), new_lead(2)]

    writer(world, gateway, spy).write_people(work)
    writer(world, gateway, spy).write_members(work)

    assert [(one.is_member_written, one.is_label_proved, one.is_complete) for one in work] == [
        (True, False, False), (True, True, True)]  # fmt: skip
    assert sorted(world.members().values()) == ["Registered", "Sent"]


def test_a_refused_row_keeps_its_error_and_its_neighbours_go_on(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fault({"error_code": "INVALID_EMAIL_ADDRESS", "rows": [1]}, sobject="Lead")
    work = [new_lead(number) for number in range(3)]

    writer(world, gateway, Spy(gateway, monkeypatch)).write_people(work)

    assert [progress.created_person for progress in work] == [True, False, True]
    assert [error.code for error in work[1].errors] == ["INVALID_EMAIL_ADDRESS"]
