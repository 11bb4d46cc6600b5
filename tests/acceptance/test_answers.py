"""What a person answers is carried out in Salesforce, and no answer outlives its question."""

import pytest

from connector.pipeline import answers
from tests.world import World

pytestmark = pytest.mark.both

ADA = {"id": "p1", "email": "team@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}
GRACE = {**ADA, "id": "p2", "firstName": "Grace", "lastName": "Hopper"}


def last_names(world: World, email: str) -> list[str]:
    return sorted(row["LastName"] for row in world.people(email))


def test_another_person_on_the_same_email_is_created_and_stays_apart(world: World) -> None:
    world.send(ADA, GRACE)

    assert answers.create_person(world.entry("p2"), "claire")
    world.drain()

    assert last_names(world, "team@example.org") == ["Hopper", "Lovelace"]
    assert world.entry("p1").person_id != world.entry("p2").person_id
    assert {state for state, _reason in world.ends().values()} == {"synced"}


def test_the_same_person_under_two_names_is_one_member(world: World) -> None:
    world.send(ADA, {**GRACE, "came": True})

    assert answers.same_person(world.entry("p2"), "claire")
    world.drain()

    assert world.members() == {"team@example.org": "Attended"}
    assert len(world.people("team@example.org")) == 1


def test_nobody_of_several_records_can_be_answered_with_a_new_person(world: World) -> None:
    world.add("Contact", *({"LastName": name, "Email": "team@example.org"} for name in ("Hopper", "Turing")))
    world.send(ADA)
    assert world.ends() == {"p1": ("needs_answer", "ambiguous")}

    assert answers.create_person(world.entry("p1"), "claire")
    world.drain()

    assert last_names(world, "team@example.org") == ["Hopper", "Lovelace", "Turing"]
    assert world.ends() == {"p1": ("synced", "")}


def test_somebody_without_an_email_can_be_created(world: World) -> None:
    world.send({**ADA, "email": None, "company": "Analytical"})

    assert answers.create_person(world.entry("p1"), "claire")
    world.drain()

    created = [row for row in world.rows("Lead") if row["LastName"] == "Lovelace"]
    assert [row.get("Email") for row in created] == [None]
    assert world.ends() == {"p1": ("synced", "")}


def test_left_out_lasts_as_long_as_its_question(world: World) -> None:
    world.send(ADA, GRACE)
    assert answers.leave_out(world.entry("p2"), "claire")
    world.drain()
    assert world.ends()["p2"] == ("left_out", "left_out_by_hand")

    world.send({**GRACE, "email": "grace@example.org"})

    assert world.ends()["p2"] == ("synced", "")
    assert last_names(world, "grace@example.org") == ["Hopper"]
