"""Create or update organisations, sources and links from a YAML file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.urls import reverse

from connector.management.base import EXIT_DONE, EXIT_NOT_DONE, ConnectorCommand, Report
from connector.management.who import who_asks
from connector.pipeline.setup.configure import Difference, Result, apply_config
from connector.pipeline.setup.configure_yaml import ConfigError


class Command(ConnectorCommand):
    """Apply a configuration file, all of it or nothing."""

    help = (
        "Create or update organisations, webhook sources and links as a YAML file says. What the file does not name "
        "stays. Nothing is stored unless everything is right. `-` reads the file from standard input."
    )
    example = "python manage.py apply_config config.yaml --dry-run"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and how far to go."""
        parser.add_argument("file", metavar="FILE", help="The configuration file (YAML), or - for standard input.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, show what would change, stop.")
        parser.add_argument(
            "--offline", action="store_true", help="Do not ask Salesforce; campaigns can then be given by id only."
        )

    def report(self, **options: Any) -> Report:
        """Apply the file and say what changed, or what is wrong with it."""
        result = _apply(options["file"], is_dry=options["dry_run"], is_offline=options["offline"])
        values = {
            "created": result.created,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "errors": [{"line": e.line, "path": e.path, "message": e.message} for e in result.errors],
        }
        if result.errors:
            return Report(_say_errors(result, options["file"]), values, EXIT_NOT_DONE)
        return Report(_say_result(result, is_dry=options["dry_run"]), values, EXIT_DONE)


def _apply(name: str, *, is_dry: bool, is_offline: bool) -> Result:
    """Apply the file of that name; one that cannot be read is an error like those in it, with no line."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except OSError as exc:
        return Result(errors=(ConfigError(0, "", f"The file cannot be read: {exc.strerror}."),))
    except UnicodeDecodeError:
        return Result(errors=(ConfigError(0, "", "The file is not UTF-8 text."),))
    return apply_config(text, dry_run=is_dry, offline=is_offline, by=who_asks())


def _say_errors(result: Result, name: str) -> str:
    lines = [
        f"{name}:{error.line}: {error.path}: {error.message}" if error.path else f"{name}:{error.line}: {error.message}"
        for error in result.errors
    ]
    count = len(lines)
    return "\n".join([*lines, "", f"{count} {'error' if count == 1 else 'errors'}. Nothing was changed."])


def _say_result(result: Result, *, is_dry: bool) -> str:
    lines = [line for difference in result.diff for line in _say_difference(difference)]
    done = "would be created, {} updated; {} unchanged." if is_dry else "created, {} updated, {} unchanged."
    lines.append(f"{result.created} " + done.format(result.updated, result.unchanged))
    if is_dry and result.diff:
        lines.append("Nothing was changed: apply the file without --dry-run.")
    for name in [] if is_dry else result.log_ins:
        path = reverse("admin:connector_salesforceorg_changelist")
        lines.append(f"{name} is not connected yet: open it in the admin ({path}) and log in with Salesforce.")
    if not is_dry and result.created:
        lines.append("Next: python manage.py check_connection NAME, then check_link EVENT.")
    return "\n".join(lines)


def _say_difference(difference: Difference) -> list[str]:
    width = max((len(key) for key in difference.changes), default=0)
    lines = [f"{'+' if difference.is_new else '~'} {difference.what}"]
    for key, (before, after) in sorted(difference.changes.items(), key=lambda change: change[0] == "mappings"):
        if isinstance(after, list) and key == "mappings":
            lines += [f"    - {mapping}" for mapping in before or []] + [f"    + {mapping}" for mapping in after]
            continue
        change = f"{_say(after)}" if difference.is_new else f"{_say(before)} → {_say(after)}"
        lines.append(f"    {key.ljust(width)}  {change}")
    return lines


def _say(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
