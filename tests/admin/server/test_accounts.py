"""The page of a user: roles with what they may do, and no list of single permissions."""

from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from connector.pipeline.setup.roles import SUMMARIES, Role, setup_roles

pytestmark = pytest.mark.django_db

DATES = {"date_joined_0": "2026-11-27", "date_joined_1": "10:00:00"}


@pytest.fixture
def olga(db: None) -> User:
    """Somebody without a role; the roles are there, and a group of somebody's own."""
    setup_roles()
    Group.objects.create(name="Hostesses")
    return User.objects.create_user("olga", password="x", is_staff=True)


def url_of(user: User) -> str:
    """Return the address of a user's page."""
    return reverse("admin:auth_user_change", args=[user.pk])


def page_of(client: Client, user: User, *, language: str = "en") -> str:
    """Return the text of a user's page."""
    return unescape(client.get(url_of(user), headers={"accept-language": language}).content.decode())


def test_each_role_is_offered_with_what_it_may(admin_client: Client, olga: User) -> None:
    page = page_of(admin_client, olga)
    assert [page.count(f"{role.label} – {SUMMARIES[role]}") for role in Role] == [1, 1, 1]
    assert "Hostesses" in page
    assert reverse("admin:auth_user_roles") in page


def test_a_new_user_has_a_role_and_can_sign_in_at_once(admin_client: Client, client: Client, olga: User) -> None:
    add = reverse("admin:auth_user_add")
    page = unescape(admin_client.get(add).content.decode())
    assert [page.count(f"{role.label} – {SUMMARIES[role]}") for role in Role] == [1, 1, 1]
    assert "checked" in page.partition('name="is_staff"')[2].partition(">")[0]
    said = {"username": "vera", "password1": "correct-horse-9", "password2": "correct-horse-9",
            "usable_password": "true", "is_staff": "on", "groups": [Group.objects.get(name="Viewer").pk]}  # fmt: skip
    assert admin_client.post(add, said).status_code == 302
    assert [group.name for group in User.objects.get(username="vera").groups.all()] == ["Viewer"]
    answer = client.post(reverse("admin:login"), {"username": "vera", "password": "correct-horse-9", "next": "/admin/"})
    assert answer.headers["Location"] == "/admin/"


@pytest.mark.parametrize(("language", "role"), [("en", "Viewer"), ("fr", "Lecteur")])
def test_the_list_of_users_names_their_roles(
    admin_client: Client, olga: User, django_assert_max_num_queries: Any, *, language: str, role: str
) -> None:
    olga.groups.set(Group.objects.filter(name="Viewer"))
    with django_assert_max_num_queries(12):
        page = admin_client.get(reverse("admin:auth_user_changelist"), headers={"accept-language": language})
    cell = page.content.decode().partition(">olga<")[2].partition("</tr>")[0]
    assert role in cell


def test_single_permissions_are_not_offered(admin_client: Client, olga: User) -> None:
    page = page_of(admin_client, olga)
    assert "user_permissions" not in page
    assert "Can add" not in page


def test_whoever_was_given_single_permissions_keeps_them_in_sight(admin_client: Client, olga: User) -> None:
    olga.user_permissions.add(Permission.objects.get(codename="see_people"))
    assert "user_permissions" in page_of(admin_client, olga)


def test_a_role_is_given_and_taken(admin_client: Client, olga: User) -> None:
    operator = Group.objects.get(name="Operator")
    data = {"username": "olga", "is_staff": "on", "is_active": "on", **DATES}
    assert admin_client.post(url_of(olga), {**data, "groups": [operator.pk]}).status_code == 302
    assert list(olga.groups.all()) == [operator]
    assert "checked" in page_of(admin_client, olga).partition('name="groups"')[2]
    admin_client.post(url_of(olga), data)
    assert list(olga.groups.all()) == []


def test_the_page_speaks_french(admin_client: Client, olga: User) -> None:
    page = page_of(admin_client, olga, language="fr")
    assert "Lecteur – voit" in page
    assert "Can add" not in page


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Can add user", "Can see personal data of participants"]),
     ("fr", ["Peut ajouter : utilisateur", "Peut voir les données personnelles des participants"])],
)  # fmt: skip
def test_permissions_of_a_group_are_named_in_the_readers_language(
    admin_client: Client, olga: User, *, language: str, names: list[str]
) -> None:
    page = admin_client.get(reverse("admin:auth_group_change", args=[Group.objects.get(name="Operator").pk]),
                            headers={"accept-language": language})  # fmt: skip
    text = unescape(page.content.decode()).replace("\u00a0", " ")
    assert [name for name in names if name not in text] == []
    assert ("Can " in text.partition('name="permissions"')[2]) == (language == "en")


def test_a_new_password_leaves_a_line_without_it(admin_client: Client, olga: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[olga.pk])
    said = {"password1": "correct-horse-9", "password2": "correct-horse-9", "usable_password": "true"}
    assert admin_client.post(url, said).status_code == 302
    assert LogEntry.objects.latest("pk").change_message == '[{"changed": {"fields": ["password"]}}]'
