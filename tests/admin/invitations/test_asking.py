"""Somebody without an account here is asked by a letter and a link; who asked, and what became of it, is kept."""

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connector.inwink.signature import digest_token
from connector.models import Invitation, WebhookSource
from tests.admin.test_pages import count_queries
from tests.factories import SalesforceOrgFactory, WebhookSourceFactory

pytestmark = pytest.mark.django_db

ASK_SALESFORCE = "/admin/connector/invitation/ask-salesforce/"
ASK_INTEGRATOR = "/admin/connector/invitation/ask-integrator/"


def page_of(invitation: Invitation, page: str = "change") -> str:
    return reverse(f"admin:connector_invitation_{page}", args=[invitation.pk])


def text_of(page: Any) -> str:
    return " ".join(unescape(page.content.decode()).split())


def test_the_link_is_shown_once_inside_a_letter_in_both_languages(admin_client: Client) -> None:
    page = admin_client.post(ASK_SALESFORCE, {"name": "Acme"}, follow=True)

    invitation = Invitation.objects.get()
    link = page.context["link"]
    base, _, token = link.partition("#")
    assert base == "http://testserver/invitation/"
    assert invitation.token_digest == digest_token(token)
    assert [letter.language for letter in page.context["letters"]] == ["en", "fr"]
    for letter in page.context["letters"]:
        assert link in letter.text
        assert "http://testserver/admin/connector/salesforceorg/callback/" in letter.text
        assert "(api)" in letter.text
        assert "Marketing" in letter.text, "what creating campaigns takes"
        assert "{{" not in letter.text
    again = admin_client.get(page_of(invitation))
    assert again.context["link"] == ""
    assert token not in again.content.decode()
    assert "The link was shown when it was made" in text_of(again)


def test_the_session_keeps_the_token_encrypted_until_it_is_shown(admin_client: Client) -> None:
    admin_client.post(ASK_SALESFORCE, {"name": "Acme"})
    kept = json.dumps(Session.objects.get().get_decoded())
    token = admin_client.get(page_of(Invitation.objects.get())).context["link"].partition("#")[2]
    assert "invitation_once" in kept
    assert token not in kept


def test_the_letter_for_an_integrator_has_address_recipe_example_and_test(admin_client: Client) -> None:
    page = admin_client.post(ASK_INTEGRATOR, {"name": "inwink production"}, follow=True)
    source = WebhookSource.objects.get()
    assert (source.name, bool(source.signing_secrets), source.bearer_token_hashes) == ("inwink production", False, [])
    for letter in page.context["letters"]:
        for said in (
            f"/webhooks/inwink/{source.pk}/",
            "webhook-signature",
            '"eventId"',
            "connector-test",
            "/invitation/#",
        ):
            assert said in letter.text, letter.language


def test_asking_for_what_exists_is_noted_in_its_history(admin_client: Client) -> None:
    org, source = SalesforceOrgFactory.create(name="Acme"), WebhookSourceFactory.create(name="inwink")
    admin_client.post(f"{ASK_SALESFORCE}?org={org.pk}")
    admin_client.post(f"{ASK_INTEGRATOR}?source={source.pk}")
    assert {(one.org, one.source, one.target_name, one.invited_by) for one in Invitation.objects.all()} == {
        (org, None, "Acme", "admin"), (None, source, "inwink", "admin"),
    }  # fmt: skip
    assert LogEntry.objects.filter(content_type__model__in=["salesforceorg", "webhooksource"]).count() == 2
    taken = admin_client.post(ASK_SALESFORCE, {"name": "Acme"})
    assert "There is one of this name already" in text_of(taken)


def test_looking_makes_no_link(admin_client: Client) -> None:
    for path in (ASK_SALESFORCE, ASK_INTEGRATOR):
        assert admin_client.get(path).status_code == 200
    assert not Invitation.objects.exists()
    assert not WebhookSource.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ((), ()),
        (("view_salesforceorg", "view_webhooksource"), ()),
        (("add_salesforceorg",), (ASK_SALESFORCE,)),
        (("add_webhooksource",), (ASK_INTEGRATOR,)),
        (("change_salesforceorg",), (f"{ASK_SALESFORCE}?org=",)),
    ],
)
def test_who_may_change_it_may_ask_for_it(
    sign_in: Callable[..., Client], permissions: tuple[str, ...], allowed: tuple[str, ...]
) -> None:
    org = SalesforceOrgFactory.create()
    client = sign_in(*permissions)
    paths = {
        ASK_SALESFORCE: ASK_SALESFORCE,
        ASK_INTEGRATOR: ASK_INTEGRATOR,
        f"{ASK_SALESFORCE}?org=": f"{ASK_SALESFORCE}?org={org.pk}",
    }
    answers = {key: client.post(path, {"name": "New"}).status_code for key, path in paths.items()}
    assert {key for key, status in answers.items() if status == 302} == set(allowed)
    assert {status for key, status in answers.items() if key not in allowed} <= {403}


def test_a_link_is_taken_back_after_a_question(admin_client: Client, sign_in: Callable[..., Client]) -> None:
    admin_client.post(ASK_SALESFORCE, {"name": "Acme"})
    invitation = Invitation.objects.get()
    assert sign_in("change_webhooksource", "view_invitation").post(page_of(invitation, "revoke")).status_code == 403
    assert "Take the link" in text_of(admin_client.get(page_of(invitation, "revoke")))
    assert Invitation.objects.usable(timezone.now()).exists()
    assert "no longer works" in text_of(admin_client.post(page_of(invitation, "revoke"), follow=True))
    assert "did not work any more" in text_of(admin_client.post(page_of(invitation, "revoke"), follow=True))
    invitation.refresh_from_db()
    assert invitation.revoked_by == "admin"


def test_a_letter_is_for_those_who_may_change_its_target(admin_client: Client, sign_in: Callable[..., Client]) -> None:
    admin_client.post(ASK_SALESFORCE, {"name": "Acme"})
    client = sign_in("view_invitation", "change_webhooksource")
    assert client.get(page_of(Invitation.objects.get())).status_code == 403
    assert "Acme" in text_of(client.get("/admin/connector/invitation/"))


def test_the_list_asks_as_much_for_one_as_for_ten(admin_client: Client) -> None:
    admin_client.post(ASK_SALESFORCE, {"name": "Acme 0"})
    count_queries(admin_client, "/admin/connector/invitation/")
    once = count_queries(admin_client, "/admin/connector/invitation/")
    for number in range(9):
        admin_client.post(ASK_SALESFORCE, {"name": f"Acme {number + 1}"})
    assert count_queries(admin_client, "/admin/connector/invitation/") == once
