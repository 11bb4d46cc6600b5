"""The page of roles, and what an administrator may not do to users."""

from html import unescape

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from connector.pipeline.setup.roles import ABILITIES, Role, setup_roles

pytestmark = pytest.mark.django_db

PAGE = "/admin/auth/user/roles/"


def sign_in(role: Role) -> Client:
    """Return somebody of a role."""
    setup_roles()
    user = User.objects.create_user("olga", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", Role)
def test_the_page_says_each_ability_once_and_marks_the_readers_own_role(role: Role) -> None:
    page = unescape(sign_in(role).get(PAGE).content.decode())
    assert all(page.count(str(one.text)) == 1 for one in ABILITIES)
    assert page.count("your role") == 1
    assert page.count(">yes<") == sum(one.is_of(each) for one in ABILITIES for each in Role)


def test_the_page_speaks_french() -> None:
    page = sign_in(Role.VIEWER).get(PAGE, headers={"accept-language": "fr"}).content.decode()
    assert "Lecteur" in page
    assert "Mettre en pause" in page


def test_the_list_of_users_leads_to_the_page() -> None:
    assert PAGE in sign_in(Role.ADMINISTRATOR).get("/admin/auth/user/").content.decode()


def test_a_missing_group_is_named(admin_client: Client) -> None:
    assert "manage.py setup_roles" in admin_client.get(PAGE).content.decode()


def test_an_administrator_can_neither_become_nor_touch_a_superuser() -> None:
    client, root = sign_in(Role.ADMINISTRATOR), User.objects.create_superuser("root", password="x")
    olga = User.objects.get(username="olga")
    data = {"username": "olga", "is_superuser": "on", "is_staff": "on", "is_active": "on",
            "date_joined_0": "2026-11-27", "date_joined_1": "10:00:00"}  # fmt: skip
    assert client.post(f"/admin/auth/user/{olga.pk}/change/", data).status_code == 302
    assert not User.objects.get(username="olga").is_superuser
    client.force_login(olga)
    olga.groups.add(Group.objects.get(name="Administrator"))
    assert client.post(f"/admin/auth/user/{root.pk}/change/", data | {"username": "root"}).status_code == 403
    assert (
        client.post(f"/admin/auth/user/{root.pk}/password/", {"password1": "abc", "password2": "abc"}).status_code
        == 403
    )
    assert client.post(f"/admin/auth/user/{root.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": root.pk, "post": "yes"})
    assert User.objects.filter(username="root", is_superuser=True).exists()


@pytest.mark.parametrize("has_history", [True, False])
def test_whoever_did_something_is_not_deleted_with_the_history(*, admin_client: Client, has_history: bool) -> None:
    """An account that goes takes every line of Django's log with it: who made a secret, who erased whom."""
    gone = User.objects.create_user("gone", password="x", is_staff=True)
    if has_history:
        LogEntry.objects.create(user=gone, object_id="1", object_repr="a link", action_flag=CHANGE)
    page = admin_client.get(f"/admin/auth/user/{gone.pk}/delete/").content.decode()
    assert ("they can no longer sign in" in page) == has_history
    admin_client.post(f"/admin/auth/user/{gone.pk}/delete/", {"post": "yes"})
    selected = {"action": "delete_selected", "_selected_action": gone.pk, "post": "yes"}
    admin_client.post("/admin/auth/user/", selected)
    assert User.objects.filter(username="gone").exists() == has_history
    assert LogEntry.objects.filter(user=gone).exists() == has_history
