"""Every command ends with the exit codes and the JSON that scripts rely on."""

import io
import json
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
