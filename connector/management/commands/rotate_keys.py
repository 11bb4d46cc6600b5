"""Encrypt all secrets again with the first key."""

from typing import Any

from connector.management.base import EXIT_NOT_DONE, ConnectorCommand, Report
from connector.pipeline.setup.keys import rotate_keys


class Command(ConnectorCommand):
    """Rotate the encryption key."""

    help = (
        "Encrypt every stored secret again with the first key of FIELD_ENCRYPTION_KEYS. To rotate: put the new key in "
        "front, restart, run this, then remove the old key."
    )
    example = "python manage.py rotate_keys"

    def report(self, **options: Any) -> Report:
        """Rotate and print a line for each column."""
        columns = rotate_keys()
        width = max(len(column.column) for column in columns)
        lines = [f"{column.column.ljust(width)}  {column.count:>6}" for column in columns]
        unreadable = [f"{column.column} of row {key}" for column in columns for key in column.unreadable]
        if not unreadable:
            lines.append("All secrets are encrypted with the first key; the others may be removed.")
            return Report("\n".join(lines), {"ok": True})
        lines += [f"No key decrypts {name}." for name in unreadable]
        lines.append("Add the missing key to FIELD_ENCRYPTION_KEYS, or enter these secrets again; then repeat this.")
        return Report("\n".join(lines), {"ok": False, "unreadable": unreadable}, EXIT_NOT_DONE)
