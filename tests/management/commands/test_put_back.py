"""The put_back command: what it can be given, its keys, and its exit codes."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from connector.management.base import CommandProblem
from connector.models import SyncAttempt, SyncRun
from tests.replaced import EMAIL, title
from tests.world import World


def put_back(*arguments: str, is_json: bool = True) -> tuple[Any, int]:
    """Return what the command printed, and its exit code."""
    stdout, code = io.StringIO(), 0
    try:
        call_command("put_back", *arguments, *(["--json"] if is_json else []), stdout=stdout)
    except SystemExit as exc:
        code = int(exc.code or 0)
    return json.loads(stdout.getvalue()) if is_json else stdout.getvalue(), code


@pytest.mark.parametrize(
    "arguments",
    [
        ["--run", "RUN"],
        ["--event", "event-salon", "--field", "Contact.Title"],
        ["--participant", "p1"],
        ["--participant", f" {EMAIL.upper()} ", "--event", "event-salon"],
    ],
)
def test_a_preview_and_then_the_real_thing(replaced: World, arguments: list[str]) -> None:
    arguments = [str(SyncRun.objects.get().pk) if word == "RUN" else word for word in arguments]
    values, code = put_back(*arguments, "--preview")
    assert list(values)[:3] == ["restored", "kept", "failed"]
    assert (code, values["restored"], values["failed"], title(replaced)) == (0, 1, 0, "CTO")
    shown = {"participant": "p1", "field": "Contact.Title", "current": "CTO", "value": "Student", "kept": ""}
    assert shown in values["values"]
    values, code = put_back(*arguments, "--reason", "the wrong column")
    assert (code, values["restored"], values["failed"], title(replaced)) == (0, 1, 0, "Student")
    attempt = SyncAttempt.objects.get(run=values["runs"][0])
    assert attempt.requested_by.endswith("command)")
    assert attempt.request_reason == "the wrong column"
    values, code = put_back(*arguments, "--reason", "once more")
    assert (values["restored"], values["kept_by_reason"]["already_back"], values["runs"]) == (0, 1, [])


def test_the_text_says_old_and_new(replaced: World) -> None:
    run = str(SyncRun.objects.get().pk)
    text, _code = put_back("--run", run, "--preview", is_json=False)
    assert "p1  Contact.Title: 'CTO' -> 'Student'" in text
    assert "Nothing was written." in text
    text, _code = put_back("--run", run, "--reason", "x", is_json=False)
    assert "1 values put back, 0 refused by Salesforce. Logged as run" in text
    assert "kept: written when the record was created" in text


def test_what_salesforce_refuses_exits_with_1(replaced: World) -> None:
    rule = {"sobject": "Contact", "field": "Title", "equals": "Student", "message": "No"}
    replaced.switch(validation_rules=[rule])
    values, code = put_back("--participant", "p1", "--reason", "x")
    assert (code, values["restored"], values["failed"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name one thing"),
        (["--run", "1", "--participant", "p1"], "Name one thing"),
        (["--run", "999999", "--reason", "x"], "no run 999999"),
        (["--participant", "nobody", "--reason", "x"], "no such participant"),
        (["--field", "Contact.Title", "--reason", "x"], "needs --event"),
        (["--event", "event-salon", "--field", "Title", "--reason", "x"], "like Contact.Title"),
        (["--event", "event-salon", "--field", "Lead.Title", "--reason", "x"], "nothing that was written"),
        (["--participant", "p1"], "--reason"),
    ],
)
def test_what_makes_no_sense_is_a_problem(replaced: World, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandProblem, match=words):
        put_back(*arguments)
    assert title(replaced) == "CTO"


@pytest.mark.parametrize("arguments", [["--preview"], ["--reason", "x"]])
def test_salesforce_that_cannot_be_reached_is_a_problem(replaced: World, arguments: list[str]) -> None:
    replaced.fault({"status": 503}, times=9)
    with pytest.raises(CommandProblem, match="Stopped after 0 values: http_503|could not be read"):
        put_back("--participant", "p1", *arguments)
    assert title(replaced) == "CTO"
