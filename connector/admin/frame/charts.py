"""Draw numbers over time as bars, in whole numbers: no language then writes a comma into an attribute."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, SLOT, GAP = 1000, 100, 24
"""Units of a drawing, which is stretched to its place: height, width of a period, and what is left free of that."""
_LEAST = 12
"""Height of one among thousands: it is seen."""
_STEPS = (2, 4, 6, 8, 10)
_BASE = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One period."""

    slot_x: int
    x: int
    y: int
    height: int
    words: str
    """What it shows, for whoever points at it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One row of bars."""

    key: str
    title: str
    total: int
    words: str
    """The chart in a sentence, for whoever does not see it."""
    top: int
    """The number at the upper end of the scale."""
    bars: Sequence[Bar]

    height = HEIGHT
    slot_width = SLOT
    bar_width = SLOT - GAP

    @property
    def width(self) -> int:
        """Width of the drawing in its own units."""
        return len(self.bars) * SLOT

    @property
    def half(self) -> int:
        """The number in the middle of the scale."""
        return self.top // 2


def draw_bars(numbers: Sequence[int], words: Sequence[str], *, top: int) -> list[Bar]:
    """Return a bar a number, on a scale that ends at `top`."""
    heights = [max(_LEAST, round(number * HEIGHT / top)) if number else 0 for number in numbers]
    return [
        Bar(place * SLOT, place * SLOT + GAP // 2, HEIGHT - height, height, said)
        for place, (height, said) in enumerate(zip(heights, words, strict=True))
    ]


def end_of_scale(most: int) -> int:
    """Return a round number that has room for `most`, and a whole half: 2, 4, 6, 8, 10, 20, 40 …"""
    size = 1
    while True:
        for step in _STEPS:
            if most <= step * size:
                return step * size
        size *= _BASE
