"""Find what makes a YAML file too large or too deep to be built, from its events and before any of it is built.

Aliases let a file of a few lines stand for more values than memory holds: https://yaml.org/spec/1.2.2/#71-alias-nodes
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.events import AliasEvent, CollectionEndEvent, MappingStartEvent, NodeEvent, ScalarEvent

MAX_DEPTH = 20
"""Levels, those behind aliases included; a configuration has six."""
MAX_ALIASED_NODES = 100_000
"""Values that all aliases of a file may bring together, hundreds of links with shared mappings."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Excess:
    """The first place where a file asks for too much."""

    line: int
    """Counted from 1."""
    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class _Extent:
    """How much a finished node stands for."""

    nodes: int = 1
    levels: int = 0
    """Collections in each other, its own included."""


@dataclass(slots=True)
class _Open:
    """A collection whose end is not read yet."""

    is_mapping: bool
    anchor: str | None
    nodes: int = 1
    levels: int = 1
    count: int = 0
    """Children begun; in a mapping keys and values alternate."""
    key: str = ""

    def part(self) -> str | int:
        """Return the key or the place of the child that was begun last."""
        return self.key if self.is_mapping else self.count - 1


@dataclass(slots=True)
class _Measure:
    """Follows the events and sums up what each anchor stands for."""

    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Extent] = field(default_factory=dict)
    aliased: int = 0

    def take(self, event: NodeEvent) -> str:
        """Take one event in; return what is wrong with it, "" if nothing."""
        self._begin_child(event)
        if isinstance(event, AliasEvent):
            return self._take_alias(event)
        if isinstance(event, ScalarEvent):
            self._finish(event.anchor, _Extent())
            return ""
        self.stack.append(_Open(isinstance(event, MappingStartEvent), event.anchor))
        return "This is nested too deeply." if len(self.stack) > MAX_DEPTH else ""

    def end(self) -> None:
        """Close the innermost collection."""
        done = self.stack.pop()
        self._finish(done.anchor, _Extent(done.nodes, done.levels))

    def path(self) -> Path:
        """Return where the child that was begun last stands."""
        return tuple(holder.part() for holder in self.stack if holder.count)

    def _begin_child(self, event: NodeEvent) -> None:
        if not self.stack:
            return
        holder = self.stack[-1]
        holder.count += 1
        if holder.is_mapping and holder.count % 2:
            holder.key = str(event.value) if isinstance(event, ScalarEvent) else ""

    def _take_alias(self, event: AliasEvent) -> str:
        if any(holder.anchor == event.anchor for holder in self.stack):
            return f"*{event.anchor} contains itself: write out what is meant."
        extent = self.anchors.get(event.anchor)
        if extent is None:
            return f"*{event.anchor} is used before &{event.anchor}."
        self.aliased += extent.nodes
        if self.aliased > MAX_ALIASED_NODES:
            return f"The aliases up to here stand for more than {MAX_ALIASED_NODES} values: write out what is meant."
        self._finish(None, extent)
        return "This is nested too deeply." if len(self.stack) + extent.levels > MAX_DEPTH else ""

    def _finish(self, anchor: str | None, extent: _Extent) -> None:
        if anchor is not None:
            self.anchors[anchor] = extent
        if self.stack:
            holder = self.stack[-1]
            holder.nodes += extent.nodes
            holder.levels = max(holder.levels, extent.levels + 1)


def find_excess(events: Iterable[Any]) -> Excess | None:
    """Return the first place that is too deep or brings too much, None where a file can be built.

    `events`: those of ruamel.yaml's parser, which needs no recursion. What it raises goes through.
    """
    return next(_excesses(events), None)


def _excesses(events: Iterable[Any]) -> Iterator[Excess]:
    measure = _Measure()
    for event in events:
        if isinstance(event, CollectionEndEvent):
            measure.end()
        elif isinstance(event, NodeEvent):
            message = measure.take(event)
            if message:
                yield Excess(event.start_mark.line + 1, measure.path(), message)
