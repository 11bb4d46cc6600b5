"""Print the checks of a preflight."""

from collections.abc import Sequence

from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, Report
from connector.pipeline.preflight.check import Check


def checks_report(checks: Sequence[Check], *, next_step: str) -> Report:
    """Return the table of checks; exit code 1 where any is not ok. `next_step` is said where all are."""
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        lines.append(f"{'ok    ' if check.ok else 'NOT OK'}  {check.name.ljust(width)}  {check.detail}")
        if check.advice:
            lines.append(f"{' ' * (width + 10)}→ {check.advice}")
    bad = sum(not check.ok for check in checks)
    lines += ["", f"Not ok: {bad} of {len(checks)} checks." if bad else f"All is well. {next_step}"]
    rows = [{"name": c.name, "ok": c.ok, "detail": c.detail, "advice": c.advice} for c in checks]
    return Report("\n".join(lines), {"checks": rows}, EXIT_FOUND_PROBLEMS if bad else EXIT_DONE)
