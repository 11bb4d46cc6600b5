"""`sync_due` in the foreground: its keys, its exit codes, and what it says next."""

import contextlib
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from connector.management.base import CommandProblem
from connector.models import CampaignLink
from tests.factories import CampaignLinkFactory
from tests.world import World

pytestmark = pytest.mark.both

KEYS = {
    "runs", "entries", "created", "updated", "unchanged", "left_out", "needs_answer", "failed", "retrying",
    "api_calls", "seconds",
}  # fmt: skip


def participant(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"p{number}", "email": f"p{number}@example.org", "firstName": "Ada", "lastName": f"Name{number}",
        "company": "Acme", "registered": True, **more,
    }  # fmt: skip


def run(*arguments: str) -> tuple[dict[str, Any], int]:
    out = StringIO()
    try:
        call_command("sync_due", *arguments, "--json", stdout=out)
    except SystemExit as exc:
        return json.loads(out.getvalue()), int(exc.code or 0)
    return json.loads(out.getvalue()), 0


def say(*arguments: str) -> str:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("sync_due", *arguments, stdout=out)
    return out.getvalue()


def test_it_sends_and_says_what_it_did(world: World) -> None:
    world.receive(participant(1), participant(2))

    done, code = run("--until-empty")

    assert done.keys() == KEYS
    assert (done["runs"], done["entries"], done["created"], code) == (1, 2, 2, 0)
    assert done["api_calls"] == world.api_calls()
    assert world.members() == {"p1@example.org": "Registered", "p2@example.org": "Registered"}


def test_with_nothing_due_it_does_nothing(world: World) -> None:
    done, code = run("--until-empty")

    assert (done["runs"], done["entries"], done["api_calls"], code) == (0, 0, 0, 0)


def test_plain_is_one_batch_a_link(world: World) -> None:
    world.configure(batch_limit=2)
    world.receive(*(participant(number) for number in range(5)))

    done, _ = run()

    assert (done["runs"], done["entries"]) == (1, 2)


def test_a_participant_that_failed_in_this_call_is_exit_code_1(world: World) -> None:
    world.receive(participant(1))
    world.fault({"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rows": "all"}, times=5, sobject="Lead")

    done, code = run("--until-empty")
    again, code_again = run("--until-empty")

    assert (done["failed"], code) == (1, 1)
    assert (again["failed"], code_again) == (0, 0)
    assert "failed; the admin says why" in say()


def test_salesforce_out_of_reach_is_exit_code_2_and_loses_nothing(world: World) -> None:
    world.receive(participant(1))
    world.fault({"status": 503, "body": "down"}, times=50)

    done, code = run("--until-empty")

    assert (done["runs"], done["entries"], code) == (1, 0, 2)
    assert world.ends() == {"p1": ("pending", "")}
    assert f"Paused: link {world.event_id}" in say()


def test_ignoring_the_waits_sends_at_once_after_an_outage(world: World) -> None:
    world.receive(participant(1))
    world.fault({"status": 503, "body": "down"}, times=1)
    run("--until-empty")

    waiting, _ = run("--until-empty")
    done, code = run("--ignore-backoff")

    assert waiting["runs"] == 0
    assert (done["created"], code) == (1, 0)


def test_ignoring_the_waits_ends_when_nothing_comes_forward(world: World) -> None:
    world.receive(participant(1))
    world.fault({"status": 503, "body": "down"}, times=1000)

    done, code = run("--ignore-backoff")

    assert (done["runs"], done["entries"], code) == (3, 0, 2)


def test_an_event_that_is_not_linked_is_named(world: World) -> None:
    with pytest.raises(CommandProblem, match="nowhere is not linked"):
        call_command("sync_due", event="nowhere")


def test_only_the_named_event_is_sent(world: World) -> None:
    CampaignLinkFactory.create(org=world.org, inwink_event_id="other")
    world.receive(participant(1))

    done, _ = run("--event", "other", "--until-empty")

    assert done["runs"] == 0


@pytest.mark.parametrize("deadline", ["0", "-1", "soon", "nan"])
def test_a_deadline_is_a_number_of_seconds(world: World, deadline: str) -> None:
    with pytest.raises(Exception, match="deadline"):
        call_command("sync_due", f"--deadline={deadline}")


def test_a_paused_link_waits(world: World) -> None:
    CampaignLink.objects.update(pause_kind="outage", paused_until=timezone.now().replace(year=2099))
    world.receive(participant(1))

    done, code = run("--until-empty")

    assert (done["runs"], code) == (0, 2), "a cron job must not look green while Salesforce is out of reach"
    assert "1  wait; they are sent by a worker" in say()


def test_what_a_person_paused_is_no_problem(world: World) -> None:
    CampaignLink.objects.update(state="paused", pause_kind="manual")
    world.receive(participant(1))

    done, code = run("--until-empty")

    assert (done["runs"], code) == (0, 0)
