"""What a person's consent lets us send."""

from typing import Any

import pytest

from connector.core.consent import Consent, Scope, consent_of
from connector.core.convert import is_blank
from connector.core.mapping import MappingRule
from connector.core.matching.match import Matched, NoMatch
from connector.core.outcomes import Outcome, Reason
from connector.core.planning.fingerprint import fingerprint, person_fingerprint
from connector.core.planning.plan import plan_person
from connector.core.schema import SObject
from connector.core.screen import leave_out, screen_row
from tests.core.cases import contact, context, facts_of, member, person, policy, row, rule

OPTIN = Consent("fields.optin")

# fmt: off
WORDS = [
    # value of inwink            read as
    (True,                       True),
    ("oui",                      True),
    ("Yes",                      True),
    (1,                          True),
    ({"fr": "Oui", "en": "Yes"}, True),
    (["oui"],                    True),
    (False,                      False),
    ("Non",                      False),
    ("no",                       False),
    ("0",                        False),
    ({"key": "no", "fr": "Non"}, False),
    (None,                       None),
    ("",                         None),
    ([],                         None),
    ("J'accepte",                None),
    ("maybe",                    None),
    (["oui", "non"],             None),
    ({"key": "yes", "fr": "Non"}, None),
]

SCOPES = [
    # answers of the person's rows   when_no             when_unknown        what is sent
    ([True],                         "nothing",          "nothing",          "all"),
    ([False],                        "nothing",          "all",              "nothing"),
    ([False],                        "membership_only",  "all",              "membership_only"),
    ([False],                        "all",              "nothing",          "all"),
    ([None],                         "all",              "nothing",          "nothing"),
    ([None],                         "all",              "membership_only",  "membership_only"),
    ([True, None],                   "nothing",          "nothing",          "all"),
    ([True, False],                  "membership_only",  "all",              "membership_only"),
    ([None, False],                  "nothing",          "all",              "nothing"),
]
# fmt: on


@pytest.mark.parametrize(("value", "said"), WORDS)
def test_yes_and_no_in_both_languages_and_nothing_is_guessed(value: Any, said: bool | None) -> None:
    assert OPTIN.read(facts_of(custom={"fields.optin": value})) is said


@pytest.mark.parametrize(("answers", "when_no", "when_unknown", "sent"), SCOPES)
def test_what_is_sent(answers: list[bool | None], when_no: str, when_unknown: str, sent: str) -> None:
    consent = consent_of({"source": "fields.optin", "when_no": when_no, "when_unknown": when_unknown})
    assert consent is not None
    assert consent.scope(answers) == sent


def test_a_stored_consent_without_choices_holds_back_the_marketing_fields() -> None:
    assert consent_of({"source": "fields.optin"}) == Consent(
        "fields.optin", Scope.MEMBERSHIP_ONLY, Scope.MEMBERSHIP_ONLY
    )
    assert consent_of(None) is None


MAPPINGS = (rule("FirstName", "first_name"), rule("Title", "position", marketing=True),
            rule("Dietary__c", "fields.dietary", SObject.CAMPAIGN_MEMBER, marketing=True))  # fmt: skip
ASKED = policy(consent=OPTIN, mappings=MAPPINGS, update_existing=True)


def said(optin: Any, **more: Any) -> Any:
    values = {"position": "CTO", "custom": {"fields.dietary": "vegan", "fields.optin": optin}}
    return row(more.pop("number", 1), values=values, **more)


def sent_fields(*rows: Any) -> tuple[list[str], list[str]]:
    plan = plan_person(
        person(*rows), Matched(contact(values={"FirstName": "Ada"}, member=member(values={}))), context(ASKED)
    )
    return sorted(plan.record.values), sorted(plan.member.values)


def test_without_consent_marketing_fields_are_not_sent_and_the_status_is() -> None:
    new = plan_person(person(said("no")), NoMatch(), context(ASKED))
    assert (new.record.operation, new.member.operation) == ("create", "create")
    assert "Title" not in new.record.values
    assert new.member.values == {"Status": "Registered"}


def test_marketing_fields_are_sent_with_consent_only() -> None:
    assert sent_fields(said("yes")) == (["Title"], ["Dietary__c"])
    assert sent_fields(said("no")) == ([], [])
    assert sent_fields(said(None)) == ([], [])


def test_a_no_of_one_row_counts_for_the_person() -> None:
    assert sent_fields(said("yes"), said("no", number=2)) == ([], [])


def test_a_withdrawn_consent_clears_nothing() -> None:
    clearing = (MappingRule(SObject.CONTACT, "Title", "position", blank="clear", marketing=True),)  # type: ignore[arg-type]
    withdrawn = row(values={"position": "", "custom": {"fields.optin": "no"}}, sent_values={"Contact.Title": "CTO"})
    held = contact(values={"Title": "CTO"}, member=member())
    plan = plan_person(person(withdrawn), Matched(held), context(policy(consent=OPTIN, mappings=clearing)))
    assert plan.record.values == {}
    assert not any(is_blank(value) for value in plan.member.values.values())


def test_where_no_is_nothing_the_row_is_left_out() -> None:
    strict = policy(consent=Consent("fields.optin", when_no=Scope.NOTHING), mappings=MAPPINGS)
    assert screen_row(said("no"), strict) == leave_out(Reason.NO_CONSENT)
    assert screen_row(said(None), strict) is None
    assert leave_out(Reason.NO_CONSENT).outcome is Outcome.LEFT_OUT


def test_a_changed_consent_is_a_change_that_must_be_sent() -> None:
    """Also for who is checked in unread: the person is read again."""
    yes, no = person(said("yes")), person(said("no"))
    assert fingerprint(yes, ASKED, version="1") != fingerprint(no, ASKED, version="1")
    assert person_fingerprint(yes, ASKED, version="1") != person_fingerprint(no, ASKED, version="1")
