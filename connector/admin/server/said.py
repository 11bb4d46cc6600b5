"""Say what a form changed, old and new; for users and groups, whose tables keep no history of their own."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

_MANY_SHOWN = 12
"""Permissions or groups that are named one by one."""


def old_and_new(form: Any) -> list[dict[str, Any]]:
    """Return the message of Django's log about a changed form; [] for a new one, or where nothing can be said.

    A password is no field of these forms: its own page logs that it was changed.
    """
    if form.instance.pk is None or not form.initial:
        return []
    fields = [_words(form, name) for name in form.changed_data if name != "password"]
    return [{"changed": {"fields": fields}}] if fields else []


def _words(form: Any, name: str) -> str:
    label = form.fields[name].label or name
    before, after = form.initial.get(name), form.cleaned_data.get(name)
    if _is_many(after):
        was, now = {str(one) for one in before or ()}, {str(one) for one in after}
        if name == "permissions" or len(was | now) > _MANY_SHOWN:
            return f"{label}: {_signed('+', now - was)} {_signed('−', was - now)}".rstrip()
        return f"{label}: {_list(was)} → {_list(now)}"
    return f"{label}: {_one(before)} → {_one(after)}"


def _is_many(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str | Model)


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "–"


def _signed(sign: str, names: Iterable[str]) -> str:
    return " ".join(f"{sign}{name}" for name in sorted(names))


def _one(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value) if value not in (None, "") else "–"
