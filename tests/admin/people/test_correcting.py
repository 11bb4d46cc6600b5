"""Correct the status: what would be written is said beforehand, a reason is asked for, and nothing else is promised."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.core.outcomes import EntryState
from connector.models import OutboxEntry
from tests.factories import CampaignLinkFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db

TAKEN_BACK = {"first_name": "Ada", "last_name": "Lovelace", "came": False}


def checked_in(**said: Any) -> OutboxEntry:
    """Return somebody whose check-in was sent and who inwink says now did not come."""
    return OutboxEntryFactory.create(
        link=CampaignLinkFactory.create(status_registered="Inscrit", status_attended="Est venu", status_refused=""),
        state=EntryState.SYNCED, participant_state="attended", states_seen=["registered", "attended"],
        payload={"id": "p", **TAKEN_BACK, **said}, member_id="00v000000000001AAA", member_label="Est venu",
    )  # fmt: skip


def correct_url(entry: OutboxEntry) -> str:
    """Return where the status of a participant is corrected."""
    return reverse("admin:connector_outboxentry_correct", args=[entry.pk])


def test_the_page_names_what_inwink_says_now_and_the_label_that_is_written(admin_client: Client) -> None:
    page = admin_client.get(correct_url(checked_in(registration="registered"))).content.decode()
    assert "inwink says now: Registered. The status “Inscrit” is written to the campaign" in page
    assert "In the campaign now: “Est venu”." in page


def test_a_status_is_corrected_only_with_a_reason(admin_client: Client) -> None:
    entry = checked_in(registration="registered")
    admin_client.post(correct_url(entry), {"reason": " "})
    entry.refresh_from_db()
    assert entry.state == EntryState.SYNCED
    admin_client.post(correct_url(entry), {"reason": "scanned by mistake"})
    entry.refresh_from_db()
    assert (entry.state, entry.is_correction, entry.request_reason) == (EntryState.PENDING, True, "scanned by mistake")
    assert entry.target_state == "registered"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"registration": "refused"}, "inwink says now: Refused. This event writes no status for that"),
        ({}, "inwink has never said whether this person is registered or came"),
    ],
)
def test_a_status_that_is_not_written_is_not_promised(admin_client: Client, said: dict[str, Any], words: str) -> None:
    entry = checked_in(**said)
    page = admin_client.get(correct_url(entry)).content.decode()
    assert words in page
    assert "Write this status" not in page
    admin_client.post(correct_url(entry), {"reason": "sent by an older page"})
    entry.refresh_from_db()
    assert (entry.state, entry.participant_state, entry.answers) == (EntryState.SYNCED, "attended", {})
