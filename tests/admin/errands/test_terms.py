"""Numbers of sums read right for one and for many, in both languages."""

from typing import Any

import pytest
from django.utils.translation import override

from connector.admin.errands.results import CONTEXTS
from connector.admin.errands.terms import Term
from connector.models import Errand

KINDS = Errand.Kind


def said(kind: str, result: dict[str, Any], language: str) -> list[str]:
    """Return the terms of a task's result that are not zero, as they are read."""
    with override(language):
        context = CONTEXTS[kind][1](Errand(kind=kind, result=result))
        terms: list[Term] = context.get("terms") or [finding["term"] for finding in context["findings"]]
        return [f"{term.count} {term.word}" for term in terms if term.count]


@pytest.mark.parametrize(
    ("kind", "keys", "one", "many"),
    [
        (KINDS.CHECK_IMPORT, ("new", "changed", "unchanged", "stale", "rejected_count"),
         ["1 nouvelle", "1 modifiée", "1 inchangée", "1 plus ancienne que ce qui est connu", "1 illisible"],
         ["2 nouvelles", "2 modifiées", "2 inchangées", "2 plus anciennes que ce qui est connu", "2 illisibles"]),
        (KINDS.IMPORT, ("accepted", "unlinked"),
         ["1 prise en compte, en cours d’envoi", "1 en attente de la liaison de l’événement"],
         ["2 prises en compte, en cours d’envoi", "2 en attente de la liaison de l’événement"]),
        (KINDS.REPLAY, ("accepted", "unchanged", "stale", "rejected"),
         ["1 modifié et en cours d’envoi", "1 inchangé", "1 plus ancien que ce qui est connu", "1 illisible"],
         ["2 modifiés et en cours d’envoi", "2 inchangés", "2 plus anciens que ce qui est connu", "2 illisibles"]),
        (KINDS.PUT_BACK, ("restored", "failed"),
         ["1 rétablie", "1 refusée par Salesforce"], ["2 rétablies", "2 refusées par Salesforce"]),
    ],
)  # fmt: skip
def test_french_says_one_and_many(kind: str, keys: tuple[str, ...], one: list[str], many: list[str]) -> None:
    assert said(kind, dict.fromkeys(keys, 1), "fr") == one
    assert said(kind, dict.fromkeys(keys, 2), "fr") == many


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, ["1 missing in the campaign", "1 removed from the campaign", "1 needs an answer"]),
        ("en", 2, ["2 missing in the campaign", "2 removed from the campaign", "2 need an answer"]),
        ("fr", 1, ["1 absent de la campagne", "1 retiré de la campagne", "1 attend une réponse"]),
        ("fr", 2, ["2 absents de la campagne", "2 retirés de la campagne", "2 attendent une réponse"]),
    ],
)
@pytest.mark.django_db
def test_a_comparison_says_one_and_many(language: str, count: int, expected: list[str]) -> None:
    counts = dict.fromkeys(("missing", "removed", "needs_answer"), count)
    assert said(KINDS.RECONCILE, {"counts": counts}, language) == expected
