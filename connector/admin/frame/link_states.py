"""Pause, resume or close several events at once: asked first, with their names; said afterwards, with counts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, override

from connector.admin.frame.base import AnyAdmin, Question
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.setup.link_setup import is_in_state, set_state

State = CampaignLink.LinkState

NAMES_SHOWN = 20
"""Events that a question names; the others are counted."""


def states_question(links: Sequence[CampaignLink], wanted: State, *, back_url: str) -> Question:
    """Ask about those that are in another state."""
    changing = [link for link in links if not is_in_state(link, wanted)]
    title, text, button = _ASKED[wanted]()
    facts = [waiting_words(changing, wanted), *(str(link) for link in changing[:NAMES_SHOWN])]
    if len(changing) > NAMES_SHOWN:
        facts.append(gettext("… and %(count)s more") % {"count": _number(len(changing) - NAMES_SHOWN)})
    if len(changing) < len(links):
        facts.append(_already_words(len(links) - len(changing)))
    return Question(title=title % {"events": _event_words(len(changing))}, text=text, facts=facts, button=button,
                    back_url=back_url)  # fmt: skip


def waiting_words(links: Sequence[CampaignLink], wanted: State) -> str:
    """Say how many people wait now for what is asked, and what becomes of them; one query."""
    count = OutboxEntry.objects.filter(link__in=links).waiting().count()
    if not count:
        return gettext("Nobody waits now.")
    if wanted is State.ACTIVE:
        text = ngettext("%(count)s participant waits and is sent.", "%(count)s participants wait and are sent.", count)
    else:
        text = ngettext(
            "%(count)s participant waits and is kept, not sent.",
            "%(count)s participants wait and are kept, not sent.",
            count,
        )
    return text % {"count": _number(count)}


def is_anything_to_do(links: Sequence[CampaignLink], wanted: State) -> bool:
    """Say whether any of them is in another state."""
    return any(not is_in_state(link, wanted) for link in links)


def trace_of(wanted: State) -> list[dict[str, Any]]:
    """Return the line of a link's history, in no language: whoever reads it has one."""
    with override(None):
        return [{"changed": {"fields": [str(wanted.label)]}}]


def set_states(
    model_admin: AnyAdmin, request: HttpRequest, links: Sequence[CampaignLink], wanted: State
) -> list[CampaignLink]:
    """Change those that are in another state, note each in its history, and say how many there were."""
    changed = [link for link in links if set_state(link, wanted)]
    for link in changed:
        model_admin.log_change(request, link, trace_of(wanted))
    if changed:
        messages.success(request, _DONE[wanted](len(changed)))
    if len(changed) < len(links):
        messages.info(request, _already_words(len(links) - len(changed)))
    return changed


_ASKED: dict[State, Callable[[], tuple[str, str, str]]] = {
    State.PAUSED: lambda: (
        gettext("Pause %(events)s?"),
        gettext("Messages from inwink are kept and sent when you resume. Nothing is lost."),
        gettext("Pause"),
    ),
    State.ACTIVE: lambda: (
        gettext("Resume %(events)s?"),
        gettext("Everything that was kept is sent now."),
        gettext("Resume"),
    ),
    State.CLOSED: lambda: (
        gettext("Close %(events)s?"),
        gettext("Later messages are kept and not sent. You can reopen the link at any time."),
        gettext("Close"),
    ),
}

_DONE: dict[State, Callable[[int], str]] = {
    State.PAUSED: lambda count: (
        ngettext("%(count)s event is paused.", "%(count)s events are paused.", count) % {"count": _number(count)}
    ),
    State.ACTIVE: lambda count: (
        ngettext(
            "%(count)s event is active; what was kept is being sent.",
            "%(count)s events are active; what was kept is being sent.",
            count,
        )
        % {"count": _number(count)}
    ),
    State.CLOSED: lambda count: (
        ngettext("%(count)s event is closed.", "%(count)s events are closed.", count) % {"count": _number(count)}
    ),
}


def _already_words(count: int) -> str:
    text = ngettext("%(count)s event is in that state already.", "%(count)s events are in that state already.", count)
    return text % {"count": _number(count)}


def _event_words(count: int) -> str:
    return ngettext("%(count)s event", "%(count)s events", count) % {"count": _number(count)}


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)
