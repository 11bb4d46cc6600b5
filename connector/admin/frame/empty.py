"""What an empty list says: what will stand there and what to do next, or that filters or the search hide it all."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class EmptyList:
    """What one list says while it is empty."""

    text: Any = _("Nothing stands here yet.")
    """What will stand here."""
    narrowed: Any = _("Nothing matches.")
    """Where filters or a search leave nothing."""
    action: Any = ""
    """Words of the next step, "" where there is none."""
    url_name: str = ""
    """Where that leads."""
    permission: str = ""
    """What the next step takes."""
    not_sought: Any = ""
    """What the search does not take although many try it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is said to one reader."""

    text: str
    action: str = ""
    url: str = ""


def say_empty(empty: EmptyList, request: HttpRequest, *, is_narrowed: bool, searched_by: str) -> Shown:
    """Return what a list without rows says; `searched_by` is what its search takes, "" where nothing was sought."""
    if is_narrowed:
        how = gettext("The search takes: %(words)s.") % {"words": searched_by} if searched_by else ""
        said = (str(empty.narrowed), how, str(empty.not_sought) if how else "")
        return Shown(" ".join(filter(None, said)), gettext("Remove filters and search"), "?")
    if empty.url_name and request.user.has_perm(empty.permission):
        return Shown(str(empty.text), str(empty.action), reverse(empty.url_name))
    return Shown(str(empty.text))
