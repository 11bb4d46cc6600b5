"""Pages that say no: in the reader's language, with what happened, who may, and the way back."""

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connector.admin.server.error_pages import server_error
from connector.pipeline.setup.roles import Role
from tests.admin.conftest import SignIn
from tests.admin.server.test_roles import sign_in as sign_in_as
from tests.factories import CampaignLinkFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db

FR = {"accept-language": "fr"}
MENU = 'id="nav-sidebar"'


def read(answer: Any) -> str:
    """Return the page, its spaces alike."""
    return " ".join(unescape(answer.content.decode()).replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    ("address", "role", "ability"),
    [
        ("admin:connector_errand_import", "Opérateur", "Importer"),
        ("admin:auth_user_audit", "Administrateur", "Voir qui a modifié quoi"),
        ("admin:connector_outboxentry_answers", "Opérateur", "Voir les personnes"),
        ("admin:connector_webhookmessage_changelist", "Opérateur", "Voir les personnes"),
    ],
)
def test_who_may_not_is_told_which_role_may(address: str, role: str, ability: str) -> None:
    answer = sign_in_as(Role.VIEWER).get(reverse(address), headers=FR)
    page = read(answer)
    assert answer.status_code == 403
    assert "Vous n’avez pas le droit de faire cela" in page
    assert f"rôle {role}" in page
    assert ability in page
    assert reverse("admin:auth_user_roles") in page
    assert f'href="{reverse("admin:index")}"' in page
    assert MENU in page


@pytest.mark.parametrize(
    ("page", "role", "ability"),
    [
        ("state", Role.OPERATOR, "Pause, resume and close links"),  # or whoever may change links: an Administrator
        ("put_back", Role.ADMINISTRATOR, "Link events, change links"),  # and send again: an Operator, not alone
    ],
)
def test_the_least_role_that_may_is_named_and_may(page: str, role: Role, ability: str) -> None:
    address = reverse(f"admin:connector_campaignlink_{page}", args=[CampaignLinkFactory.create().pk])
    answer = sign_in_as(Role.VIEWER).get(address)
    assert answer.status_code == 403
    assert f"It takes the role {role.label}: “{ability}" in read(answer)
    User.objects.all().delete()
    assert sign_in_as(role).get(address).status_code != 403


def test_what_nobody_may_do_names_no_role(admin_client: Client) -> None:
    page = read(admin_client.get("/admin/connector/outboxentry/add/"))
    assert "Nobody may do this here" in page
    assert "It takes the role" not in page


def test_what_is_gone_leads_back_to_its_list(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create()
    address = reverse("admin:connector_outboxentry_resync", args=[entry.pk])
    entry.delete()
    answer = admin_client.get(address, headers=FR)
    page = read(answer)
    assert answer.status_code == 404
    assert "Il n’y a rien ici" in page
    assert f'href="{reverse("admin:connector_outboxentry_changelist")}"' in page
    assert MENU in page


@pytest.mark.parametrize("address", ["/nowhere/", "/admin/connector/campaignlink/1/nowhere/deeper/"])
def test_a_stranger_sees_no_menu(address: str) -> None:
    answer = Client().get(address, headers=FR)
    if answer.status_code == 404:
        assert "Il n’y a rien ici" in read(answer)
        assert MENU not in read(answer)
        assert "style-src 'self'" in answer.headers["content-security-policy"]
    else:
        assert answer.url.startswith("/admin/login/")  # type: ignore[attr-defined]


def test_a_list_asked_by_hand_for_more_says_that_it_cannot(sign_in: SignIn) -> None:
    answer = sign_in("view_outboxentry").get("/admin/connector/outboxentry/?email_key__startswith=a", headers=FR)
    assert answer.status_code == 400
    assert "Cela n’a pas pu être compris" in read(answer)
    assert MENU in read(answer)


def test_a_wrong_host_is_answered_too() -> None:
    answer = Client().get("/admin/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "This could not be understood" in read(answer)


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_form_from_an_old_page_says_what_to_do(*, is_signed_in: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    if is_signed_in:
        client.force_login(User.objects.create_superuser("root", password="x"))
    link = CampaignLinkFactory.create()
    answer = client.post(reverse("admin:connector_campaignlink_state", args=[link.pk]), headers=FR)
    assert answer.status_code == 403
    assert "chargez de nouveau la page" in read(answer)
    assert (MENU in read(answer)) == is_signed_in


def test_an_error_of_ours_needs_no_database(rf: RequestFactory) -> None:
    def refuse(*_args: object) -> None:
        raise DatabaseError("the database is away")

    request = rf.get("/admin/", headers={"accept-language": "fr"})
    with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(refuse):
        answer = server_error(request)
    assert answer.status_code == 500
    assert "Un problème est survenu ici" in read(answer)
    assert f'href="{reverse("admin:index")}"' in read(answer)
    assert len(queries) == 0


def test_a_site_whose_database_is_away_says_so_in_its_own_page() -> None:
    def refuse(*_args: object) -> None:
        raise DatabaseError("the database is away")

    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root", password="x"))
    with connection.execute_wrapper(refuse):
        answer = client.get("/admin/", headers=FR)
    assert answer.status_code == 500
    assert "Un problème est survenu ici" in read(answer)
    assert answer.headers["content-language"] == "fr"


@pytest.mark.parametrize("address", ["/webhooks/nowhere", "/metrics/nowhere"])
def test_programs_get_a_line_of_text(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain"
