"""What is wrong with a filter or a consent, in words that say how to mend it."""

from typing import Any

import pytest

from connector.core.checking.filters import normalise_domain, validate_consent, validate_domains, validate_only
from connector.core.checking.mapping import validate_mapping_alone
from connector.core.mapping import MappingRule
from connector.core.schema import SObject

# fmt: off
ONLY = [
    # condition                                                         key of the problem
    ({"source": "category", "in": ["Visitor"]},                         None),
    ({"source": "fields.vip", "not_in": ["true"]},                      None),
    ({"source": "category", "in": ["A"], "not_in": ["B"]},              None),
    ({"source": "category"},                                            "only.0"),
    ({"source": "category", "in": []},                                  "only.0.in"),
    ({"source": "category", "in": ["A"], "not_in": []},                 "only.0.not_in"),
    ({"source": "", "in": ["A"]},                                       "only.0.source"),
    ({"source": "inwink.stat", "in": ["attended"]},                     "only.0.source"),
    ({"source": "FirstName", "in": ["Ada"]},                            "only.0.source"),
]
DOMAINS = [
    ("example.com",      True),
    ("*.corp.example",   True),
    ("@Example.COM ",    True),
    ("example",          False),
    ("ada@example.com",  False),
    ("*example.com",     False),
    ("corp.*",           False),
    ("*.*.example",      False),
    ("",                 False),
]
# fmt: on


@pytest.mark.parametrize(("condition", "key"), ONLY)
def test_conditions(condition: dict[str, Any], key: str | None) -> None:
    assert [problem.key for problem in validate_only([condition])] == ([key] if key else [])


@pytest.mark.parametrize(("domain", "is_good"), DOMAINS)
def test_domains(domain: str, is_good: bool) -> None:
    keys = [problem.key for problem in validate_domains(["a.example", domain])]
    assert keys == ([] if is_good else ["exclude_email_domains.1"])


def test_a_domain_is_stored_in_one_form() -> None:
    assert normalise_domain(" @Example.COM ") == "example.com"


def test_the_source_of_a_consent() -> None:
    assert validate_consent(None) == []
    assert validate_consent({"source": "fields.optin"}) == []
    [problem] = validate_consent({"source": "inwink.optin"})
    assert problem.key == "consent.source"


@pytest.mark.parametrize(
    ("field", "codes"),
    [("Email", ["marketing_identifies"]), ("lastname", ["marketing_identifies"]), ("Title", [])],
)
def test_what_a_person_is_found_by_is_never_held_back(field: str, codes: list[str]) -> None:
    rule = MappingRule(SObject.LEAD, field, "position", marketing=True)
    assert [problem.code for problem in validate_mapping_alone(rule)] == codes
