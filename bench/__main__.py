"""`python -m bench [NAME …]` (`make bench`): print the tables of the named measurements, or of all.

Each runs in a process of its own on a throw-away database, and asserts nothing about the numbers.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NOT_MEASUREMENTS = {"__init__", "__main__", "browser", "site", "stack"}


def names() -> list[str]:
    """Return the measurements, each a module with a `main`."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_MEASUREMENTS)


def main(arguments: Sequence[str]) -> int:
    """Run the measurements one after another; 2 = there is none of that name, else how the worst of them ended."""
    unknown = [name for name in arguments if name not in names()]
    if unknown:
        print(f"There is no {', '.join(unknown)}. Known: {', '.join(names())}", file=sys.stderr)
        return 2
    codes = [_run(name) for name in arguments or names()]
    return max(codes, default=0)


def _run(name: str) -> int:
    print(f"\n── {name} ──\n", flush=True)
    command = [sys.executable, "-m", f"bench.{name}"]
    return subprocess.run(command, cwd=FOLDER.parent, check=False).returncode  # noqa: S603 - our own modules


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
