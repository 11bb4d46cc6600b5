"""One run from claim to record, and what becomes of it when it stops (architecture, section 4)."""

from typing import Any
from unittest import mock

import pytest

from connector.core.planning.plan import plan_person
from connector.models import CampaignLabels, SalesforceOrg, SyncRun
from connector.pipeline.connection import connect
from connector.pipeline.outbox.claim import ClaimLostError, NothingClaimed
from connector.pipeline.runs import apply, sync
from connector.pipeline.runs.report import Report
from connector.pipeline.runs.sync import run_batch
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World

pytestmark = pytest.mark.both


def run(world: World) -> Report | NothingClaimed:
    return run_batch(world.link.pk, trigger=SyncRun.Trigger.DRAIN)


def test_nothing_due_makes_no_run(world: World) -> None:
    assert run(world) is NothingClaimed.EMPTY
    assert SyncRun.objects.count() == 0


def test_a_run_is_told_with_its_calls_and_its_organisation(world: World) -> None:
    world.receive(someone("p1"))

    report = run(world)

    assert isinstance(report, Report)
    told = SyncRun.objects.get()
    assert (told.entry_count, told.created_count, told.api_calls) == (1, 1, world.api_calls())
    assert report.api_calls == told.api_calls
    assert (told.link, told.org_id_at_run, told.is_backfill) == (world.link, world.org.pk, False)
    [attempt] = world.attempts("p1")
    assert attempt.instance_url == world.salesforce.url


def test_labels_and_usage_are_kept_for_the_admin(world: World) -> None:
    world.send(someone("p1"))

    org = SalesforceOrg.objects.get()
    assert (org.api_used, org.api_limit) == (world.api_calls(), 100_000)
    assert [label["label"] for label in CampaignLabels.objects.get().labels][:2] == ["Sent", "Registered"]


def test_labels_that_cannot_be_kept_hide_neither_what_salesforce_said_nor_the_calls(world: World) -> None:
    world.receive(someone("p1"))
    lose_the_write = before_call(3, lambda: world.fault({"status": 503}, kind="composite"))

    with (
        mock.patch.object(connect, "store_labels", side_effect=RuntimeError("no room")),
        lose_the_write,
        pytest.raises(RuntimeError),
    ):
        run(world)

    told = SyncRun.objects.get()
    assert (told.error_code, told.api_calls) == ("http_503", world.api_calls() + 1), "with the call that was lost"
    assert world.link_now().pause_code == "http_503"
    assert world.entry("p1").state == "pending"


def test_a_bug_fails_the_row_that_meets_it_and_no_other(world: World) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))

    def broken(person: Any, *rest: Any) -> Any:
        if person.lead_row.key == "p1":
            raise KeyError("ada.lovelace@example.org")
        return plan_person(person, *rest)

    with mock.patch.object(apply, "plan_person", broken):
        world.drain()

    assert world.ends() == {"p1": ("failed", "internal"), "p2": ("synced", "")}
    entry = world.entry("p1")
    assert (entry.error_code, entry.error_message) == ("internal", "KeyError"), "no personal data"
    assert world.link_now().pause_kind == ""


def test_a_lost_claim_ends_the_run_and_writes_nothing_here(world: World) -> None:
    world.receive(someone("p1"))

    with mock.patch.object(sync, "renew_lease", side_effect=ClaimLostError):
        report = run(world)

    assert isinstance(report, Report)
    assert report.is_stopped
    assert SyncRun.objects.get().error_code == "claim_lost"
    assert world.entry("p1").state == "claimed"
    assert world.attempts("p1") == []


def test_a_change_that_arrives_while_the_row_is_sent_is_sent_again(world: World) -> None:
    world.receive(someone("p1"))

    with before_call(3, lambda: world.receive(someone("p1", came=True))):
        world.drain()

    assert world.members() == {"ada.lovelace@example.org": "Attended"}
    assert [attempt.outcome for attempt in world.attempts("p1")] == ["created", "updated"]
    entry = world.entry("p1")
    assert entry.generation == entry.synced_generation == 2


def test_an_event_linked_to_another_organisation_is_told_to_wait(world: World) -> None:
    world.send(someone("p1"))
    SalesforceOrg.objects.update(organization_id="00D000000000009AAA", access_token="", token_issued_at=None)

    world.send(someone("p1", came=True))

    assert SalesforceOrg.objects.get().state == SalesforceOrg.State.RECONNECT_NEEDED
    assert world.members() == {"ada.lovelace@example.org": "Registered"}
