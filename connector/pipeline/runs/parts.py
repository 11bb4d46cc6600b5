"""Cut what must be written into calls, and say which records of a call must be sent again in another way."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from connector.core.errors import ErrorKind
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.sizes import Sizes
from connector.salesforce.composite import MAX_ROWS, RowResult, contains_reference

Method = Literal["POST", "PATCH"]

DUPLICATES_DETECTED = "DUPLICATES_DETECTED"
_SMALLER = frozenset({ErrorKind.TOO_MUCH_AT_ONCE, ErrorKind.SIBLING})
"""Errors of a row that its company brought upon it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record on its way, and whose it is."""

    progress: Progress
    record: dict[str, Any]

    @property
    def sobject(self) -> str:
        """The object of the record."""
        return str(self.record["attributes"]["type"])


@dataclass(frozen=True, slots=True)
class Part:
    """Records that are written in one way: as many as wait, or those of one collection."""

    method: Method
    items: Sequence[Item]
    limit: int = MAX_ROWS
    """Records of a collection: fewer after a larger one failed."""
    saves_duplicates: bool = False
    """Records that a duplicate rule only warns about are saved."""

    @property
    def sobjects(self) -> set[str]:
        """The objects of the records."""
        return {item.sobject for item in self.items}

    def only(self, *, is_apart: bool) -> "Part":
        """Return the records that may not go into /composite, or the others."""
        return self.of([item for item in self.items if contains_reference(item.record) is is_apart])

    def of(self, items: Sequence[Item]) -> "Part":
        """Return the same with other records."""
        return replace(self, items=items)


def take_call(queue: deque[Part], *, room: int, sizes: Sizes, is_set_aside: Callable[[Progress], bool]) -> list[Part]:
    """Take the collections of the next call from the front of a queue; who was set aside is dropped from it."""
    taken: list[Part] = []
    left = sizes.of_call()
    while queue and left and len(taken) < room:
        part = queue.popleft()
        items = [item for item in part.items if not is_set_aside(item.progress)]
        size = min(left, part.limit, sizes.of_collection(part.sobjects))
        if items:
            taken.append(part.of(items[:size]))
            left -= len(items[:size])
        if items[size:]:
            queue.appendleft(part.of(items[size:]))
    return taken


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of one collection."""

    settled: Sequence[tuple[Item, RowResult]]
    smaller: Sequence[tuple[Item, RowResult]] = ()
    """Failed because of their company: again in smaller collections."""
    warned: Sequence[Item] = ()
    """Refused by a duplicate rule that may only warn: again, saving duplicates."""

    def again(self, part: Part) -> Iterator[Part]:
        """Yield what must be sent again."""
        if self.smaller:
            items = [item for item, _result in self.smaller]
            yield replace(part, items=items, limit=max(1, len(part.items) // 2))
        if self.warned:
            yield replace(part, items=self.warned, saves_duplicates=True)


def sort_results(part: Part, results: Sequence[RowResult], *, is_whole: bool, saves_warned: bool) -> Sorted:
    """Sort the records of a collection by what comes next; a record fails for good only after failing alone.

    `is_whole`: the collection failed as a whole, which may be one record's fault. `saves_warned`: records that a
    duplicate rule warns about shall be saved.
    """
    is_alone = len(part.items) == 1
    settled: list[tuple[Item, RowResult]] = []
    smaller: list[tuple[Item, RowResult]] = []
    warned: list[Item] = []
    for item, result in zip(part.items, results, strict=True):
        kinds = {error.kind for error in result.errors}
        if kinds & _SMALLER or (is_whole and ErrorKind.PERMANENT in kinds):
            if not is_alone:
                smaller.append((item, result))
                continue
            result = _final(result)
        elif saves_warned and not part.saves_duplicates and _is_duplicate(result):
            warned.append(item)
            continue
        settled.append((item, result))
    return Sorted(settled, smaller, warned)


def _final(result: RowResult) -> RowResult:
    """Return the result of a record that was too much even alone."""
    errors = [
        replace(error, kind=ErrorKind.PERMANENT) if error.kind is ErrorKind.TOO_MUCH_AT_ONCE else error
        for error in result.errors
    ]
    return replace(result, errors=tuple(errors))


def _is_duplicate(result: RowResult) -> bool:
    return any(error.code == DUPLICATES_DETECTED for error in result.errors)
