"""A page that is not there, or not for this person, says so inside the admin and in their language."""

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override
from django.views.defaults import server_error

from tests.admin.conftest import SignIn
from tests.factories import CampaignLinkFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Your role does not include this page"), ("fr", "Votre rôle ne comprend pas cette page")],
)
def test_a_page_beyond_the_role_leads_to_what_each_role_may_do(sign_in: SignIn, language: str, words: str) -> None:
    link = CampaignLinkFactory.create()
    client = sign_in("view_campaignlink")
    address = f"/admin/connector/campaignlink/{link.pk}/reconciliation/"
    answer = client.get(address, headers={"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert words in page
    assert "/admin/auth/user/roles/" in page
    assert "/admin/connector/campaignlink/" in page, "the menu stays"


def test_what_is_gone_is_said_in_the_admin(admin_client: Client) -> None:
    answer = admin_client.get("/admin/connector/outboxentry/4711/change/", headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.content.decode()


@pytest.mark.parametrize("address", ["/nowhere/", "/admin/nowhere/"])
def test_strangers_see_no_menu(client: Client, address: str) -> None:
    answer = client.get(address, headers={"accept-language": "fr"}, follow=False)
    page = answer.content.decode()
    assert answer.status_code in {302, 404}
    assert "/admin/connector/" not in page
    if answer.status_code == 404:
        assert "Cette page n’existe pas" in page


def test_a_form_without_its_token_is_refused_in_words() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "fr"})
    answer = strict.post("/admin/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "Ce formulaire est trop ancien" in answer.content.decode()


def test_a_failure_of_the_server_says_what_to_do(rf: RequestFactory) -> None:
    with override("fr"):
        answer = server_error(rf.get("/admin/"))
    assert answer.status_code == 500
    assert "Quelque chose n’a pas fonctionné ici" in answer.content.decode()
