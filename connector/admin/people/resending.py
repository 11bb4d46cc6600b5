"""Send ticked participants again: asked first, with their number; very many are left to the workers."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, Question
from connector.admin.frame.confirming import ask_about_posted, chosen_rows, is_confirmed
from connector.admin.frame.enqueued import parts_of, say_enqueued
from connector.admin.frame.long_tasks import lead_to_task
from connector.admin.frame.names import people_words, whom_words
from connector.models import OutboxEntry
from connector.pipeline.errands.sending import resend_selected
from connector.pipeline.errands.start import Started

MOST = 10_000
"""Participants that one selection may hold; as many as the list pages through. A whole event has its own button."""


def may_resync(request: HttpRequest) -> bool:
    """Whether the person may send participants again."""
    return request.user.has_perm("connector.resync_campaignlink")


def resync_selected(
    model_admin: AnyAdmin, request: HttpRequest, selected: QuerySet[OutboxEntry]
) -> HttpResponse | None:
    """Ask about the ticked participants, then send them again."""
    wanted = chosen_rows(model_admin, request, selected)
    ids = list(wanted.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        text = gettext(
            "More than %(most)s participants are too many for one selection. Narrow the list, or send a whole event "
            "again from its page."
        )
        messages.warning(request, text % {"most": number_format(MOST, force_grouping=True)})
        return None
    if not is_confirmed(request):
        return ask_about_posted(model_admin, request, _question(ids), counted=ids)
    sent = resend_selected(ids, requested_by=request.user.get_username())
    if isinstance(sent, Started):
        return lead_to_task(request, sent)
    say_enqueued(request, parts_of(ids))
    return None


def _question(ids: Sequence[int]) -> Question:
    return Question(
        title=gettext("Send again: %(people)s?") % {"people": people_words(len(ids))},
        text=gettext(
            "Each person is read anew in Salesforce and compared; only what differs is written. "
            "Check-ins that arrive meanwhile go first."
        ),
        facts=[*whom_words(ids), gettext("People whom a colleague removed from the campaign are added again.")],
        button=gettext("Send again"),
        back_url=reverse("admin:connector_outboxentry_changelist"),
    )
