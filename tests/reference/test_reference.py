"""The product and a reference that was written apart from it bring Salesforce to the same end."""

import sys
from random import Random

import pytest

from tests.reference.model import Reference
from tests.reference.report import play_stories, report_lines
from tests.reference.stage import Stage
from tests.reference.stories import Story, a_free_story, calmed, without_drains
from tests.world import World

SHARDS = 8
CASES = 64
"""Stories a shard: together a little more than five hundred, in shards so that several processes share them."""

OFTEN = {
    "stories", "drain undisturbed", "synced", "membership created", "created a Lead", "created a Contact",
    "matched a Contact", "matched a Lead", "status changed", "left_out: not_created_in_state", "left_out: no_match",
    "colleague: set Status", "colleague: remove", "colleague: merge", "colleague: delete",
    "status kept as a colleague left it", "what we wrote went along",
}  # fmt: skip
"""What every shard must have seen, so that nobody takes an empty comparison for a good one."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_product_ends_as_the_reference_does(world: World, shard: int) -> None:
    stage = Stage(world)

    play_stories(stage, seed=shard, cases=CASES)

    sys.stdout.write("\n".join([f"seed {shard}", *report_lines(stage.happened)]))
    assert set(stage.happened) >= OFTEN


@pytest.mark.parametrize("seed", range(300))
def test_by_the_rules_the_end_does_not_depend_on_the_moments_of_the_drains(seed: int) -> None:
    """Where nobody changes anything in Salesforce meanwhile, everybody keeps one address and nothing is blanked.

    Who changes the address between two drains may leave a membership behind on another record (rule 2.5), and what
    inwink blanks stays in Salesforce (rule 5.2): within one drain nobody learns of what was there before.
    """
    story = calmed(a_free_story(Random(seed)))  # noqa: S311 - nothing secret

    assert _told(story) == _told(without_drains(story)), story


def _told(story: Story) -> object:
    reference = Reference(story.policy)
    for kind, label, fields in story.people:
        reference.crm.add(kind, label, **dict(fields))
    for step in story.steps:
        if step.what == "hear":
            reference.hear({"id": step.key, **dict(step.values)})
        else:
            reference.drain()
    return reference.crm.picture(), sorted((row.key, row.ends) for row in reference.rows.values())
