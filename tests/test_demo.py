"""The demonstration runs to its end on a fresh machine, and its check can fail."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from demonstration.check import deviations, wrong_refusals

from simulator.demo.case import CAMPAIGNS, SALON, Case, PersonKey, membership
from simulator.demo.story import CATEGORIES, all_cases, deliveries

ROOT = Path(__file__).resolve().parent.parent
LAST_LINE = re.compile(
    r"demo: (\d+) participants, (\d+) created, (\d+) updated, (\d+) left out, (\d+) need an answer, (\d+) failed, "
    r"(\d+) API calls"
)


def run_demo(var: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/demo.py", "--once", "--var", str(var), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_expected_record_is_in_salesforce(tmp_path: Path) -> None:
    ran = run_demo(tmp_path)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = LAST_LINE.fullmatch(ran.stdout.splitlines()[-1])
    assert found is not None, ran.stdout
    participants, *ends, api_calls = map(int, found.groups())
    assert participants >= 300
    assert sum(ends) == participants
    assert all(ends)
    assert 0 < api_calls < 60
    assert (tmp_path / "demo.env").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_spoilt_records_are_found(tmp_path: Path) -> None:
    ran = run_demo(tmp_path, "--drill")

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert 'LastName is "Spoilt" instead of' in ran.stdout
    assert "of rencontres-data-lyon-2026 should be there once, not 0 times" in ran.stdout
    assert LAST_LINE.fullmatch(ran.stdout.splitlines()[-1])


def test_the_story_holds_every_kind_of_trouble() -> None:
    cases = all_cases()
    ids = Counter(row_id for case in cases for row_id in {said["id"] for _, said in case.said})

    assert {case.category for case in cases} == set(CATEGORIES)
    assert max(ids.values()) == 1
    assert sum(row_id.startswith("sh-") for row_id in ids) >= 300
    assert sum(row_id.startswith("ly-") for row_id in ids) >= 20
    first = [delivery.message_id for delivery in deliveries(0)]
    assert first[0] in [delivery.message_id for delivery in deliveries(1)]


ADA = PersonKey("Lead", "ada@example.org", "Lovelace")
CASE = Case(
    category="new_person",
    said=(),
    ends={"p1": ("synced", "")},
    members=(membership(ADA, "Registered", row_id="p1"),),
    created={ADA: {"Title": "CTO"}},
)
NOBODY: dict[str, list[dict[str, object]]] = {
    "Account": [],
    "Contact": [],
    "Lead": [],
    "CampaignMember": [],
    "CampaignMemberStatus": [],
    "Campaign": [{"Id": name, "Name": name} for name in CAMPAIGNS.values()],
}
LEAD = {"Id": "L1", "Email": "ada@example.org", "LastName": "Lovelace", "Title": "CTO"}
MEMBER = {"CampaignId": CAMPAIGNS[SALON], "LeadId": "L1", "Status": "Registered", "Inwink_Id__c": "p1"}
DONE = NOBODY | {"Lead": [LEAD], "CampaignMember": [MEMBER]}
ENDS = {"p1": ("synced", "")}


def test_what_is_as_expected_deviates_in_nothing() -> None:
    assert deviations([CASE], before=NOBODY, after=DONE, ends=ENDS) == []


@pytest.mark.parametrize(
    ("case", "after", "ends", "sentence"),
    [
        (CASE, DONE, {}, "participant p1 ended as nothing instead of synced"),
        (CASE, DONE, {"p1": ("failed", "internal")}, "participant p1 ended as failed (internal) instead of synced"),
        (CASE, DONE | {"CampaignMember": []}, ENDS, "should be there once, not 0 times"),
        (CASE, DONE | {"CampaignMember": [MEMBER, MEMBER]}, ENDS, "should be there once, not 2 times"),
        (CASE, DONE | {"Lead": [LEAD, LEAD | {"Id": "L2"}]}, ENDS, "should have been created once, not 2 times"),
        (CASE, DONE | {"Contact": [LEAD | {"Id": "C1"}]}, ENDS, "was created and should not have been"),
        (CASE, DONE | {"Account": [{"Id": "A1"}]}, ENDS, "rows of Account were changed"),
        (replace(CASE, created={ADA: {"Title": "CEO"}}), DONE, ENDS, 'Title is "CTO" instead of "CEO"'),
        (replace(CASE, members=()), DONE, ENDS, "should not be there"),
    ],
)
def test_each_deviation_has_its_sentence(
    case: Case, after: dict[str, list[dict[str, object]]], ends: dict[str, tuple[str, str]], sentence: str
) -> None:
    found = deviations([case], before=NOBODY, after=after, ends=ends)

    assert len(found) == 1
    assert sentence in found[0]


def test_a_changed_and_a_missing_old_record_are_found() -> None:
    before = NOBODY | {"Lead": [LEAD]}

    changed = deviations([], before=before, after=NOBODY | {"Lead": [LEAD | {"Title": "CEO"}]}, ends={})
    gone = deviations([], before=before, after=NOBODY, ends={})

    assert changed == ['Lead Lovelace <ada@example.org>: Title is "CEO" instead of "CTO"']
    assert gone == ["Lead Lovelace <ada@example.org> is gone"]


def test_the_webhook_must_turn_away_the_unreadable() -> None:
    case = replace(CASE, refused=frozenset({"p2"}))

    assert wrong_refusals([case], rejected=1) == []
    assert wrong_refusals([case], rejected=0) == ["the webhook turned away 0 participants instead of 1"]
