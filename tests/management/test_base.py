"""Every command ends with the exit codes and the JSON that scripts rely on."""

import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandParser

from connector.management.base import EXIT_FOUND_PROBLEMS, CommandProblem, ConnectorCommand, Report


class CountCommand(ConnectorCommand):
    help = "Count."
    example = "python manage.py count 3"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)

    def report(self, **options: Any) -> Report:
        number = options["number"]
        if number < 0:
            raise CommandProblem("A count cannot be negative: é.")
        code = EXIT_FOUND_PROBLEMS if number > 9 else 0
        return Report(f"counted {number}", {"number": number}, exit_code=code)


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command as a program; returns exit code, stdout, stderr."""
    stdout, stderr = io.StringIO(), io.StringIO()
    command = CountCommand(stdout=stdout, stderr=stderr, no_color=True)
    try:
        command.run_from_argv(["manage.py", "count", *arguments])
    except SystemExit as exc:
        return int(exc.code or 0), stdout.getvalue(), stderr.getvalue()
    return 0, stdout.getvalue(), stderr.getvalue()


def test_text_is_printed_for_people() -> None:
    assert run("3") == (0, "counted 3\n", "")


def test_json_is_one_object_on_stdout() -> None:
    assert run("3", "--json") == (0, '{"number": 3}\n', "")


def test_problems_found_are_exit_code_1_and_still_reported() -> None:
    assert run("10", "--json") == (1, '{"number": 10}\n', "")


def test_a_problem_is_exit_code_2_and_a_sentence_on_stderr() -> None:
    assert run("--", "-1") == (2, "", "A count cannot be negative: é.\n")


def test_a_problem_is_json_too() -> None:
    assert run("--json", "--", "-1") == (
        2,
        '{"error": "A count cannot be negative: é."}\n',
        "A count cannot be negative: é.\n",
    )


def test_wrong_arguments_are_answered_in_json() -> None:
    code, stdout, stderr = run("many", "--json")
    assert code == 2
    assert "invalid int value" in json.loads(stdout)["error"]
    assert "invalid int value" in stderr


def test_wrong_arguments_show_the_usage_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    code, stdout, _ = run("many")
    assert (code, stdout) == (2, "")
    assert "usage:" in capsys.readouterr().err


def test_help_shows_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help")[0] == 0
    assert "Example: python manage.py count 3" in capsys.readouterr().out


def test_called_from_python_a_problem_is_raised() -> None:
    command = CountCommand(stdout=io.StringIO(), stderr=io.StringIO())
    with pytest.raises(CommandProblem) as raised:
        command.execute(number=-1, json=True, force_color=False, no_color=True, skip_checks=True)
    assert raised.value.returncode == 2


ROOT = Path(__file__).resolve().parents[2]
NEEDS_DATABASE = [
    ("export_config",),
    ("sync_due",),
    ("sync_status",),
    ("check_connection", "Acme"),
    ("resync", "--event", "x"),
    ("preview", "--event", "x"),
    ("rotate_keys",),
    ("setup_schedules",),
    ("setup_roles",),
]


def manage(*words: str, database_url: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own on a database of its own."""
    environment = {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def assert_stopped(ran: subprocess.CompletedProcess[str], words: str) -> None:
    """Check exit code, the one sentence and the one object."""
    assert ran.returncode == 2, ran.stderr
    values = json.loads(ran.stdout)
    assert set(values) == {"error"}
    assert words in values["error"]
    assert ran.stderr == f"{values['error']}\n"


@pytest.mark.parametrize("words", NEEDS_DATABASE, ids=[words[0] for words in NEEDS_DATABASE])
def test_a_database_without_tables_is_named_with_what_to_do(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = manage(*words, "--json", database_url=f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert_stopped(ran, "run python manage.py migrate")


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite3", "postgres://nobody@127.0.0.1:1/none"], ids=["missing", "down"]
)
def test_a_database_that_does_not_answer_is_named(url: str) -> None:
    assert_stopped(manage("sync_status", "--json", database_url=url), "the database does not answer")
    ran = manage("sync_status", database_url=url)
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (2, "", 1)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite3"
    path.write_text("this is no database" * 100)
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(path) as database:
        database.execute("SELECT 1 FROM sqlite_master")
    assert_stopped(manage("sync_status", "--json", database_url=f"sqlite:///{path}"), "the database does not answer")
