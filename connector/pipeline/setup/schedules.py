"""Keep the rows by which django-q2 knows what to do when."""

from dataclasses import dataclass

from django_q.models import Schedule


@dataclass(frozen=True, slots=True)
class Plan:
    """One task and how often it runs."""

    name: str
    func: str
    schedule_type: str
    minutes: int | None = None


PLANS = (
    Plan("connector: sweep", "connector.tasks.sweep", Schedule.MINUTES, minutes=1),
    Plan("connector: token health", "connector.tasks.check_tokens", Schedule.DAILY),
    Plan("connector: prove visibility", "connector.tasks.prove_visibility", Schedule.HOURLY),
    Plan("connector: prune", "connector.tasks.prune", Schedule.DAILY),
    Plan("connector: refresh describes", "connector.tasks.refresh_describes", Schedule.DAILY),
)
"""The names mark the rows as ours."""
_PREFIX = "connector: "


def setup_schedules() -> tuple[int, int, int]:
    """Make the stored schedules those of PLANS; (created, updated, removed). Idempotent.

    When a schedule runs next stays as it is: setting up again must not postpone anything. Schedules of ours that are
    no longer planned go; others are left alone.
    """
    created = updated = 0
    for plan in PLANS:
        wanted = {"func": plan.func, "schedule_type": plan.schedule_type, "minutes": plan.minutes, "repeats": -1}
        row = Schedule.objects.filter(name=plan.name).first()
        if row is None:
            Schedule.objects.create(name=plan.name, **wanted)
            created += 1
        elif any(getattr(row, column) != value for column, value in wanted.items()):
            Schedule.objects.filter(pk=row.pk).update(**wanted)
            updated += 1
    removed, _ = (
        Schedule.objects.filter(name__startswith=_PREFIX).exclude(name__in=[plan.name for plan in PLANS]).delete()
    )
    return created, updated, removed
