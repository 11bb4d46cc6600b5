"""Who changed what in the configuration: the history that each table keeps, and what was done beside its columns.

Every saved change of a link, mapping, template, organisation or source leaves a row with its values (simple_history,
without secrets). What has no column – a secret that was made, a log-in, a user's groups – stands in Django's log.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from connector.models import CampaignLink, FieldMapping, LinkTemplate, SalesforceOrg, WebhookSource

TRACKED: dict[str, Any] = {
    model._meta.model_name or "": model
    for model in (CampaignLink, FieldMapping, LinkTemplate, SalesforceOrg, WebhookSource)
}
"""Tables that keep their own history, by the name of the model."""
UNTOLD = frozenset({"id", "config_version", "created_at", "updated_at"})
"""Columns that nobody chooses."""
LONGEST = 300
"""Characters of a value that are shown."""
SAME_MOMENT = timedelta(seconds=10)
"""A line of Django's log that is no farther from a change of the same thing by the same person belongs to it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One column that was changed."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that somebody did."""

    at: datetime
    who: str
    kind: str
    """added, changed or deleted."""
    thing: str
    """Name of the model."""
    key: str
    name: str
    values: tuple[Value, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are asked for; an empty word asks for all."""

    user_id: int | None = None
    thing: str = ""
    start: datetime | None = None
    end: datetime | None = None
    before: datetime | None = None
    """Older than this: where the page before ended."""


def read_changes(wanted: Wanted, *, count: int) -> list[Change]:
    """Return the newest changes, `count` at most; a constant number of queries, none of which counts.

    Of each source as many are read: what they come to is cut afterwards.
    """
    models = [model for name, model in TRACKED.items() if wanted.thing in ("", name)]
    changes = [change for model in models for change in _of_history(model, wanted, count=count)]
    logged = _of_log(wanted, count=count)
    found = sorted([*changes, *_beside(logged, changes)], key=lambda change: change.at, reverse=True)
    return _with_notes(found, logged)[:count]


# the history of the tables


def _of_history(model: Any, wanted: Wanted, *, count: int) -> list[Change]:
    rows = _narrow(model.history.all(), wanted, time="history_date", user="history_user_id")
    earlier = model.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    newest = rows.annotate(earlier_id=Subquery(earlier.values("history_id")[:1])).select_related("history_user")
    shown = list(newest.order_by("-history_date", "-history_id")[:count])
    before = model.history.in_bulk([row.earlier_id for row in shown if row.earlier_id])
    return [_change_of(model, row, before.get(row.earlier_id)) for row in shown]


def _narrow(rows: QuerySet[Any], wanted: Wanted, *, time: str, user: str) -> QuerySet[Any]:
    bounds = {f"{time}__gte": wanted.start, f"{time}__lte": wanted.end, f"{time}__lt": wanted.before,
              user: wanted.user_id}  # fmt: skip
    return rows.filter(**{name: value for name, value in bounds.items() if value is not None})


def _change_of(model: Any, row: Any, earlier: Any) -> Change:
    kinds = {"+": "added", "~": "changed", "-": "deleted"}
    values = _differences(model, earlier, row) if row.history_type == "~" and earlier is not None else ()
    return Change(
        at=row.history_date,
        who=row.history_user.get_username() if row.history_user else row.history_change_reason or "",
        kind=kinds[row.history_type],
        thing=model._meta.model_name,
        key=str(row.id),
        name=_name_of(model, row),
        values=values,
        notes=(row.history_change_reason,) if row.history_user and row.history_change_reason else (),
    )


def _name_of(model: Any, row: Any) -> str:
    """Name a row as the model itself does, from the values of then."""
    fields = {field.attname: getattr(row, field.attname) for field in model.history.model.tracked_fields}
    return str(model(**fields))


def _differences(model: Any, earlier: Any, row: Any) -> tuple[Value, ...]:
    found = []
    for field in model.history.model.tracked_fields:
        before, after = getattr(earlier, field.attname), getattr(row, field.attname)
        if field.name not in UNTOLD and before != after:
            found.append(Value(str(field.verbose_name), _say(field, before), _say(field, after)))
    return tuple(found)


def _say(field: Any, value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    named = dict(field.flatchoices).get(value)
    text = (
        str(named) if named else json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    )
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


# Django's log


def _of_log(wanted: Wanted, *, count: int) -> list[Change]:
    rows = _narrow(LogEntry.objects.all(), wanted, time="action_time", user="user_id")
    if wanted.thing:
        things = (wanted.thing, CampaignLink._meta.model_name) if wanted.thing == "fieldmapping" else (wanted.thing,)
        rows = rows.filter(content_type__model__in=things)
    shown = rows.select_related("user", "content_type").order_by("-action_time", "-pk")[:count]
    return [_change_of_log(entry) for entry in shown]


def _change_of_log(entry: LogEntry) -> Change:
    kinds = {ADDITION: "added", DELETION: "deleted"}
    message = entry.get_change_message()
    return Change(
        at=entry.action_time,
        who=entry.user.get_username(),
        kind=kinds.get(entry.action_flag, "changed"),
        thing=entry.content_type.model if entry.content_type else "",
        key=entry.object_id or "",
        name=entry.object_repr,
        notes=(message,) if message else (),
    )


def _beside(logged: Iterable[Change], changes: Sequence[Change]) -> list[Change]:
    """Return the lines that tell of something no table's history has."""
    return [one for one in logged if not any(_is_same(one, change) for change in changes)]


def _with_notes(found: Sequence[Change], logged: Sequence[Change]) -> list[Change]:
    """Put what Django's log says of a change beside it, where it says more than the values do."""
    told = []
    for change in found:
        notes = tuple(n for one in logged if _is_same(one, change) and not change.values for n in one.notes)
        told.append(replace(change, notes=tuple(dict.fromkeys((*change.notes, *notes)))))
    return told


def _is_same(one: Change, change: Change) -> bool:
    """Say whether a line of the log is about a change in a table's history, not about itself."""
    is_thing = one.thing == change.thing and one.key == change.key
    return one is not change and is_thing and one.who == change.who and abs(one.at - change.at) <= SAME_MOMENT
