"""Prepare what was written, and what a participant says, for small tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.admin.frame.field_names import FieldName
from connector.admin.frame.labels import FIELD_LABELS, STATE_LABELS, labelled
from connector.admin.frame.onlooker import may_see_people
from connector.models import SyncAttempt

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
"""A date and time as Salesforce writes it: 2026-10-08T07:40:00.000+0000."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field that was written: old and new value as text."""

    field: FieldName
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A record in Salesforce, and its address there ("" where the instance is not known)."""

    name: str
    id: str
    url: str


def change_rows(changes: Mapping[str, Any], names: Mapping[str, FieldName]) -> list[ChangeRow]:
    """Turn {"Object.Field": [before, after]} into rows, sorted by field; the values only for who may see people."""
    show = show_written if may_see_people() else _hide_value
    return [
        ChangeRow(field=names.get(path) or FieldName(path), before=show(pair[0]), after=show(pair[1]))
        for path, pair in sorted(changes.items())
    ]


def show_written(value: Any) -> str:
    """Write a value of a Salesforce field as people read it: a moment by the site's clock, not by UTC."""
    moment = _moment_of(value)
    if moment is None:
        return show_value(value)
    local = localtime(moment)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {date_format(local, 'H:i:s')}"


def _moment_of(value: Any) -> datetime | None:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def show_value(value: Any) -> str:
    """Write a JSON value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return "; ".join(show_value(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(labelled(key, show_value(part)) for key, part in value.items())
    return str(value)


def _hide_value(value: Any) -> str:
    return "–" if value in (None, "") else "…"


def payload_rows(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return [(name, value)] of everything that a participant says: standard fields first, then custom ones.

    Nothing of it for who may not see people.
    """
    if not may_see_people():
        return []
    standard = [(str(label), _said(name, payload[name])) for name, label in FIELD_LABELS.items() if name in payload]
    custom = payload.get("custom") or {}
    return [*standard, *((path, show_value(value)) for path, value in sorted(custom.items()))]


def _said(name: str, value: Any) -> str:
    return str(STATE_LABELS.get(value, value)) if name == "registration" and value else show_value(value)


def record_links(*, instance_url: str, person_type: str, person_id: str, member_id: str) -> list[RecordLink]:
    """Return the records of a participant in Salesforce, those that are known."""
    records = [(gettext(person_type) if person_type else "", person_id), (gettext("Campaign member"), member_id)]
    return [
        RecordLink(name=name, id=record_id, url=f"{instance_url}/{record_id}" if instance_url else "")
        for name, record_id in records
        if record_id
    ]


def attempt_records(attempt: SyncAttempt) -> list[RecordLink]:
    """Return the records that an attempt touched."""
    return record_links(
        instance_url=attempt.instance_url,
        person_type=attempt.person_type,
        person_id=attempt.person_id,
        member_id=attempt.member_id,
    )
