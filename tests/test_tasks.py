"""The tasks that are queued by name exist and do what they say."""

from importlib import import_module

import pytest

from connector import tasks
from connector.models import OutboxEntry
from connector.pipeline.setup.schedules import PLANS
from tests.factories import CampaignLinkFactory, UnlinkedParticipantFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.mark.parametrize(
    "name",
    ["connector.tasks.drain", "connector.tasks.move", "connector.tasks.carry_out", *[plan.func for plan in PLANS]],
)
def test_every_task_that_is_queued_exists(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(import_module(module), function))


def test_a_move_brings_what_waited_to_the_outbox() -> None:
    UnlinkedParticipantFactory.create(event_id="e1")
    tasks.move(CampaignLinkFactory.create(inwink_event_id="e1").pk)
    assert OutboxEntry.objects.count() == 1


def test_a_link_that_is_gone_again_is_no_problem() -> None:
    UnlinkedParticipantFactory.create(event_id="e1")
    tasks.move(12345)
    assert OutboxEntry.objects.count() == 0


def test_a_drain_of_a_link_without_due_rows_ends_at_once() -> None:
    tasks.drain(CampaignLinkFactory.create().pk)
    tasks.drain(12345)
    tasks.sweep()
