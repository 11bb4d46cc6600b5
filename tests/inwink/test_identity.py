"""Whom a participant is about, whatever else is wrong with it."""

import json
import time
from typing import Any

import pytest

from connector.inwink.identity import Identity, blank_participants, emails_in, list_raw, read_events, read_identity

ADA = "ada@example.org"


def identity(emails: set[str], ids: set[tuple[str, str]]) -> Identity:
    return Identity(frozenset(emails), frozenset(ids))


GUID = "0b0e4a0c-1111-4222-8333-444455556666"
# fmt: off
READ = [
    # participant                                                        emails            ids
    ({"id": "p1", "eventId": "e1", "email": " Ada@Example.org "},        {ADA},            {("e1", "p1")}),
    ({"participantId": "p1", "event": {"id": "e1"}, "mail": ADA},        {ADA},            {("e1", "p1")}),
    ({"id": f"{{{GUID.upper()}}}", "eventId": "e1"},                     set(),            {("e1", GUID)}),
    ({"email": ADA, "E-mail": "lovelace@example.org"},                   {ADA, "lovelace@example.org"}, set()),
    ({"id": "p1", "email": ADA},                                         {ADA},            set()),
    ({"id": ["p1"], "eventId": "e1", "email": ADA, "registered": "?"},   {ADA},            set()),
    ({"id": "p1", "eventId": "e1", "email": {"deep": {"er": 1}}},        set(),            {("e1", "p1")}),
    ({},                                                                 set(),            set()),
    (None,                                                               set(),            set()),
    (["p1"],                                                             set(),            set()),
]
# fmt: on


@pytest.mark.parametrize(("raw", "emails", "ids"), READ)
def test_every_alias_counts_and_nothing_unreadable_is_in_the_way(
    raw: Any, emails: set[str], ids: set[tuple[str, str]]
) -> None:
    assert read_identity(raw) == identity(emails, ids)


def test_one_thing_in_common_is_enough() -> None:
    held = identity({ADA}, {("e1", "p1")})
    assert held.is_of(identity({ADA}, {("e2", "p9")}))
    assert held.is_of(identity(set(), {("e1", "p1")}))
    assert not held.is_of(identity({"grace@example.org"}, {("e2", "p1")})), "an id is only unique within its event"
    assert not identity(set(), set()).is_of(identity(set(), set()))


BODIES = [
    ({"id": "p1"}, [0], None),
    ([{"id": "p1"}, {"id": "p2"}], [0], [None, {"id": "p2"}]),
    ({"participants": [{"id": "p1"}, {"id": "p2"}], "n": "é"}, [1], {"participants": [{"id": "p1"}, None], "n": "é"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "places", "left"), BODIES)
def test_a_participant_is_blanked_and_the_others_keep_their_place(body: Any, places: list[int], left: Any) -> None:
    text = blank_participants(json.dumps(body), places)
    assert json.loads(text) == left
    assert len(list_raw(text)) in (0, 2)


def test_what_cannot_be_parsed_has_no_participants_but_may_name_somebody() -> None:
    assert list_raw('[{"id": "p1"') == []
    assert emails_in('{"email": "Ada@Example.org", "mail": grace@example.org') == {ADA, "grace@example.org"}
    assert emails_in("a@ @b @ a@@ <c@d@e>") == {"a@@", "c@d@e"}


MEGABYTE = 1_000_000


@pytest.mark.parametrize("text", ["[" * MEGABYTE, "@" * MEGABYTE, "[@" * (MEGABYTE // 2), "a@b@" * (MEGABYTE // 4)])
def test_a_text_without_an_end_costs_no_more_than_its_length(text: str) -> None:
    before = time.process_time()
    assert emails_in(text) <= {text}
    assert time.process_time() - before < 2, "milliseconds where each letter is read once, minutes where it is not"


def test_the_events_that_a_participant_names() -> None:
    assert read_events({"eventId": "e1", "event.id": "e2"}) == {"e1", "e2"}
    assert read_events("e1") == set()
