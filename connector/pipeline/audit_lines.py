"""Tell what Django's log says together with what the tables' own history says, each deed once.

A line of the log belongs to the nearest change of the same thing by the same person. Where nothing is near it stands
for itself; where it only repeats what the history of a mapping says, it is left out.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db.models import Model
from django.utils.translation import gettext

from connector.pipeline.audit_values import Value, say_value

SAME_MOMENT = timedelta(seconds=10)
"""A line of Django's log that is no farther from a change of the same thing by the same person may belong to it."""


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
    link_id: int | None = None
    """Of a field mapping: the link that it belongs to."""
    event: str = ""
    """Name of that link, "" where it is gone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of Django's log."""

    change: Change
    is_about_part: bool = False
    """Whether it tells of a mapping of the link, whose own history tells it better."""


def deed(text: str, **params: object) -> str:
    """Return the message of a log line that is put into the reader's language; `text` is a message id."""
    return json.dumps([{"done": {"text": text, "params": params}}])


def line_of(entry: LogEntry) -> Line:
    """Read one line of Django's log; `content_type` and `user` must be loaded."""
    kinds = {ADDITION: "added", DELETION: "deleted"}
    parts = _parts(entry.change_message)
    notes = (entry.change_message,) if parts is None else tuple(filter(None, (_say(part) for part in parts)))
    change = Change(
        at=entry.action_time,
        who=entry.user.get_username(),
        kind=kinds.get(entry.action_flag, "changed"),
        thing=entry.content_type.model if entry.content_type else "",
        key=entry.object_id or "",
        name=entry.object_repr,
        values=tuple(_values_of(parts or (), entry.content_type.model_class() if entry.content_type else None)),
        notes=tuple(filter(None, notes)),
    )
    is_link = change.thing == "campaignlink"
    return Line(change, is_about_part=is_link and bool(parts) and all(_is_about_part(part) for part in parts or ()))


def _parts(message: str) -> list[dict[str, Any]] | None:
    """Return the parts of a message, None where it is plain text."""
    try:
        found = json.loads(message)
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def _say(part: dict[str, Any]) -> str:
    if done := part.get("done"):
        return str(gettext(done["text"]) % done["params"])
    ((kind, told),) = part.items()
    if "values" in told:
        return ""  # told field by field
    if "object" not in told:
        return ", ".join(gettext(name) for name in told.get("fields", ()))
    words = {"added": gettext("%(object)s was added."), "changed": gettext("%(object)s was changed."),
             "deleted": gettext("%(object)s was deleted.")}  # fmt: skip
    return words.get(kind, "%(object)s") % {"object": f"{gettext(told.get('name', ''))} {told['object']}".strip()}


def _values_of(parts: Iterable[dict[str, Any]], model: type[Model] | None) -> list[Value]:
    """Return what was kept of a form that was changed, old and new."""
    told = [part["changed"] for part in parts if isinstance(part.get("changed"), dict)]
    return [say_value(kept, model) for one in told for kept in one.get("values", ())]


def _is_about_part(part: dict[str, Any]) -> bool:
    return all(isinstance(told, dict) and "object" in told for told in part.values())


def tell_together(changes: Sequence[Change], lines: Iterable[Line]) -> list[Change]:
    """Return every change with what the log says of it, and every line that tells of something else."""
    notes: dict[int, list[str]] = {}
    beside = []
    for line in lines:
        if line.is_about_part and _has_part(line.change, changes):
            continue
        owner = _nearest(line.change, changes)
        if owner is None:
            beside.append(line.change)
        else:
            notes.setdefault(owner, []).extend(line.change.notes)
    told = [_with_notes(change, notes.get(place, ())) for place, change in enumerate(changes)]
    return [*told, *beside]


def _with_notes(change: Change, notes: Iterable[str]) -> Change:
    """Add what the log says, where it says more than the values do."""
    return change if change.values else replace(change, notes=tuple(dict.fromkeys((*change.notes, *notes))))


def _nearest(line: Change, changes: Sequence[Change]) -> int | None:
    near = [
        (abs(line.at - change.at), place)
        for place, change in enumerate(changes)
        if (change.thing, change.key, change.who) == (line.thing, line.key, line.who)
    ]
    distance, place = min(near, default=(None, None))
    return place if distance is not None and distance <= SAME_MOMENT else None


def _has_part(line: Change, changes: Iterable[Change]) -> bool:
    return any(
        change.thing == "fieldmapping" and change.who == line.who and abs(line.at - change.at) <= SAME_MOMENT
        for change in changes
    )
