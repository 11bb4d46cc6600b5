"""Nobody is created unless it is certain that nobody is hidden: every doubt is a no (rule 3.0)."""

from dataclasses import replace

import pytest

from connector.core.schema import SObject
from connector.core.visibility import PUBLIC_DEFAULT, Access, Grant, judge_visibility

CONTACT, LEAD, ACCOUNT = SObject.CONTACT, SObject.LEAD, SObject.ACCOUNT
ALL_DATA = Grant("Integration", views_all_data=True)
CONTACTS = Grant("Contacts", views_all_of=frozenset({CONTACT}))
LEADS = Grant("Leads", views_all_of=frozenset({LEAD}))
BOTH = Grant("Both", views_all_of=frozenset({CONTACT, LEAD}))
ACCOUNTS = Grant("Accounts", views_all_of=frozenset({ACCOUNT}))
NOTHING = Grant("Profile")
PRIVATE = Access(grants=(NOTHING,), user_type="Standard", default_lead_access="None")


def access(*grants: Grant, **changes: object) -> Access:
    return replace(PRIVATE, grants=(NOTHING, *grants), **changes)  # type: ignore[arg-type]  # columns by name


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        (access(), (CONTACT, LEAD)),
        (access(ALL_DATA), ()),
        (access(BOTH), ()),
        (access(CONTACTS, LEADS), ()),
        (access(CONTACTS), (LEAD,)),
        (access(LEADS), (CONTACT,)),
        # permission sets that do not last prove nothing
        (access(replace(ALL_DATA, is_lasting=False)), (CONTACT, LEAD)),
        (access(replace(BOTH, is_lasting=False)), (CONTACT, LEAD)),
        (access(replace(BOTH, is_lasting=False), LEADS), (CONTACT,)),
        # an organisation-wide default shows all leads to internal users, and never all contacts
        (access(CONTACTS, default_lead_access="Read"), ()),
        (access(CONTACTS, default_lead_access="Edit"), ()),
        (access(CONTACTS, default_lead_access="ReadEditTransfer"), ()),
        (access(CONTACTS, default_lead_access="None"), (LEAD,)),
        (access(CONTACTS, default_lead_access="ControlledByParent"), (LEAD,)),
        (access(CONTACTS, default_lead_access="Something new"), (LEAD,)),
        (access(CONTACTS, default_lead_access=""), (LEAD,)),
        (access(CONTACTS, default_lead_access="Read", user_type="PowerPartner"), (LEAD,)),
        (access(CONTACTS, default_lead_access="Read", user_type=""), (LEAD,)),
        (access(default_lead_access="Read"), (CONTACT,)),
        # a person account is shared as an account
        (access(BOTH, has_person_accounts=True), (ACCOUNT,)),
        (access(BOTH, ACCOUNTS, has_person_accounts=True), ()),
        (access(ALL_DATA, has_person_accounts=True), ()),
        (Access(grants=(), user_type="Standard"), (CONTACT, LEAD)),
    ],
)
def test_only_what_is_certain_proves(given: Access, hidden: tuple[SObject, ...]) -> None:
    found = judge_visibility(given)
    assert (found.hidden, found.is_proved) == (hidden, not hidden)


def test_it_says_by_what_each_object_is_shown() -> None:
    found = judge_visibility(access(CONTACTS, default_lead_access="Read"))
    assert found.shown_by == {CONTACT: "Contacts", LEAD: PUBLIC_DEFAULT}


def test_it_names_what_would_show_them_and_does_not_last() -> None:
    passing = replace(BOTH, name="For a week", is_lasting=False)
    assert judge_visibility(access(passing, CONTACTS)).passing == ("For a week",)
    assert judge_visibility(access(passing, BOTH)).passing == ()
    assert judge_visibility(access(replace(ALL_DATA, is_lasting=False))).passing == ("Integration",)
