"""Correct the status of one participant: what inwink says now is written, even if it is lower (rule 4.5)."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, Question, ask, find_or_404
from connector.admin.frame.explain import explain_link
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import entry_url, name_of
from connector.admin.people.resending import may_resync
from connector.core.state import State
from connector.models import OutboxEntry
from connector.pipeline.outbox.resync import correct_status, corrected


def correct_view(model_admin: AnyAdmin) -> Callable[..., HttpResponse]:
    """Return the view that asks for a reason, then has the status that inwink says now written.

    Where the link writes no status for it, the page says so and has no button: nothing would come of it.
    """

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        entry = find_or_404(OutboxEntry.objects.select_related("link__org", "source"), object_id)
        if not model_admin.has_view_permission(request, entry) or not may_resync(request):
            raise PermissionDenied
        question = _question(entry)
        reason = request.POST.get("reason", "").strip()
        if request.method != "POST" or not reason or not question.button:
            return ask(model_admin, request, question)
        correct_status(entry, requested_by=request.user.get_username(), reason=reason[:200])
        _say_corrected(request, entry)
        return HttpResponseRedirect(entry_url(entry))

    return view


def _question(entry: OutboxEntry) -> Question:
    state = corrected(entry).state
    label = entry.link.statuses().get(state, "") if state else ""
    facts = [gettext("Event: %(event)s") % {"event": entry.link}]
    if entry.member_label:
        facts.append(gettext("In the campaign now: “%(label)s”.") % {"label": entry.member_label})
    return Question(
        title=gettext("Correct the status of %(person)s?") % {"person": name_of(entry)},
        text=_text(state, label=label),
        facts=facts,
        button=gettext("Write this status") if label else "",
        reason_label=gettext("Why? (kept with your name)"),
        back_url=entry_url(entry),
    )


def _text(state: State | None, *, label: str) -> str:
    """Say what inwink says now and what would be written, or why there is nothing to correct."""
    if not state:
        return gettext("inwink has never said whether this person is registered or came: there is nothing to correct.")
    text = gettext(
        "inwink says now: %(state)s. This event writes no status for that, so that there is nothing to correct: "
        "the campaign keeps what it has. Correct the participant in inwink, or choose a status for it in the "
        "settings of the event."
    )
    if label:
        text = gettext(
            "inwink says now: %(state)s. The status “%(label)s” is written to the campaign even if the present one "
            "ranks higher."
        )
    return text % {"state": STATE_LABELS[state], "label": label}


def _say_corrected(request: HttpRequest, entry: OutboxEntry) -> None:
    blocked = explain_link(entry.link)
    if blocked:
        kept = gettext("The status that inwink says now is kept, and sent later.")
        messages.warning(request, f"{kept} {blocked}")
        return
    messages.success(request, gettext("The status that inwink says now is sent."))
