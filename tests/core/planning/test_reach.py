"""A value that does not fit concerns only those of whom it would be sent."""

from typing import Any

import pytest

from connector.core.consent import Consent
from connector.core.filters import Filter
from connector.core.mapping import MappingRule, Mode
from connector.core.matching.match import Match, Matched, NoMatch
from connector.core.outcomes import Outcome
from connector.core.planning.plan import plan_person
from connector.core.planning.reach import Reach, is_sent, reach_of
from connector.core.rows import Row
from connector.core.schema import SObject
from tests.core.cases import (
    CONTACT,
    EMAIL,
    LEAD,
    NOT_REGISTERED,
    REGISTERED,
    contact,
    context,
    lead,
    person,
    policy,
    ref,
    row,
    rule,
)

ON_CONTACT, ON_LEAD = rule("Title"), rule("Title", sobject=SObject.LEAD)
ON_MEMBER = rule("Dietary__c", sobject=SObject.CAMPAIGN_MEMBER)
MEMBER = "00v000000000000001"


def met(kind: Any, **more: Any) -> Row:
    """Return a participant whom an earlier run found or made."""
    return row(person=ref(kind, 1), matched_email=EMAIL, member_id=MEMBER, sent_label="Registered", **more)


def changed(mapping: MappingRule, mode: Mode) -> MappingRule:
    """Return a mapping that writes in another mode."""
    return rule(mapping.field, sobject=mapping.sobject, mode=mode)


@pytest.mark.parametrize(
    ("mapping", "who", "settings", "expected"),
    [
        pytest.param(ON_LEAD, row(), {}, Reach.PERHAPS, id="nobody asked yet: new, or there already and not updated"),
        pytest.param(ON_LEAD, row(), {"match": (LEAD,), "update_existing": True}, Reach.YES, id="new or there: sent"),
        pytest.param(ON_CONTACT, row(), {}, Reach.NO, id="Contacts are neither made nor updated"),
        pytest.param(ON_CONTACT, row(), {"update_existing": True}, Reach.PERHAPS, id="may be a Contact"),
        pytest.param(ON_CONTACT, row(), {"match": (LEAD,), "update_existing": True}, Reach.NO, id="never searched"),
        pytest.param(ON_LEAD, row(1, NOT_REGISTERED), {}, Reach.NO, id="creates nobody in that state, updates nobody"),
        pytest.param(ON_LEAD, row(), {"can_create": False}, Reach.NO, id="nobody may be created yet"),
        pytest.param(ON_LEAD, row(), {"create": None}, Reach.NO, id="creates nobody"),
        pytest.param(ON_MEMBER, row(), {}, Reach.YES, id="a member whoever it is"),
        pytest.param(ON_MEMBER, row(1, NOT_REGISTERED), {}, Reach.PERHAPS, id="a member if Salesforce knows them"),
        pytest.param(ON_CONTACT, met(CONTACT), {}, Reach.NO, id="there already and not updated"),
        pytest.param(ON_CONTACT, met(CONTACT), {"update_existing": True}, Reach.YES, id="updated"),
        pytest.param(ON_LEAD, met(CONTACT), {"update_existing": True}, Reach.NO, id="is a Contact"),
        pytest.param(ON_CONTACT, met(CONTACT, sent_values={"Contact.Title": "CTO"}), {}, Reach.YES, id="ours"),
        pytest.param(changed(ON_CONTACT, Mode.IF_NEW), met(CONTACT), {"update_existing": True}, Reach.NO,
                     id="only new"),
        pytest.param(changed(ON_CONTACT, Mode.IF_EMPTY), met(CONTACT), {"update_existing": True}, Reach.PERHAPS,
                     id="who knows whether it is empty"),
        pytest.param(ON_MEMBER, met(CONTACT), {}, Reach.YES, id="members are always updated"),
        pytest.param(changed(ON_MEMBER, Mode.IF_NEW), met(CONTACT), {}, Reach.NO, id="a member already"),
        pytest.param(rule("Gone__c"), met(CONTACT), {"update_existing": True}, Reach.NO, id="no such field"),
        pytest.param(rule("Formula__c"), met(CONTACT), {"update_existing": True}, Reach.NO, id="cannot be written"),
        pytest.param(rule("Title", marketing=True), met(CONTACT, values={"custom": {"optin": "no"}}),
                     {"update_existing": True, "consent": Consent("optin")}, Reach.NO, id="held back by consent"),
        pytest.param(rule("Title", marketing=True), met(CONTACT, values={"custom": {"optin": "yes"}}),
                     {"update_existing": True, "consent": Consent("optin")}, Reach.YES, id="agreed"),
        pytest.param(ON_CONTACT, row(1, person=ref(LEAD, 1), matched_email="old@example.org"),
                     {"update_existing": True}, Reach.PERHAPS, id="another email: searched anew"),
    ],
)  # fmt: skip
def test_a_value_reaches(mapping: MappingRule, who: Row, settings: dict[str, Any], expected: Reach) -> None:
    assert reach_of(mapping, who, context(**settings)) is expected


@pytest.mark.parametrize("update_existing", [True, False])
@pytest.mark.parametrize("mode", [Mode.OVERWRITE, Mode.IF_EMPTY, Mode.IF_NEW])
@pytest.mark.parametrize("mapping", [ON_CONTACT, ON_LEAD, ON_MEMBER], ids=["contact", "lead", "member"])
def test_the_plan_itself_fails_where_it_is_sure_and_never_where_it_is_not_sent(
    mapping: MappingRule, mode: Mode, update_existing: bool
) -> None:
    mapping, who = changed(mapping, mode), row(values={"custom": {"fields.x": "x" * 50}})
    planned = context(update_existing=update_existing, mappings=(mapping, *policy().mappings))
    records = [one(values={"Title": title}) for one in (contact, lead) for title in (None, "CTO")]
    matches: list[Match] = [NoMatch(), *(Matched(record) for record in records)]
    ends = [plan_person(person(who), match, planned).verdict for match in matches]
    failed = [verdict is not None and verdict.outcome is Outcome.FAILED for verdict in ends]
    wanted = Reach.YES if all(failed) else Reach.PERHAPS if any(failed) else Reach.NO
    assert reach_of(mapping, who, planned) is wanted


@pytest.mark.parametrize(
    ("who", "settings", "expected"),
    [
        pytest.param(row(), {}, True, id="registered"),
        pytest.param(row(), {"filter": Filter(excluded_domains=("example.org",))}, False, id="left out by the filter"),
        pytest.param(row(values={"email": ""}), {}, False, id="no email"),
        pytest.param(row(1, NOT_REGISTERED), {"labels": {REGISTERED: "Registered"}}, False, id="no status for it"),
        pytest.param(met(CONTACT), {}, True, id="a member"),
    ],
)
def test_something_is_sent_of(who: Row, settings: dict[str, Any], expected: bool) -> None:
    assert is_sent(who, policy(**settings)) is expected
