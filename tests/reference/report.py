"""Compare the product with the reference on many stories, and print what occurred in them.

python -m tests.reference.report --cases 2000 --seed 1
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.reference.returns import a_story
from tests.reference.shrink import shrink
from tests.reference.stories import Story

if TYPE_CHECKING:
    from tests.reference.stage import Stage


def play_stories(stage: "Stage", *, seed: int, cases: int, first: int = 0, shrinks: bool = True) -> None:
    """Play stories of a seed. Raises AssertionError with the smallest story on which the two disagree."""
    for number in range(first, first + cases):
        story = a_story(seed, number)
        if not _disagrees(stage, story):
            continue
        if shrinks:
            story = shrink(story, lambda smaller: _disagrees(stage, smaller))
        try:
            stage.play(story)
        except AssertionError as exc:
            exc.add_note(f"story {number} of seed {seed}: {story!r}")
            raise


def _disagrees(stage: "Stage", story: Story) -> bool:
    try:
        stage.play(story)
    except AssertionError:
        return True
    return False


def report_lines(happened: Counter[str]) -> Iterator[str]:
    """Yield what occurred and how often, the most frequent first."""
    for what, count in happened.most_common():
        yield f"{count:7}  {what}"


@contextmanager
def a_stage() -> Iterator["Stage"]:
    """Make a database and a simulator of our own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings as django_settings
    from django.test.utils import get_runner

    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        database = django_settings.DATABASES["default"]
        if database["ENGINE"] == "django.db.backends.sqlite3":
            database.setdefault("TEST", {})["NAME"] = str(Path(folder) / "report.sqlite3")
        runner = get_runner(django_settings)(verbosity=0, interactive=False)
        made = runner.setup_databases()
        from simulator.server import SimulatorServer
        from tests.reference.stage import Stage
        from tests.world import make_world

        try:
            with SimulatorServer() as salesforce:
                yield Stage(make_world(salesforce))
        finally:
            runner.teardown_databases(made)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def main() -> int:
    """Play and print; 1 where the product and the reference disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first story that is played")
    parser.add_argument("--no-shrink", action="store_true", help="show the first disagreement as it is")
    options = parser.parse_args()
    started = time.monotonic()
    with a_stage() as stage:
        try:
            play_stories(
                stage, seed=options.seed, cases=options.cases, first=options.first, shrinks=not options.no_shrink
            )
        except AssertionError as exc:
            _say(str(exc), *getattr(exc, "__notes__", ()))
            return 1
        finally:
            _say(f"seed {options.seed}: {stage.happened['stories']} stories in {time.monotonic() - started:.0f} s")
    _say(*report_lines(stage.happened))
    return 0


if __name__ == "__main__":
    sys.exit(main())
