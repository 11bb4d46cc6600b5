"""Keep what a form changed without language, and say it in the reader's: for users and groups, which have no history.

A value is {"name", "before", "after"}, or {"name", "added", "removed"} of very many; permissions are `app.codename`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext

from connector.pipeline.setup.permission_words import say_permission
from connector.pipeline.setup.roles import Role

_MANY_SHOWN = 12
"""Permissions or groups that are named one by one."""
_PERMISSIONS = frozenset({"permissions", "user_permissions"})


@dataclass(frozen=True, slots=True)
class Value:
    """One column that was changed."""

    name: str
    before: str
    """"" where `after` says all."""
    after: str


def keep_value(name: str, before: Any, after: Any) -> dict[str, Any]:
    """Return the values of a field as they are stored."""
    if not _is_many(after):
        return {"name": name, "before": _bare(before), "after": _bare(after)}
    was, now = {_bare(one) for one in before or ()}, {_bare(one) for one in after}
    if name in _PERMISSIONS or len(was | now) > _MANY_SHOWN:
        return {"name": name, "added": sorted(now - was), "removed": sorted(was - now)}
    return {"name": name, "before": sorted(was), "after": sorted(now)}


def say_value(kept: Mapping[str, Any], model: type[Model] | None) -> Value:
    """Return a stored value in the reader's language; `model` is whose field it is."""
    name = kept["name"]
    if "added" in kept:
        signed = [f"{sign}{_say(name, one)}" for sign, key in (("+", "added"), ("−", "removed")) for one in kept[key]]
        return Value(_label(name, model), "", " ".join(signed))
    return Value(_label(name, model), _say_all(name, kept["before"]), _say_all(name, kept["after"]))


def _is_many(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str | Model)


def _bare(value: Any) -> Any:
    if isinstance(value, Permission):
        content_type = ContentType.objects.get_for_id(value.content_type_id)  # cached, unlike `value.content_type`
        return f"{content_type.app_label}.{value.codename}"
    return value if isinstance(value, bool | None) else str(value)


def _label(name: str, model: type[Model] | None) -> str:
    if model is None:
        return name
    found = [field.verbose_name for field in (*model._meta.fields, *model._meta.many_to_many) if field.name == name]
    return capfirst(str(found[0])) if found else name


def _say_all(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_sorted_words(name, value)) or "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return _say(name, value) if value not in (None, "") else "–"


def _sorted_words(name: str, values: Iterable[str]) -> list[str]:
    return sorted(_say(name, one) for one in values)


def _say(name: str, value: str) -> str:
    if name in _PERMISSIONS:
        return say_permission(value)
    return str(Role(value).label) if name == "groups" and value in Role.values else value
