"""Time in the text forms of the API.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import format_datetime

_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?")


def now_text() -> str:
    """Return the present moment as the API writes it; audit fields have whole seconds."""
    return datetime_text(datetime.now(UTC).replace(microsecond=0))


def datetime_text(moment: datetime) -> str:
    """Write an aware datetime as 2017-07-23T22:04:00.000+0000: text order is time order."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def parse_datetime(text: str) -> datetime | None:
    """Read an ISO datetime; without a zone it is UTC. None for anything else."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    day, time, fraction, zone = match.groups()
    zone = "+00:00" if zone in (None, "Z") else zone
    try:
        return datetime.fromisoformat(
            f"{day}T{time}.{(fraction or '0')[:6].ljust(6, '0')}{zone}"
            if time.count(":") == 2
            else f"{day}T{time}{zone}"
        )
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """Read YYYY-MM-DD. None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def http_date(moment: datetime) -> str:
    """Write the time as HTTP headers do."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
