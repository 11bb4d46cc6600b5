"""Lead whoever started a long task to its page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.models import Errand
from connector.pipeline.errands.start import Started


def errand_url(errand: Errand) -> str:
    """Return the address of a task's page."""
    return reverse("admin:connector_errand_change", args=[errand.pk])


def lead_to_task(request: HttpRequest, started: Started) -> HttpResponse:
    """Lead to the page that shows how far the task is; say so where it was under way before."""
    say_under_way(request, started)
    return HttpResponseRedirect(errand_url(started.errand))


def say_under_way(request: HttpRequest, started: Started) -> None:
    """Say that the very same task was under way already, and that no second one was begun."""
    if started.is_new:
        return
    text = gettext("This is under way already, asked for by %(name)s at %(time)s; no second task was begun.")
    errand = started.errand
    when = date_format(localtime(errand.created_at), "SHORT_DATETIME_FORMAT")
    messages.info(request, text % {"name": errand.requested_by, "time": when})
