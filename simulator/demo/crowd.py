"""The many whose story is simple: existing contacts, existing leads, new people; in untidy writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from simulator.demo.case import SYNCED, Case, PersonKey, Values, existing, key_of, membership, says, stored_time
from simulator.demo.names import Human, human

_FIRST_REGISTRATION = datetime.fromisoformat("2026-08-17T08:00:00+02:00")
_DOORS_OPEN = datetime.fromisoformat("2026-10-08T08:30:00+02:00")
DIETS = ("végétarien", "halal", "no nuts", "sans gluten")
TRACKS: tuple[tuple[Any, str], ...] = (
    ({"fr": "Données", "en": "Data"}, "Data track"),
    ("Product", "Product track"),
    ({"fr": "Humain", "en": "People"}, "People track"),
    ("data", "Data track"),
)
"""(as inwink writes the choice, as Salesforce stores it)."""

FIRST_NEW_HUMAN = 500
"""Below are the people of org.json."""


def tell_crowd() -> Iterator[Case]:
    """Yield the existing contacts, the existing leads, then the new people."""
    for number in range(6, 78):
        yield _existing_person(f"c{number:03}", row_id=f"sh-{1000 + number}", comes=number % 4 == 0)
    for number in range(66):
        yield _existing_person(f"l{number:03}", row_id=f"sh-{2000 + number}", comes=number % 5 == 0)
    for number in range(106):
        yield _new_person(human(FIRST_NEW_HUMAN + number), row_id=f"sh-{3000 + number}", comes=number % 6 == 0)


def _existing_person(ref: str, *, row_id: str, comes: bool) -> Case:
    record, number = existing(ref), int(row_id[3:])
    registration = says(
        row_id,
        at=registered_at(number),
        email=untidy(record["Email"], number),
        firstName=record["FirstName"],
        lastName=record["LastName"].upper() if number % 7 == 0 else record["LastName"],
        position="Something typed in a hurry",
        company="Une société saisie autrement",
        registered=("true", True, "oui", 1)[number % 4],
    )
    said, values = _with_visit(registration, number, comes=comes)
    status = "Attended" if comes else "Registered"
    return Case(
        category=f"existing_{record['type'].lower()}",
        said=said,
        ends={row_id: SYNCED},
        members=(membership(key_of(record), status, row_id=row_id, **values),),
    )


def _new_person(who: Human, *, row_id: str, comes: bool) -> Case:
    number = int(row_id[3:])
    email = who.email.replace("@", "+salon@") if number % 9 == 0 else who.email
    has_company = number % 8 != 0
    track, stored_track = TRACKS[number % len(TRACKS)]
    fields: Values = {"optin": number % 3 == 0, "track": track}
    company = {"company": who.company} if has_company else {}
    registration = says(row_id, at=registered_at(number), email=untidy(email, number), firstName=who.first_name,
                        lastName=who.last_name, position=who.title, registered=True, fields=fields,
                        **company)  # fmt: skip
    said, values = _with_visit(registration, number, comes=comes)
    person = PersonKey("Lead", email, who.last_name)
    lead = new_lead(who, email=email) | {"Newsletter__c": fields["optin"], "Track__c": stored_track}
    return Case(
        category="new_person" if has_company else "new_without_company",
        said=((0, in_french(said[0][1])), *said[1:]) if number % 5 == 1 else said,
        ends={row_id: SYNCED},
        members=(membership(person, "Attended" if comes else "Registered", row_id=row_id, **values),),
        created={person: lead if has_company else lead | {"Company": "[not provided]"}},
    )


def new_lead(who: Human, *, email: str = "") -> Values:
    """Return the fields of a lead that the connector makes of a person of the crowd."""
    return {
        "FirstName": who.first_name,
        "LastName": who.last_name,
        "Email": email or who.email,
        "Title": who.title,
        "Company": who.company,
        "LeadSource": "Event",
    }


def _with_visit(registration: Values, number: int, *, comes: bool) -> tuple[tuple[tuple[int, Values], ...], Values]:
    """Add a diet to some and a check-in to those who come; return the messages and the member's fields."""
    values: Values = {}
    if number % 6 == 2:
        diet = DIETS[number % len(DIETS)]
        registration = {**registration, "fields": {**registration.get("fields", {}), "dietary": diet}}
        values["Dietary__c"] = diet
    if not comes:
        return ((0, registration),), values
    at = (_DOORS_OPEN + timedelta(minutes=number % 600)).isoformat()
    values["Checked_in_at__c"] = stored_time(at)
    return ((0, registration), (1, says(registration["id"], at=at, came=True))), values


def registered_at(number: int) -> str:
    """Return when somebody registered."""
    return (_FIRST_REGISTRATION + timedelta(minutes=17 * (number % 3000))).isoformat()


def untidy(email: str, number: int) -> str:
    """Return an address as people type it."""
    name, _, domain = email.partition("@")
    return (email, email.upper(), f"  {email} ", f"{name.title()}@{domain}", email)[number % 5]


def in_french(said: Values) -> Values:
    """Say the same with the words of a French form."""
    words = {"email": "e-mail", "firstName": "Prénom", "lastName": "Nom", "position": "Fonction", "company": "Société"}
    french = {words.get(key, key): value for key, value in said.items() if key != "registered"}
    return {**french, "Est inscrit": "vrai" if said["registered"] is True else "non"}
