"""Addresses that answer the press of a button, where somebody comes by going there.

That happens after a log-in: the press came when the session had ended, and the browser is led to where it was headed,
by then without what was pressed.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext


def lead_to_button(request: HttpRequest, url: str) -> HttpResponseRedirect:
    """Lead to the page of the button, and say that nothing was done. Ask whether the person may press it before."""
    messages.warning(request, gettext("Nothing was done. If your session had ended when you pressed, press again."))
    return HttpResponseRedirect(url)
