"""A link works once, for a few days, and only its digest is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from connector.inwink.signature import digest_token
from connector.models import Invitation, SalesforceOrg, WebhookSource
from connector.models.fields import reveal_list
from connector.pipeline.invitations.issue import (
    ATTEMPTS_MAX,
    VALID_FOR,
    InvitationClosed,
    Issued,
    count_attempt,
    hand_over_secret,
    hand_over_token,
    invite_integrator,
    invite_salesforce_admin,
    open_invitation,
    revoke_invitation,
)
from tests.factories import WebhookSourceFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ask(name: str = "Acme") -> Issued:
    return invite_salesforce_admin(org=None, name=name, by="olga", now=NOW)


def row() -> Invitation:
    return Invitation.objects.get()


def test_only_the_digest_of_a_token_is_kept() -> None:
    issued = ask()
    assert row().token_digest == digest_token(issued.token)
    assert issued.token not in str(vars(row())) + repr(issued)
    assert (row().invited_by, row().expires_at) == ("olga", NOW + timedelta(days=7))


def test_opening_is_noted_once_and_uses_nothing_up() -> None:
    token = ask().token
    later = NOW + timedelta(hours=1)
    open_invitation(token, now=NOW)
    assert open_invitation(token, now=later) == row()
    assert (row().opened_at, row().used_at) == (NOW, None)


@pytest.mark.parametrize(
    "columns",
    [{"used_at": NOW}, {"revoked_at": NOW}, {"expires_at": NOW}],
)
def test_what_is_used_revoked_or_expired_is_closed(columns: dict[str, Any]) -> None:
    token = invite_salesforce_admin(org=None, name="Acme", by="olga", now=NOW - timedelta(days=1)).token
    Invitation.objects.update(**columns)
    with pytest.raises(InvitationClosed):
        open_invitation(token, now=NOW)
    assert row().opened_at is None


def test_what_never_was_a_token_is_closed_and_a_link_ends_by_itself() -> None:
    token = ask().token
    for wrong in ("", token[:-1], "é" * 50, row().token_digest):
        with pytest.raises(InvitationClosed):
            open_invitation(wrong, now=NOW)
    with pytest.raises(InvitationClosed):
        open_invitation(token, now=NOW + VALID_FOR)


def test_a_link_is_taken_back_once() -> None:
    token = ask().token
    assert revoke_invitation(row().pk, by="admin", now=NOW)
    assert not revoke_invitation(row().pk, by="other", now=NOW)
    assert (row().revoked_by, row().used_at) == ("admin", None)
    with pytest.raises(InvitationClosed):
        open_invitation(token, now=NOW)


def test_credentials_are_tried_so_often_and_no_more() -> None:
    invitation = ask().invitation
    for _ in range(ATTEMPTS_MAX):
        count_attempt(invitation, now=NOW)
    with pytest.raises(InvitationClosed):
        count_attempt(invitation, now=NOW)
    assert row().attempt_count == ATTEMPTS_MAX


@pytest.mark.parametrize("hand_over", [hand_over_secret, hand_over_token])
def test_a_secret_is_handed_over_once_beside_those_that_are_there(hand_over: Any) -> None:
    source = WebhookSourceFactory.create()
    invitation = invite_integrator(source, by="olga", now=NOW).invitation
    text = hand_over(invitation, now=NOW)
    source.refresh_from_db()
    assert (text in reveal_list(source.signing_secrets)) != (digest_token(text) in source.bearer_token_hashes)
    kept = (source.signing_secrets, source.bearer_token_hashes)
    with pytest.raises(InvitationClosed):
        hand_over(invitation, now=NOW)
    source.refresh_from_db()
    assert (source.signing_secrets, source.bearer_token_hashes) == kept
    assert row().used_at == NOW


def test_the_record_outlives_what_it_was_for() -> None:
    source = WebhookSourceFactory.create(name="inwink")
    token = invite_integrator(source, by="olga", now=NOW).token
    WebhookSource.objects.all().delete()
    assert (row().source, str(row())) == (None, "inwink")
    with pytest.raises(InvitationClosed):
        open_invitation(token, now=NOW)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("invitation_is_for_one_thing", {"kind": "webhook", "org": True}),
        ("invitation_expires", {"expires_at": NOW - timedelta(days=9)}),
        ("invitation_used_or_revoked", {"used_at": NOW, "revoked_at": NOW}),
        ("invitation_is_named", {"target_name": ""}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(name: str, columns: dict[str, Any]) -> None:
    ask()
    if "org" in columns:
        columns = {
            **columns,
            "org": SalesforceOrg.objects.create(name="A", login_url="https://a.example", client_id="x"),
        }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Invitation.objects.update(**columns)
