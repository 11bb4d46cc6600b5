"""Who changed what in the configuration: the history that each table keeps, and what was done beside its columns.

Every saved change of a link, mapping, template, organisation or source leaves a row with its values (simple_history,
without secrets). What has no column – a secret that was made, a log-in, a user's groups – stands in Django's log.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from connector.models import CampaignLink, FieldMapping, LinkTemplate, SalesforceOrg, WebhookSource
from connector.pipeline.audit_lines import Change, Line, Value, line_of, tell_together

TRACKED: dict[str, Any] = {
    model._meta.model_name or "": model
    for model in (CampaignLink, FieldMapping, LinkTemplate, SalesforceOrg, WebhookSource)
}
"""Tables that keep their own history, by the name of the model."""
UNTOLD = frozenset({"id", "config_version", "created_at", "updated_at"})
"""Columns that nobody chooses."""
LONGEST = 300
"""Characters of a value that are shown."""


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
    told = tell_together(changes, _of_log(wanted, count=count))
    return sorted(told, key=lambda change: change.at, reverse=True)[:count]


# the history of the tables


def _of_history(model: Any, wanted: Wanted, *, count: int) -> list[Change]:
    rows = _narrow(model.history.all(), wanted, time="history_date", user="history_user_id")
    earlier = model.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    newest = rows.annotate(earlier_id=Subquery(earlier.values("history_id")[:1])).select_related("history_user")
    shown = list(newest.order_by("-history_date", "-history_id")[:count])
    before = model.history.in_bulk([row.earlier_id for row in shown if row.earlier_id])
    changes = [_change_of(model, row, before.get(row.earlier_id)) for row in shown]
    return [change for change, row in zip(changes, shown, strict=True) if not _is_silent(change, row)]


def _is_silent(change: Change, row: Any) -> bool:
    """Say whether a row holds nothing that anybody chose; what was done then stands in Django's log."""
    return bool(row.earlier_id and row.history_user and change.kind == "changed") and not (
        change.values or change.notes
    )


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


def _of_log(wanted: Wanted, *, count: int) -> list[Line]:
    rows = _narrow(LogEntry.objects.all(), wanted, time="action_time", user="user_id")
    if wanted.thing:
        rows = rows.filter(content_type__model=wanted.thing)
    shown = rows.select_related("user", "content_type").order_by("-action_time", "-pk")[:count]
    return [line_of(entry) for entry in shown]
