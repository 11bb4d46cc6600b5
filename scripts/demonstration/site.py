"""The connector's own side, in this process: its commands, and where its participants stand."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django

from demonstration.environment import ADMIN_NAME, DemoProblem


def set_up_django(environment: Mapping[str, str], *, log: Path) -> None:
    """Let this process see what the others see, and keep its log out of the terminal."""
    os.environ.clear()
    os.environ.update(environment)
    django.setup()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(log.open("a", encoding="utf-8"))


def run_command(name: str, *arguments: str) -> str:
    """Run a management command and return its words. Raises DemoProblem when it does not succeed."""
    from django.core.management import CommandError, call_command

    words = io.StringIO()
    try:
        call_command(name, *arguments, stdout=words, stderr=words)
    except (CommandError, SystemExit) as exc:
        raise DemoProblem(f"manage.py {name} {' '.join(arguments)}: {exc}\n{words.getvalue()}") from exc
    return words.getvalue()


def create_admin(password: str) -> None:
    """Create the user who may see and do everything."""
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_superuser(ADMIN_NAME, "admin@horizon.example", password)


def create_people_of_each_role(password: str) -> list[str]:
    """Create one user of each role beside the admin, and return their names. Call after `setup_roles`."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    from connector.pipeline.setup.roles import Role

    names = {role: role.value.lower() for role in Role}
    for role, name in names.items():
        user = get_user_model().objects.create_user(name, f"{name}@horizon.example", password, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
    return list(names.values())


def webhook_path() -> str:
    """Return the address of the one source, without the host."""
    from connector.models import WebhookSource

    return f"/webhooks/inwink/{WebhookSource.objects.get().pk}/"


def is_quiet() -> bool:
    """Say whether nothing waits: no participant, and nobody of an event that is linked by now."""
    from connector.pipeline.inbox.linking import links_with_unlinked
    from connector.pipeline.status import sync_status

    if links_with_unlinked().exists():  # asked first: whoever is moved meanwhile is counted afterwards
        return False
    status = sync_status()
    return not status["pending"] + status["claimed"] + status["retrying"]


def describe_wait() -> str:
    """Say what is waited for, for an error message."""
    return run_command("sync_status")


def unlinked_participants() -> int:
    """Return how many participants wait for their event to be linked."""
    from connector.models import UnlinkedParticipant

    return UnlinkedParticipant.objects.count()


def read_ends() -> dict[str, dict[str, Any]]:
    """Return {participant id: {"event", "state", "reason", "error", "is_created"}} of the outbox."""
    from connector.core.outcomes import Outcome
    from connector.models import OutboxEntry, SyncAttempt

    created = set(SyncAttempt.objects.filter(outcome=Outcome.CREATED).values_list("participant_key", flat=True))
    rows = OutboxEntry.objects.values_list(
        "participant_key", "link__event_name", "state", "reason", "error_code", "error_message"
    )
    return {
        key: {
            "event": event,
            "state": state,
            "reason": reason,
            "error_code": code,
            "error": message,
            "is_created": key in created,
        }
        for key, event, state, reason, code, message in rows
    }
