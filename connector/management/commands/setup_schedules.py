"""Make the schedules of django-q2."""

from typing import Any

from connector.management.base import ConnectorCommand, Report
from connector.pipeline.setup.schedules import PLANS, setup_schedules


class Command(ConnectorCommand):
    """Create or mend the schedules."""

    help = (
        "Make the schedules by which workers sweep each minute, and each day sign in everywhere and refresh describes. "
        "Safe to repeat."
    )
    example = "python manage.py setup_schedules"

    def report(self, **options: Any) -> Report:
        """Make them and say what was done."""
        created, updated, removed = setup_schedules()
        lines = [f"{len(PLANS)} schedules: {created} created, {updated} updated, {removed} removed."]
        lines += [f"  {plan.name}" for plan in PLANS]
        lines.append("They run while a worker runs: python manage.py run_worker.")
        return Report("\n".join(lines), {"ok": True})
