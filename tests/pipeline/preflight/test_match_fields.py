"""The fields by which people are recognised are checked with the link (rule 2.9)."""

from connector.core.schema import SObject
from connector.pipeline.preflight.link import check_link
from tests.world import World

EMAILS = {"contact": ["Email", "Work_Email__c"], "lead": ["Email"]}
KEY = {"source": "inwink.id", "contact": "Inwink_Id__c", "lead": "Inwink_Id__c"}


def checks(world: World) -> dict[str, tuple[bool, str]]:
    """Return {name: (ok, detail)} of the checks about recognising people."""
    world.link.refresh_from_db()
    return {one.name: (one.ok, one.detail) for one in check_link(world.link) if one.name.startswith("match_")}


def test_email_alone_is_not_worth_a_line(world: World) -> None:
    assert checks(world) == {}


def test_a_link_says_by_which_fields_it_recognises_people(world: World) -> None:
    world.switch(custom_fields={"Contact": [{"name": "Work_Email__c", "type": "email"}]})
    world.configure(match_emails=EMAILS, match_key=KEY)

    text = "People are recognised by: Contact.Email, Contact.Work_Email__c, Contact.Inwink_Id__c, Lead.Email, "
    assert checks(world) == {"match_fields": (True, f"{text}Lead.Inwink_Id__c.")}


def test_each_field_that_cannot_serve_is_told_with_its_reason(world: World) -> None:
    world.configure(match_emails=EMAILS, match_key=KEY)
    world.switch(hidden_fields={SObject.LEAD.value: ["Inwink_Id__c"]})

    found = checks(world)

    assert {name: ok for name, (ok, _detail) in found.items()} == dict.fromkeys(
        ["match_emails.contact", "match_key.lead"], False
    )
    assert "Contact has no field Work_Email__c" in found["match_emails.contact"][1]


def test_people_are_not_searched_while_a_field_is_missing(world: World) -> None:
    world.configure(pause_kind="configuration", pause_code="core_field_gone", match_emails=EMAILS)

    checks(world)

    assert world.link_now().pause_kind == "configuration"
