"""People are created only while it is proved, or a person's word, that nobody is hidden; whoever waited is sent."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override

from connector.models import SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.connect import gateway_for
from connector.pipeline.connection.org_setup import follow_org_change
from connector.pipeline.preflight.check import Check
from connector.pipeline.preflight.connection import check_connection
from connector.pipeline.preflight.visibility import prove_visibility, read_visibility, store_sighting
from tests.acceptance.people import someone
from tests.world import World

PRIVATE = {"view_all": False, "sharing_hides": {"Contact": "not_owned", "Lead": "not_owned"}}
ADA = "ada.lovelace@example.org"


@pytest.fixture(autouse=True)
def _unconfirmed(world: World) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)


def check(world: World) -> Check:
    checks = check_connection(SalesforceOrg.objects.get(pk=world.org.pk))
    return next(one for one in checks if one.name == "visibility")


def is_proved() -> bool:
    return SalesforceOrg.objects.get().visibility_proved_at is not None


def grant(world: World, *objects: str, assignment: dict[str, Any] | None = None, **columns: Any) -> str:
    """Give the integration user a permission set with View All Records on objects; return its id."""
    user_id = world.control("state?sobjects=User", method="GET")["User"][0]["Id"]
    (set_id,) = world.add("PermissionSet", {"Name": "Events", "Label": "Events", "Type": "Regular", **columns})
    for sobject in objects:
        world.add("ObjectPermissions", {"ParentId": set_id, "SobjectType": sobject, "PermissionsViewAllRecords": True})
    values = {"PermissionSetId": set_id, "AssigneeId": user_id, "IsActive": True, **(assignment or {})}
    world.add("PermissionSetAssignment", values)
    return set_id


def test_view_all_data_of_the_profile_is_proof(world: World) -> None:
    found = check(world)
    assert (found.ok, found.advice) == (True, "")
    assert found.detail == "Proved: the integration user sees everybody (Contact: “Integration”; Lead: “Integration”)."
    assert is_proved()
    with override("fr"):
        assert "Contact\u00a0: «\u00a0Integration\u00a0»" in check(world).detail


def test_view_all_records_on_both_objects_is_proof(world: World) -> None:
    world.switch(**PRIVATE)
    grant(world, "Contact", "Lead")
    assert "Contact: “Events”; Lead: “Events”" in check(world).detail
    assert is_proved()


def test_view_all_records_on_one_object_is_none(world: World) -> None:
    world.switch(**PRIVATE)
    grant(world, "Lead")
    found = check(world)
    assert not found.ok
    assert "every record of: Contact." in found.detail
    assert "View All Records on Contact" in found.advice
    assert "visibility_confirmed: true" in found.advice
    assert not is_proved()


def test_a_group_counts_by_the_set_that_salesforce_computes_from_it(world: World) -> None:
    world.switch(**PRIVATE)
    group = {"DeveloperName": "G", "MasterLabel": "Events group", "Status": "Updated", "HasActivationRequired": False}
    (group_id,) = world.add("PermissionSetGroup", group)
    columns = {"Type": "Group", "PermissionSetGroupId": group_id}
    grant(world, "Contact", "Lead", **columns, assignment={"PermissionSetGroupId": group_id})
    assert "Lead: “Events group”" in check(world).detail
    world.change("PermissionSetGroup", group_id, Status="Updating")
    found = check(world)
    assert (found.ok, "Events group" in found.detail) == (False, True)
    assert not is_proved()


@pytest.mark.parametrize(
    "doubt",
    [
        {"HasActivationRequired": True},
        {"assignment": {"ExpirationDate": "2099-01-01T00:00:00.000+0000"}},
        {"assignment": {"IsActive": False}},
    ],
)
def test_what_does_not_last_is_no_proof(world: World, doubt: dict[str, Any]) -> None:
    world.switch(**PRIVATE)
    grant(world, "Contact", "Lead", **doubt)
    found = check(world)
    assert (found.ok, "do not count" in found.detail) == (False, True)
    assert not is_proved()


def test_leads_that_are_public_need_no_right_contacts_always_do(world: World) -> None:
    world.switch(view_all=False, sharing_hides={"Contact": "not_owned"})
    assert not check(world).ok
    grant(world, "Contact")
    assert "Lead: public to all users" in check(world).detail


def test_person_accounts_are_seen_as_accounts(world: World) -> None:
    world.switch(**PRIVATE, person_accounts=True)
    grant(world, "Contact", "Lead")
    assert "every record of: Account." in check(world).detail
    grant(world, "Account")
    assert check(world).ok


def test_permission_sets_that_cannot_be_read_ask_for_a_persons_word(world: World) -> None:
    check(world)
    world.switch(view_setup=False)
    found = check(world)
    assert not found.ok
    assert "INVALID_TYPE" in found.detail
    assert "View Setup and Configuration" in found.advice
    assert not is_proved(), "what cannot be read any more is not known any more"
    SalesforceOrg.objects.update(visibility_confirmed=True)
    found = check(world)
    assert (found.ok, bool(found.advice)) == (True, True)
    assert found.detail.startswith("A person confirmed")


def test_a_refusal_that_passes_changes_nothing(world: World) -> None:
    check(world)
    world.fault({"status": 503}, sobject="PermissionSetAssignment")
    assert not check(world).ok
    assert is_proved()


def test_who_waited_for_the_proof_is_sent_and_a_lost_right_stops_creation(world: World) -> None:
    world.switch(**PRIVATE)
    check(world)
    world.send(someone("p1"))
    assert world.ends() == {"p1": ("left_out", "visibility_not_confirmed")}
    set_id = grant(world, "Contact", "Lead")

    found = check(world)

    assert found.detail.endswith("Sent now because they waited for it: 1.")
    world.drain()
    assert world.ends() == {"p1": ("synced", "")}
    assert len(world.people(ADA)) == 1
    assert "waited" not in check(world).detail

    permissions = world.control("state?sobjects=ObjectPermissions", method="GET")["ObjectPermissions"]
    world.delete(*[row["Id"] for row in permissions if row["ParentId"] == set_id])
    assert prove_visibility() == 0
    world.send(someone("p2", "Grace", "Hopper"))
    assert world.ends()["p2"] == ("left_out", "visibility_not_confirmed")


def test_the_proof_is_looked_for_without_anybody_pressing_a_button(world: World) -> None:
    world.send(someone("p1"))
    assert world.ends()["p1"] == ("left_out", "visibility_not_confirmed")
    assert prove_visibility() == 1
    world.drain()
    assert world.ends()["p1"] == ("synced", "")


@pytest.mark.parametrize("columns", [{"visibility_confirmed": True}, {"state": "paused"}, {"organization_id": ""}])
def test_organisations_with_nothing_to_prove_are_not_asked(world: World, columns: dict[str, Any]) -> None:
    check(world)
    world.reset_calls()
    SalesforceOrg.objects.update(**columns)
    prove_visibility()
    assert world.api_calls() == 0


def test_an_organisation_that_does_not_answer_keeps_its_proof(world: World) -> None:
    check(world)
    world.salesforce.stop()
    assert prove_visibility() == 0
    assert is_proved()


def test_a_finding_about_credentials_that_were_changed_meanwhile_is_dropped(world: World) -> None:
    now = datetime.now(UTC)
    org = SalesforceOrg.objects.get()
    gateway = gateway_for(org)
    sighting = read_visibility(org, gateway, now=now)
    gateway.close()
    SalesforceOrg.objects.update(client_secret=Secret.conceal("another"))
    follow_org_change(SalesforceOrg.objects.get(), changed=["client_secret"])

    store_sighting(org, sighting, now=now)

    assert not is_proved()
