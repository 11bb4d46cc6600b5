"""Webhook sources: the address to copy, and secrets that are shown once."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from connector.inwink.signature import digest_token
from connector.models import WebhookSource
from connector.models.fields import WrongEncryptionKey, reveal_list
from connector.pipeline.setup.sources import fingerprint_secret, fingerprint_token
from tests.factories import SIGNING_SECRET, WebhookMessageFactory, WebhookSourceFactory

pytestmark = pytest.mark.django_db

FORM = {"name": "inwink production", "locale": "fr", "default_state": "", "is_active": "on"}


def url_of(source: WebhookSource, page: str = "change") -> str:
    """Return the address of a page of a source."""
    return reverse(f"admin:connector_webhooksource_{page}", args=[source.pk])


def read_shown(page: str) -> str:
    """Return the secret or token on the page that shows it."""
    found = re.search(r'id="webhook-secret">([^<]+)<', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_new_source_shows_its_address_and_secret_once(admin_client: Client) -> None:
    page = admin_client.post(reverse("admin:connector_webhooksource_add"), {**FORM, "proof": "signature"}, follow=True)
    source = WebhookSource.objects.get()
    [secret] = reveal_list(source.signing_secrets)
    shown = page.content.decode()
    assert f"http://testserver/webhooks/inwink/{source.pk}/" in shown
    assert secret in shown.replace("&#x2B;", "+")
    assert secret.startswith("whsec_")
    later = admin_client.get(url_of(source)).content.decode()
    assert secret not in later
    assert fingerprint_secret(secret) in later


def test_of_a_bearer_token_only_the_digest_is_kept(admin_client: Client) -> None:
    page = admin_client.post(reverse("admin:connector_webhooksource_add"), {**FORM, "proof": "token"}, follow=True)
    token = read_shown(page.content.decode())
    source = WebhookSource.objects.get()
    assert source.bearer_token_hashes == [digest_token(token)]
    assert not source.signing_secrets


@pytest.mark.parametrize("page", ["new_secret", "new_token"])
def test_reloading_shows_no_secret_and_makes_none(admin_client: Client, page: str) -> None:
    source = WebhookSourceFactory.create(signing_secrets="")
    made = admin_client.post(url_of(source, page))
    assert (made.status_code, made["Location"]) == (302, url_of(source, "once"))
    shown = read_shown(admin_client.get(url_of(source, "once")).content.decode())
    source.refresh_from_db()
    kept = (source.signing_secrets, source.bearer_token_hashes)
    again = admin_client.get(url_of(source, "once"), follow=True)
    assert again.redirect_chain == [(url_of(source), 302)]
    assert "A secret is shown once." in again.content.decode()
    assert shown not in html.unescape(again.content.decode())
    source.refresh_from_db()
    assert (source.signing_secrets, source.bearer_token_hashes) == kept


def test_the_session_keeps_a_new_secret_encrypted_and_only_until_it_is_shown(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(signing_secrets="")
    admin_client.post(url_of(source, "new_secret"))
    kept = json.dumps(Session.objects.get().get_decoded())
    assert "webhook_source_once" in kept
    source.refresh_from_db()
    [secret] = reveal_list(source.signing_secrets)
    assert secret not in kept
    assert read_shown(admin_client.get(url_of(source, "once")).content.decode()) == secret
    assert "webhook_source_once" not in json.dumps(Session.objects.get().get_decoded())


def test_another_session_never_sees_a_new_secret(admin_client: Client, sign_in: Callable[..., Client]) -> None:
    source = WebhookSourceFactory.create()
    admin_client.post(url_of(source, "new_secret"))
    other = sign_in("view_webhooksource", "change_webhooksource")
    assert other.get(url_of(source, "once"))["Location"] == url_of(source)
    assert admin_client.get(url_of(source, "once")).status_code == 200


def test_the_admin_log_names_each_secret_that_is_made(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(signing_secrets="")
    admin_client.post(url_of(source, "new_secret"))
    admin_client.post(url_of(source, "new_token"))
    token = read_shown(admin_client.get(url_of(source, "once")).content.decode())
    source.refresh_from_db()
    [secret] = reveal_list(source.signing_secrets)
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == [
        f"Added Signing secret “{fingerprint_secret(secret)}”.",
        f"Added Bearer token “{fingerprint_token(token)}”.",
    ]


def test_a_second_secret_stands_beside_the_first_until_that_is_revoked(admin_client: Client) -> None:
    source = WebhookSourceFactory.create()
    admin_client.post(url_of(source, "new_secret"))
    source.refresh_from_db()
    old, new = reveal_list(source.signing_secrets)
    assert old == SIGNING_SECRET
    revoke = f"{url_of(source, 'revoke')}?secret={fingerprint_secret(old)}"
    assert "Revoke" in admin_client.get(revoke).content.decode()
    source.refresh_from_db()
    assert reveal_list(source.signing_secrets) == [old, new]
    admin_client.post(revoke)
    admin_client.post(revoke)
    source.refresh_from_db()
    assert reveal_list(source.signing_secrets) == [new]


def test_a_token_is_revoked_by_its_fingerprint(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(bearer_token_hashes=[digest_token("one"), digest_token("two")])
    admin_client.post(f"{url_of(source, 'revoke')}?token={digest_token('one')[:8]}")
    source.refresh_from_db()
    assert source.bearer_token_hashes == [digest_token("two")]


def test_looking_makes_no_secret(admin_client: Client) -> None:
    source = WebhookSourceFactory.create()
    assert admin_client.get(url_of(source, "new_secret")).status_code == 302
    source.refresh_from_db()
    assert reveal_list(source.signing_secrets) == [SIGNING_SECRET]


def test_only_who_may_change_a_source_makes_and_revokes_secrets(sign_in: Callable[..., Client]) -> None:
    source = WebhookSourceFactory.create()
    client = sign_in("view_webhooksource")
    for page in ("new_secret", "new_token", "revoke"):
        assert client.post(url_of(source, page)).status_code == 403
    assert client.get(url_of(source, "once")).status_code == 403


def test_a_source_without_secret_says_that_everything_is_refused(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(signing_secrets="")
    assert "every message is refused" in admin_client.get(url_of(source)).content.decode()


def test_a_source_with_messages_is_switched_off_not_deleted(admin_client: Client) -> None:
    message = WebhookMessageFactory.create()
    answer = admin_client.post(url_of(message.source, "delete"), {"post": "yes"}, follow=True)
    assert "Switch it off instead" in answer.content.decode()
    assert WebhookSource.objects.exists()


def test_a_secret_of_another_key_is_explained_instead_of_an_error(admin_client: Client, settings: Any) -> None:
    source = WebhookSourceFactory.create()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    url = f"/admin/connector/webhooksource/{source.pk}"
    assert "FIELD_ENCRYPTION_KEYS" in admin_client.get(f"{url}/change/").content.decode()
    for press in ("new-secret/", "revoke/?secret=abc"):
        page = admin_client.post(f"{url}/{press}", follow=True)
        assert page.status_code == 200
        assert "FIELD_ENCRYPTION_KEYS" in page.content.decode()


def test_secrets_whose_key_is_lost_are_replaced_after_a_question(admin_client: Client, settings: Any) -> None:
    source = WebhookSourceFactory.create()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    replace = url_of(source, "replace_secrets")
    assert replace in admin_client.get(url_of(source)).content.decode()
    assert "They are thrown away and a new one is made" in admin_client.get(replace).content.decode()
    with pytest.raises(WrongEncryptionKey):
        reveal_list(WebhookSource.objects.get().signing_secrets)

    shown = read_shown(admin_client.post(replace, follow=True).content.decode())

    assert reveal_list(WebhookSource.objects.get().signing_secrets) == [shown]
    again = admin_client.post(replace, follow=True).content.decode()
    assert "The secrets can be read: nothing was replaced." in again
    assert reveal_list(WebhookSource.objects.get().signing_secrets) == [shown]


def test_secrets_that_can_be_read_are_never_thrown_away(admin_client: Client, sign_in: Callable[..., Client]) -> None:
    source = WebhookSourceFactory.create()
    replace = url_of(source, "replace_secrets")
    assert replace not in admin_client.get(url_of(source)).content.decode()
    assert sign_in("view_webhooksource").post(replace).status_code == 403
    for answer in (admin_client.get(replace), admin_client.post(replace)):
        assert answer.headers["Location"] == url_of(source)
    assert reveal_list(WebhookSource.objects.get().signing_secrets) == [SIGNING_SECRET]
