"""Erase a person here."""

import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from connector import conf
from connector.management.base import CommandProblem, ConnectorCommand, Report
from connector.management.person import add_person_arguments, sought_person
from connector.management.who import who_asks
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.privacy.forget import Forgotten, PersonInHandError, forget_participant
from connector.pipeline.privacy.held import Sought

POLL_SECONDS = 1.0


class Command(ConnectorCommand):
    """Take a person out of messages, participants and log, and leave a keyed hash."""

    help = (
        "Erase a person here: messages, participants, log. A keyed hash stays, by which later messages of the person "
        "are counted and dropped. Nothing is erased in Salesforce or inwink. A worker that is just sending the person "
        "is waited for."
    )
    example = "python manage.py forget_participant --email ada@example.org"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the person."""
        add_person_arguments(parser)

    def report(self, **options: Any) -> Report:
        """Erase and count."""
        try:
            done = _forget(sought_person(options))
        except WrongEncryptionKey as exc:
            raise CommandProblem(str(exc)) from exc
        return Report(_say(done, is_by_id=options["id"] is not None), asdict(done))


def _forget(sought: Sought) -> Forgotten:
    """Erase as soon as no worker has the person in hand; a run renews its lease before each call."""
    deadline = time.monotonic() + 2 * conf.claim_lease_seconds()
    while True:
        try:
            return forget_participant(sought, by=who_asks())
        except PersonInHandError as exc:
            if time.monotonic() >= deadline:
                message = "A worker is still sending this person. New messages are dropped already; repeat this later."
                raise CommandProblem(message) from exc
        time.sleep(POLL_SECONDS)


def _say(done: Forgotten, *, is_by_id: bool) -> str:
    counts = f"Erased: {done.messages} messages, {done.entries} participants, {done.attempts} attempts."
    if is_by_id and done == Forgotten():
        return f"{counts} Nothing is known under this id, so nothing of it can be recognised later: use --email."
    return f"{counts} Later messages of this person are counted and dropped. Salesforce and inwink are as they were."
