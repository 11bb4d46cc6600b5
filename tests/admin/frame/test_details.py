"""Details that the core notes in English are shown in the reader's language."""

import pytest
from django.utils.translation import override

from connector.admin.frame.details import say_facts, say_limit


@pytest.mark.parametrize(
    ("noted", "shown"),
    [
        ("Title: 218 characters, 128 fit", "Title: 218 caractères, 128 au plus"),
        ("Track__c: not one of the choices of this picklist", "Track__c: ne figure pas dans cette liste de choix"),
        ("not a date and time", "pas une date et heure"),
        ("A company called […] is not accepted.", "A company called […] is not accepted."),
    ],
)
def test_limits_are_translated_and_salesforces_words_are_not(noted: str, shown: str) -> None:
    with override("fr"):
        assert say_limit(noted) == shown
    with override("en"):
        assert say_limit(noted) == noted


def test_a_kept_status_is_a_sentence() -> None:
    with override("fr"):
        assert say_facts({"kept": "Meeting booked", "state": "registered"}) == (
            "« Meeting booked » reste ; dans inwink : Inscrit"
        )


def test_a_value_not_put_back_says_why() -> None:
    with override("en"):
        assert say_facts({"field": "Lead.Title", "why": "opt_out"}) == "Lead.Title – an opt-out is never taken back"


def test_other_facts_are_shown_as_they_are() -> None:
    assert say_facts({"ids": "00Q1", "label": ""}) == "ids: 00Q1"
