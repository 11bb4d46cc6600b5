"""People are recognised by further email fields and by a key that their record carries (rule 2.9)."""

from typing import Any

import pytest

from connector.models import OutboxEntry
from connector.pipeline import answers
from connector.pipeline.outbox.resync import void_link
from connector.pipeline.pausing import lift_configuration_pause
from tests.acceptance.people import cancelled, someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "ada.lovelace@example.org"
KEY = {"source": "inwink.id", "contact": "Inwink_Id__c", "lead": "Inwink_Id__c"}
WORK = {"name": "Work_Email__c", "type": "email", "length": 80}
TWO_FIELDS = {"contact": ["Email", "Work_Email__c"], "lead": ["Email", "Work_Email__c"]}


@pytest.fixture
def by_two_emails(world: World) -> World:
    """Return a world whose people are searched by their work address too."""
    world.switch(custom_fields={"Contact": [WORK], "Lead": [WORK]})
    world.forget_describes()
    world.configure(match_emails=TWO_FIELDS)
    return world


@pytest.fixture
def by_key(world: World) -> World:
    """Return a world whose people carry inwink's id."""
    world.configure(match_key=KEY)
    return world


def add_contact(world: World, first_name: str, last_name: str, email: str | None = ADA, **values: object) -> str:
    [row_id] = world.add("Contact", {"FirstName": first_name, "LastName": last_name, "Email": email, **values})
    return row_id


def row_of(world: World, row_id: str) -> dict[str, Any]:
    kind = "Contact" if row_id.startswith("003") else "Lead"
    return next(row for row in world.rows(kind) if row["Id"] == row_id)


def keys_in(world: World) -> dict[str, str]:
    """Return {"First Last": key} of everybody who carries one."""
    rows = [row for kind in ("Contact", "Lead") for row in world.rows(kind) if row.get("Inwink_Id__c")]
    return {f"{row['FirstName']} {row['LastName']}": row["Inwink_Id__c"] for row in rows}


# further email fields


def test_who_has_the_address_in_another_field_is_not_created_again(by_two_emails: World) -> None:
    world = by_two_emails
    add_contact(world, "Ada", "Lovelace", "home@example.org", Work_Email__c=ADA)

    world.send(someone("p1"))

    assert world.holds() == untouched("Contact Ada Lovelace <home@example.org>: Registered")


def test_without_the_further_field_the_same_person_would_be_created(world: World) -> None:
    world.switch(custom_fields={"Contact": [WORK]})
    add_contact(world, "Ada", "Lovelace", "home@example.org", Work_Email__c=ADA)

    world.send(someone("p1"))

    assert len(world.rows("Lead")) == 2


def test_two_people_by_different_fields_are_a_question(by_two_emails: World) -> None:
    world = by_two_emails
    add_contact(world, "Ada", "Lovelace", "home@example.org", Work_Email__c=ADA)
    chosen = add_contact(world, "Ada", "King")

    world.send(someone("p1"))
    assert world.ends() == {"p1": ("needs_answer", "ambiguous")}
    assert [one["name"] for one in world.entry("p1").candidates] == ["Ada King", "Ada Lovelace"]
    answers.pick_person(world.entry("p1"), "Contact", chosen, by="alice")
    world.drain()

    assert world.holds() == untouched(
        f"Contact Ada King <{ADA}>: Registered", "Contact Ada Lovelace <home@example.org>: no member"
    )


def test_a_corrected_address_goes_into_email_only(by_two_emails: World) -> None:
    world = by_two_emails
    world.send(someone("p1", email="typo@example.org"))
    [lead] = world.people("typo@example.org")
    world.change("Lead", lead["Id"], Work_Email__c="desk@example.org")

    world.send(someone("p1", email="right@example.org"))

    now = row_of(world, lead["Id"])
    assert (now["Email"], now["Work_Email__c"]) == ("right@example.org", "desk@example.org")


def test_a_new_address_that_stands_in_the_other_field_changes_nothing(by_two_emails: World) -> None:
    world = by_two_emails
    world.configure(update_existing=True)
    world.map("lead", "Email", "email", mode="overwrite")
    world.send(someone("p1", email="home@example.org"))
    [lead] = world.people("home@example.org")
    world.change("Lead", lead["Id"], Work_Email__c="work@example.org")

    world.send(someone("p1", email="work@example.org", position="CEO"))

    now = row_of(world, lead["Id"])
    assert (now["Email"], now["Work_Email__c"], now["Title"]) == ("home@example.org", "work@example.org", "CEO")
    assert len(world.rows("Lead")) == 2


def test_a_new_address_in_another_records_further_field_moves_there(by_two_emails: World) -> None:
    world = by_two_emails
    world.send(someone("p1", email="old@example.org"))
    add_contact(world, "Ada", "Lovelace", "home@example.org", Work_Email__c="new@example.org")

    world.send(someone("p1", email="new@example.org"))

    assert world.holds() == untouched(
        "Contact Ada Lovelace <home@example.org>: Registered", "Lead Ada Lovelace <old@example.org>: Registered"
    )


def test_a_lost_creation_is_found_again_and_not_mistaken_for_another_record(by_two_emails: World) -> None:
    world = by_two_emails
    world.fault({"close_after": True}, kind="collections", sobject="Lead")
    world.send(someone("p1"))
    world.let_pass(minutes=30)

    world.drain()

    assert world.holds() == untouched(f"Lead Ada Lovelace <{ADA}>: Registered")


def test_a_field_that_is_gone_stops_the_link_and_creates_nobody(by_two_emails: World) -> None:
    world = by_two_emails
    world.send(someone("p1"))
    world.switch(hidden_fields={"Contact": ["Work_Email__c"]})

    world.send(someone("p2", "Grace", "Hopper"))
    assert (world.link_now().pause_code, world.link_now().pause_reason) == ("core_field_gone", "Contact.Work_Email__c")
    assert not world.people("grace.hopper@example.org")
    world.switch(hidden_fields={})
    world.forget_describes()
    lift_configuration_pause(world.link.pk)
    world.drain()

    assert world.ends()["p2"] == ("synced", "")


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "first", "again"), [({}, 7, 6), ({"match_key": KEY}, 9, 6)])
def test_a_thousand_people_by_two_fields_and_a_key_still_need_few_calls(
    by_two_emails: World, columns: dict[str, Any], first: int, again: int
) -> None:
    world = by_two_emails
    world.configure(**columns)
    people = [someone(f"00000000-0000-4000-8000-{n:012}", "Ada", f"Number{n}") for n in range(1000)]
    rows = [{"FirstName": "Ada", "LastName": one["lastName"], "Work_Email__c": one["email"]} for one in people]
    world.add("Contact", *rows[:400])
    world.send(someone("describes", "Mary", "Somerville"))
    world.reset_calls()

    world.send(*people)
    calls = world.api_calls()
    world.send(*({**one, "position": "CEO"} for one in people))
    calls_again = world.api_calls() - calls

    assert (calls <= first, calls_again <= again) == (True, True), (calls, calls_again)
    assert len(world.rows("CampaignMember")) == 1001
    assert len([row for row in world.rows("Contact") if row.get("Inwink_Id__c")]) == (400 if columns else 0)


def test_one_person_needs_no_more_calls_with_further_fields_and_a_key(by_two_emails: World) -> None:
    world = by_two_emails
    world.configure(match_key=KEY)
    world.send(someone("p0", "Mary", "Somerville"))
    world.reset_calls()

    world.send(someone("p1"))

    assert world.api_calls() == 3


# the key


def test_new_people_carry_the_key(by_key: World) -> None:
    by_key.send(someone("p1"))

    assert keys_in(by_key) == {"Ada Lovelace": "p1"}
    assert by_key.attempts("p1")[-1].changes["Lead.Inwink_Id__c"] == [None, "p1"]


def test_a_person_who_is_found_gets_the_key_although_existing_people_are_left_alone(by_key: World) -> None:
    contact = add_contact(by_key, "Ada", "Lovelace", Title="Countess")

    by_key.send(someone("p1"))

    now = row_of(by_key, contact)
    assert (now["Inwink_Id__c"], now["Title"]) == ("p1", "Countess")


def test_another_key_is_never_replaced(by_key: World) -> None:
    add_contact(by_key, "Ada", "Lovelace", Inwink_Id__c="of another event")

    by_key.send(someone("p1"))

    assert keys_in(by_key) == {"Ada Lovelace": "of another event"}
    assert by_key.ends() == {"p1": ("synced", "")}
    assert {"code": "key_not_written"} in by_key.entry("p1").notes


def test_the_key_finds_a_person_whose_address_changed_before_we_knew_them(by_key: World) -> None:
    add_contact(by_key, "Ada", "Lovelace", "former@example.org", Inwink_Id__c="p1")

    by_key.send(someone("p1"))

    assert by_key.holds() == untouched("Contact Ada Lovelace <former@example.org>: Registered")


def test_of_two_records_with_the_email_the_key_names_one(by_key: World) -> None:
    add_contact(by_key, "Ada", "Lovelace")
    add_contact(by_key, "Ada", "Byron", Inwink_Id__c="P1")

    by_key.send(someone("p1"))

    assert by_key.holds() == untouched(
        f"Contact Ada Byron <{ADA}>: Registered", f"Contact Ada Lovelace <{ADA}>: no member"
    )


def test_key_and_email_that_name_two_people_are_a_question_whose_answer_is_remembered(by_key: World) -> None:
    chosen = add_contact(by_key, "Ada", "Lovelace", "former@example.org", Inwink_Id__c="p1")
    add_contact(by_key, "Augusta", "King")

    by_key.send(someone("p1"))
    assert by_key.ends() == {"p1": ("needs_answer", "ambiguous")}
    answers.pick_person(by_key.entry("p1"), "Contact", chosen, by="alice")
    by_key.drain()

    assert by_key.holds() == untouched(
        "Contact Ada Lovelace <former@example.org>: Registered", f"Contact Augusta King <{ADA}>: no member"
    )


@pytest.mark.parametrize("is_known", [True, False])
def test_a_ticket_handed_over_never_renames_the_record_that_carries_its_key(by_key: World, is_known: bool) -> None:
    """Also after every stored id was lost, when the key alone remembers."""
    by_key.configure(update_existing=True)
    by_key.send(someone("p1"))
    if not is_known:
        void_link(by_key.link, now=by_key.entry("p1").available_at)

    by_key.send(someone("p1", "Grace", "Hopper", email="grace@example.org"))

    assert by_key.holds() == untouched(
        f"Lead Ada Lovelace <{ADA}>: Registered", "Lead Grace Hopper <grace@example.org>: Registered"
    )
    assert keys_in(by_key) == {"Ada Lovelace": "p1"}
    assert {"code": "key_not_written"} in by_key.entry("p1").notes


def test_a_key_on_a_converted_lead_leads_to_its_contact(by_key: World) -> None:
    by_key.send(someone("p1"))
    [lead] = by_key.people(ADA)
    contact = by_key.convert(lead["Id"])
    by_key.change("Contact", contact, Email="married@example.org")
    OutboxEntry.objects.update(person_type="", person_id="", member_id="", matched_email="", sent_values={})

    by_key.send(someone("p1", email="other@example.org", position="CEO"))

    assert len(by_key.rows("Lead")) == 2
    assert row_of(by_key, contact)["Inwink_Id__c"] == "p1"


def test_two_participants_with_one_key_are_two_people_and_one_of_them_carries_it(world: World) -> None:
    world.configure(match_key={"source": "fields.badge", "lead": "Inwink_Id__c"})

    world.send(someone("p1", fields={"badge": "7"}), someone("p2", "Grace", "Hopper", fields={"badge": "7"}))

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    assert keys_in(world) == {"Ada Lovelace": "7"}
    assert {"code": "key_not_written"} in world.entry("p2").notes


def test_a_key_that_salesforce_refuses_is_that_persons_own_error(by_key: World) -> None:
    """Somebody else wrote the key between our reading and our writing."""
    with before_call(2, lambda: add_contact(by_key, "Eve", "Other", "eve@example.org", Inwink_Id__c="p1")):
        add_contact(by_key, "Ada", "Lovelace")
        by_key.send(someone("p1"), someone("p2", "Grace", "Hopper"))

    assert by_key.ends() == {"p1": ("failed", "refused_by_salesforce"), "p2": ("synced", "")}
    assert by_key.entry("p1").error_code == "DUPLICATE_VALUE"
    assert f"Contact Ada Lovelace <{ADA}>: Registered" in by_key.holds()


def test_keys_tell_people_apart_who_share_an_email(by_key: World) -> None:
    add_contact(by_key, "Ada", "Lovelace", Inwink_Id__c="p1")
    add_contact(by_key, "George", "Byron", Inwink_Id__c="p2")

    by_key.send(someone("p1"), cancelled("p2", "George", "Byron", email=ADA), someone("p3", "Anne", "Blunt", email=ADA))

    by_key.send(someone("p2", "George", "Byron", email=ADA))
    assert by_key.holds() == untouched(
        f"Contact Ada Lovelace <{ADA}>: Registered", f"Contact George Byron <{ADA}>: Registered"
    )
    assert by_key.ends()["p3"] == ("needs_answer", "shares_email")


def test_a_key_that_looks_like_a_reference_or_ends_a_text_is_only_a_text(world: World) -> None:
    world.configure(match_key={"source": "fields.badge", "lead": "Inwink_Id__c", "contact": "Inwink_Id__c"})
    badges = ["@{labels.records[0].Label}", "o'b\\", 'a"b&c%+']

    for _time in range(2):
        world.send(*(someone(f"p{n}", "Ada", f"Number{n}", fields={"badge": one}) for n, one in enumerate(badges)))
        OutboxEntry.objects.update(person_type="", person_id="", member_id="", sent_values={}, sent_hash="")

    assert keys_in(world) == {f"Ada Number{n}": one for n, one in enumerate(badges)}
    assert len(world.rows("Lead")) == 4


def test_a_key_longer_than_its_field_is_left_out(world: World) -> None:
    world.configure(match_key={"source": "fields.badge", "lead": "Inwink_Id__c"})

    world.send(someone("p1", fields={"badge": "x" * 41}))

    assert keys_in(world) == {}
    assert world.ends() == {"p1": ("synced", "")}


# one record, several participants


@pytest.mark.parametrize("order", ["together", "Ada first", "Grace first"])
def test_two_names_whose_addresses_stand_on_one_record_are_a_question(by_two_emails: World, order: str) -> None:
    world = by_two_emails
    world.configure(update_existing=True, status_refused="Declined")
    contact = add_contact(world, "Ada", "Lovelace", Work_Email__c="grace@example.org", Title="Countess")
    ada = someone("p1", position="Countess")
    grace = cancelled("p2", "Grace", "Hopper", email="grace@example.org", position="Admiral")

    for batch in {"together": [[ada, grace]], "Ada first": [[ada], [grace]], "Grace first": [[grace], [ada]]}[order]:
        world.send(*batch)

    assert world.ends() == {"p1": ("synced", ""), "p2": ("needs_answer", "shares_email")}
    assert world.holds() == untouched(f"Contact Ada Lovelace <{ADA}>: Registered")
    assert row_of(world, contact)["Title"] == "Countess"
    assert [one["name"] for one in world.entry("p2").candidates] == ["Ada Lovelace"]


@pytest.mark.parametrize(("answer", "lines"), [
    ("create", [f"Contact Ada Lovelace <{ADA}>: Registered", "Lead Grace Hopper <grace@example.org>: Registered"]),
    ("same_person", [f"Contact Ada Lovelace <{ADA}>: Registered"]),
    ("leave_out", [f"Contact Ada Lovelace <{ADA}>: Registered"]),
])  # fmt: skip
def test_the_question_about_one_record_is_settled_by_its_answer(
    by_two_emails: World, answer: str, lines: list[str]
) -> None:
    world = by_two_emails
    add_contact(world, "Ada", "Lovelace", Work_Email__c="grace@example.org")
    world.send(someone("p1"))
    world.send(someone("p2", "Grace", "Hopper", email="grace@example.org"))

    give = {"create": answers.create_person, "same_person": answers.same_person, "leave_out": answers.leave_out}
    give[answer](world.entry("p2"), by="alice")
    world.drain()

    assert world.holds() == untouched(*lines)
    assert world.ends()["p1"] == ("synced", "")
    assert world.ends()["p2"] == (("left_out", "left_out_by_hand") if answer == "leave_out" else ("synced", ""))


def test_one_person_by_two_addresses_in_two_batches_is_one_member_with_the_highest_state(by_two_emails: World) -> None:
    world = by_two_emails
    world.configure(status_refused="Declined")
    add_contact(world, "Ada", "Lovelace", Work_Email__c="work@example.org")

    world.send(someone("p1"))
    world.send(cancelled("p2", email="work@example.org"))

    assert world.holds() == untouched(f"Contact Ada Lovelace <{ADA}>: Registered")
    assert world.entry("p2").same_person_of == world.entry("p1")


def test_a_text_too_long_for_any_key_stops_nobody(world: World) -> None:
    world.configure(match_key={"source": "fields.badge", "lead": "Inwink_Id__c"})

    world.send(someone("p1", fields={"badge": "é" * 9000}), someone("p2", "Grace", "Hopper"))

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    assert keys_in(world) == {}
