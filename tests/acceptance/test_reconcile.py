"""What is compared with the campaign of a whole Salesforce, and what sending again mends."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from connector.core.outcomes import Priority
from connector.core.reconcile import Finding
from connector.inwink.identity import Identity
from connector.models import OutboxEntry
from connector.pipeline.inbox.importing import ImportTerms
from connector.pipeline.privacy.erased import remember_erased
from connector.pipeline.reconcile import Export, Mended, mend, reconcile
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both


def findings(world: World, export: Export | None = None) -> dict[str, str]:
    """Return {participant: finding} of everybody received."""
    found = reconcile(world.link, export)
    return {one.row.key: one.finding.value for one in found.comparison.people}


def export_of(path: Path, *people: dict[str, Any], **terms: Any) -> Export:
    path.write_text("\n".join(json.dumps(person) for person in people))
    return Export(path, ImportTerms(event_id="event-salon", **terms))


def member_of(world: World, email: str) -> str:
    [person] = world.people(email)
    keys = {"Contact": "ContactId", "Lead": "LeadId"}
    [member] = [row for row in world.rows("CampaignMember") if row[keys[person["type"]]] == person["Id"]]
    return str(member["Id"])


ADA, GRACE, EDITH = (
    someone("p1"),
    someone("p2", "Grace", "Hopper"),
    someone("p3", "Edith", "Clarke"),
)


def test_a_campaign_that_agrees_has_no_differences(world: World) -> None:
    world.send(ADA, GRACE)

    found = reconcile(world.link)

    assert not found.has_differences
    assert found.comparison.counts()[Finding.MATCHING] == 2
    assert (found.member_count, found.export) == (2, None)


def test_each_difference_is_found_and_the_campaign_is_left_alone(world: World) -> None:
    world.send(ADA, GRACE, EDITH)
    world.delete(member_of(world, "grace.hopper@example.org"))
    world.change("CampaignMember", member_of(world, "edith.clarke@example.org"), Status="Sent")
    [stranger] = world.add("Lead", {"LastName": "Nobody", "Company": "X", "Email": "nobody@example.org"})
    world.add("CampaignMember", {"CampaignId": world.link.campaign_id, "LeadId": stranger, "Status": "Sent"})
    world.receive(someone("p4", "Mary", "Jackson"))
    before = world.holds()

    found = reconcile(world.link)

    people = {one.row.key: one.finding for one in found.comparison.people}
    assert people == {"p1": "matching", "p2": "removed", "p3": "kept", "p4": "waiting"}
    assert [member.lead_id for member in found.comparison.extra] == [stranger]
    assert found.has_differences
    assert mend(world.link, found, export=None, requested_by="olga") == Mended()
    assert world.holds() == before


def test_a_label_that_was_changed_on_the_link_is_wrong_until_it_is_sent_again(world: World) -> None:
    world.send(ADA, GRACE)
    world.add("CampaignMemberStatus", {"CampaignId": world.link.campaign_id, "Label": "Inscrit", "SortOrder": 9})
    world.configure(status_registered="Inscrit")
    world.change("CampaignMember", member_of(world, "grace.hopper@example.org"), Status="Attended")
    found = reconcile(world.link)
    assert {one.row.key: one.finding for one in found.comparison.people} == {"p1": "wrong_status", "p2": "kept"}

    assert mend(world.link, found, export=None, requested_by="olga") == Mended(enqueued=1)
    world.drain()

    assert world.members() == {"ada.lovelace@example.org": "Inscrit", "grace.hopper@example.org": "Attended"}
    assert findings(world) == {"p1": "matching", "p2": "kept"}


def test_where_the_link_adds_removed_people_again_they_are_missing_and_come_back(world: World) -> None:
    world.send(ADA)
    world.configure(removed_members="add_again")
    world.delete(member_of(world, "ada.lovelace@example.org"))
    found = reconcile(world.link)
    assert [one.finding for one in found.comparison.people] == [Finding.MISSING]

    assert mend(world.link, found, export=None, requested_by="olga") == Mended(enqueued=1)
    world.drain()

    assert world.members() == {"ada.lovelace@example.org": "Registered"}
    assert not reconcile(world.link).has_differences


def test_what_only_the_export_has_is_taken_in_and_sent(world: World, tmp_path: Path) -> None:
    world.send(ADA, GRACE)
    export = export_of(tmp_path / "export.jsonl", someone("p1"), someone("p3", "Edith", "Clarke", came=True))
    found = reconcile(world.link, export)
    assert found.export is not None
    assert (found.export.never_received, found.export.outdated, found.export.not_in_file) == (("p3",), (), 1)

    assert mend(world.link, found, export=export, requested_by="olga") == Mended(imported=1)
    assert world.entry("p3").priority == OutboxEntry.Priorities.BACKFILL
    world.drain()

    assert world.members()["edith.clarke@example.org"] == "Attended"
    assert not reconcile(world.link, export).has_differences


def test_whoever_was_erased_here_is_not_missed_though_the_export_has_them(world: World, tmp_path: Path) -> None:
    world.send(ADA)
    with transaction.atomic():
        erased = Identity(frozenset({"edith.clarke@example.org"}), frozenset())
        remember_erased(erased, by="alice", now=timezone.now())
    export = export_of(tmp_path / "export.jsonl", ADA, EDITH)

    found = reconcile(world.link, export)

    assert found.export is not None
    assert found.export.never_received == ()
    assert not found.has_differences


@pytest.mark.parametrize(("has_time", "imported"), [(False, 0), (True, 1)])
def test_a_newer_state_of_the_export_is_shown_and_taken_in_only_where_its_time_is_known(
    world: World, tmp_path: Path, has_time: bool, imported: int
) -> None:
    world.configure(status_refused="Refused")
    world.add("CampaignMemberStatus", {"CampaignId": world.link.campaign_id, "Label": "Refused", "SortOrder": 9})
    world.send(someone("p1", updatedAt="2020-01-01T09:00:00Z"))
    time = {"updatedAt": "2021-01-01T10:00:00Z"} if has_time else {}
    export = export_of(tmp_path / "export.jsonl", someone("p1", registered="refused", **time))
    found = reconcile(world.link, export)
    assert found.export is not None
    assert found.export.outdated == ("p1",)
    assert found.has_differences

    assert mend(world.link, found, export=export, requested_by="olga").imported == imported
    world.drain()

    assert world.members() == {"ada.lovelace@example.org": "Refused" if imported else "Registered"}


def test_members_are_read_page_by_page(world: World) -> None:
    world.switch(page_size=200)
    world.receive(*(someone(f"p{n}", "Ada", f"Number {n}", email=f"p{n}@example.org") for n in range(450)),
                  priority=Priority.BACKFILL)  # fmt: skip
    world.drain()
    world.reset_calls()
    pages: list[int] = []

    found = reconcile(world.link, on_page=pages.append)

    assert (found.member_count, pages, found.has_differences) == (450, [200, 200, 50], False)
    assert found.api_calls == world.api_calls() == 3
