"""Live work passes between two calls of a backfill run, which goes on with what it has read (rule 7.1, ADR 8)."""

from typing import Any

import pytest

from connector.core.outcomes import Priority
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg, SyncAttempt, SyncRun
from connector.pipeline.runs import sync
from connector.pipeline.runs.drain import ForegroundTerms, sync_due
from tests.acceptance.people import cancelled, someone
from tests.interruptions import before_call
from tests.world import World, other_link, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"
MARY = "Lead Mary Somerville <mary.somerville@example.org>"
EVERY_CALL = pytest.mark.parametrize("number", [1, 2, 3])
"""Reading, people and members of a backfill run that creates people."""


def runs() -> list[tuple[bool, str, int, int]]:
    """Return (is backfill, error code, participants, calls) of each run, in the order of their beginnings."""
    return list(SyncRun.objects.order_by("pk").values_list("is_backfill", "error_code", "entry_count", "api_calls"))


@EVERY_CALL
def test_a_new_participant_passes_and_the_backfill_loses_nothing(world: World, number: int) -> None:
    world.send(someone("describes", "Mary", "Somerville"))
    SyncRun.objects.all().delete()
    world.receive(someone("p1"), priority=Priority.BACKFILL)

    with before_call(number, lambda: world.receive(someone("live", "Grace", "Hopper"))):
        report = world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered", f"{MARY}: Registered")
    assert (report.runs, report.entries, report.outcomes) == (2, 2, {"created": 2})
    assert runs() == [(True, "", 1, 3), (False, "", 1, 3)]


@pytest.mark.parametrize("number", [1, 2])
def test_a_participant_waits_for_one_call_only(world: World, number: int) -> None:
    world.receive(someone("p1"), priority=Priority.BACKFILL)
    seen: list[dict[str, str]] = []
    after_the_live_run = number + 4

    with (
        before_call(number, lambda: world.receive(someone("live", "Grace", "Hopper"))),
        before_call(after_the_live_run, lambda: seen.append(world.members())),
    ):
        world.drain()

    assert seen == [{"grace.hopper@example.org": "Registered"}]


@EVERY_CALL
def test_the_check_in_of_somebody_in_the_run_passes(world: World, number: int) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)

    with before_call(number, lambda: world.receive(someone("p1", came=True))):
        world.drain()

    assert world.holds() == untouched(f"{ADA}: Attended", f"{GRACE}: Registered")
    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    labels = [label for one in world.attempts("p1") for label in _labels(one)]
    assert labels in (["Attended"], ["Registered", "Attended"]), "never back"


def _labels(attempt: SyncAttempt) -> list[str]:
    return [after for path, (_before, after) in attempt.changes.items() if path == "CampaignMember.Status"]


@EVERY_CALL
def test_a_cancellation_of_somebody_in_the_run_passes(world: World, number: int) -> None:
    world.configure(status_refused="Declined")
    declined = {"CampaignId": world.link.campaign_id, "Label": "Declined", "SortOrder": 9}
    if not any(row["Label"] == "Declined" for row in world.rows("CampaignMemberStatus")):
        world.add("CampaignMemberStatus", declined)
    world.receive(someone("p1"), priority=Priority.BACKFILL)

    with before_call(number, lambda: world.receive(cancelled("p1"))):
        world.drain()

    assert world.holds() == untouched(f"{ADA}: Declined")


@EVERY_CALL
def test_somebody_of_the_same_email_at_another_event_passes(world: World, number: int) -> None:
    other = other_link(world)
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)

    with before_call(number, lambda: other.receive(someone("q1", came=True))):
        world.drain()

    assert len(world.people("ada.lovelace@example.org")) == 1
    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")
    assert other.members() == {"ada.lovelace@example.org": "Attended"}


@pytest.mark.parametrize("number", [1, 2])
def test_two_emails_of_one_record_never_step_back(world: World, number: int) -> None:
    """What the run read of a record before the check-in was written is out of date afterwards."""
    [contact] = world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@new.example"})
    lead = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@old.example", "Company": "A"}
    world.add("Lead", {**lead, "IsConverted": True, "ConvertedContactId": contact})
    world.receive(someone("old", email="ada@old.example"), someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)

    with before_call(number + 1, lambda: world.receive(someone("new", email="ada@new.example", came=True))):
        world.drain()

    assert "Contact Ada Lovelace <ada@new.example>: Attended" in world.holds()
    assert f"{GRACE}: Registered" in world.holds()
    assert set(world.ends().values()) == {("synced", "")}
    statuses = [label for key in ("old", "new") for one in world.attempts(key) for label in _labels(one)]
    assert statuses[-1:] == ["Attended"]


def test_a_name_corrected_during_the_run_is_not_overwritten(world: World) -> None:
    world.send(someone("p1"))
    world.map("lead", "Title", "position")
    world.configure(update_existing=True, config_version=9)
    world.receive(someone("p1", position="CEO"), priority=Priority.BACKFILL)

    with before_call(2, lambda: world.receive(someone("p1", position="Countess"))):
        world.drain()

    assert world.people("ada.lovelace@example.org")[0]["Title"] == "Countess"


def test_live_work_of_a_held_link_waits_for_its_worker(world: World) -> None:
    other = other_link(world)
    OutboxEntry.objects.all().delete()
    world.receive(someone("p1"), priority=Priority.BACKFILL)
    CampaignLink.objects.filter(pk=other.link.pk).update(state=CampaignLink.LinkState.PAUSED)

    with before_call(2, lambda: other.receive(someone("q1", "Grace", "Hopper"))):
        report = world.drain()

    assert (report.runs, world.ends()) == (1, {"p1": ("synced", "")})
    assert other.ends() == {"q1": ("pending", "")}


@pytest.mark.parametrize("fault", [{"status": 503}, {"close_after": True}, {"limit": "daily"}])
def test_a_live_run_that_is_stopped_ends_the_backfill_too(world: World, fault: dict[str, Any]) -> None:
    """Whom it created becomes a member as far as Salesforce answers; the others are given back."""
    world.receive(someone("p1"), priority=Priority.BACKFILL)

    with (
        before_call(2, lambda: world.receive(someone("live", "Grace", "Hopper"))),
        before_call(3, lambda: world.fault(fault, kind="composite")),
    ):
        world.drain()
    assert {world.entry(key).state for key in ("live", "p1")} <= {"pending", "retrying", "synced"}
    assert world.entry("live").state != "synced"
    world.let_pass(hours=2)
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")


@pytest.mark.parametrize(("arrives", "has_created"), [(1, False), (2, True)])
def test_a_label_that_live_work_finds_gone_pauses_the_link_by_its_name_and_the_backfill_loses_nothing(
    world: World, arrives: int, has_created: bool
) -> None:
    """Whom the backfill has created by then becomes a member, and nobody is created twice."""
    world.receive(someone("p1"), someone("p2", "Mary", "Somerville"), priority=Priority.BACKFILL)
    attended = world.label("Attended")

    with (
        before_call(arrives, lambda: world.receive(someone("live", "Grace", "Hopper", came=True))),
        before_call(2, lambda: world.change("CampaignMemberStatus", attended, Label="Gone")),
    ):
        world.drain()
    link = world.link_now()
    assert (link.pause_kind, link.pause_code, link.pause_reason) == ("configuration", "label_gone", "Attended")
    assert [(is_backfill, code) for is_backfill, code, *_rest in runs()] == [(True, "gave_way"), (False, "label_gone")]
    assert {state for state, _reason in world.ends().values()} <= {"pending", "synced"}
    assert world.ends()["live"] == ("pending", "")
    assert list(world.members().values()) == ["Registered", "Registered"] * has_created
    assert not OutboxEntry.objects.exclude(claim_token=None).exists()

    world.change("CampaignMemberStatus", attended, Label="Attended")
    world.let_pass(minutes=11)
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Attended", f"{MARY}: Registered")
    assert (set(world.ends().values()), world.link_now().pause_kind) == ({("synced", "")}, "")


@pytest.mark.parametrize("number", [1, 2])
def test_a_label_gone_at_another_event_pauses_that_link_only(world: World, number: int) -> None:
    other = other_link(world)
    attended = other.label("Attended")
    world.receive(someone("p1"), priority=Priority.BACKFILL)

    def meanwhile() -> None:
        world.change("CampaignMemberStatus", attended, Label="Gone")
        other.receive(someone("q1", "Grace", "Hopper", came=True))

    with before_call(number, meanwhile):
        world.drain()

    assert (other.link_now().pause_code, other.link_now().pause_reason) == ("label_gone", "Attended")
    assert world.link_now().pause_kind == ""
    assert (world.ends(), other.ends()) == ({"p1": ("synced", "")}, {"q1": ("pending", "")})
    assert world.holds() == untouched(f"{ADA}: Registered")


@pytest.mark.parametrize(("limit", "code"), [("daily", "daily_limit"), ("concurrent", "concurrent_limit")])
@pytest.mark.parametrize("number", [2, 3])
def test_a_limit_that_live_work_meets_lets_the_organisation_wait_and_nothing_is_lost(
    world: World, number: int, limit: str, code: str
) -> None:
    world.send(someone("describes", "Joan", "Clarke"))
    SyncRun.objects.all().delete()
    world.receive(someone("p1"), someone("p2", "Mary", "Somerville"), priority=Priority.BACKFILL)

    with (
        before_call(number - 1, lambda: world.receive(someone("live", "Grace", "Hopper"))),
        before_call(number, lambda: world.fault({"limit": limit}, kind="composite", times=9)),
    ):
        world.drain()
    org = SalesforceOrg.objects.get()
    assert (org.state, org.pause_code, world.link_now().pause_kind) == ("paused", code, "")
    assert org.paused_until is not None
    assert not OutboxEntry.objects.exclude(claim_token=None).exists()
    entries = [world.entry(key) for key in ("p1", "p2", "live")]
    assert {(entry.state, entry.attempt_count) for entry in entries} == {("pending", 0)}

    world.control("faults", method="DELETE")
    world.let_pass(hours=2)
    world.drain()

    everybody = (ADA, GRACE, MARY, "Lead Joan Clarke <joan.clarke@example.org>")
    assert world.holds() == untouched(*(f"{person}: Registered" for person in everybody))
    assert SalesforceOrg.objects.get().state == "connected"


def test_a_run_that_lasts_too_long_ends_and_the_next_one_is_smaller(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [someone(f"p{n}", "Ada", f"Number{n}") for n in range(4)]
    world.receive(*people, priority=Priority.BACKFILL)

    with monkeypatch.context() as patched:
        patched.setattr(sync, "RUN_SECONDS", 0)
        sync_due(ForegroundTerms())
    limit = world.link_now().batch_limit
    world.drain()

    assert (runs()[0][:3], limit) == ((True, "gave_way", 4), 2)
    assert len(world.members()) == 4
