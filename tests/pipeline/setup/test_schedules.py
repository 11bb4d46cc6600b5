"""Setting up schedules twice is the same as once, and postpones nothing."""

import pytest
from django.utils.module_loading import import_string
from django_q.models import Schedule

from connector.pipeline.setup.schedules import PLANS, setup_schedules
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_every_planned_task_exists() -> None:
    for plan in PLANS:
        assert callable(import_string(plan.func))


def test_schedules_are_made_once_and_keep_their_time() -> None:
    assert setup_schedules() == (len(PLANS), 0, 0)
    Schedule.objects.update(next_run=NOW)
    assert setup_schedules() == (0, 0, 0)
    assert Schedule.objects.filter(next_run=NOW).count() == len(PLANS)
    sweep = Schedule.objects.get(func="connector.tasks.sweep")
    assert (sweep.schedule_type, sweep.minutes, sweep.repeats) == (Schedule.MINUTES, 1, -1)


def test_changed_schedules_are_mended_stale_ones_go_and_others_stay() -> None:
    setup_schedules()
    Schedule.objects.filter(func="connector.tasks.sweep").update(minutes=30)
    Schedule.objects.create(name="connector: of an old release", func="connector.tasks.gone")
    Schedule.objects.create(name="theirs", func="other.task")
    assert setup_schedules() == (0, 1, 1)
    assert Schedule.objects.get(func="connector.tasks.sweep").minutes == 1
    assert Schedule.objects.filter(name="theirs").exists()
