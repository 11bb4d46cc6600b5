"""What the core notes beside a code is shown in the reader's language."""

from django.utils.translation import override

from connector.admin.frame.details import say_facts


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
