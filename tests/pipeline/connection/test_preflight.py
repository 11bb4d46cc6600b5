"""A connection is checked before it is relied on, and each thing that is not well comes with what to do."""

from typing import Any

from connector.models import SalesforceOrg, SalesforceSchema
from connector.models.fields import Secret
from connector.pipeline.connection.preflight import Check, check_connection
from tests.world import World

ALL = [
    "sign_in", "api_limit", "rights Contact", "rights Lead", "rights CampaignMember", "rights Campaign",
    "rights CampaignMemberStatus", "visibility",
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


def test_unconfirmed_visibility_is_said_until_it_is_confirmed(world: World) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)
    found = check(world)["visibility"]
    assert not found.ok
    assert "nobody is created" in found.detail
    assert "visibility_confirmed: true" in found.advice


def test_missing_rights_are_named_with_their_object(world: World) -> None:
    world.control(
        "settings", {"object_access": {"Lead": {"createable": False}, "CampaignMember": {"updateable": False}}}
    )
    checks = check(world)
    assert bad(world) == ["rights Lead", "rights CampaignMember"]
    assert checks["rights Lead"].advice == "Give the integration user these rights on Lead: create."
    assert "read, edit" in checks["rights Lead"].detail


def test_a_user_who_may_only_read_campaigns_is_enough(world: World) -> None:
    world.control("settings", {"marketing_user": False})
    assert bad(world) == []


def test_a_nearly_used_up_limit_is_told(world: World) -> None:
    for _ in range(10):
        check(world)
    world.control("settings", {"api_limit": world.api_calls() + 6})
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


def test_an_api_version_that_is_not_offered_is_told(world: World) -> None:
    SalesforceOrg.objects.update(api_version="20.0")
    (found,) = check(world).values()
    assert (found.name, found.ok) == ("api_version", False)


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
