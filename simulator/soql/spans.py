"""Date literals: the day or days that TODAY, LAST_N_DAYS:7 … stand for.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
Days begin at midnight UTC here (Salesforce: in the user's time zone).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def span_days(word: str, *, count: int, today: date) -> tuple[date, date] | None:
    """Return the first day and the day after the last, or None for an unknown word."""
    tomorrow = today + timedelta(days=1)
    month = today.replace(day=1)
    year = today.replace(month=1, day=1)
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    spans = {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "tomorrow": (tomorrow, tomorrow + timedelta(days=1)),
        "last_n_days": (today - timedelta(days=count), tomorrow),
        "next_n_days": (tomorrow, tomorrow + timedelta(days=count)),
        "this_week": (sunday, sunday + timedelta(days=7)),
        "this_month": (month, _next_month(month)),
        "last_month": (_month_before(month), month),
        "this_year": (year, year.replace(year=year.year + 1)),
        "last_year": (year.replace(year=year.year - 1), year),
        "last_90_days": (today - timedelta(days=90), tomorrow),
    }
    return spans.get(word)


def today_utc() -> date:
    """Return the day it is now."""
    return datetime.now(UTC).date()


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
