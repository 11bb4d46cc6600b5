"""How times of messages and files are read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.participant import Json
from connector.inwink.reading import Unreadable
from connector.inwink.times import read_local_time, read_time

PARIS = ZoneInfo("Europe/Paris")
HALF_PAST_NINE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T09:30:00Z", HALF_PAST_NINE),
        ("2026-11-23t09:30:00z", HALF_PAST_NINE),
        (" 2026-11-23T10:30:00+01:00 ", HALF_PAST_NINE),
        ("2026-11-23 04:30-05:00", HALF_PAST_NINE),
        ("2026-11-23T09:30:00.1234567Z", HALF_PAST_NINE.replace(microsecond=123_456)),
        ("2026-11-23T09:30:00", HALF_PAST_NINE),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("20261123", datetime(2026, 11, 23, tzinfo=UTC)),
        (1_795_426_200, HALF_PAST_NINE),
        (1_795_426_200_000, HALF_PAST_NINE),
        (1_795_426_200.5, HALF_PAST_NINE.replace(microsecond=500_000)),
        ("1795426200", HALF_PAST_NINE),
        ("1795426200000", HALF_PAST_NINE),
        (None, None),
        ("", None),
        ("  ", None),
    ],
)
def test_times_of_messages(value: Json, expected: datetime | None) -> None:
    assert read_time(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "23/11/2026",
        "1999-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        0,
        -1,
        10**20,
        1e300,
        True,
        {},
        ["2026-11-23"],
    ],
)
def test_times_that_are_refused(value: Json) -> None:
    with pytest.raises(Unreadable):
        read_time(value)


@pytest.mark.parametrize(
    ("value", "locale", "expected"),
    [
        ("23/11/2026 10:30", "fr", HALF_PAST_NINE),
        ("23/11/2026 à 10h30", "fr", HALF_PAST_NINE),
        ("23.11.2026, 10:30:00", "fr", HALF_PAST_NINE),
        ("11/23/2026 10:30", "en", HALF_PAST_NINE),
        ("11/23/2026, 10:30:00 AM", "en", HALF_PAST_NINE),
        ("11/23/2026 10:30 pm", "en", HALF_PAST_NINE.replace(hour=21)),
        ("11/23/2026 12:15 a.m.", "en", datetime(2026, 11, 22, 23, 15, tzinfo=UTC)),
        ("03/04/2026", "fr", datetime(2026, 4, 2, 22, tzinfo=UTC)),
        ("03/04/2026", "en", datetime(2026, 3, 3, 23, tzinfo=UTC)),
        ("2026-11-23T10:30:00", "fr", HALF_PAST_NINE),
        ("2026-11-23T09:30:00Z", "fr", HALF_PAST_NINE),
        (46_349.4375, "fr", HALF_PAST_NINE),
        ("46349,4375", "fr", HALF_PAST_NINE),
        ("46349.4375", "en", HALF_PAST_NINE),
        (1_795_426_200, "en", HALF_PAST_NINE),
        (None, "fr", None),
        (" ", "fr", None),
    ],
)
def test_times_of_files(value: Json, locale: str, expected: datetime | None) -> None:
    assert read_local_time(value, locale=locale, zone=PARIS) == expected


@pytest.mark.parametrize(
    ("value", "locale"),
    [
        ("11/23/2026", "fr"),
        ("23/11/2026", "en"),
        ("31/02/2026", "fr"),
        ("23/11/1926", "fr"),
        ("23/11/2026 25:00", "fr"),
        (123.5, "fr"),
    ],
)
def test_times_of_files_that_are_refused(value: Json, locale: str) -> None:
    with pytest.raises(Unreadable):
        read_local_time(value, locale=locale, zone=PARIS)


@given(value=st.text(max_size=30) | st.integers() | st.floats() | st.datetimes().map(str))
def test_any_value_is_a_time_or_unreadable(value: Json) -> None:
    try:
        moment = read_local_time(value, locale="fr", zone=PARIS)
    except Unreadable:
        with pytest.raises(Unreadable):
            read_time(value, zone=PARIS)
        return
    assert moment is None or 2000 <= moment.year <= 2100
