"""The people who wait for an event to be linked: who they are, as far as a person may see that, and their state."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, find_or_404, render_page
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import full_name
from connector.admin.frame.onlooker import may_see_people, person_word
from connector.core.participant import text_of
from connector.core.state import State
from connector.models import UnlinkedEvent, UnlinkedParticipant

PEOPLE_A_PAGE = 50

View = Callable[[HttpRequest, str], HttpResponse]


def waiting_url(event: UnlinkedEvent) -> str:
    """Return the address of the people who wait for an event."""
    return reverse("admin:connector_unlinkedevent_waiting", args=[event.pk])


def waiting_view(model_admin: AnyAdmin, *, decisions: Callable[[HttpRequest, UnlinkedEvent], dict[str, str]]) -> View:
    """Return the view that lists them, a page at a time; `decisions` says what the reader may do about the event."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        event = find_or_404(UnlinkedEvent, object_id)
        if not model_admin.has_view_permission(request, event):
            raise PermissionDenied
        people = UnlinkedParticipant.objects.filter(event_id=event.event_id).defer("held_payload").order_by("-pk")
        page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
        context = {
            "event": event,
            "page": page,
            "here": "?",
            "people": [_row(person) for person in page],
            "may_see_people": may_see_people(),
            **decisions(request, event),
        }
        template = "admin/connector/unlinkedevent/waiting.html"
        return render_page(model_admin, request, template, title=str(event), context=context)

    return view


def _row(person: UnlinkedParticipant) -> dict[str, Any]:
    state = person.participant_state
    return {
        "person": person,
        "word": person_word(text_of(person.payload, "email"), person.participant_key),
        "name": full_name(person.payload) if may_see_people() else gettext("(hidden)"),
        "state": STATE_LABELS[State(state)] if state else "–",
    }
