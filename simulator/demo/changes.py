"""Stories that only the order of messages, or what colleagues do meanwhile, makes odd."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.demo.case import SYNCED, Case, PersonKey, membership, says, stored_time
from simulator.demo.crowd import new_lead, registered_at
from simulator.demo.names import human
from simulator.demo.words import AFTER, BEFORE, FIRST_ODD_HUMAN, LATER, ON_THE_DAY, hello


def tell_changes() -> Iterator[Case]:
    """Yield those of whom more is heard later."""
    yield from _stale_messages()
    yield from _late_check_ins()
    yield from _test_scans()
    yield from _anonymised()
    yield from _changed_identity()
    yield from _colleagues()


def _stale_messages() -> Iterator[Case]:
    for number in range(3):
        who, row_id = human(FIRST_ODD_HUMAN + 50 + number), f"sh-52{number:02}"
        person = PersonKey("Lead", who.email, who.last_name)
        yield Case(
            category="stale_message",
            said=((0, hello(who, row_id, at=LATER)),
                  (1, hello(who, row_id, at=BEFORE, lastName="Ancien", registered="refused"))),
            ends={row_id: SYNCED},
            members=(membership(person, "Registered", row_id=row_id),),
            created={person: new_lead(who)},
        )  # fmt: skip


def _late_check_ins() -> Iterator[Case]:
    for number in range(3):
        who, row_id = human(FIRST_ODD_HUMAN + 54 + number), f"sh-53{number:02}"
        person = PersonKey("Lead", who.email, who.last_name)
        yield Case(
            category="late_check_in",
            said=((0, hello(who, row_id)), (1, says(row_id, at=AFTER, position="Retired")),
                  (1, says(row_id, at=ON_THE_DAY, came=True))),
            ends={row_id: SYNCED},
            members=(membership(person, "Attended", row_id=row_id, Checked_in_at__c=stored_time(ON_THE_DAY)),),
            created={person: new_lead(who) | {"Title": "Retired"}},
        )  # fmt: skip


def _test_scans() -> Iterator[Case]:
    for number in range(2):
        who, row_id = human(FIRST_ODD_HUMAN + 58 + number), f"sh-54{number:02}"
        yield Case(
            category="test_scan",
            said=((0, hello(who, row_id, at=registered_at(number), came=True)),),
            ends={row_id: ("needs_answer", "test_scan")},
        )


def _anonymised() -> Iterator[Case]:
    who = human(FIRST_ODD_HUMAN + 65)
    person = PersonKey("Lead", who.email, who.last_name)
    yield Case(
        category="anonymised",
        said=((0, hello(who, "sh-5600")),
              (1, says("sh-5600", at=AFTER, firstName="Anonyme", lastName="Anonyme", email="x7@anonyme.invalid"))),
        ends={"sh-5600": ("needs_answer", "looks_anonymised")},
        members=(membership(person, "Registered", row_id="sh-5600"),),
        created={person: new_lead(who)},
    )  # fmt: skip


def _changed_identity() -> Iterator[Case]:
    giver, taker = human(FIRST_ODD_HUMAN + 66), human(FIRST_ODD_HUMAN + 69)
    left, came = (PersonKey("Lead", who.email, who.last_name) for who in (giver, taker))
    yield Case(
        category="ticket_handed_over",
        said=((0, hello(giver, "sh-5700")), (1, hello(taker, "sh-5700", at=LATER))),
        ends={"sh-5700": SYNCED},
        members=(membership(left, "Registered", row_id="sh-5700"), membership(came, "Registered", row_id="sh-5700")),
        created={left: new_lead(giver), came: new_lead(taker)},
    )
    who = human(FIRST_ODD_HUMAN + 70)
    person = PersonKey("Lead", who.email, who.last_name)
    yield Case(
        category="address_corrected",
        said=((0, hello(who, "sh-5701", email=who.email.replace("@", "@typo."))),
              (1, says("sh-5701", at=LATER, email=who.email))),
        ends={"sh-5701": SYNCED},
        members=(membership(person, "Registered", row_id="sh-5701"),),
        created={person: new_lead(who)},
    )  # fmt: skip


def _colleagues() -> Iterator[Case]:
    for category, number in (("removed_by_hand", 72), ("status_by_hand", 73)):
        who, row_id = human(FIRST_ODD_HUMAN + number), f"sh-58{number}"
        person = PersonKey("Lead", who.email, who.last_name)
        is_removed = category == "removed_by_hand"
        member = membership(person, "Meeting booked", row_id=row_id, Dietary__c="vegan")
        yield Case(
            category=category,
            said=((0, hello(who, row_id)), (1, says(row_id, at=LATER, fields={"dietary": "vegan"}))),
            ends={row_id: ("left_out", "removed_by_hand") if is_removed else SYNCED},
            members=() if is_removed else (member,),
            created={person: new_lead(who)},
            colleague=(("remove", person, {}),) if is_removed else (("set", person, {"Status": "Meeting booked"}),),
        )
