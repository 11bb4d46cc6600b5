"""Whom the filter of a link leaves out."""

from typing import Any

import pytest

from connector.core.filters import Condition, Filter, condition_of
from connector.core.outcomes import Outcome, Reason
from connector.core.screen import bystanders, leave_out, screen_row
from connector.core.state import State
from tests.core.cases import ATTENDED, CONTACT, EMAIL, REGISTERED, facts_of, known_in, named, policy, ref, row

ENGLISH_OR_FRENCH = {"key": "exh", "fr": "Exposant", "en": "Exhibitor"}

# fmt: off
VALUES = [
    # value of inwink                      in [Exhibitor, Staff]   not_in [Exhibitor, Staff]
    ("Exhibitor",                          True,                   False),
    (" exhibitor ",                        True,                   False),
    ("Visitor",                            False,                  True),
    ("Exhibitors",                         False,                  True),
    (ENGLISH_OR_FRENCH,                    True,                   False),
    ({"label": "staff"},                   True,                   False),
    (["Visitor", "Staff"],                 True,                   False),
    (["Visitor", ENGLISH_OR_FRENCH],       True,                   False),
    (["Visitor", "Press"],                 False,                  True),
    ("Visitor; Staff",                     True,                   False),
    (None,                                 False,                  True),
    ("",                                   False,                  True),
    ([],                                   False,                  True),
]
# fmt: on


@pytest.mark.parametrize(("value", "is_within", "is_not_in"), VALUES)
def test_values_are_compared_by_key_label_or_any_language(value: Any, is_within: bool, is_not_in: bool) -> None:
    facts = facts_of(custom={"category": value})
    listed = ("Exhibitor", "Staff")
    assert Condition("category", within=listed).accepts(facts) is is_within
    assert Condition("category", not_in=listed).accepts(facts) is is_not_in


def test_a_participant_whose_field_was_never_heard_of_has_none_of_the_values() -> None:
    facts = facts_of()
    assert not Condition("fields.kind", within=("Visitor",)).accepts(facts)
    assert Condition("fields.kind", not_in=("Visitor",)).accepts(facts)


def test_both_lists_of_one_condition_must_be_met() -> None:
    condition = Condition("fields.days", within=("Monday",), not_in=("Tuesday",))
    assert condition.accepts(facts_of(custom={"fields.days": ["Monday", "Friday"]}))
    assert not condition.accepts(facts_of(custom={"fields.days": ["Monday", "Tuesday"]}))


@pytest.mark.parametrize(
    ("source", "value"),
    [("company", "Analytical"), ("inwink.state", "registered"), ("fields.vip", "true"), ("event.name", "Salon 2026")],
)
def test_sources_are_those_of_mappings(source: str, value: str) -> None:
    facts = facts_of(REGISTERED, company="Analytical", custom={"fields.vip": True})
    assert Condition(source, within=(value,)).accepts(facts)
    assert not Condition(source, not_in=(value,)).accepts(facts)


# fmt: off
DOMAINS = [
    ("ada@example.com",           ["example.com"],                      False),
    ("ada@mail.example.com",      ["example.com"],                      True),
    ("ada@counterexample.com",    ["example.com"],                      True),
    ("ada@eu.corp.example",       ["*.corp.example"],                   False),
    ("ada@a.b.corp.example",      ["*.corp.example"],                   False),
    ("ada@corp.example",          ["*.corp.example"],                   True),
    ("ada@xcorp.example",         ["*.corp.example"],                   True),
    ("ada@corp.example",          ["*.corp.example", "corp.example"],   False),
    ("",                          ["example.com"],                      True),
]
# fmt: on


@pytest.mark.parametrize(("email", "domains", "passes"), DOMAINS)
def test_excluded_domains(email: str, domains: list[str], passes: bool) -> None:
    assert Filter(excluded_domains=tuple(domains)).accepts(facts_of(), email=email) is passes


def test_all_conditions_must_be_met() -> None:
    strict = Filter((Condition("company", not_in=("Acme",)), Condition("position", within=("CTO",))))
    assert strict.accepts(facts_of(company="Analytical", position="CTO"), email=EMAIL)
    assert not strict.accepts(facts_of(company="Acme", position="CTO"), email=EMAIL)
    assert not strict.accepts(facts_of(company="Analytical"), email=EMAIL)


def test_a_stored_condition_is_read_as_it_is_written_in_the_file() -> None:
    assert condition_of({"source": "category", "in": ["A"]}) == Condition("category", within=("A",))
    assert condition_of({"source": "category", "not_in": ["B"]}) == Condition("category", not_in=("B",))


STAFF = policy(filter=Filter((Condition("company", not_in=("Staff",)),)))


def test_the_filter_is_the_first_reason() -> None:
    """Rule 1.5: whatever else is the matter with a row, it is not wanted."""
    held = known_in(company="Staff", email="no email")
    answered = {Reason.NO_EMAIL: {"answer": "leave_out"}}
    assert screen_row(row(known=held, answers=answered), STAFF) == leave_out(Reason.FILTERED)


def test_who_passes_is_asked_about_as_ever() -> None:
    verdict = screen_row(row(known=known_in(REGISTERED, email="no email")), STAFF)
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == (Outcome.NEEDS_ANSWER, Reason.NO_EMAIL)
    assert screen_row(row(values={"company": "Analytical"}), STAFF) is None


def test_the_state_that_is_compared_is_the_one_that_is_sent() -> None:
    attended_only = policy(filter=Filter((Condition("inwink.state", within=("attended",)),)))
    assert screen_row(row(1, REGISTERED), attended_only) == leave_out(Reason.FILTERED)
    assert screen_row(row(1, REGISTERED, ATTENDED), attended_only) is None
    assert State.ATTENDED.value == "attended"


def test_a_refused_row_that_was_sent_keeps_its_record_from_another_name() -> None:
    """Rule 2.6: the record on a shared email is still the one of the row that was sent."""
    ann = named(1, "Ann", "Smith", person=ref(CONTACT, 1), matched_email=EMAIL)
    bob = named(2, "Bob", "Jones")
    [context] = bystanders([ann], [bob], policy())
    assert (context.id, context.is_claimed) == (1, False)
    assert bystanders([ann], [named(3, "SMITH", "ann")], policy()) == []
    assert bystanders([named(1, "Ann", "Smith")], [bob], policy()) == []
    assert bystanders([ann], [bob], policy(is_one_member_an_email=True)) == []
