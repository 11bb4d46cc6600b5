"""A connection is checked before it is relied on, and each thing that is not well comes with what to do."""

from typing import Any

import pytest
from django.utils.translation import override

from connector.models import SalesforceOrg, SalesforceSchema
from connector.models.fields import Secret
from connector.pipeline.connection.connect import forget_token
from connector.pipeline.connection.sign_in import need_reconnect
from connector.pipeline.preflight.check import Check
from connector.pipeline.preflight.connection import check_connection
from tests.world import World

ALL = [
    "sign_in", "api_version", "api_limit", "rights Contact", "fields Contact", "rights Lead", "fields Lead",
    "rights CampaignMember", "fields CampaignMember", "rights Campaign", "fields Campaign",
    "rights CampaignMemberStatus", "fields CampaignMemberStatus", "visibility", "duplicate_rules", "assignment_rules",
]  # fmt: skip


def check(world: World) -> dict[str, Check]:
    """Return {name: check} of the world's organisation."""
    return {one.name: one for one in check_connection(SalesforceOrg.objects.get(pk=world.org.pk))}


def bad(world: World) -> list[str]:
    """Return the names of the checks that are not ok."""
    return [name for name, one in check(world).items() if not one.ok]


def test_a_good_connection_passes_and_leaves_everything_cached(world: World) -> None:
    checks = check(world)
    assert list(checks) == ALL
    assert all(one.ok and not one.advice for one in checks.values())
    org = SalesforceOrg.objects.get()
    assert org.access_token
    assert org.api_limit == 100_000
    assert org.organization_id in checks["sign_in"].detail
    assert SalesforceSchema.objects.count() == 5


@pytest.mark.parametrize("is_known", [True, False])
def test_an_outage_is_a_slip_in_the_address_only_of_credentials_that_never_worked(
    world: World, *, is_known: bool
) -> None:
    check(world)
    need_reconnect(SalesforceOrg.objects.get(), code="invalid_grant", message="expired")
    if not is_known:
        forget_token(SalesforceOrg.objects.get())
    world.fault({"close_before": True}, path_contains="oauth2/token", times=9)

    one = check(world)["sign_in"]

    assert not one.ok
    assert one.advice.startswith("Try again in some minutes" if is_known else "Compare the login URL")
    assert one.detail.startswith("Salesforce does not answer" if is_known else "No Salesforce answers")


def test_numbers_and_quotes_are_those_of_the_language(world: World) -> None:
    assert "of 100,000 API calls" in check(world)["api_limit"].detail
    with override("fr"):
        checks = check(world)
    assert "des 100\N{NO-BREAK SPACE}000 appels d’API" in checks["api_limit"].detail.replace(
        "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
    )
    assert "« Integration »" in checks["visibility"].detail.replace("\N{NO-BREAK SPACE}", " ")


def test_fields_that_are_always_needed_are_told_where_they_are_hidden_or_locked(world: World) -> None:
    world.switch(
        hidden_fields={"Contact": ["Email"], "Campaign": ["IsActive"]},
        readonly_fields={"Lead": ["LastName"], "CampaignMember": ["Status"]},
    )
    checks = check(world)
    assert bad(world) == ["fields Contact", "fields Lead", "fields CampaignMember", "fields Campaign"]
    assert checks["fields Contact"].detail == "These fields cannot be seen: Email."
    assert checks["fields Lead"].detail == "These fields cannot be written: LastName."
    assert "permission set" in checks["fields CampaignMember"].advice


def test_rules_of_the_organisation_are_explained(world: World) -> None:
    assert check(world)["duplicate_rules"].detail == "No duplicate rule for Contacts or Leads is active."
    world.switch(duplicate_rules={"Lead": {"action": "block"}}, assignment_rule_owner="005000000000001AAA")
    checks = check(world)
    assert "Lead: Standard Lead Duplicate Rule" in checks["duplicate_rules"].detail
    assert checks["assignment_rules"].detail == "An assignment rule for Leads is active."
    world.switch(view_setup=False, hidden_objects=["AssignmentRule"])
    checks = check(world)
    assert "may not read" in checks["duplicate_rules"].detail
    assert "may not read" in checks["assignment_rules"].detail
    assert bad(world) == []


def test_missing_rights_are_named_with_their_object(world: World) -> None:
    world.control(
        "settings", {"object_access": {"Lead": {"createable": False}, "CampaignMember": {"updateable": False}}}
    )
    checks = check(world)
    assert bad(world) == ["rights Lead", "rights CampaignMember"]
    assert checks["rights Lead"].advice == "Give the integration user these rights on Lead: create."
    assert "read, edit" in checks["rights Lead"].detail


def test_a_user_who_may_only_read_campaigns_is_enough(world: World) -> None:
    assert check(world)["rights Campaign"].advice == ""
    world.control("settings", {"marketing_user": False})
    assert bad(world) == []
    advice = check(world)["rights Campaign"].advice
    assert "Only if the wizard shall create campaigns: give the integration user create and edit on campaigns" in advice


def test_a_nearly_used_up_limit_is_told(world: World) -> None:
    for _ in range(10):
        check(world)
    world.control("settings", {"api_limit": world.api_calls() + 8})
    assert bad(world) == ["api_limit"]
    assert bad(world) == ["api_limit"]  # used up by now: Salesforce refuses every call


def test_wrong_credentials_are_told_in_plain_words(world: World) -> None:
    SalesforceOrg.objects.update(client_secret=Secret.conceal("wrong-secret"))
    (found,) = check(world).values()
    assert (found.name, found.ok) == ("sign_in", False)
    assert "invalid_client" in found.detail
    assert found.advice
    assert "wrong-secret" not in str(found)
    assert SalesforceOrg.objects.get().state == "reconnect_needed"


def test_mended_credentials_let_the_organisation_go_on(world: World) -> None:
    SalesforceOrg.objects.update(client_secret=Secret.conceal("wrong"))
    check(world)
    SalesforceOrg.objects.update(client_secret=Secret.conceal("simulator-secret"))
    assert bad(world) == []
    assert SalesforceOrg.objects.get().state == "connected"


def test_a_token_that_was_revoked_meanwhile_is_no_proof(world: World) -> None:
    check(world)
    SalesforceOrg.objects.update(state="reconnect_needed", client_secret=Secret.conceal("wrong"))
    assert bad(world) == ["sign_in"]


def test_a_salesforce_that_does_not_answer_is_told(world: World) -> None:
    world.salesforce.stop()
    (found,) = check(world).values()
    assert "no_connection" in found.detail
    assert SalesforceOrg.objects.get().state == "connected"


@pytest.mark.parametrize("version", ["20.0", "30.0", "99.0"])
def test_an_api_version_that_is_not_offered_is_told(world: World, version: str) -> None:
    SalesforceOrg.objects.update(api_version=version)
    assert bad(world) == ["api_version"]
    assert check(world)["api_version"].advice.startswith("Set api_version to 67.0")
    assert world.api_calls() == 0


@pytest.mark.parametrize(("version", "is_old"), [("58.0", False), ("57.0", True), ("40.0", True)])
def test_an_api_version_that_may_end_soon_is_told_and_is_no_failure(world: World, version: str, is_old: bool) -> None:
    SalesforceOrg.objects.update(api_version=version)
    found = check(world)["api_version"]
    assert (found.ok, bool(found.advice)) == (True, is_old)


def test_a_lost_encryption_key_is_told(world: World) -> None:
    SalesforceOrg.objects.update(client_secret=Secret("gAAAAA-not-ours"))
    (found,) = check(world).values()
    assert "FIELD_ENCRYPTION_KEYS" in found.detail + found.advice


def test_it_speaks_the_language_that_is_active(world: World, settings: Any) -> None:
    from django.utils import translation

    world.salesforce.stop()
    with translation.override("fr"):
        (found,) = check(world).values()
    assert "Salesforce" in found.detail
    assert found.detail != next(iter(check(world).values())).detail
