"""A mapping is tried on what was received: who would fail, and for which values."""

from typing import Any

import pytest

from connector.core.checking.try_mapping import Misfit, Trial, try_rule
from connector.core.mapping import MappingRule, UnknownChoice
from connector.core.schema import SObject
from tests.core.cases import context, facts_of, rule


def tried(mapping: MappingRule, *values: Any) -> Trial:
    """Try a mapping on participants who have these values."""
    people = [facts_of(custom={"fields.x": value} if value is not None else {}) for value in values]
    return try_rule(mapping, people, context(mappings=()))


@pytest.mark.parametrize(
    ("mapping", "values", "expected"),
    [
        pytest.param(rule("Title"), ["CTO", "", None, "CEO"], Trial(4, 2), id="blank ones count as nobody's"),
        pytest.param(rule("Title", default="Guest"), ["CTO", None], Trial(2, 2), id="a default counts"),
        pytest.param(rule("Title"), ["x" * 50, "x" * 45, "y"],
                     Trial(3, 3, (Misfit("value_too_long", 2, ("x" * 39 + "…",) * 2, longest=50),)), id="too long"),
        pytest.param(rule("Title", truncate=True), ["x" * 50],
                     Trial(1, 1, (Misfit("value_too_long", 1, ("x" * 39 + "…",), longest=50),)), id="cut is told too"),
        pytest.param(rule("HasOptedOutOfEmail"), ["yes", "maybe", "maybe"],
                     Trial(3, 3, (Misfit("not_a_checkbox", 2, ("maybe",)),)), id="no checkbox"),
        pytest.param(rule("Track__c"), ["Data track", "web", "Quantum", "Quantum"],
                     Trial(4, 4, (Misfit("unknown_choice", 2, ("Quantum",)),), (("Quantum", 2),)), id="unknown choice"),
        pytest.param(rule("Track__c", unknown_choice=UnknownChoice.SKIP), ["Quantum"],
                     Trial(1, 1, (Misfit("unknown_choice", 1, ("Quantum",)),), (("Quantum", 1),)), id="skipped, told"),
        pytest.param(rule("Track__c", values={"Quantum": "DATA"}), ["quantum"], Trial(1, 1), id="the table knows it"),
        pytest.param(rule("Track__c"), [["DATA", "WEB"]],
                     Trial(1, 1, (Misfit("several_choices", 1, ("DATA; WEB",)),)), id="several for a list of one"),
        pytest.param(rule("Gone__c"), ["a"], Trial(1, 0), id="no such field"),
    ],
)  # fmt: skip
def test_values_are_judged_by_the_conversion_itself(mapping: MappingRule, values: list[Any], expected: Trial) -> None:
    assert tried(mapping, *values) == expected


def test_the_most_frequent_misfit_stands_first() -> None:
    mapping = rule("Seats__c", sobject=SObject.CAMPAIGN_MEMBER)
    found = tried(mapping, "12", "many", "few", "123456789")
    assert [(one.code, one.count) for one in found.misfits] == [("not_a_number", 2), ("number_out_of_range", 1)]
