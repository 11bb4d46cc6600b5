"""docs/specification.md is true: every line of its tables is played and compared with what Salesforce then holds."""

from collections.abc import Sequence

import pytest

from connector.models import OutboxEntry
from connector.pipeline.sums import sum_link
from tests.specification.judge import disagreements
from tests.specification.play import everybody, play_cases, state_of
from tests.specification.reading import SPECIFICATION, Case, UnreadableCaseError, read_cases
from tests.world import World

CASES = read_cases(SPECIFICATION.read_text(encoding="utf-8"))
SCENES = tuple(dict.fromkeys((case.chapter, case.organisation) for case in CASES))
"""The chapters; what is played in an organisation of its own is a scene of its own."""
SEEDED = ("camille.martin@acme.example", "louis.bernard@example.com")


@pytest.mark.both
@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: "; ".join((scene[0], *scene[1])))
def test_every_case_ends_as_the_specification_says(world: World, scene: tuple[str, Sequence[str]]) -> None:
    told = play([case for case in CASES if (case.chapter, case.organisation) == scene], world)

    assert not told, "\n".join(told)


def test_the_specification_has_at_least_two_hundred_cases() -> None:
    assert len(CASES) >= 200


def test_no_case_is_there_twice() -> None:
    seen = {str((case.organisation, case.before, sorted(case.policy.items()), case.steps)) for case in CASES}

    assert len(seen) == len(CASES)


def test_a_case_that_promises_something_else_is_reported(world: World) -> None:
    table = "| Before | Link | What happens | Afterwards | Outcome |\n| nobody | as delivered | registered | {} | {} |"
    wrong = table.format("new lead (Title=Boss), member Attended", "unchanged")

    told = play(read_cases(wrong), world)

    assert [line.partition(": ")[2] for line in told] == [
        "new Lead.Title is 'Countess', promised 'Boss'",
        "members are {'new Lead': ['Registered']}, promised {'new Lead': ['Attended']}",
        "ended as ('created',), promised ('unchanged',)",
    ]


@pytest.mark.parametrize("cells", [("somebody", "as delivered", "registered", "nobody", "created"), ("nobody",)])
def test_an_unreadable_case_is_named_with_its_line(cells: Sequence[str]) -> None:
    with pytest.raises(UnreadableCaseError, match="line 2"):
        read_cases("| Before | Link | What happens | Afterwards | Outcome |\n| " + " | ".join(cells) + " |")


def play(cases: Sequence[Case], world: World) -> list[str]:
    """Play cases; return a line for each promise that was not kept, also about those who are in none of them."""
    players, at_start = play_cases(world, cases)
    state = state_of(world)
    at_end = everybody(state)
    told = [f"{player.case.where}: {line}" for player in players
            for line in disagreements(player, at_start=at_start, state=state)]  # fmt: skip
    others = [row for row in at_start.values() if row.get("Email") in SEEDED]
    if [row for row in at_end.values() if row.get("Email") in SEEDED] != others:
        told.append("somebody was changed whom no case names")
    for player in players:
        rows = OutboxEntry.objects.filter(link=player.link).count()
        if sum_link(player.link.pk).rows != rows:
            told.append(f"{player.link}: the sum does not add up to {rows}")
    return told
