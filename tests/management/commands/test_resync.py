"""The resync command finds what it is asked for, and says when there is nothing of that name."""

import io
import json

import pytest
from django.core.management import call_command

from connector.core.outcomes import EntryState
from connector.core.state import State
from connector.management.base import CommandProblem
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.outbox.resync import CORRECTION
from tests.factories import CampaignLinkFactory, OutboxEntryFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.fixture
def link() -> CampaignLink:
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    for state in (EntryState.FAILED, EntryState.SYNCED, EntryState.NEEDS_ANSWER):
        OutboxEntryFactory.create(link=link, participant_key=state.value, state=state.value)
    return link


def resync(*arguments: str) -> int:
    stdout = io.StringIO()
    call_command("resync", *arguments, "--json", stdout=stdout)
    report: dict[str, int] = json.loads(stdout.getvalue())
    assert list(report) == ["enqueued"]
    return report["enqueued"]


def test_everybody_of_the_event_or_those_who_failed(link: CampaignLink) -> None:
    OutboxEntryFactory.create(state=EntryState.FAILED.value)
    assert resync("--event", "e1", "--failed-only") == 1
    assert [entry.participant_key for entry in OutboxEntry.objects.filter(is_forced=True)] == ["failed"]
    assert resync("--event", "e1") == 3


@pytest.mark.parametrize("name", ["synced", " Synced@Example.org "])
def test_one_participant_by_id_or_email(link: CampaignLink, name: str) -> None:
    assert resync("--event", "e1", "--participant", name) == 1
    entry = OutboxEntry.objects.get(is_forced=True)
    assert (entry.participant_key, entry.is_correction) == ("synced", False)
    assert entry.requested_by.endswith("command)")


def test_a_status_may_be_lowered_for_one_participant(link: CampaignLink) -> None:
    OutboxEntryFactory.create(
        link=link,
        participant_key="p1",
        participant_state=State.ATTENDED.value,
        payload={"registration": "registered", "came": False},
    )
    assert resync("--event", "e1", "--participant", "p1", "--allow-downgrade", "--reason", "a test") == 1
    entry = OutboxEntry.objects.get(participant_key="p1")
    assert (entry.target_state, entry.is_correction, entry.answers[CORRECTION]["why"]) == ("registered", True, "a test")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--event", "nobody"],
        ["--event", "e1", "--participant", "nobody"],
        ["--event", "e1", "--participant", ""],
        ["--event", "e1", "--allow-downgrade"],
    ],
)
def test_what_is_not_there_or_makes_no_sense_is_a_problem(link: CampaignLink, arguments: list[str]) -> None:
    if arguments[-1] == "":
        OutboxEntryFactory.create(link=link, payload={})
        arguments = [*arguments[:-1], "unknown@example.org"]
    with pytest.raises(CommandProblem):
        resync(*arguments)
    assert not OutboxEntry.objects.filter(is_forced=True).exists()
