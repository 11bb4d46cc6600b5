"""Which messages are held because inwink seems to have anonymised the person, and what comes of them (rule 1.3)."""

from typing import Any

import pytest

from connector.core.merging.merge import MergeResult, accept_held, looks_anonymised, merge_participant
from connector.core.participant import Participant
from tests.core.cases import ADA, ANONYMOUS, heard, minute, said

ACCEPTED, UNCHANGED = MergeResult.ACCEPTED, MergeResult.UNCHANGED
IDENTITY = (ADA["first_name"], ADA["last_name"], ADA["email"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(IDENTITY, (None, None, None), True, id="everything is emptied"),
        pytest.param(IDENTITY, ("", " ", ""), True, id="everything is emptied with blanks"),
        pytest.param(IDENTITY, ("Ada", "Lovelace", None), False, id="only the email is emptied"),
        pytest.param(IDENTITY, (None, None, ADA["email"]), False, id="only the names are emptied"),
        pytest.param(IDENTITY, ("x", "x", "x@example.org"), True, id="the same text in both names"),
        pytest.param(IDENTITY, ("***", "***", ADA["email"]), True, id="stars in both names, the email stays"),
        pytest.param(IDENTITY, ("Anonyme", "Anonyme", "a@b.fr"), True, id="anonyme"),
        pytest.param(IDENTITY, ("Utilisateur", "supprimé", "a@b.fr"), True, id="supprimé in one of the names"),
        pytest.param(IDENTITY, ("", "Utilisateur supprimé", ""), True, id="supprimé as second word"),
        pytest.param(IDENTITY, ("Deleted", "User", "a@b.fr"), True, id="deleted"),
        pytest.param(IDENTITY, ("Ada", "Lovelace", "12@gone.invalid"), True, id="an email under .invalid"),
        pytest.param(IDENTITY, ("Ada", "Lovelace", "deleted-12@example.org"), True, id="an email deleted-…"),
        pytest.param(IDENTITY, ("Grace", "Hopper", "grace@example.org"), False, id="three real values: passed on"),
        pytest.param(IDENTITY, ("Ada", "King", ADA["email"]), False, id="a new last name"),
        pytest.param(IDENTITY, IDENTITY, False, id="nothing about the person changes"),
        pytest.param(("Martin", "Martin", "m@b.fr"), ("MARTIN", "Martin", "m2@b.fr"), False,
                     id="somebody really called Martin Martin gets a new email"),
        pytest.param((None, None, "m@b.fr"), ("Martin", "Martin", "m@b.fr"), False,
                     id="Martin Martin gives a name for the first time"),
        pytest.param((None, None, None), ("Martin", "Martin", "m@b.fr"), False, id="Martin Martin registers"),
        pytest.param((None, None, None), ("Anonymous", "Anonymous", "a@b.fr"), True, id="a new row is anonymous"),
        pytest.param((None, None, None), (None, None, None), False, id="a new row without anything"),
        pytest.param(("Ada", "L", "a@anonymous-agency.com"), ("Ada", "Lovelace", "a@anonymous-agency.com"), False,
                     id="somebody at a company called Anonymous corrects a name"),
    ],
)  # fmt: skip
def test_looks_anonymised(before: tuple[Any, ...], after: tuple[Any, ...], expected: bool) -> None:
    names = ("first_name", "last_name", "email")
    old = {name: value for name, value in zip(names, before, strict=True) if value is not None}
    assert looks_anonymised(old, dict(zip(names, after, strict=True))) is expected


HELD = said(10, **ANONYMOUS, company=None)


@pytest.mark.parametrize(
    ("later", "is_held", "values"),
    [
        pytest.param(said(11, came=True), True, ADA, id="a check-in without a name leaves the question open"),
        pytest.param(said(11, company="A"), True, {**ADA, "company": "A"}, id="so does another detail, which counts"),
        pytest.param(said(5, **ADA, company="late"), True, ADA, id="a message from before it is stale"),
        pytest.param(said(11, **ADA), False, ADA, id="the real names again end it"),
        pytest.param(said(11, first_name="Grace", last_name="Hopper", email="g@b.fr"), False,
                     {"first_name": "Grace", "last_name": "Hopper", "email": "g@b.fr"}, id="so does a new person"),
    ],
)  # fmt: skip
def test_after_a_held_message(later: Participant, is_held: bool, values: dict[str, Any]) -> None:
    known = heard(said(1, **ADA), HELD, later)
    assert (known.held_values is not None) == is_held
    assert {name: value for name, value in known.values.items() if name != "came"} == values


def test_a_held_message_is_kept_apart_and_counts_once() -> None:
    first = merge_participant(heard(said(1, **ADA)), HELD, received_at=minute(20))
    again = merge_participant(first.known, HELD, received_at=minute(21))
    assert (first.result, again.result) == (ACCEPTED, UNCHANGED)
    assert first.known.values == ADA
    assert first.known.held_values == {**ANONYMOUS, "company": None}


def test_a_held_message_is_merged_when_a_person_says_that_it_is_real() -> None:
    known = accept_held(heard(said(1, **ADA, registration="registered"), HELD, said(11, company="A")), at=minute(30))
    assert known.held_values is None
    assert known.values == {**ANONYMOUS, "company": "A", "registration": "registered"}
    assert known.changed_at == minute(30)
    again = merge_participant(known, said(40, **ANONYMOUS), received_at=minute(41))
    assert again.result is UNCHANGED


def test_the_check_in_of_a_held_message_is_what_inwink_says_now() -> None:
    known = heard(said(1, **ADA, came=False), said(2, **ANONYMOUS, came=True))
    assert known.values == {**ADA, "came": True}
