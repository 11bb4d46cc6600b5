"""What a person asks for while a worker is busy with the same participant is done afterwards."""

import pytest

from connector.models import OutboxEntry
from connector.pipeline.resync import resync_entries
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
