"""Read times: ISO 8601 and epoch numbers of messages, local dates and spreadsheet numbers of files."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from connector.core.checking.problem import gettext_noop as _
from connector.core.participant import Json
from connector.inwink.reading import Unreadable, show

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
"""A time outside is a broken clock or another unit, and would make every other message stale."""

_MILLISECONDS_FROM = 10**11
"""As seconds this is the year 5138, as milliseconds 1973: larger numbers are milliseconds."""

_EPOCH = re.compile(r"[0-9]{9,14}(?:\.[0-9]+)?")
_SPREADSHEET_EPOCH = datetime(1899, 12, 30)
"""Day 0 of a spreadsheet's serial dates (https://support.microsoft.com/office/e7fe7167-48a9-4b96-bb53-5612a800b487)."""

_SERIAL_DAYS = (36_526, 73_415)
"""2000-01-01 and 2101-01-01 as serial dates."""

_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
_LOCAL = re.compile(
    r"(?P<first>[0-9]{1,2})[/.-](?P<second>[0-9]{1,2})[/.-](?P<year>[0-9]{4})"
    r"(?:(?:\s+à|,)?\s+(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<sec>[0-9]{2}))?(?:\s*(?P<half>[ap])\.?m\.?)?)?",
    re.IGNORECASE,
)


def read_time(value: Json, *, zone: tzinfo = UTC) -> datetime | None:
    """Read an ISO 8601 time or an epoch number (seconds or milliseconds) as UTC, None where it is blank.

    A time without a zone is taken to be of `zone`.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    moment = _read_moment(value, zone=zone)
    if moment is None:
        raise Unreadable(_("%(value)s is not a time in ISO 8601 or epoch seconds or milliseconds"), value=show(value))
    return _checked(moment, value=value)


def read_local_time(value: Json, *, locale: str, zone: tzinfo) -> datetime | None:
    """Read what a file may hold for a time: as `read_time`, a local date and time, or a spreadsheet's serial number.

    `locale` "fr" reads 03/04 as 3 April, any other as 4 March. A date that fits only the other order is refused,
    because then the rest of the file would be misread.
    """
    text = value.strip() if isinstance(value, str) else value
    days = _serial_days(text)
    if days is not None:
        moment = (_SPREADSHEET_EPOCH + timedelta(seconds=round(days * 86_400))).replace(tzinfo=zone)
        return _checked(moment, value=value)
    match = _LOCAL.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return read_time(text, zone=zone)
    return _checked(_local_moment(match, locale=locale, zone=zone), value=value)


def _read_moment(value: Json, *, zone: tzinfo) -> datetime | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_epoch(value)
    if not isinstance(value, str):
        return None
    text = value.strip().upper()
    if _EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _from_epoch(number: float) -> datetime | None:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def _checked(moment: datetime, *, value: Json) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise Unreadable(_("%(value)s is not between the years 2000 and 2100"), value=show(value))
    return moment.astimezone(UTC)


def _serial_days(value: Json) -> float | None:
    if isinstance(value, str) and _SERIAL.fullmatch(value):
        value = float(value.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if _SERIAL_DAYS[0] <= value < _SERIAL_DAYS[1] else None


def _local_moment(match: re.Match[str], *, locale: str, zone: tzinfo) -> datetime:
    day, month = (match["first"], match["second"]) if locale == "fr" else (match["second"], match["first"])
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "pP" else 0)
    minute, second = int(match["minute"] or 0), int(match["sec"] or 0)
    try:
        return datetime(int(match["year"]), int(month), int(day), hour, minute, second, tzinfo=zone)
    except ValueError:
        order = "day/month/year" if locale == "fr" else "month/day/year"
        text = _("%(value)s is not a date in the order %(order)s")
        raise Unreadable(text, value=show(match[0]), order=order) from None
