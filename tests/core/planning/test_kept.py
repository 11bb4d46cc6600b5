"""Which mapped fields stay as they are, and why: the same rules as for writing, told from the other side."""

from typing import Any

import pytest

from connector.core.consent import Consent, Scope
from connector.core.mapping import Blank, Mode, UnknownChoice
from connector.core.planning.kept import Kept, Why, kept_fields
from connector.core.schema import SObject
from tests.core.cases import contact, context, member, person, row, rule

TITLE = "fields.title"
OFF = {"update_existing": False}


def kept(*rules: Any, now: dict[str, Any], link: dict[str, Any] | None = None, sent: Any = None, **custom: Any) -> Any:
    """Return what stays of a matched contact that holds these values."""
    record = contact(1, values=now)
    values = {"custom": {f"fields.{name}": value for name, value in custom.items()}}
    own = {"person": record.ref, "sent_values": sent} if sent is not None else {}
    found = person(row(1, values=values, **own))
    settings = {"update_existing": True, **(link or {})}
    return kept_fields(found, record, context(mappings=rules, **settings), creates=None)


@pytest.mark.parametrize(
    ("mapping", "now", "title", "link", "why"),
    [
        pytest.param(rule("Title", TITLE), "CMO", "CTO", OFF, Why.NOT_UPDATED, id="switched off"),
        pytest.param(rule("Title", TITLE), "CMO", "CTO", {}, None, id="written, so it does not stay"),
        pytest.param(rule("Title", TITLE), "CTO", "CTO", OFF, None, id="nothing differs"),
        pytest.param(rule("Title", TITLE, mode=Mode.IF_NEW), "CMO", "CTO", {}, Why.ONLY_NEW, id="new records only"),
        pytest.param(rule("Title", TITLE, mode=Mode.IF_EMPTY), "CMO", "CTO", {}, Why.NOT_EMPTY, id="not empty"),
        pytest.param(rule("Title", TITLE), "CMO", None, {}, Why.BLANK, id="blank in inwink"),
        pytest.param(rule("Title", TITLE, blank=Blank.CLEAR), "CMO", None, {}, None, id="blank clears"),
        pytest.param(rule("Title", TITLE), "CMO", "x" * 200, {}, Why.UNFIT, id="too long"),
        pytest.param(rule("Title", TITLE), "CMO", "x" * 200, OFF, None, id="not tried"),
        pytest.param(rule("Gone__c", TITLE), None, "CTO", {}, Why.FIELD_GONE, id="the field is gone"),
        pytest.param(rule("Formula__c", TITLE), None, "CTO", {}, Why.NOT_WRITABLE, id="not writable any more"),
        pytest.param(rule("Track__c", TITLE, unknown_choice=UnknownChoice.SKIP), None, "?", {}, Why.CHOICE_SKIPPED,
                     id="an unknown choice is skipped"),
    ],
)  # fmt: skip
def test_a_field_stays_for_the_rule_that_keeps_it(
    mapping: Any, now: Any, title: Any, link: dict[str, Any], why: Why | None
) -> None:
    found = kept(mapping, now={mapping.field: now}, link=link, title=title)
    assert [one.why for one in found] == ([] if why is None else [why])


def test_what_a_colleague_changed_stays_with_both_values() -> None:
    [found] = kept(rule("Title", TITLE), now={"Title": "CMO"}, sent={"Contact.Title": "CTO"}, title="CTO")
    assert found == Kept("Contact.Title", Why.COLLEAGUE, current="CMO", wanted="CTO")


def test_an_opt_out_stays() -> None:
    [found] = kept(rule("HasOptedOutOfEmail", TITLE), now={"HasOptedOutOfEmail": True}, title=False)
    assert found.why is Why.OPT_OUT


def test_marketing_fields_are_held_back_without_consent_also_of_new_people() -> None:
    consent = Consent("fields.optin", when_no=Scope.MEMBERSHIP_ONLY, when_unknown=Scope.MEMBERSHIP_ONLY)
    settings = context(mappings=(rule("Title", TITLE, marketing=True), rule("Phone", TITLE)), consent=consent)
    someone = person(row(1, values={"custom": {"fields.optin": "no", TITLE: "CTO"}}))
    found = kept_fields(someone, None, settings, creates=SObject.CONTACT)
    assert [(one.field, one.why) for one in found if one.field == "Contact.Title"] == [
        ("Contact.Title", Why.NO_CONSENT)
    ]


def test_fields_of_the_membership_are_told_too() -> None:
    mapping = rule("Dietary__c", TITLE, SObject.CAMPAIGN_MEMBER, mode=Mode.IF_EMPTY)
    record = contact(1, member=member(values={"Dietary__c": "vegan"}))
    someone = person(row(1, values={"custom": {TITLE: "halal"}}))
    found = kept_fields(someone, record, context(mappings=(mapping,)), creates=None)
    assert found == [Kept("CampaignMember.Dietary__c", Why.NOT_EMPTY, current="vegan", wanted="halal")]
