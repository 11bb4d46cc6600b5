"""Which values a record gets: placeholders, fields that are gone, choices that are unknown (rules 3.3, 5.2 and 5.5)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.convert import UnfitError
from connector.core.mapping import Mode, Policy, UnknownChoice
from connector.core.outcomes import Note
from connector.core.planning.field_values import Changes, Context, Present, changed_values, new_values
from connector.core.schema import SObject
from tests.core.cases import RESPONDED, SCHEMAS, context, person, policy, row, rule, schema, spec

ON, OFF = Policy(may_update=True), Policy(may_update=False)
LEAD = SObject.LEAD


def facts(**custom: Any) -> Any:
    """Return what mappings can read of Ada, with these custom fields."""
    values = {"custom": {f"fields.{name}": value for name, value in custom.items()}}
    return person(row(1, values=values)).facts(policy())


def created(*rules: Any, **custom: Any) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return the values of a new contact."""
    return new_values(SObject.CONTACT, facts=facts(**custom), context=context(mappings=rules))


def changed(*rules: Any, now: dict[str, Any], policy_: Policy = ON, **custom: Any) -> Changes:
    """Return the changes of a present contact."""
    present = Present(now, {}, policy_)
    return changed_values(SObject.CONTACT, present, facts=facts(**custom), context=context(mappings=rules))


TRACK = "fields.track"
SKIPS = rule("Track__c", TRACK, unknown_choice=UnknownChoice.SKIP)
DEFAULTS = rule("Track__c", TRACK, unknown_choice=UnknownChoice.DEFAULT, default="WEB")
LAST_NAME = {"LastName": "[not provided]"}


@pytest.mark.parametrize(
    ("mapping", "track", "expected", "notes"),
    [
        pytest.param(SKIPS, "Data track", {"Track__c": "DATA"}, (), id="a known choice"),
        pytest.param(SKIPS, "Other", {}, (Note.CHOICE_SKIPPED,), id="unknown: skipped"),
        pytest.param(DEFAULTS, "Other", {"Track__c": "WEB"}, (), id="unknown: the default"),
        pytest.param(DEFAULTS, None, {"Track__c": "WEB"}, (), id="none: the default"),
        pytest.param(SKIPS, None, {}, (), id="none, and no default"),
        pytest.param(rule("Gone__c", TRACK), "x", {}, (Note.FIELD_DROPPED,), id="the field is gone: dropped"),
        pytest.param(rule("Formula__c", TRACK), "x", {}, (Note.FIELD_DROPPED,), id="not writable any more: dropped"),
        pytest.param(rule("title", TRACK), "x", {"Title": "x"}, (), id="a field name in another case"),
        pytest.param(rule("HasOptedOutOfEmail", TRACK), False, {}, (), id="opted in: a new person is not unticked"),
        pytest.param(rule("HasOptedOutOfEmail", TRACK), True, {"HasOptedOutOfEmail": True}, (), id="opted out: ticked"),
    ],
)  # fmt: skip
def test_a_new_contact(mapping: Any, track: Any, expected: dict[str, Any], notes: tuple[Note, ...]) -> None:
    assert created(mapping, track=track) == ({**expected, **LAST_NAME}, notes)


def test_an_unknown_choice_fails_unless_the_mapping_says_otherwise() -> None:
    with pytest.raises(UnfitError, match="not one of the choices"):
        created(rule("Track__c", TRACK), track="Other")


@pytest.mark.parametrize(
    ("mapping", "now", "policy_", "expected"),
    [
        pytest.param(rule("Title", TRACK), {"Title": "a"}, ON, Changes({"Title": "x"}), id="differs: written"),
        pytest.param(rule("Title", TRACK), {"Title": "x"}, ON, Changes({}, {"Title": "x"}), id="the same: agreed"),
        pytest.param(rule("Title", TRACK), {"Title": "x"}, OFF, Changes(), id="updates off: not looked at"),
        pytest.param(rule("Title", TRACK, mode=Mode.IF_EMPTY), {"Title": "x"}, ON, Changes(),
                     id="if empty and the same: never ours"),
        pytest.param(rule("Track__c", TRACK), {"Track__c": "DATA"}, OFF, Changes(),
                     id="updates off: an unknown choice keeps nobody out"),
        pytest.param(rule("Gone__c", TRACK), {}, OFF, Changes(notes=(Note.FIELD_DROPPED,)), id="the field is gone"),
        pytest.param(rule("Formula__c", TRACK), {}, ON, Changes(notes=(Note.FIELD_DROPPED,)), id="not writable"),
        pytest.param(rule("Formula__c", TRACK, mode=Mode.IF_NEW), {}, ON, Changes(),
                     id="on new records only, and not writable later: as wished"),
    ],
)  # fmt: skip
def test_a_present_contact(mapping: Any, now: dict[str, Any], policy_: Policy, expected: Changes) -> None:
    assert changed(mapping, now=now, policy_=policy_, track="x") == expected


def test_an_opt_out_that_is_kept_is_noted() -> None:
    opt = rule("HasOptedOutOfEmail", "fields.optout")
    kept = changed(opt, now={"HasOptedOutOfEmail": True}, optout=False)
    assert (dict(kept.values), kept.notes) == ({}, (Note.OPT_OUT_KEPT,))


def test_a_lead_gets_no_placeholder_company_where_it_would_become_a_person_account() -> None:
    accounts = schema("Contact", *SCHEMAS[SObject.CONTACT].fields.values(), spec("IsPersonAccount", "boolean"))
    plain = Context(policy(mappings=()), SCHEMAS, RESPONDED)
    special = replace(plain, schemas={**SCHEMAS, SObject.CONTACT: accounts})
    assert new_values(LEAD, facts=facts(), context=plain)[0] == {**LAST_NAME, "Company": "[not provided]"}
    assert new_values(LEAD, facts=facts(), context=special)[0] == LAST_NAME


def test_members_get_no_placeholders() -> None:
    assert new_values(SObject.CAMPAIGN_MEMBER, facts=facts(), context=context(mappings=())) == ({}, ())
