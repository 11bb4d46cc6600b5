"""Make a story on which the product and the reference disagree as small as it gets, so that it can be read."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from tests.reference.policy import Policy
from tests.reference.stories import Step, Story


def shrink(story: Story, is_bad: Callable[[Story], bool]) -> Story:
    """Return a bad story of which nothing can be left out; a bad one comes in."""
    while (smaller := next(filter(is_bad, _smaller(story)), None)) is not None:
        story = smaller
    return story


def _smaller(story: Story) -> Iterator[Story]:
    """Yield the story with one thing less each; who says something keeps names and address, which tell people apart."""
    steps, people = story.steps, story.people
    for place in range(len(steps) - 1):
        yield replace(story, steps=(*steps[:place], *steps[place + 1 :]))
    for place in range(len(people)):
        yield replace(story, people=(*people[:place], *people[place + 1 :]))
    for place, step in enumerate(steps):
        yield from (replace(story, steps=(*steps[:place], less, *steps[place + 1 :])) for less in _less(step))
    plain = Policy()
    for name in (each.name for each in fields(Policy)):
        if getattr(story.policy, name) != getattr(plain, name):
            yield replace(story, policy=replace(story.policy, **{name: getattr(plain, name)}))


def _less(step: Step) -> Iterator[Step]:
    if step.how:
        yield replace(step, how="")
    if step.what == "hear":
        for name, value in step.values:
            if name not in ("firstName", "lastName", "email"):
                yield replace(step, values=tuple(pair for pair in step.values if pair != (name, value)))
