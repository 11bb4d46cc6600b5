"""Who a participant is in Salesforce (rules 2.1 to 2.8)."""

import pytest

from connector.models import CampaignLink, OutboxEntry
from connector.pipeline import answers
from connector.pipeline.outbox import resync
from tests.acceptance.people import Said, cancelled, someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

SHARED = "shared@example.org"


def add_contact(world: World, first_name: str, last_name: str, email: str = SHARED, **values: object) -> str:
    [row_id] = world.add("Contact", {"FirstName": first_name, "LastName": last_name, "Email": email, **values})
    return row_id


def add_lead(world: World, first_name: str, last_name: str, email: str = SHARED, **values: object) -> str:
    row = {"FirstName": first_name, "LastName": last_name, "Email": email, "Company": "Somewhere", **values}
    [row_id] = world.add("Lead", row)
    return row_id


def add_member(world: World, person_id: str, status: str = "Sent") -> str:
    key = "ContactId" if person_id.startswith("003") else "LeadId"
    [row_id] = world.add("CampaignMember", {"CampaignId": world.link.campaign_id, key: person_id, "Status": status})
    return row_id


# 2.2 which object


@pytest.mark.parametrize(
    ("match", "contact", "lead"),
    [
        ("contact_then_lead", "Registered", "no member"),
        ("lead_then_contact", "no member", "Registered"),
        ("contact_only", "Registered", "no member"),
        ("lead_only", "no member", "Registered"),
    ],
)
def test_the_match_policy_chooses_between_a_contact_and_a_lead(
    world: World, match: str, contact: str, lead: str
) -> None:
    world.configure(match=match, create_as="nobody")
    add_contact(world, "Ada", "Lovelace")
    add_lead(world, "Ada", "Lovelace")

    world.send(someone("p1", email=SHARED))

    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: {contact}", f"Lead Ada Lovelace <{SHARED}>: {lead}"
    )


def test_who_is_a_member_already_goes_before_the_order_of_the_policy(world: World) -> None:
    add_contact(world, "Ada", "Lovelace")
    add_member(world, add_lead(world, "Ada", "Lovelace"))

    world.send(someone("p1", email=SHARED))

    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: no member", f"Lead Ada Lovelace <{SHARED}>: Registered"
    )


def test_of_two_members_the_preferred_object_is_updated(world: World) -> None:
    add_member(world, add_contact(world, "Ada", "Lovelace"))
    add_member(world, add_lead(world, "Ada", "Lovelace"))

    world.send(someone("p1", email=SHARED))

    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: Registered", f"Lead Ada Lovelace <{SHARED}>: Sent"
    )


@pytest.mark.parametrize(
    ("match", "create", "add", "reason"),
    [
        ("contact_only", "contact", add_lead, "exists_as_lead"),
        ("lead_only", "lead", add_contact, "exists_as_contact"),
    ],
)
def test_nobody_is_created_beside_a_record_that_the_policy_excludes(
    world: World, match: str, create: str, add: object, reason: str
) -> None:
    world.configure(match=match, create_as=create)
    add(world, "Ada", "Lovelace")  # type: ignore[operator]
    before = world.holds()

    world.send(someone("p1", email=SHARED))

    assert world.ends() == {"p1": ("left_out", reason)}
    assert world.holds() == before


# 2.3 conversions


def test_a_converted_lead_leads_to_its_contact(world: World) -> None:
    world.convert(add_lead(world, "Ada", "Lovelace"))
    [contact] = [row["Id"] for row in world.people(SHARED) if row["type"] == "Contact"]
    world.change("Contact", contact, Email="elsewhere@example.org")

    world.send(someone("p1", email=SHARED))

    assert world.holds() == untouched(
        "Contact Ada Lovelace <elsewhere@example.org>: Registered",
        f"Lead (converted) Ada Lovelace <{SHARED}>: no member",
    )


def test_a_converted_lead_whose_contact_is_gone_needs_an_answer(world: World) -> None:
    world.delete(world.convert(add_lead(world, "Ada", "Lovelace")))

    world.send(someone("p1", email=SHARED))

    assert world.ends() == {"p1": ("needs_answer", "converted_without_contact")}
    assert world.holds() == untouched(f"Lead (converted) Ada Lovelace <{SHARED}>: no member")


def test_a_lead_converted_between_reading_and_adding_becomes_a_member_as_contact(world: World) -> None:
    lead = add_lead(world, "Ada", "Lovelace")

    with before_call(2, lambda: world.convert(lead)):
        report = world.send(someone("p1", email=SHARED))

    assert report.outcomes == {"created": 1}
    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: Registered", f"Lead (converted) Ada Lovelace <{SHARED}>: no member"
    )


def test_a_lead_converted_between_reading_and_updating_is_updated_as_contact(world: World) -> None:
    world.configure(update_existing=True)
    lead = add_lead(world, "Ada", "Lovelace", Title="Student")

    with before_call(2, lambda: world.convert(lead)):
        world.send(someone("p1", email=SHARED))

    [contact] = [row for row in world.people(SHARED) if row["type"] == "Contact"]
    assert contact["Title"] == "CTO"
    assert world.ends() == {"p1": ("synced", "")}
    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: Registered", f"Lead (converted) Ada Lovelace <{SHARED}>: no member"
    )


def test_a_synced_lead_that_is_converted_stays_one_member(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    world.convert(lead["Id"])

    world.send(someone("p1", came=True, position="CEO"))

    assert world.holds() == untouched(
        "Contact Ada Lovelace <ada.lovelace@example.org>: Attended",
        "Lead (converted) Ada Lovelace <ada.lovelace@example.org>: no member",
    )


# 2.4 several records


def test_several_records_wait_for_a_choice_that_is_then_remembered(world: World) -> None:
    add_contact(world, "Ada", "Lovelace")
    chosen = add_contact(world, "Adele", "Lovelace")

    world.send(someone("p1", email=SHARED))
    assert world.ends() == {"p1": ("needs_answer", "ambiguous")}
    assert [one["name"] for one in world.entry("p1").candidates] == ["Ada Lovelace", "Adele Lovelace"]
    answers.pick_person(world.entry("p1"), "Contact", chosen, by="alice")
    world.drain()
    world.send(someone("p2", email=SHARED))

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: no member", f"Contact Adele Lovelace <{SHARED}>: Registered"
    )


def test_a_choice_ends_with_the_record(world: World) -> None:
    add_contact(world, "Ada", "Lovelace")
    add_contact(world, "Ava", "Lovelace")
    chosen = add_contact(world, "Adele", "Lovelace")
    world.send(someone("p1", email=SHARED))
    answers.pick_person(world.entry("p1"), "Contact", chosen, by="alice")
    world.delete(chosen)

    world.drain()

    assert world.ends() == {"p1": ("needs_answer", "ambiguous")}


def test_of_several_records_the_only_member_is_taken(world: World) -> None:
    add_contact(world, "Ada", "Lovelace")
    add_member(world, add_contact(world, "Adele", "Lovelace"))

    world.send(someone("p1", email=SHARED))

    assert world.holds() == untouched(
        f"Contact Ada Lovelace <{SHARED}>: no member", f"Contact Adele Lovelace <{SHARED}>: Registered"
    )


def test_the_most_recent_record_is_taken_where_the_policy_says_so(world: World) -> None:
    world.configure(ambiguous="most_recent")
    add_contact(world, "Ada", "Lovelace", LastActivityDate="2026-01-01")
    add_contact(world, "Adele", "Lovelace", LastActivityDate="2026-03-01")
    add_contact(world, "Agnes", "Lovelace")

    world.send(someone("p1", email=SHARED))

    assert f"Contact Adele Lovelace <{SHARED}>: Registered" in world.holds()


# 2.5 the email changes


def test_a_new_email_that_another_record_has_moves_there(world: World) -> None:
    world.send(someone("p1", email="old@example.org"))
    add_contact(world, "Ada", "Lovelace", "new@example.org")

    world.send(someone("p1", email="new@example.org"))

    assert world.holds() == untouched(
        "Contact Ada Lovelace <new@example.org>: Registered", "Lead Ada Lovelace <old@example.org>: Registered"
    )
    assert {"code": "left_behind"} in world.attempts("p1")[-1].notes


def test_a_corrected_email_follows_on_the_record_that_we_created(world: World) -> None:
    world.send(someone("p1", email="typo@example.org"))

    world.send(someone("p1", email="right@example.org"))

    assert world.holds() == untouched("Lead Ada Lovelace <right@example.org>: Registered")


def test_a_corrected_email_leaves_a_colleagues_record_alone(world: World) -> None:
    add_contact(world, "Ada", "Lovelace", "typo@example.org")
    world.send(someone("p1", email="typo@example.org"))

    world.send(someone("p1", email="right@example.org", came=True))

    assert world.holds() == untouched("Contact Ada Lovelace <typo@example.org>: Attended")


def test_a_ticket_handed_over_is_another_person(world: World) -> None:
    world.send(someone("p1", email="ada@example.org"))

    world.send(someone("p1", "Grace", "Hopper", email="grace@example.org"))

    assert world.holds() == untouched(
        "Lead Ada Lovelace <ada@example.org>: Registered", "Lead Grace Hopper <grace@example.org>: Registered"
    )


def test_an_address_that_a_colleague_moved_belongs_to_the_record_that_has_it(world: World) -> None:
    world.send(someone("p1", email="ada@example.org"))
    [lead] = world.people("ada@example.org")
    world.change("Lead", lead["Id"], Email="former@example.org")
    add_contact(world, "Ada", "King", "ada@example.org")

    world.send(someone("p1", email="ada@example.org", position="CEO"))

    assert world.holds() == untouched(
        "Contact Ada King <ada@example.org>: Registered", "Lead Ada Lovelace <former@example.org>: Registered"
    )


def test_an_address_handed_to_another_participant_makes_another_person(world: World) -> None:
    """Ada takes a new address and Grace comes with the old one: two people, whenever a worker ran."""
    world.send(someone("p1", email="desk@example.org"))

    world.send(someone("p1", email="ada@example.org"), someone("p2", "Grace", "Hopper", email="desk@example.org"))

    assert world.holds() == untouched(
        "Lead Ada Lovelace <ada@example.org>: Registered", "Lead Grace Hopper <desk@example.org>: Registered"
    )


# 2.6 rows that share an email


def test_the_same_person_twice_in_two_batches_is_one_member(world: World) -> None:
    world.send(someone("p1", position=None, came=True))
    world.send(someone("p2", "ADA", "LOVELACE", email="Ada.Lovelace@example.org", position="CEO"))

    [lead] = world.people("ada.lovelace@example.org")
    assert lead["Title"] == "CEO"
    assert world.holds() == untouched("Lead ADA LOVELACE <ada.lovelace@example.org>: Attended")
    assert world.entry("p2").same_person_of == world.entry("p1")


@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize("known", ["Ada Lovelace", "Grace Hopper", ""])
def test_of_two_names_on_one_email_the_one_that_salesforce_knows_goes_on(
    world: World, batches: int, known: str
) -> None:
    if known:
        add_contact(world, *known.split())
    two = [someone("p1", email=SHARED), someone("p2", "Grace", "Hopper", email=SHARED)]

    for part in [two] if batches == 1 else [[one] for one in two]:
        world.send(*part)

    held = "p1" if known == "Grace Hopper" else "p2"
    other = "p2" if held == "p1" else "p1"
    assert world.ends() == {held: ("needs_answer", "shares_email"), other: ("synced", "")}
    assert len(world.people(SHARED)) == 1


def test_who_shares_an_email_can_be_created_as_another_person(world: World) -> None:
    world.send(someone("p1", email=SHARED), someone("p2", "Grace", "Hopper", email=SHARED))

    answers.create_person(world.entry("p2"), by="alice")
    world.drain()
    world.send(someone("p2", "Grace", "Hopper", email=SHARED, came=True))

    assert world.holds() == untouched(
        f"Lead Ada Lovelace <{SHARED}>: Registered", f"Lead Grace Hopper <{SHARED}>: Attended"
    )


def test_who_shares_an_email_can_be_the_same_person(world: World) -> None:
    world.send(someone("p1", email=SHARED), someone("p2", "Augusta", "King", email=SHARED, came=True))

    answers.same_person(world.entry("p2"), by="alice")
    world.drain()

    assert world.holds() == untouched(f"Lead Augusta King <{SHARED}>: Attended")
    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}


def test_who_shares_an_email_can_be_left_out(world: World) -> None:
    world.send(someone("p1", email=SHARED), someone("p2", "Grace", "Hopper", email=SHARED))

    answers.leave_out(world.entry("p2"), by="alice")
    world.drain()

    assert world.ends() == {"p1": ("synced", ""), "p2": ("left_out", "left_out_by_hand")}


@pytest.mark.parametrize(
    "beside",
    [
        [],
        [{"id": "p3", "email": SHARED, "firstName": "Ada", "lastName": "Lovelace"}],
        [someone("p2", email=SHARED, came=True)],
        [someone("p2", email=SHARED, came=True), someone("p2", email=SHARED)],
    ],
    ids=["alone", "beside a row that is left out", "beside a check-in", "beside a check-in that is taken back"],
)
@pytest.mark.parametrize("updates", [False, True], ids=["", "updating"])
def test_who_takes_a_new_address_and_name_leaves_the_record_to_who_stayed(
    world: World, beside: list[Said], updates: bool
) -> None:
    """Whoever else of that address is in the same run, and however that row ends in it."""
    world.configure(update_existing=updates)
    world.send(someone("p1", email=SHARED), someone("p2", email=SHARED, came=True))

    world.send(*beside, someone("p1", "Augusta", email="augusta@example.org"))

    assert world.holds() == untouched(
        f"Lead Ada Lovelace <{SHARED}>: Attended", "Lead Augusta Lovelace <augusta@example.org>: Registered"
    )


def test_who_takes_a_new_address_beside_an_unchanged_row_leaves_the_record_to_it(world: World) -> None:
    world.send(someone("p1", email=SHARED), someone("p2", email=SHARED))
    resync.wake_entries([world.entry("p2").pk], is_backfill=False)
    OutboxEntry.objects.filter(participant_key="p2").update(sent_hash=world.entry("p1").sent_hash)

    world.send(someone("p1", "Augusta", email="augusta@example.org"))

    assert world.holds() == untouched(
        f"Lead Ada Lovelace <{SHARED}>: Registered", "Lead Augusta Lovelace <augusta@example.org>: Registered"
    )


def test_who_was_held_for_a_shared_email_goes_on_once_the_other_has_a_new_one(world: World) -> None:
    world.send(someone("p1", email=SHARED), someone("p2", "Grace", "Hopper", email=SHARED))

    world.send(someone("p1", email="ada@example.org"))

    assert world.holds() == untouched(
        "Lead Ada Lovelace <ada@example.org>: Registered", f"Lead Grace Hopper <{SHARED}>: Registered"
    )


def test_a_row_that_was_left_out_alone_comes_along_once_the_same_person_is_sent(world: World) -> None:
    world.send(cancelled("p1", email=SHARED))
    assert world.ends() == {"p1": ("left_out", "not_created_in_state")}

    world.send(someone("p2", email=SHARED))

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    assert world.holds() == untouched(f"Lead Ada Lovelace <{SHARED}>: Registered")


# 2.7 merged and deleted records


def test_a_merged_record_is_followed_to_the_one_that_remains(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    winner = add_lead(world, "Ada", "King", "ada.king@example.org")
    world.merge(winner, lead["Id"])

    world.send(someone("p1", came=True, position="CEO"))

    assert world.holds() == untouched("Lead Ada King <ada.king@example.org>: Attended")
    assert world.entry("p1").person_id == winner


def test_a_deleted_person_stays_away_until_somebody_releases_them(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    world.delete(lead["Id"])

    world.send(someone("p1", came=True))
    assert world.ends() == {"p1": ("left_out", "person_deleted")}
    assert world.holds() == untouched()
    answers.release(world.entry("p1"), by="alice")
    world.drain()

    assert world.ends() == {"p1": ("synced", "")}
    assert world.holds() == untouched("Lead Ada Lovelace <ada.lovelace@example.org>: Attended")


def test_a_deleted_person_whom_salesforce_knows_twice_is_the_other_record(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    world.delete(lead["Id"])
    add_contact(world, "Ada", "Lovelace", "ada.lovelace@example.org")

    world.send(someone("p1", position="CEO"))

    assert world.holds() == untouched("Contact Ada Lovelace <ada.lovelace@example.org>: Registered")


# 2.8 two rows, one record


def test_two_participants_who_became_one_record_are_written_once(world: World) -> None:
    world.send(someone("p1", email="home@example.org"), someone("p2", email="work@example.org"))
    home, work = (world.people(f"{place}@example.org")[0]["Id"] for place in ("home", "work"))
    world.merge(home, work)

    report = world.send(
        someone("p1", email="home@example.org", position="CEO"),
        someone("p2", email="work@example.org", position="CEO", came=True),
    )

    assert report.outcomes["failed"] == report.outcomes["retrying"] == 0
    assert world.holds() == untouched("Lead Ada Lovelace <home@example.org>: Attended")
    world.send(someone("p2", email="work@example.org", position="Chair"))
    assert world.holds() == untouched("Lead Ada Lovelace <home@example.org>: Attended")
    assert CampaignLink.objects.get(pk=world.link.pk).pause_kind == ""


def test_who_cancels_one_of_two_tickets_that_became_one_record_stays_registered(world: World) -> None:
    """Whenever a worker ran: the other ticket counts although nobody sent it again (rules 1.6 and 2.6)."""
    world.configure(status_refused="Declined")
    world.send(someone("p1", email="home@example.org"), someone("p2", email="work@example.org"))
    home, work = (world.people(f"{place}@example.org")[0]["Id"] for place in ("home", "work"))
    world.merge(home, work)

    world.send(cancelled("p2", email="work@example.org"))

    assert world.holds() == untouched("Lead Ada Lovelace <home@example.org>: Registered")
    assert world.entry("p2").same_person_of == world.entry("p1")


def test_who_was_merged_under_two_names_stays_one_person(world: World) -> None:
    """A colleague merged the records, so a colleague said that it is one person."""
    world.send(someone("p1", email="home@example.org"), someone("p2", "Augusta", "King", email="work@example.org"))
    home, work = (world.people(f"{place}@example.org")[0]["Id"] for place in ("home", "work"))
    world.merge(home, work)

    world.send(someone("p2", "Augusta", "King", email="work@example.org", came=True))
    world.send(someone("p1", email="home@example.org", position="CEO"))

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    [lead] = world.people("home@example.org")
    assert [row["Status"] for row in world.rows("CampaignMember")] == ["Attended"]


def test_a_record_that_was_merged_twice_is_followed_to_the_last(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    second = add_lead(world, "Ada", "King", "second@example.org")
    world.merge(second, lead["Id"])
    third = add_lead(world, "Ada", "Byron", "third@example.org")
    world.merge(third, second)

    world.send(someone("p1", came=True, position="CEO"))

    assert world.holds() == untouched("Lead Ada Byron <third@example.org>: Attended")
    assert world.entry("p1").person_id == third


def test_a_merged_lead_that_was_then_converted_is_followed_to_its_contact(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    winner = add_lead(world, "Ada", "King", "king@example.org")
    world.merge(winner, lead["Id"])
    contact = world.convert(winner)
    other = add_contact(world, "Ada", "Byron", "byron@example.org")
    world.merge(other, contact)

    world.send(someone("p1", came=True, position="CEO"))

    assert "Contact Ada Byron <byron@example.org>: Attended" in world.holds()
    assert len(world.rows("CampaignMember")) == 1
    assert world.entry("p1").person_id == other


def test_a_deleted_person_who_is_restored_is_the_same_record(world: World) -> None:
    world.send(someone("p1"))
    [lead] = world.people("ada.lovelace@example.org")
    world.delete(lead["Id"])
    world.send(someone("p1", position="CEO"))
    assert world.ends() == {"p1": ("left_out", "person_deleted")}
    world.change("Lead", lead["Id"], IsDeleted=False)

    world.send(someone("p1", came=True, position="CEO"))

    assert world.holds() == untouched("Lead Ada Lovelace <ada.lovelace@example.org>: Attended")
    assert world.entry("p1").person_id == lead["Id"]


@pytest.mark.parametrize("fate", ["converted", "merged"])
def test_a_choice_follows_the_record_it_named(world: World, fate: str) -> None:
    chosen = add_lead(world, "Ada", "Lovelace")
    add_lead(world, "Adele", "Lovelace")
    world.send(someone("p1", email=SHARED))
    answers.pick_person(world.entry("p1"), "Lead", chosen[:15], by="alice")
    end = world.convert(chosen) if fate == "converted" else add_lead(world, "Ada", "King")
    if fate == "merged":
        world.merge(end, chosen)

    world.drain()

    assert world.ends() == {"p1": ("synced", "")}
    assert world.entry("p1").person_id == end


def test_an_answer_that_is_taken_back_is_asked_again_and_changes_nobody(world: World) -> None:
    world.send(someone("p1", email=SHARED), someone("p2", "Grace", "Hopper", email=SHARED))
    answers.create_person(world.entry("p2"), by="alice")
    world.drain()
    before = world.holds()

    answers.take_back(world.entry("p2"), by="alice")
    world.drain()

    assert world.holds() == before
    assert world.ends() == {"p1": ("synced", ""), "p2": ("needs_answer", "shares_email")}


def test_an_address_in_other_letters_is_the_same_address(world: World) -> None:
    add_contact(world, "Ada", "O'Lovelace", "Ada+Salon.O'Brien@Example.org")

    world.send(someone("p1", email="  ADA+salon.o'brien@EXAMPLE.ORG "))

    assert world.holds() == untouched("Contact Ada O'Lovelace <ada+salon.o'brien@example.org>: Registered")


def test_who_is_left_out_gives_up_no_address(world: World) -> None:
    """Nothing is written of those who are left out (rule 1.4): their record still has the address it had."""
    world.send(someone("p1", email=SHARED))
    world.delete(*[row["Id"] for row in world.rows("CampaignMember")])

    world.send(someone("p1", email="new@example.org"), someone("p2", email=SHARED))

    assert [row["Email"] for row in world.people(SHARED)] == [SHARED]
    assert world.entry("p2").person_id in ("", world.people(SHARED)[0]["Id"])
