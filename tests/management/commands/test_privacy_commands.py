"""The commands about personal data: their keys, their exit codes, and what they say."""

import json

import pytest
from django.core.management import call_command

from connector.management.base import CommandProblem
from connector.models import ErasedPerson, WebhookMessage
from tests.factories import WebhookMessageFactory

pytestmark = pytest.mark.django_db


def test_forget_participant_counts_and_says_what_it_leaves_alone(capsys: pytest.CaptureFixture[str]) -> None:
    WebhookMessageFactory.create()
    call_command("forget_participant", email="Ada@Example.org")
    text = capsys.readouterr().out
    assert "Erased: 1 messages, 0 participants, 0 attempts." in text
    assert "Salesforce and inwink are as they were" in text
    assert ErasedPerson.objects.count() == 1


def test_an_id_that_nobody_has_is_said_to_leave_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("forget_participant", id="p1")
    assert "use --email" in capsys.readouterr().out


def test_something_that_is_no_email_is_refused() -> None:
    with pytest.raises(CommandProblem, match="no email address"):
        call_command("forget_participant", email="ada")


def test_export_participant_prints_json_with_and_without_the_flag(capsys: pytest.CaptureFixture[str]) -> None:
    WebhookMessageFactory.create()
    call_command("export_participant", email="ada@example.org")
    shown = json.loads(capsys.readouterr().out)
    call_command("export_participant", email="ada@example.org", json=True)
    assert json.loads(capsys.readouterr().out) == shown
    assert shown["messages"][0]["said"] == [{"id": "p1", "eventId": "event-1", "email": "ada@example.org"}]


def test_prune_counts_each_kind(capsys: pytest.CaptureFixture[str]) -> None:
    WebhookMessageFactory.create(received_at="2020-01-01T00:00:00Z")
    call_command("prune", json=True)
    counts = json.loads(capsys.readouterr().out)
    assert counts == {
        "ok": True, "messages": 1, "attempts": 0, "runs": 0, "unlinked": 0, "drafts": 0, "uploads": 0, "tasks": 0,
        "sessions": 0, "erased": 0,
    }  # fmt: skip
    assert not WebhookMessage.objects.exists()
