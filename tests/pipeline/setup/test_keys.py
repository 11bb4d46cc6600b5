"""Every secret is encrypted again with the first key, and then the old one may go."""

from typing import Any

import pytest
from cryptography.fernet import Fernet

from connector.models import SalesforceOrg, WebhookSource
from connector.models.fields import Secret, reveal_list
from connector.pipeline.setup import keys
from connector.pipeline.setup.keys import Rotated, rotate_keys
from tests.factories import SIGNING_SECRET, SalesforceOrgFactory, WebhookSourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_key(settings: Any) -> str:
    """Begin with a key of our own."""
    key = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [key]
    return key


def test_after_a_rotation_the_new_key_is_enough(old_key: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "CHUNK_ROWS", 2)
    SalesforceOrgFactory.create_batch(5)
    WebhookSourceFactory.create()
    new_key = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new_key, old_key]
    rotated = {column.column: column.count for column in rotate_keys()}
    settings.FIELD_ENCRYPTION_KEYS = [new_key]
    assert {org.client_secret.reveal() for org in SalesforceOrg.objects.all()} == {"client-secret"}
    assert reveal_list(WebhookSource.objects.get().signing_secrets) == [SIGNING_SECRET]
    assert rotated == {
        "SalesforceOrg.client_secret": 5,
        "SalesforceOrg.password": 0,
        "SalesforceOrg.security_token": 0,
        "SalesforceOrg.private_key": 0,
        "SalesforceOrg.refresh_token": 0,
        "SalesforceOrg.access_token": 5,
        "WebhookSource.signing_secrets": 1,
        "ErasureKey.secret": 0,
    }


def test_empty_secrets_stay_empty(old_key: str) -> None:
    SalesforceOrgFactory.create()
    rotate_keys()
    assert SalesforceOrg.objects.filter(password="").exists()


def test_a_secret_that_no_key_decrypts_is_named_and_stays(old_key: str) -> None:
    kept, lost = SalesforceOrgFactory.create_batch(2)
    SalesforceOrg.objects.filter(pk=lost.pk).update(client_secret=Secret("gAAAAA-another-key"))
    found = next(column for column in rotate_keys() if column.column == "SalesforceOrg.client_secret")
    assert found == Rotated("SalesforceOrg.client_secret", 1, (str(lost.pk),))
    assert SalesforceOrg.objects.get(pk=lost.pk).client_secret == Secret("gAAAAA-another-key")
    assert SalesforceOrg.objects.get(pk=kept.pk).client_secret.reveal() == "client-secret"
