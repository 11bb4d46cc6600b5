"""Spans of time in a few letters, as people say them."""

from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS_SHOWN = 2
"""Below two of a unit the smaller one says more: 90 s, not 1 min."""


def span_words(span: timedelta | float) -> str:
    """Return e.g. "12 s", "4 min", "3 h", "2 d"; a number is seconds."""
    seconds = max(0, int(span.total_seconds() if isinstance(span, timedelta) else span))
    if seconds < _UNITS_SHOWN * _MINUTE:
        return gettext("%(count)s s") % {"count": seconds}
    if seconds < _UNITS_SHOWN * _HOUR:
        return gettext("%(count)s min") % {"count": seconds // _MINUTE}
    if seconds < _UNITS_SHOWN * _DAY:
        return gettext("%(count)s h") % {"count": seconds // _HOUR}
    return gettext("%(count)s d") % {"count": seconds // _DAY}


def exact_words(seconds: float) -> str:
    """Return seconds with a tenth where it matters: "3.2 s", "4 min"."""
    if seconds < _MINUTE:
        return gettext("%(count)s s") % {"count": number_format(round(seconds, 1), 1)}
    return span_words(seconds)


def ago_words(moment: datetime, *, now: datetime) -> str:
    """Return e.g. "12 s ago"."""
    return gettext("%(span)s ago") % {"span": span_words(now - moment)}
