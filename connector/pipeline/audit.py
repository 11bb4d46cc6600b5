"""Who changed what in the configuration: the history that each table keeps, and what was done beside its columns.

Every saved change of a link, mapping, template, organisation or source leaves a row with its values (simple_history,
without secrets). What has no column – a secret that was made, a log-in, a user's groups – stands in Django's log.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from connector.models import CampaignLink, FieldMapping, LinkTemplate, SalesforceOrg, WebhookSource
from connector.pipeline.audit_lines import Change, line_of, tell_together
from connector.pipeline.audit_values import Value
from connector.pipeline.setup.sources import BEARER_TOKEN, SIGNING_SECRET

TRACKED: dict[str, Any] = {
    model._meta.model_name or "": model
    for model in (CampaignLink, FieldMapping, LinkTemplate, SalesforceOrg, WebhookSource)
}
"""Tables that keep their own history, by the name of the model."""
UNTOLD = frozenset({"id", "config_version", "created_at", "updated_at"})
"""Columns that nobody chooses."""
_MADE = re.compile(rf"(.+); ({SIGNING_SECRET}|{BEARER_TOKEN}) ([0-9a-f]+)")
"""A reason that ends with what was made."""
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


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The newest changes, and where the older ones begin."""

    changes: Sequence[Change]
    older: datetime | None
    """`Wanted.before` of the page after this one; None where there is nothing older."""


def read_changes(wanted: Wanted, *, count: int) -> ChangesPage:
    """Return the newest changes, `count` at most; a constant number of queries, none of which counts.

    Of each source one row more is read, and some say nothing of their own. A source that has more rows is known back to
    the last one read: nothing older than that is told yet, of whichever source.
    """
    models = [model for name, model in TRACKED.items() if wanted.thing in ("", name)]
    sources = [list(_history_of(model, wanted)[: count + 1]) for model in models]
    log = list(_log_of(wanted)[: count + 1])
    read = [*((row.history_date for row in rows) for rows in sources), (row.action_time for row in log)]
    horizon = max((times[-1] for times in map(list, read) if len(times) > count), default=None)
    changes = [change for model, rows in zip(models, sources, strict=True) for change in _tell(model, rows)]
    told = sorted(tell_together(changes, map(line_of, log)), key=lambda change: change.at, reverse=True)
    certain = [change for change in told if horizon is None or change.at >= horizon]
    shown = certain[:count]
    return ChangesPage(_with_events(shown), shown[-1].at if len(certain) > count else horizon)


def _with_events(changes: Sequence[Change]) -> list[Change]:
    """Name the event of each change that belongs to one; one query."""
    links = CampaignLink.objects.in_bulk([change.link_id for change in changes if change.link_id])
    return [
        replace(change, event=str(links[change.link_id])) if change.link_id in links else change for change in changes
    ]


# the history of the tables


def _history_of(model: Any, wanted: Wanted) -> QuerySet[Any]:
    """Return the rows of a table's history, the newest first, each with the id of the one before."""
    rows = _narrow(model.history.all(), wanted, time="history_date", user="history_user_id")
    earlier = model.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    newest: QuerySet[Any] = rows.annotate(earlier_id=Subquery(earlier.values("history_id")[:1]))
    return newest.select_related("history_user").order_by("-history_date", "-history_id")


def _tell(model: Any, shown: Sequence[Any]) -> list[Change]:
    """Return what rows of a history changed; those that say nothing of their own are left out."""
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
    reason, made = _read_reason(row.history_change_reason or "")
    return Change(
        at=row.history_date,
        who=row.history_user.get_username() if row.history_user else reason,
        kind=kinds[row.history_type],
        thing=model._meta.model_name,
        key=str(row.id),
        name=_name_of(model, row),
        values=values,
        notes=tuple(filter(None, (reason if row.history_user else "", made))),
        link_id=getattr(row, "link_id", None),
    )


def _read_reason(reason: str) -> tuple[str, str]:
    """Return why a row was changed, and, where a secret was made, what that is called, in the reader's language."""
    found = _MADE.fullmatch(reason)
    if found is None:
        return reason, ""
    why, name, fingerprint = found.groups()
    return why, gettext("%(object)s was added.") % {"object": f"{gettext(name)} {fingerprint}"}


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


def _log_of(wanted: Wanted) -> QuerySet[LogEntry]:
    rows = _narrow(LogEntry.objects.all(), wanted, time="action_time", user="user_id")
    if wanted.thing:
        rows = rows.filter(content_type__model=wanted.thing)
    return rows.select_related("user", "content_type").order_by("-action_time", "-pk")
