"""Who is created, as what, and who is not (rules 3.0 to 3.3)."""

import pytest
from django.utils import timezone

from connector.models import SalesforceOrg
from connector.pipeline.setup.link_change import follow_confirmed_visibility
from tests.acceptance.people import cancelled, someone
from tests.pipeline.connection.test_sign_in import run_as
from tests.world import World, untouched

pytestmark = pytest.mark.both


@pytest.mark.parametrize(("create", "kind"), [("lead", "Lead"), ("contact", "Contact")])
def test_an_unknown_person_is_created_as_the_link_says(world: World, create: str, kind: str) -> None:
    world.configure(create_as=create)

    world.send(someone("p1"))

    assert world.holds() == untouched(f"{kind} Ada Lovelace <ada.lovelace@example.org>: Registered")


def test_nobody_is_created_where_the_link_says_nobody(world: World) -> None:
    world.configure(create_as="nobody")

    world.send(someone("p1"))

    assert (world.ends(), world.holds()) == ({"p1": ("left_out", "no_match")}, untouched())


def test_an_invitation_list_creates_nobody_until_somebody_registers(world: World) -> None:
    world.configure(status_not_registered="Sent")
    world.send(someone("p1", registered=False))
    assert (world.ends(), world.holds()) == ({"p1": ("left_out", "not_created_in_state")}, untouched())

    world.send(someone("p1"))

    assert world.holds() == untouched("Lead Ada Lovelace <ada.lovelace@example.org>: Registered")


@pytest.mark.parametrize("drains", ["each", "once"])
def test_who_registered_and_cancelled_is_created_whenever_a_worker_ran(world: World, drains: str) -> None:
    world.configure(status_refused="Declined")
    world.receive(someone("p1"))
    if drains == "each":
        world.drain()

    world.send(cancelled("p1"))

    assert world.holds() == untouched("Lead Ada Lovelace <ada.lovelace@example.org>: Declined")


def test_nobody_is_created_until_it_is_confirmed_that_everybody_is_seen(world: World) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)
    camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example")
    world.send(someone("p1"), camille)
    assert world.ends() == {"c1": ("synced", ""), "p1": ("left_out", "visibility_not_confirmed")}
    assert world.holds() == untouched("Contact Camille Martin <camille.martin@acme.example>: Registered")

    SalesforceOrg.objects.update(visibility_confirmed=True)
    follow_confirmed_visibility(SalesforceOrg.objects.get(), now=timezone.now())
    world.drain()

    assert world.ends() == {"c1": ("synced", ""), "p1": ("synced", "")}


@pytest.mark.parametrize("moment", ["between runs", "while a run reads"])
def test_another_user_creates_nobody_on_the_proof_of_the_first(world: World, moment: str) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)
    world.send(someone("c1", "Camille", "Martin", email="camille.martin@acme.example"))
    SalesforceOrg.objects.update(visibility_proved_at=timezone.now())
    run_as(world.salesforce, "sales@simulator.example")
    if moment == "between runs":
        SalesforceOrg.objects.update(access_token="", token_issued_at=None)
    else:
        world.fault({"expire_session": True})

    world.send(someone("p1"))
    world.let_pass(minutes=20)
    world.drain()

    assert world.people("ada.lovelace@example.org") == []
    assert world.ends()["p1"] == ("left_out", "visibility_not_confirmed")
    assert SalesforceOrg.objects.get().state == "connected"


def test_placeholders_fill_what_salesforce_requires_and_give_way_to_the_truth(world: World) -> None:
    world.send(someone("p1", company=None, lastName=None))
    [lead] = world.people("ada.lovelace@example.org")
    assert (lead["Company"], lead["LastName"]) == ("[not provided]", "[not provided]")

    world.send(someone("p1", company="Analytical", lastName="Lovelace"))

    [lead] = world.people("ada.lovelace@example.org")
    assert (lead["Company"], lead["LastName"]) == ("Analytical", "Lovelace")


@pytest.mark.parametrize(("new_owner", "owner"), [("integration_user", "integration"), ("assignment_rules", "sales")])
def test_the_owner_of_a_new_lead_follows_the_link(world: World, new_owner: str, owner: str) -> None:
    users = {user["Username"].partition("@")[0]: user["Id"]
             for user in world.control("state?sobjects=User", method="GET")["User"]}  # fmt: skip
    world.switch(assignment_rule_owner=users["sales"])
    world.configure(new_owner=new_owner)

    world.send(someone("p1"))

    assert world.people("ada.lovelace@example.org")[0]["OwnerId"] == users[owner]
