"""The groups of the three roles hold what the one list says."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from connector.pipeline.setup.roles import Role, permissions_of, setup_roles

pytestmark = pytest.mark.django_db


def held(role: Role) -> set[str]:
    """Return what the group of a role holds."""
    permissions = Group.objects.get(name=role.value).permissions.select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}" for one in permissions}


def test_roles_are_made_once_and_each_may_more_than_the_one_before() -> None:
    assert (setup_roles(), setup_roles()) == (3, 0)
    assert held(Role.VIEWER) < held(Role.OPERATOR) < held(Role.ADMINISTRATOR)


def test_a_role_that_was_changed_by_hand_is_mended() -> None:
    setup_roles()
    Group.objects.get(name="Viewer").permissions.clear()
    assert setup_roles() == 1
    assert held(Role.VIEWER) == permissions_of(Role.VIEWER)


def test_a_viewer_sees_no_people_and_an_operator_no_configuration() -> None:
    assert "connector.see_people" not in permissions_of(Role.VIEWER)
    assert "connector.see_people" in permissions_of(Role.OPERATOR)
    assert "connector.change_campaignlink" not in permissions_of(Role.OPERATOR)


def test_what_an_administrator_added_stays() -> None:
    setup_roles()
    added = Permission.objects.get(codename="change_linktemplate")
    Group.objects.get(name="Operator").permissions.add(added)
    assert setup_roles() == 0
    assert held(Role.OPERATOR) == permissions_of(Role.OPERATOR) | {"connector.change_linktemplate"}


def test_every_permission_of_our_own_belongs_to_a_role() -> None:
    """What Django makes for each table counts only where a page asks for it; what we name ourselves always does."""
    setup_roles()
    named = {f"connector.{codename}" for model in apps.get_app_config("connector").get_models()
             for codename, _ in model._meta.permissions}  # fmt: skip
    assert named <= permissions_of(Role.ADMINISTRATOR)


def test_other_groups_are_left_alone() -> None:
    Group.objects.create(name="Marketing")
    setup_roles()
    assert not Group.objects.get(name="Marketing").permissions.exists()
