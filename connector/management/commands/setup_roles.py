"""Make the groups of the three roles."""

from typing import Any

from connector.management.base import ConnectorCommand, Report
from connector.pipeline.setup.roles import Role, setup_roles


class Command(ConnectorCommand):
    """Create or mend the roles."""

    help = (
        "Make the groups Viewer, Operator and Administrator hold the permissions of this release. What was added to "
        "them, who belongs to them, and groups of other names are left alone. Safe to repeat."
    )
    example = "python manage.py setup_roles"

    def report(self, **options: Any) -> Report:
        """Make them and say what was done."""
        changed = setup_roles()
        return Report(f"{len(Role)} roles: {changed} created or updated. {', '.join(Role.values)}.", {"ok": True})
