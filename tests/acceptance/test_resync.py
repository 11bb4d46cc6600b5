"""What a person asks for while a worker is busy with the same participant is done afterwards."""

import pytest

from connector.models import OutboxEntry
from connector.pipeline.outbox.resync import correct_status, resync_entries
from tests.interruptions import before_call
from tests.world import World

pytestmark = pytest.mark.both

ADA = {"id": "p1", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}


def test_a_resync_during_a_run_reads_and_writes_once_more(world: World) -> None:
    world.send(ADA)
    [member] = world.rows("CampaignMember")
    world.receive({**ADA, "position": "CTO"})

    def ask_again() -> None:
        resync_entries(OutboxEntry.objects.all(), requested_by="claire")
        world.change("CampaignMember", member["Id"], Status="Sent")

    with before_call(2, ask_again):
        world.drain()
    world.drain()

    assert world.members() == {"ada@example.org": "Registered"}
    assert world.attempts("p1")[-1].requested_by == "claire"
    assert not world.entry("p1").is_forced


def test_a_correction_lowers_the_status_once_and_its_author_and_reason_stay_in_the_log(world: World) -> None:
    world.send({**ADA, "came": True})
    world.receive({**ADA, "came": False})
    assert world.drain().outcomes["updated"] == 0
    assert world.members() == {"ada@example.org": "Attended"}

    correct_status(world.entry("p1"), requested_by="claire", reason="scanned the wrong badge")
    world.drain()

    assert world.members() == {"ada@example.org": "Registered"}
    attempt = world.attempts("p1")[-1]
    assert attempt.changes == {"CampaignMember.Status": ["Attended", "Registered"]}
    assert (attempt.requested_by, attempt.request_reason) == ("claire", "scanned the wrong badge")
    entry = world.entry("p1")
    assert (entry.is_correction, entry.requested_by, entry.request_reason) == (False, "", "")
