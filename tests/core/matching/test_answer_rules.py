"""A rule names one of several records, or none where it does not tell."""

import pytest

from connector.core.matching.answer_rules import AnswerRule, choose_by_rule
from connector.core.rows import PersonRef
from connector.core.schema import PersonType

OLD_CONTACT = {"type": "Contact", "id": "003000000000001AAA", "last_activity_at": "2024-01-01",
               "created_at": "2020-01-01T00:00:00.000+0000", "is_member": True}  # fmt: skip
NEW_CONTACT = {"type": "Contact", "id": "003000000000002AAA", "last_activity_at": None,
               "created_at": "2026-01-01T00:00:00.000+0000"}  # fmt: skip
LEAD = {
    "type": "Lead",
    "id": "00Q000000000003AAA",
    "last_activity_at": "",
    "created_at": "2025-01-01T00:00:00.000+0000",
}


@pytest.mark.parametrize(
    ("rule", "candidates", "expected"),
    [
        (AnswerRule.MOST_RECENT, [NEW_CONTACT, OLD_CONTACT, LEAD], OLD_CONTACT),
        (AnswerRule.MOST_RECENT, [LEAD, NEW_CONTACT], NEW_CONTACT),
        (AnswerRule.MOST_RECENT, [], None),
        (AnswerRule.THE_CONTACT, [LEAD, NEW_CONTACT], NEW_CONTACT),
        (AnswerRule.THE_CONTACT, [OLD_CONTACT, NEW_CONTACT], None),
        (AnswerRule.THE_CONTACT, [LEAD], None),
        (AnswerRule.THE_MEMBER, [LEAD, OLD_CONTACT], OLD_CONTACT),
        (AnswerRule.THE_MEMBER, [LEAD, NEW_CONTACT], None),
        (AnswerRule.THE_MEMBER, [OLD_CONTACT, {**LEAD, "is_member": True}], None),
    ],
)
def test_a_rule_names_one_candidate_or_none(
    rule: AnswerRule, candidates: list[dict[str, object]], expected: dict[str, object] | None
) -> None:
    wanted = PersonRef(PersonType(str(expected["type"])), str(expected["id"])) if expected else None
    assert choose_by_rule(rule, candidates) == wanted
