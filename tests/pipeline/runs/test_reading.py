"""How people are read: in few calls, and to the end of every page (rule 7.1)."""

from typing import Any

import pytest

from connector.core.rows import PersonRef
from connector.core.schema import PersonType, SObject
from connector.pipeline.connection import connect
from connector.pipeline.connection.schemas import SOBJECTS
from connector.pipeline.policies import policy_of
from connector.pipeline.runs.reading import (
    CallAgainError,
    ConfigurationProblemError,
    Reader,
    Readings,
    SchemaChangedError,
    raise_for,
    require_core_fields,
)
from connector.salesforce.composite import SubResponse
from connector.salesforce.errors import row_error
from connector.salesforce.ids import id_18
from tests.world import World

pytestmark = pytest.mark.both


def read(world: World, emails: list[str], *refs: PersonRef) -> Readings:
    gateway = connect.gateway_for(world.org)
    schemas = {name: connect.object_schema(world.org, name, gateway=gateway) for name in SOBJECTS}
    policy = policy_of(world.link)
    require_core_fields(schemas, policy)
    world.reset_calls()
    reader = Reader(gateway=gateway, campaign_id=world.link.campaign_id, policy=policy,
                    schemas=schemas, before_call=lambda: None)  # fmt: skip
    return reader.read(emails, lambda _records: refs)


def add(world: World, sobject: str, count: int, **values: Any) -> list[str]:
    rows = [{"LastName": f"Number{n}", "Email": f"n{n}@example.org", "Company": "A", **values} for n in range(count)]
    if sobject == "Contact":
        rows = [{name: value for name, value in row.items() if name != "Company"} for row in rows]
    return world.add(sobject, *rows)


def test_both_objects_and_the_labels_are_read_in_one_call(world: World) -> None:
    add(world, "Contact", 3)
    add(world, "Lead", 3)

    found = read(world, [f"n{n}@example.org" for n in range(3)])

    assert world.api_calls() == 1
    assert [record.ref.type for record in found.records.with_email("n0@example.org")] == ["Contact", "Lead"]
    assert list(found.labels.items())[:2] == [("Sent", False), ("Registered", True)]


def test_more_than_five_queries_are_packed_into_more_calls(world: World) -> None:
    add(world, "Contact", 900)

    found = read(world, [f"n{n}@example.org" for n in range(900)])

    assert world.api_calls() == 2
    assert all(found.records.with_email(f"n{n}@example.org") for n in range(900))


def test_short_pages_are_followed(world: World) -> None:
    ids = add(world, "Contact", 9)
    members = [{"CampaignId": world.link.campaign_id, "ContactId": row_id, "Status": "Attended"} for row_id in ids]
    world.add("CampaignMember", *members)
    world.switch(page_size=2, child_page_size=1)

    found = read(world, [f"n{n}@example.org" for n in range(9)])

    records = [record for n in range(9) for record in found.records.with_email(f"n{n}@example.org")]
    assert [record.ref.id for record in records] == ids
    assert {record.member.label for record in records if record.member} == {"Attended"}
    assert all(record.member for record in records)
    assert len(found.labels) == 5


def test_a_deleted_record_is_known_as_deleted_and_a_merged_one_by_its_master(world: World) -> None:
    gone, loser, winner = add(world, "Contact", 3)
    world.delete(gone)
    world.merge(winner, loser)
    refs = [PersonRef(PersonType.CONTACT, row_id) for row_id in (gone, loser)]

    found = read(world, [], *refs)

    assert found.records.follow(refs[0]) is None
    followed = found.records.follow(refs[1])
    assert followed is not None
    assert followed.ref.id == winner


def test_the_membership_of_a_deleted_member_does_not_count(world: World) -> None:
    [person] = add(world, "Contact", 1)
    [member] = world.add(
        "CampaignMember", {"CampaignId": world.link.campaign_id, "ContactId": person, "Status": "Sent"}
    )
    world.delete(member)

    found = read(world, [], PersonRef(PersonType.CONTACT, person))

    record = found.records.follow(PersonRef(PersonType.CONTACT, person))
    assert record is not None
    assert record.member is None


def test_an_id_that_nobody_knows_is_asked_once(world: World) -> None:
    unknown = PersonRef(PersonType.LEAD, id_18("00Q000000000999"))

    found = read(world, ["n0@example.org"], unknown)

    assert (found.records.follow(unknown), world.api_calls()) == (None, 2)


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("UNABLE_TO_LOCK_ROW", CallAgainError),
        ("QUERY_TIMEOUT", CallAgainError),
        ("INVALID_FIELD", SchemaChangedError),
        ("INVALID_TYPE", ConfigurationProblemError),
        ("MALFORMED_QUERY", ConfigurationProblemError),
    ],
)
def test_a_query_that_fails_stops_the_run_and_never_means_nobody(code: str, raised: type[Exception]) -> None:
    answer = SubResponse("contact_email_0", 400, error=row_error({"errorCode": code, "message": "no"}))

    with pytest.raises(raised):
        raise_for(answer)


def test_a_missing_core_field_is_named(world: World) -> None:
    world.switch(hidden_fields={SObject.LEAD.value: ["Email"]})

    with pytest.raises(ConfigurationProblemError, match=r"core_field_gone: Lead\.Email"):
        read(world, [])
