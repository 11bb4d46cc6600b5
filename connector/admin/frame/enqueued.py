"""Say what enqueuing came to: sent where the event sends, else waiting, and why."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from connector.admin.frame.explain import explain_link
from connector.models import CampaignLink

Part = tuple[CampaignLink, int]
"""(link with its organisation, participants enqueued)"""
_NAMED = 3
"""Events that send nothing now and are named; of more only the number of participants is said."""


def say_enqueued(request: HttpRequest, parts: Iterable[Part]) -> None:
    """Say how many participants are sent again, and how many wait until their event sends."""
    counted = [(link, count, explain_link(link)) for link, count in parts if count]
    sent = sum(count for _link, count, why in counted if not why)
    waiting = [one for one in counted if one[2]]
    if not counted:
        messages.warning(request, gettext("Nobody to send again."))
    if sent:
        messages.success(request, sent_words(sent))
    if len(waiting) > _NAMED:
        why = gettext("Their links, or the organisations of these, send nothing now.")
        messages.warning(request, f"{waiting_words(sum(count for _link, count, _why in waiting))} {why}")
        return
    for link, count, why in waiting:
        name = f"{link}: " if len(counted) > 1 else ""
        messages.warning(request, f"{name}{waiting_words(count)} {why}")


def sent_words(count: int) -> str:
    """Return e.g. "3 participants are sent again."."""
    text = ngettext("%(count)s participant is sent again.", "%(count)s participants are sent again.", count)
    return text % {"count": count}


def waiting_words(count: int) -> str:
    """Return e.g. "3 participants wait to be sent again."."""
    text = ngettext(
        "%(count)s participant waits to be sent again.", "%(count)s participants wait to be sent again.", count
    )
    return text % {"count": count}
