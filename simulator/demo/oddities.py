"""Everybody whose story is not simple; each function tells one kind of trouble and how it must end, by the rules."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.demo.case import SYNCED, Case, PersonKey, Values, existing, key_of, membership, says, stored_time
from simulator.demo.crowd import new_lead
from simulator.demo.names import human
from simulator.demo.words import BEFORE, FIRST_ODD_HUMAN, LATER, ON_THE_DAY, hello, hello_record


def tell_oddities() -> Iterator[Case]:
    """Yield the odd people of the first event."""
    yield from _invited_before()
    yield from _status_kept()
    yield from _known_refuse()
    yield from _unknown_refuse()
    yield from _without_a_word()
    yield from _without_email()
    yield from _converted()
    yield from _several_records()
    yield from _one_email()
    yield from _unusual_names()
    yield from _not_accepted()


def _invited_before() -> Iterator[Case]:
    for number in range(6):
        row_id = f"sh-40{number:02}"
        yield Case(
            category="invited_before",
            said=((0, hello_record(f"c{number:03}", row_id)),),
            ends={row_id: SYNCED},
            members=(membership(key_of(existing(f"c{number:03}")), "Registered", row_id=row_id),),
        )


def _status_kept() -> Iterator[Case]:
    for ref, label in (("c080", "Attended"), ("c081", "Meeting booked")):
        row_id = f"sh-40{ref[1:]}"
        yield Case(
            category="status_kept",
            said=((0, hello_record(ref, row_id)),),
            ends={row_id: SYNCED},
            members=(membership(key_of(existing(ref)), label, row_id=row_id),),
        )
    yield Case(
        category="came_after_meeting_booked",
        said=((0, hello_record("c082", "sh-40082")), (1, says("sh-40082", at=ON_THE_DAY, came=True))),
        ends={"sh-40082": SYNCED},
        members=(
            membership(key_of(existing("c082")), "Attended", row_id="sh-40082",
                       Checked_in_at__c=stored_time(ON_THE_DAY)),
        ),
    )  # fmt: skip


def _known_refuse() -> Iterator[Case]:
    for number in range(5):
        row_id, ref = f"sh-41{number:02}", f"c{83 + number:03}"
        yield Case(
            category="existing_refuses",
            said=((0, hello_record(ref, row_id, registered="Refused")),),
            ends={row_id: SYNCED},
            members=(membership(key_of(existing(ref)), "Declined", row_id=row_id),),
        )


def _unknown_refuse() -> Iterator[Case]:
    for number in range(6):
        who, row_id = human(FIRST_ODD_HUMAN + number), f"sh-42{number:02}"
        yield Case(
            category="unknown_refuses",
            said=((0, hello(who, row_id, registered="Refusé")),),
            ends={row_id: ("left_out", "not_created_in_state")},
        )
    for number in range(3):
        who, row_id = human(FIRST_ODD_HUMAN + 10 + number), f"sh-43{number:02}"
        person = PersonKey("Lead", who.email, who.last_name)
        yield Case(
            category="cancels",
            said=((0, hello(who, row_id)), (1, says(row_id, at=LATER, registered="refused"))),
            ends={row_id: SYNCED},
            members=(membership(person, "Declined", row_id=row_id),),
            created={person: new_lead(who)},
        )


def _without_a_word() -> Iterator[Case]:
    """Tell of invitations without an answer."""
    for number in range(4):
        ref, row_id = f"l{66 + number:03}", f"sh-44{number:02}"
        yield Case(
            category="existing_not_answered",
            said=((0, hello_record(ref, row_id, registered="non inscrit")),),
            ends={row_id: ("left_out", "status_not_sent")},
        )
    for number in range(4):
        who, row_id = human(FIRST_ODD_HUMAN + 20 + number), f"sh-45{number:02}"
        yield Case(
            category="unknown_not_answered",
            said=((0, hello(who, row_id, registered="Not registered")),),
            ends={row_id: ("left_out", "not_created_in_state")},
        )
    for number in range(2):
        who, row_id = human(FIRST_ODD_HUMAN + 26 + number), f"sh-46{number:02}"
        yield Case(
            category="state_unknown",
            said=((0, hello(who, row_id, registered=None)),),
            ends={row_id: ("left_out", "state_unknown")},
        )


def _without_email() -> Iterator[Case]:
    for number, email in enumerate((None, "", "jean.dupont@", "aucun", None)):
        who, row_id = human(FIRST_ODD_HUMAN + 30 + number), f"sh-47{number:02}"
        yield Case(
            category="no_email",
            said=((0, hello(who, row_id, email=email)),),
            ends={row_id: ("needs_answer", "no_email")},
        )


def _converted() -> Iterator[Case]:
    yield Case(
        category="converted_lead",
        said=((0, hello_record("was-converted", "sh-4800")),),
        ends={"sh-4800": SYNCED},
        members=(membership(key_of(existing("converted")), "Registered", row_id="sh-4800"),),
    )
    yield Case(
        category="converted_without_contact",
        said=((0, hello_record("orphan", "sh-4801")),),
        ends={"sh-4801": ("needs_answer", "converted_without_contact")},
    )


def _several_records() -> Iterator[Case]:
    yield Case(
        category="ambiguous",
        said=((0, hello_record("twin-1", "sh-4802")),),
        ends={"sh-4802": ("needs_answer", "ambiguous")},
    )
    yield Case(
        category="contact_and_lead",
        said=((0, hello_record("both-1", "sh-4803")),),
        ends={"sh-4803": SYNCED},
        members=(membership(key_of(existing("both-1")), "Registered", row_id="sh-4803"),),
    )
    yield Case(
        category="member_goes_first",
        said=((0, hello_record("both-2", "sh-4804")),),
        ends={"sh-4804": SYNCED},
        members=(membership(key_of(existing("lead-of-both-2")), "Registered", row_id="sh-4804"),),
    )


def _one_email() -> Iterator[Case]:
    shared = existing("shared")
    yield Case(
        category="two_names_one_email",
        said=(
            (0, says("sh-4900", at=BEFORE, email=shared["Email"], firstName="Théodore", lastName="Roche",
                     registered=True)),
            (0, hello_record("shared", "sh-4901")),
        ),
        ends={"sh-4900": ("needs_answer", "shares_email"), "sh-4901": SYNCED},
        members=(membership(key_of(shared), "Registered", row_id="sh-4901"),),
    )  # fmt: skip
    for number in range(3):
        who = human(FIRST_ODD_HUMAN + 40 + number)
        first, second, person = f"sh-50{number}0", f"sh-50{number}1", PersonKey("Lead", who.email, who.last_name)
        twice = {"email": who.email.upper(), "firstName": who.first_name.upper(), "lastName": who.last_name}
        yield Case(
            category="one_person_twice",
            said=((0, hello(who, first)), (0, says(second, at=LATER, registered=True, **twice)),
                  (1, says(second, at=ON_THE_DAY, came=True))),
            ends={first: SYNCED, second: SYNCED},
            members=(membership(person, "Attended", row_id=second, Checked_in_at__c=stored_time(ON_THE_DAY)),),
            created={person: new_lead(who) | {"FirstName": who.first_name.upper()}},
        )  # fmt: skip


def _unusual_names() -> Iterator[Case]:
    names = (
        ("@{newLeads[0].id}", "Référence"),
        ("Renée", "L'Hôpital"),
        ("Bobby", "Tables'); DROP"),
        ("Dvořák", "Ångström-Şimşek"),
        ("Tom & Jerry", "100 % \\ sûr"),
        ("李", "小龙"),
    )
    mails = ("ref.erence", "renee.l'hopital", "bobby+tables", "dvorak", "tom&jerry", "xiaolong")
    for number, ((first_name, last_name), mail) in enumerate(zip(names, mails, strict=True)):
        row_id, email = f"sh-51{number:02}", f"{mail}@fjord.example"
        person = PersonKey("Lead", email, last_name)
        lead = {"FirstName": first_name, "LastName": last_name, "Email": email, "Company": "[not provided]",
                "LeadSource": "Event", "Title": None}  # fmt: skip
        yield Case(
            category="unusual_name",
            said=((0, says(row_id, at=BEFORE, email=email, firstName=first_name, lastName=last_name,
                           registered=True)),),
            ends={row_id: SYNCED},
            members=(membership(person, "Registered", row_id=row_id),),
            created={person: lead},
        )  # fmt: skip


def _not_accepted() -> Iterator[Case]:
    troubles: tuple[tuple[str, Values, str], ...] = (
        ("refused_by_salesforce", {"company": "Test"}, "refused_by_salesforce"),
        ("unknown_choice", {"fields": {"track": "Quantum"}}, "invalid_value"),
        ("too_long", {"position": "Senior " * 30 + "Engineer"}, "invalid_value"),
        ("unreadable", {"registered": "peut-être"}, ""),
    )
    for number, (category, values, reason) in enumerate(troubles):
        who, row_id = human(FIRST_ODD_HUMAN + 60 + number), f"sh-55{number:02}"
        yield Case(
            category=category,
            said=((0, hello(who, row_id, **values)),),
            ends={row_id: ("failed", reason)} if reason else {},
            refused=frozenset() if reason else frozenset({row_id}),
        )
