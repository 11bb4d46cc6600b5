"""Rules by which a person answers many questions about several records at once (rule 2.4)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from connector.core.participant import Json
from connector.core.rows import PersonRef
from connector.core.schema import PersonType


class AnswerRule(StrEnum):
    """How one of several candidates is named."""

    MOST_RECENT = "most_recent"
    """As `ambiguous: most_recent` would."""
    THE_CONTACT = "the_contact"
    """The only Contact among them."""
    THE_MEMBER = "the_member"
    """The only one who is a member of this campaign already."""


def recency(last_activity_at: str, created_at: str, record_id: str) -> tuple[str, str, str]:
    """Return what orders records by use: the last activity, else the creation, else the id; ISO times."""
    return (last_activity_at, created_at, record_id)


def choose_by_rule(rule: AnswerRule, candidates: Sequence[Mapping[str, Json]]) -> PersonRef | None:
    """Name one of the candidates that were kept with a question; None where the rule does not tell.

    A candidate is {"type", "id", "last_activity_at", "created_at", "is_member", …}.
    """
    if rule is AnswerRule.THE_CONTACT:
        found = [one for one in candidates if one["type"] == PersonType.CONTACT]
    elif rule is AnswerRule.THE_MEMBER:
        found = [one for one in candidates if one.get("is_member")]
    else:
        found = sorted(candidates, key=_recency_of)[-1:]
    return _ref_of(found[0]) if len(found) == 1 else None


def _recency_of(candidate: Mapping[str, Json]) -> tuple[str, str, str]:
    active, created = (str(candidate.get(key) or "") for key in ("last_activity_at", "created_at"))
    return recency(active, created, str(candidate["id"]))


def _ref_of(candidate: Mapping[str, Json]) -> PersonRef:
    return PersonRef(PersonType(candidate["type"]), str(candidate["id"]))
