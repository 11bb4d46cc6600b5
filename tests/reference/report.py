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

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.reference.stories import Story, a_story

if TYPE_CHECKING:
    from tests.reference.stage import Stage


def play_stories(stage: "Stage", *, number: int, cases: int, shrinks: bool = True) -> None:
    """Play stories of a seed. Raises AssertionError with the smallest story on which the two disagree."""

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(story=a_story())
    def play(story: Story) -> None:
        stage.play(story)

    play()


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
    parser.add_argument("--no-shrink", action="store_true", help="show the first disagreement as it is")
    options = parser.parse_args()
    started = time.monotonic()
    with a_stage() as stage:
        try:
            play_stories(stage, number=options.seed, cases=options.cases, shrinks=not options.no_shrink)
        except AssertionError as exc:
            _say(str(exc), *getattr(exc, "__notes__", ()))
            return 1
        finally:
            _say(f"seed {options.seed}: {stage.happened['stories']} stories in {time.monotonic() - started:.0f} s")
    _say(*report_lines(stage.happened))
    return 0


if __name__ == "__main__":
    sys.exit(main())
