"""An organisation whose secrets no key decrypts any more waits alone: what is done for the others goes on."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import DrainRequest, SalesforceOrg, SalesforceSchema
from connector.models.fields import Secret
from connector.pipeline.connection.schema_refresh import refresh_schemas
from connector.pipeline.runs.drain import sweep
from tests.factories import OutboxEntryFactory, SalesforceOrgFactory

pytestmark = pytest.mark.django_db


def locked_out(**columns: Any) -> SalesforceOrg:
    """Make an organisation whose token was encrypted with a key that is gone."""
    token = Secret(Fernet(Fernet.generate_key()).encrypt(b"token").decode())
    return SalesforceOrgFactory.create(access_token=token, token_issued_at=timezone.now(), **columns)


def test_the_sweep_still_asks_for_the_drains_of_the_others(django_capture_on_commit_callbacks: Any) -> None:
    locked_out(state="paused", pause_code="daily_limit", paused_until=timezone.now() + timedelta(hours=1))
    due = OutboxEntryFactory.create(state=EntryState.PENDING, available_at=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep() == 1
    assert DrainRequest.objects.get().link_id == due.link_id


def test_the_describes_of_the_others_are_still_refreshed() -> None:
    org = locked_out(state="connected")
    SalesforceSchema.objects.create(org=org, sobject="Lead", body={}, fetched_at=timezone.now())
    assert refresh_schemas() == 0
