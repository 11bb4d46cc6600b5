"""The main job, from a stored message to the member in Salesforce."""

import pytest

from tests.world import World

pytestmark = pytest.mark.both

ADA = {"id": "p1", "email": "Ada@Example.org", "firstName": "Ada", "lastName": "Lovelace", "position": "CTO",
       "company": "Analytical", "registered": True}  # fmt: skip


def test_an_unknown_participant_becomes_a_lead_and_a_registered_member(world: World) -> None:
    report = world.send(ADA)

    assert report.outcomes == {"created": 1}
    [lead] = world.people("ada@example.org")
    assert (lead["type"], lead["FirstName"], lead["LastName"], lead["Company"], lead["Title"]) == (
        "Lead",
        "Ada",
        "Lovelace",
        "Analytical",
        "CTO",
    )
    assert world.members() == {"ada@example.org": "Registered"}
    assert world.ends() == {"p1": ("synced", "")}


def test_a_check_in_raises_the_status_without_reading_the_person(world: World) -> None:
    world.send(ADA)
    world.reset_calls()

    report = world.send({**ADA, "came": True})

    assert report.outcomes == {"updated": 1}
    assert world.members() == {"ada@example.org": "Attended"}
    assert world.api_calls() == 1


def test_the_same_again_costs_no_call(world: World) -> None:
    world.send(ADA)
    world.reset_calls()

    world.send(ADA)

    assert world.api_calls() == 0


def test_an_existing_contact_is_only_added_to_the_campaign(world: World) -> None:
    world.send(
        {**ADA, "id": "p2", "email": "CAMILLE.MARTIN@acme.example", "firstName": "Camille", "lastName": "Martin"}
    )

    [contact] = world.people("camille.martin@acme.example")
    assert (contact["type"], contact["Title"]) == ("Contact", "Directrice")
    assert world.members() == {"camille.martin@acme.example": "Registered"}


@pytest.mark.parametrize("email", ["ada\u200b@example.org", "\ufeffAda@ex\u00adample.org", "ada＠example.org"])
def test_what_a_copied_address_carries_unseen_makes_no_second_lead(world: World, email: str) -> None:
    world.send(ADA)
    world.send({**ADA, "id": "p2", "email": email})

    assert [lead["Email"] for lead in world.people("ada@example.org")] == ["ada@example.org"]
    assert world.entry("p2").same_person_of == world.entry("p1")


def test_one_person_twice_is_one_member_with_the_highest_state(world: World) -> None:
    world.send(ADA, {**ADA, "id": "p2", "firstName": "ADA", "came": True})

    assert len(world.people("ada@example.org")) == 1
    assert world.members() == {"ada@example.org": "Attended"}
    assert world.entry("p2").same_person_of == world.entry("p1")


def test_two_names_on_one_email_never_swap(world: World) -> None:
    world.send(ADA, {**ADA, "id": "p2", "firstName": "Grace", "lastName": "Hopper"})

    [lead] = world.people("ada@example.org")
    assert lead["LastName"] == "Lovelace"
    assert world.ends() == {"p1": ("synced", ""), "p2": ("needs_answer", "shares_email")}
