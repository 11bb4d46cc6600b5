"""Which labels and policies are refused before anything is sent."""

import pytest

from connector.core.checking.link import searched_objects, validate_creation, validate_labels, validate_statuses
from connector.core.schema import SObject
from connector.core.state import State

A, R, F, N, S = State.ATTENDED, State.REGISTERED, State.REFUSED, State.NOT_REGISTERED, State.NO_SHOW


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({R: "Registered", A: "Attended"}, []),
        ({R: "Registered", A: ""}, [("label_required", "statuses.attended")]),
        ({}, [("label_required", "statuses.registered"), ("label_required", "statuses.attended")]),
        ({R: "x" * 41, A: "Attended"}, [("label_too_long", "statuses.registered")]),
        ({R: "In", A: "In"}, []),
        ({R: "In", A: "In", S: "Away"}, [("label_shared", "statuses.attended")]),
        ({R: "In", A: "In", S: "In"}, []),
        ({N: "Invited", F: "No", R: "Invited", A: "Came"}, [("label_shared", "statuses.registered")]),
        ({N: "Invited", F: "Invited", R: "Yes", A: "Came"}, []),
    ],
)
def test_labels_are_checked_without_salesforce(statuses: dict[State, str], expected: list[tuple[str, str]]) -> None:
    assert [(p.code, p.key) for p in validate_statuses(statuses)] == expected


@pytest.mark.parametrize(
    ("label", "code", "words"),
    [
        ("Registered", None, ""),
        ("registered", "label_spelt_differently", "only “Registered”"),
        ("Registered ", "label_spelt_differently", "only “Registered”"),
        ("Inscrit", "label_unknown", "Sent, Registered"),
        ("", None, ""),
    ],
)
def test_a_label_must_exist_to_the_letter(label: str, code: str | None, words: str) -> None:
    problems = validate_labels({R: label}, ["Sent", "Registered"])
    assert [p.code for p in problems] == ([code] if code else [])
    assert all(words in p.message for p in problems)


@pytest.mark.parametrize(
    ("match", "create", "is_refused"),
    [
        ("contact_then_lead", "lead", False),
        ("lead_then_contact", "contact", False),
        ("contact_only", "contact", False),
        ("contact_only", "lead", True),
        ("lead_only", "contact", True),
        ("lead_only", "nobody", False),
    ],
)
def test_people_are_created_only_as_an_object_that_is_searched(match: str, create: str, is_refused: bool) -> None:
    assert bool(validate_creation(match=match, create=create)) is is_refused


def test_a_link_writes_only_the_objects_that_it_searches() -> None:
    assert searched_objects("contact_only") == {SObject.CONTACT}
    assert searched_objects("lead_then_contact") == {SObject.CONTACT, SObject.LEAD}
