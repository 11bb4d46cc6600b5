"""The check of a link says how people are created, and what keeps it from doing so (rules 3.2 and 3.4)."""

from typing import Any

import pytest

from connector.pipeline.preflight.check import Check
from connector.pipeline.preflight.link import check_link
from tests.world import World

NAMES = ("new_owner", "contact_account", "record_types.lead", "record_types.contact", "person_accounts")
RECORD_TYPE_ID = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"],
                  "relationship": "RecordType"}  # fmt: skip


def check(world: World, **columns: Any) -> dict[str, Check]:
    """Return {name: check} of what concerns new people, for a link of these columns."""
    world.configure(**columns)
    return {one.name: one for one in check_link(world.link) if one.name in NAMES}


def user(world: World, name: str) -> str:
    """Return the id of a user of the seed."""
    users = world.control("state?sobjects=User", method="GET")["User"]
    return str(next(row["Id"] for row in users if row["Username"].startswith(name)))


def queue(world: World, *, of: str) -> str:
    """Return the id of a new queue for an object."""
    [group] = world.add("Group", {"Name": f"Queue of {of}", "Type": "Queue"})
    world.add("QueueSobject", {"QueueId": group, "SobjectType": of})
    return group


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "belong to the integration user"),
        ({"new_owner": "assignment_rules"}, "active Lead assignment rule"),
        ({"new_owner": "assignment_rules", "create_as": "contact"}, "no assignment rules for Contacts"),
    ],
)
def test_it_says_who_will_own_new_people(world: World, columns: dict[str, str], words: str) -> None:
    found = check(world, **columns)["new_owner"]
    assert (found.ok, words in found.detail) == (True, True)


def test_an_owner_is_named_and_must_be_fit_for_it(world: World) -> None:
    assert "Sacha Vente" in check(world, new_owner=user(world, "sales"))["new_owner"].detail
    assert "Queue of Lead" in check(world, new_owner=queue(world, of="Lead"))["new_owner"].detail
    gone = check(world, new_owner=user(world, "gone"))["new_owner"]
    assert (gone.ok, "is not active" in gone.detail, gone.advice) == (False, True, "Change it on the link.")
    assert "not for Leads" in check(world, new_owner=queue(world, of="Case"))["new_owner"].detail
    assert "no user" in check(world, new_owner="005000000000009AAA")["new_owner"].detail
    assert "not Contacts" in check(world, new_owner=queue(world, of="Lead"), create_as="contact")["new_owner"].detail


def test_nothing_is_asked_where_nobody_is_created(world: World) -> None:
    assert check(world, create_as="nobody", new_owner="005000000000009AAA") == {}


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("none", "nobody but their owner, administrators"),
        ("by_company", "whose name is the participant's company"),
        ("by_domain", "whose website is on the domain"),
    ],
)
def test_it_says_which_account_new_contacts_get(world: World, account: str, words: str) -> None:
    assert words in check(world, create_as="contact", contact_account=account)["contact_account"].detail
    assert "contact_account" not in check(world, create_as="lead")


def test_an_account_is_named_and_must_be_a_company(world: World) -> None:
    [acme] = [row["Id"] for row in world.rows("Account")]
    assert "Acme" in check(world, create_as="contact", contact_account=acme)["contact_account"].detail
    gone = check(world, contact_account="001000000000009AAA")["contact_account"]
    assert (gone.ok, "no account" in gone.detail) == (False, True)
    world.switch(person_accounts=True)
    [person] = world.add("Account", {"LastName": "Roy", "IsPersonAccount": True})
    assert "Person Account" in check(world, contact_account=person)["contact_account"].detail


def test_accounts_that_cannot_be_searched_are_told(world: World) -> None:
    world.switch(hidden_fields={"Account": ["Website"]})
    found = check(world, create_as="contact", contact_account="by_domain")["contact_account"]
    assert (found.ok, "their field Website" in found.advice) == (False, True)
    assert check(world, contact_account="by_company")["contact_account"].ok


def test_a_record_type_must_be_one_that_the_user_may_give(world: World) -> None:
    world.switch(custom_fields={"Lead": [RECORD_TYPE_ID]})
    world.add("RecordType", *[{"Name": name, "DeveloperName": name, "SobjectType": "Lead", "IsActive": name != "Old"}
                              for name in ("Visitor", "Old")])  # fmt: skip
    assert "record_types.lead" not in check(world, record_types={"lead": "Visitor", "contact": "Nobody"})
    found = check(world, record_types={"lead": "Old"})["record_types.lead"]
    assert (found.ok, "Visitor (Visitor)" in found.detail) == (False, True)


def test_it_says_what_becomes_of_person_accounts_where_there_are_any(world: World) -> None:
    assert "person_accounts" not in check(world)
    world.switch(person_accounts=True)
    assert "written to Account" in check(world)["person_accounts"].detail
    world.switch(object_access={"Account": {"updateable": False}})
    found = check(world)["person_accounts"]
    assert (found.ok, "right to edit Accounts" in found.advice) == (True, True)
