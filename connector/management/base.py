"""What every command of ours shares: `--json`, exit codes, an example in `--help`, a progress bar on a terminal."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseProblem
from django.db import InterfaceError, OperationalError, connection
from tqdm import tqdm

from connector.management.readiness import find_problem

EXIT_DONE = 0
EXIT_FOUND_PROBLEMS = 1
"""The command did its work and some of what it worked on is not well; each command says when."""
EXIT_NOT_DONE = 2
"""Bad arguments, bad configuration, or Salesforce unreachable where it is needed; the exit code of argparse too."""


class CommandProblem(CommandError):
    """What keeps a command from its work, in one clear sentence for whoever typed it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=EXIT_NOT_DONE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a command says at its end."""

    text: str
    """For a person, without `--json`."""
    values: Mapping[str, Any]
    """{key: JSON value}, the one object that `--json` prints; scripts rely on the keys."""
    exit_code: int = EXIT_DONE


class ConnectorCommand(BaseCommand):
    """Run `report(**options)` and print what it returns; whatever else must be said goes to stderr.

    Subclasses set `help` and `example`, override `add_arguments` and `report`, and raise `CommandProblem` for what
    keeps them from their work: exit code 2, the sentence on stderr and, with `--json`, {"error": sentence} on stdout.
    """

    example = ""
    """A command line shown by `--help`."""
    _is_json_asked_for = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Add `--json` and the example to what Django gives every command."""
        if self.example:
            kwargs.setdefault("epilog", f"Example: {self.example}")
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of text.")
        if self._is_json_asked_for:
            parser.called_from_command_line = False  # makes it raise instead of exit, see run_from_argv
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a program; with `--json` even wrong arguments are answered in JSON."""
        self._is_json_asked_for = "--json" in argv[2:]
        try:
            super().run_from_argv(argv)
        except CommandError as exc:
            if "--traceback" in argv:
                raise
            self._end_with(exc, is_json=True)

    def execute(self, *args: Any, **options: Any) -> None:
        """Turn a CommandError into exit code 2; called from Python it is raised instead."""
        try:
            super().execute(*args, **options)
        except CommandError as exc:
            is_program = bool(getattr(self, "_called_from_command_line", False))
            if options.get("traceback") or not is_program:
                raise
            self._end_with(exc, is_json=bool(options.get("json")))

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report. Raises SystemExit with its exit code unless that is 0."""
        report = self._report_or_say_why_not(options)
        self.stdout.write(json.dumps(report.values, ensure_ascii=False) if options["json"] else report.text)
        if report.exit_code != EXIT_DONE:
            raise SystemExit(report.exit_code)

    def report(self, **options: Any) -> Report:
        """Do the work; options are the parsed arguments. Raises CommandProblem."""
        raise NotImplementedError(f"{type(self).__name__} must say what it does.")

    def progress_bar(self, *, total: int | None, unit: str, is_quiet: bool = False) -> "tqdm[Any]":
        """Return a bar on stderr (a context manager with `update(n)`), silent where stderr is no terminal.

        `is_quiet`: silent in any case, for `--json`.
        """
        return tqdm(total=total, unit=f" {unit}", file=sys.stderr, disable=True if is_quiet else None)

    def _report_or_say_why_not(self, options: dict[str, Any]) -> Report:
        """Return the report. Raises CommandProblem where the database is away or not migrated, else what it raises."""
        try:
            return self.report(**options)
        except DatabaseProblem as exc:
            if connection.in_atomic_block:  # somebody else's transaction: looking for the reason would end it
                raise
            reason = find_problem()
            if not reason and isinstance(exc, OperationalError | InterfaceError):
                reason = f"the database did not answer ({type(exc).__name__}): try again"
            if not reason:
                raise
            raise CommandProblem(f"Stopped: {reason}.") from exc

    def _end_with(self, problem: CommandError, *, is_json: bool) -> NoReturn:
        if is_json:
            self.stdout.write(json.dumps({"error": str(problem)}, ensure_ascii=False))
        self.stderr.write(str(problem))
        sys.exit(EXIT_NOT_DONE)
