"""Who is created, as what, and who is not (rules 3.0 to 3.3)."""

from typing import Any

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


def user(world: World, name: str) -> str:
    """Return the id of a user of the seed."""
    users = world.control("state?sobjects=User", method="GET")["User"]
    return str(next(row["Id"] for row in users if row["Username"].startswith(name)))


def test_assignment_rules_never_take_a_lead_that_is_only_updated(world: World) -> None:
    world.switch(assignment_rule_owner=user(world, "integration"))
    world.configure(new_owner="assignment_rules", update_existing=True)

    world.send(someone("l1", "Louis", "Bernard", email="louis.bernard@example.com"))

    [louis] = world.people("louis.bernard@example.com")
    assert (louis["Title"], louis["OwnerId"]) == ("CTO", user(world, "sales"))


@pytest.mark.parametrize("create", ["lead", "contact"])
def test_a_user_can_own_new_people(world: World, create: str) -> None:
    world.configure(new_owner=user(world, "sales"), create_as=create)

    world.send(someone("p1"))

    assert world.people("ada.lovelace@example.org")[0]["OwnerId"] == user(world, "sales")


def test_a_queue_can_own_new_leads(world: World) -> None:
    [queue] = [row["Id"] for row in world.control("state?sobjects=Group", method="GET")["Group"]]
    world.configure(new_owner=queue)

    world.send(someone("p1"))

    assert world.people("ada.lovelace@example.org")[0]["OwnerId"] == queue


def test_an_owner_who_left_fails_the_new_people_only(world: World) -> None:
    world.configure(new_owner=user(world, "gone"))
    louis = someone("l1", "Louis", "Bernard", email="louis.bernard@example.com")

    world.send(someone("p1"), louis)

    assert world.ends() == {"l1": ("synced", ""), "p1": ("failed", "refused_by_salesforce")}
    assert (world.entry("p1").error_code, world.link_now().pause_kind) == ("INACTIVE_OWNER_OR_USER", "")


RECORD_TYPE_ID = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"],
                  "relationship": "RecordType"}  # fmt: skip


def test_a_new_lead_gets_the_record_type_of_the_link_and_a_present_one_keeps_its_own(world: World) -> None:
    world.switch(custom_fields={"Lead": [RECORD_TYPE_ID]})
    types = [
        {"Name": name, "DeveloperName": name, "SobjectType": "Lead", "IsActive": True} for name in ("Firm", "Guest")
    ]
    firm, guest = world.add("RecordType", *types)
    world.configure(record_types={"lead": "guest"}, update_existing=True)
    louis = someone("l1", "Louis", "Bernard", email="louis.bernard@example.com")
    world.change("Lead", world.people("louis.bernard@example.com")[0]["Id"], RecordTypeId=firm)

    world.send(someone("p1"), louis)

    types_of = {row["LastName"]: row["RecordTypeId"] for row in world.rows("Lead")}
    assert types_of == {"Lovelace": guest, "Bernard": firm}


def test_a_record_type_that_is_gone_fails_the_row_and_says_so(world: World) -> None:
    world.configure(record_types={"lead": "Guest"})

    world.send(someone("p1"))

    assert world.ends() == {"p1": ("failed", "invalid_value")}
    assert (world.entry("p1").error_code, world.holds()) == ("record_type_unknown", untouched())


def test_who_lacks_what_salesforce_demands_is_not_sent_at_all(world: World) -> None:
    world.configure(placeholders={"company": "", "last_name": ""})
    world.send(someone("p0", "Grace", "Hopper"))
    world.reset_calls()

    world.send(someone("p1", company=None), someone("p2", "Alan", "Turing"))

    assert world.ends() == {"p0": ("synced", ""), "p1": ("failed", "invalid_value"), "p2": ("synced", "")}
    assert world.entry("p1").error_code == "required_field_missing"
    assert "Company" in world.entry("p1").error_message
    assert world.people("ada.lovelace@example.org") == []


def account_of(world: World, email: str) -> str | None:
    """Return the name of a contact's account."""
    [contact] = world.people(email)
    names = {row["Id"]: str(row["Name"]) for row in world.rows("Account")}
    return names.get(contact.get("AccountId"))


ACCOUNTS = (
    {"Name": "Analytical", "Website": "https://www.analytical.example/en"},
    {"Name": "Hopper & 'Sons' 100%", "Website": "hopper.example"},
    {"Name": "Hopper Labs", "Website": "http://labs.hopper.example"},
    {"Name": "Twin", "Website": "twin.example"},
    {"Name": "TWIN", "Website": "www.twin.example"},
)


@pytest.mark.parametrize(
    ("by", "said", "account", "note"),
    [
        pytest.param("by_company", {"company": "analytical "}, "Analytical", None, id="its company"),
        pytest.param("by_company", {"company": "hopper & 'sons' 100%"}, "Hopper & 'Sons' 100%", None, id="any letters"),
        pytest.param("by_company", {"company": "Twin"}, None, "account_ambiguous", id="two of the name"),
        pytest.param("by_company", {"company": "Analytic"}, None, "account_not_found", id="none of the name"),
        pytest.param("by_company", {"company": None}, None, "account_not_found", id="no company"),
        pytest.param("by_domain", {"email": "ada@analytical.example"}, "Analytical", None, id="its domain"),
        pytest.param(
            "by_domain", {"email": "ada@hopper.example"}, "Hopper & 'Sons' 100%", None, id="not the subdomain's"
        ),
        pytest.param("by_domain", {"email": "ada@twin.example"}, None, "account_ambiguous", id="two of the domain"),
        pytest.param("by_domain", {"email": "ada@gmail.com"}, None, "account_consumer_domain", id="a private address"),
        pytest.param("none", {"company": "Analytical"}, None, None, id="none is searched"),
    ],
)
def test_a_new_contact_gets_the_one_account_that_fits(
    world: World, by: str, said: dict[str, Any], account: str | None, note: str | None
) -> None:
    world.add("Account", *ACCOUNTS, {"Name": "Gmail", "Website": "gmail.com"})
    world.configure(create_as="contact", contact_account=by)
    participant = someone("p1", **said)

    world.send(participant)

    assert account_of(world, participant["email"]) == account
    assert [one["code"] for one in world.entry("p1").notes] == ([note] if note else [])
    assert len(world.rows("Account")) == len(ACCOUNTS) + 2  # none was created


def test_one_account_can_take_all_new_contacts(world: World) -> None:
    [acme] = [row["Id"] for row in world.rows("Account")]
    world.configure(create_as="contact", contact_account=acme)

    world.send(someone("p1"))

    assert account_of(world, "ada.lovelace@example.org") == "Acme"


def test_a_person_account_is_no_account_of_contacts(world: World) -> None:
    world.switch(person_accounts=True)
    world.add("Account", {"FirstName": "Ana", "LastName": "Lytical", "IsPersonAccount": True})
    world.configure(create_as="contact", contact_account="by_company")

    world.send(someone("p1", company="Ana Lytical"))

    assert (account_of(world, "ada.lovelace@example.org"), world.ends()) == (None, {"p1": ("synced", "")})


def test_accounts_are_read_in_the_free_slots_of_the_read_call(world: World) -> None:
    world.add("Account", *ACCOUNTS)
    world.configure(create_as="contact", contact_account="by_company")
    world.send(someone("p0", "Grace", "Hopper"))
    world.reset_calls()

    world.send(*[someone(f"p{n}", "Ada", f"Lovelace{n}", company=f"Firm {n}") for n in range(1, 40)])

    assert world.api_calls() == 3  # read, people, members


def test_where_accounts_cannot_be_read_people_are_created_without_one(world: World) -> None:
    world.switch(hidden_fields={"Account": ["Website"]})
    world.configure(create_as="contact", contact_account="by_domain")

    world.send(someone("p1", email="ada@analytical.example"))

    assert world.ends() == {"p1": ("synced", "")}
    assert [one["code"] for one in world.entry("p1").notes] == ["account_not_readable"]
