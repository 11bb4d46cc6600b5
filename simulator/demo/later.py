"""The second event: its participants arrive before anybody has linked it; some are known from the first."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.demo.case import LYON, SYNCED, Case, Member, PersonKey, existing, key_of, says
from simulator.demo.crowd import FIRST_NEW_HUMAN, in_french
from simulator.demo.names import human

_AT = "2026-10-01T12:00:00+02:00"
_CAME_AT = "2026-11-19T09:05:00+01:00"
FIRST_LYON_HUMAN = 1000


def tell_lyon() -> Iterator[Case]:
    """Yield everybody of the second event: matched people are updated, unknown ones become contacts."""
    for number in range(8):
        yield _known_contact(number)
    for number in range(6):
        yield _lead_of_the_salon(number)
    for number in range(10):
        yield _new_contact(number)
    who = human(FIRST_LYON_HUMAN + 30)
    yield Case(
        category="unknown_refuses",
        said=((0, says("ly-300", at=_AT, event=LYON, email=who.email, lastName=who.last_name, registered="refusé")),),
        ends={"ly-300": ("left_out", "not_created_in_state")},
    )
    record = existing("c050")
    yield Case(
        category="existing_refuses_unsent",
        said=((0, says("ly-301", at=_AT, event=LYON, email=record["Email"], lastName=record["LastName"],
                       registered="Refused")),),
        ends={"ly-301": ("left_out", "status_not_sent")},
    )  # fmt: skip


def _membership(person: PersonKey, status: str, *, row_id: str) -> Member:
    return Member(LYON, person, {"Status": status, "Inwink_Id__c": row_id})


def _known_contact(number: int) -> Case:
    """Tell of a contact whose job title is replaced, and whose name is not: it is filled already."""
    record, row_id = existing(f"c{20 + number:03}"), f"ly-1{number:02}"
    person, title = key_of(record), f"Nouvelle fonction {number}"
    said = says(row_id, at=_AT, event=LYON, email=record["Email"].upper(), firstName="X", lastName="Y",
                position=title, registered=True, fields={"optin": True})  # fmt: skip
    return Case(
        category="contact_updated",
        said=((0, said),),
        ends={row_id: SYNCED},
        members=(_membership(person, "Inscrit", row_id=row_id),),
        changed={person: {"Title": title, "Newsletter__c": True}},
    )


def _lead_of_the_salon(number: int) -> Case:
    """Tell of somebody whom the first event made a lead: no second record comes of it."""
    who, row_id = human(FIRST_NEW_HUMAN + 1 + 2 * number), f"ly-2{number:02}"
    email = who.email.replace("@", "+salon@") if (3001 + 2 * number) % 9 == 0 else who.email
    person = PersonKey("Lead", email, who.last_name)
    said = says(row_id, at=_AT, event=LYON, email=email, firstName=who.first_name, lastName=who.last_name,
                position=who.title, company=f"{who.company} Lyon", registered=True)  # fmt: skip
    return Case(
        category="lead_of_the_salon",
        said=((0, in_french(said)), (1, says(row_id, at=_CAME_AT, event=LYON, came="oui"))),
        ends={row_id: SYNCED},
        members=(_membership(person, "Présent", row_id=row_id),),
        changed={person: {"Company": f"{who.company} Lyon"}},
    )


def _new_contact(number: int) -> Case:
    who, row_id = human(FIRST_LYON_HUMAN + number), f"ly-4{number:02}"
    person = PersonKey("Contact", who.email, who.last_name)
    said = says(row_id, at=_AT, event=LYON, email=who.email, firstName=who.first_name, lastName=who.last_name,
                position=who.title, company=who.company, registered=True, fields={"optin": number % 2})  # fmt: skip
    contact = {"FirstName": who.first_name, "LastName": who.last_name, "Email": who.email, "Title": who.title,
               "AccountId": None, "Newsletter__c": bool(number % 2)}  # fmt: skip
    return Case(
        category="new_contact",
        said=((0, said),),
        ends={row_id: SYNCED},
        members=(_membership(person, "Inscrit", row_id=row_id),),
        created={person: contact},
    )
