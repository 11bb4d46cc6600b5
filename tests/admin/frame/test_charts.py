"""Bars have whole numbers, a scale with an even half, and are seen however small they are."""

import pytest

from connector.admin.frame.charts import HEIGHT, draw_bars, end_of_scale


@pytest.mark.parametrize(
    ("most", "end"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (5, 6), (9, 10), (11, 20), (85, 100), (421, 600), (99_999, 100_000)],
)
def test_a_scale_ends_at_a_round_number(most: int, end: int) -> None:
    assert end_of_scale(most) == end


def test_bars_stand_on_the_ground_and_one_among_thousands_is_seen() -> None:
    none, one, half, whole = draw_bars([0, 1, 5000, 10_000], ["a", "b", "c", "d"], top=10_000)
    assert (none.height, none.y) == (0, HEIGHT)
    assert one.height == 12
    assert (half.height, half.y) == (500, 500)
    assert (whole.height, whole.y) == (1000, 0)
    assert [bar.words for bar in (none, one, half, whole)] == ["a", "b", "c", "d"]
    assert none.x < one.slot_x < one.x
