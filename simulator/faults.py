"""Faults to inject: an answer that never comes, an outage, a locked row, a dead session, a limit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.shapes import Json

ACTIONS = ("status", "error_code", "expire_session", "close_before", "close_after", "delay_ms", "limit")


@dataclass(slots=True)
class Fault:
    """What it waits for, what it does, and how often still."""

    match: dict[str, str]
    action: dict[str, Json]
    times: int
    hits: int = field(default=0)

    def fits(self, *, method: str, path: str, kinds: set[str], sobjects: set[str]) -> bool:
        """Tell whether a request is one that the fault waits for; what it does not name matches all."""
        wanted = self.match
        return (
            wanted.get("path_contains", "") in path
            and wanted.get("method", method).upper() == method
            and ("kind" not in wanted or wanted["kind"] in kinds)
            and ("sobject" not in wanted or wanted["sobject"] in sobjects)
        )


class Faults:
    """The faults that still wait, in the order they were set."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, spec: Json) -> None:
        """Set a fault from {"match", "times", "action"}. Raises ValueError."""
        action = spec.get("action") or {}
        if not any(name in action for name in ACTIONS):
            raise ValueError(f"action needs one of {', '.join(ACTIONS)}")
        fault = Fault(dict(spec.get("match") or {}), dict(action), int(spec.get("times", 1)))
        with self._guard:
            self._faults.append(fault)

    def clear(self) -> None:
        """Take back all faults."""
        with self._guard:
            self._faults.clear()

    def waiting(self) -> Json:
        """Describe the faults that still wait."""
        with self._guard:
            return [{"match": f.match, "action": f.action, "times": f.times, "hits": f.hits} for f in self._faults]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is none, to save the look at each request."""
        return not self._faults

    def take(self, *, wants: Callable[[Fault], bool]) -> Fault | None:
        """Return the first fault that fits, and count it down."""
        with self._guard:
            for fault in self._faults:
                if wants(fault):
                    fault.times -= 1
                    fault.hits += 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None


def is_row_fault(fault: Fault) -> bool:
    """Tell whether the fault strikes rows of a write, not the request."""
    return "error_code" in fault.action
