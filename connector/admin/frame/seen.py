"""A form says with which version of its row it was opened, so that two tabs take back no change of each other."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

SEEN = "seen"
"""The field of the form that holds the version."""


class SeenInput(forms.HiddenInput):
    """The version that the page shows now, also where the form comes back with what was sent."""

    def __init__(self, version: str) -> None:
        """Keep the version."""
        super().__init__()
        self.version = version

    def format_value(self, value: Any) -> str:
        """Return the version, whatever was sent."""
        return self.version


def version_of(row: Any) -> str:
    """Return what names the present version of a row that keeps a history; one query."""
    newest = row.history.order_by("-history_id").values_list("history_id", flat=True).first() if row.pk else None
    return str(newest or "")


def changed_meanwhile(request: HttpRequest, row: Any) -> str:
    """Say who changed a row since the posted form was opened, "" where nobody did; a query, two where somebody did."""
    shown = request.POST.get(SEEN)
    if shown is None or shown == version_of(row):
        return ""
    newest = row.history.select_related("history_user").order_by("-history_id").first()
    if newest is None:
        return ""
    text = gettext(
        "%(who)s changed this on %(at)s, while you had it open. Nothing of yours is saved yet, and nothing of it is "
        "lost: look at what changed, then save once more."
    )
    at = date_format(localtime(newest.history_date), "SHORT_DATETIME_FORMAT")
    return text % {"who": newest.history_user or gettext("Somebody"), "at": at}
