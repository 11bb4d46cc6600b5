"""What Django's log says is told with the change that it belongs to, and once."""

from datetime import timedelta

from connector.pipeline.audit_lines import Change, Line, tell_together
from tests.factories import NOW


def change(thing: str, key: str, *, seconds: int = 0, notes: tuple[str, ...] = ()) -> Change:
    """Return something that olga did."""
    return Change(NOW + timedelta(seconds=seconds), "olga", "changed", thing, key, f"{thing} {key}", notes=notes)


def test_a_line_belongs_to_the_nearest_change_only() -> None:
    first, second = change("webhooksource", "1"), change("webhooksource", "1", seconds=8)
    told = tell_together([first, second], [Line(change("webhooksource", "1", seconds=7, notes=("revoked",)))])
    assert [one.notes for one in told] == [(), ("revoked",)]


def test_lines_near_each_other_stand_for_themselves() -> None:
    lines = [Line(change("erasedperson", "x", seconds=at, notes=(word,))) for at, word in ((0, "shown"), (2, "erased"))]
    assert [one.notes for one in tell_together([], lines)] == [("shown",), ("erased",)]


def test_what_a_link_says_of_its_mapping_is_not_said_of_the_link() -> None:
    link, mapping = change("campaignlink", "1"), change("fieldmapping", "7", seconds=5)
    line = Line(change("campaignlink", "1", seconds=5, notes=("Title was changed.",)), is_about_part=True)
    assert tell_together([link, mapping], [line]) == [link, mapping]
