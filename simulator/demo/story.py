"""The whole demonstration: every case, what each kind of case means, and the messages in which inwink tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from simulator.demo.case import Case, Values
from simulator.demo.changes import tell_changes
from simulator.demo.crowd import tell_crowd
from simulator.demo.later import tell_lyon
from simulator.demo.oddities import tell_oddities

CATEGORIES = {
    "existing_contact": "known as a contact",
    "existing_lead": "known as a lead",
    "new_person": "unknown: becomes a lead",
    "new_without_company": "unknown, company missing: becomes a lead with a placeholder",
    "invited_before": "was in the campaign as Sent",
    "status_kept": "has a status that a registration may not replace",
    "came_after_meeting_booked": "came: replaces even Meeting booked",
    "existing_refuses": "known, declines",
    "unknown_refuses": "unknown, declines: nobody is made",
    "cancels": "registers, cancels later",
    "existing_not_answered": "known, invited, no answer yet",
    "unknown_not_answered": "unknown, invited, no answer yet",
    "state_unknown": "no word about the registration",
    "no_email": "no usable email",
    "converted_lead": "a converted lead: its contact is meant",
    "converted_without_contact": "a converted lead whose contact is gone",
    "ambiguous": "two contacts have this email",
    "contact_and_lead": "contact and lead with one email: the contact",
    "member_goes_first": "contact and lead: the one in the campaign",
    "two_names_one_email": "two names on one email",
    "one_person_twice": "one person, two rows: one member",
    "unusual_name": "names and addresses full of quotes, signs and references",
    "stale_message": "an older message arrives later",
    "late_check_in": "a check-in arrives after newer news",
    "test_scan": "badge tested weeks before the event",
    "refused_by_salesforce": "a validation rule refuses it",
    "unknown_choice": "a choice that the picklist does not have",
    "too_long": "a job title that does not fit",
    "unreadable": "an unreadable registration: turned away by the webhook",
    "anonymised": "anonymised by inwink afterwards",
    "ticket_handed_over": "the ticket goes to somebody else",
    "address_corrected": "a typo in the address, corrected",
    "removed_by_hand": "a colleague removes the member",
    "status_by_hand": "a colleague sets another status",
    "contact_updated": "second event: a contact gets its new job title",
    "lead_of_the_salon": "second event: known as a lead from the first",
    "new_contact": "second event: unknown, becomes a contact",
    "existing_refuses_unsent": "second event: declines, which this link does not send",
}
"""{category: what it is, in words}"""

CASES_A_MESSAGE = (40, 1, 7, 25)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to the webhook; the same id may be delivered twice."""

    message_id: str
    body: bytes


@cache
def all_cases() -> tuple[Case, ...]:
    """Return every case of both events."""
    return (*tell_crowd(), *tell_oddities(), *tell_changes(), *tell_lyon())


def deliveries(wave: int) -> list[Delivery]:
    """Return the requests of a wave, in order; the second begins by delivering two messages of the first again."""
    said = [[participant for number, participant in case.said if number == wave] for case in all_cases()]
    messages = [_message(f"demo-{wave}-{number:03}", part, number) for number, part in enumerate(_cut(said))]
    if wave == 0:
        return messages
    again = deliveries(0)
    return [again[0], Delivery("demo-again", again[1].body), *messages]


def _cut(cases: Sequence[list[Values]]) -> Iterator[list[Values]]:
    """Cut into messages of several sizes, without cutting a case."""
    left = [said for said in cases if said]
    for size in cycle(CASES_A_MESSAGE):
        if not left:
            return
        yield [participant for said in left[:size] for participant in said]
        left = left[size:]


def _message(message_id: str, part: list[Values], number: int) -> Delivery:
    """Write a message in one of the three forms that a sender may use."""
    body: object = part if number % 2 else {"participants": part}
    if len(part) == 1:
        body = part[0]
    return Delivery(message_id, json.dumps(body, ensure_ascii=False).encode())
