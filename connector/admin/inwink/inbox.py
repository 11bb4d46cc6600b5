"""The inbox: every message as it came and the answer it got."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from connector.admin.frame.base import ReadOnlyAdmin, find_or_404, object_url, render_page
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.filters import TimeFilter
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.search import search_messages
from connector.admin.frame.tags import plain_time, short_time, tag
from connector.admin.inwink.event_filter import EventFilter
from connector.admin.inwink.message_page import pretty, reading_context
from connector.admin.inwink.replay import may_replay, replay_selected, replay_view
from connector.models import WebhookMessage
from connector.pipeline.inbox.replay import replayable

REPLAYS_SHOWN = 10


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdmin[WebhookMessage]):
    """Messages, the newest first."""

    empty = EmptyList(
        _(
            "Every message of inwink stands here as it came. To let them in, give the address of a webhook source "
            "and its secret to the sender."
        ),
        _("No message matches."),
        _("Open the webhook sources"),
        "admin:connector_webhooksource_changelist",
        "connector.view_webhooksource",
    )
    list_display = ("received", "source", "status_tag", "counts", "repeat_count", "identity")
    list_display_links = ("received", "identity")
    list_filter = (
        EventFilter,
        ("status", ChoicesDropdownFilter),
        ("source", RelatedDropdownFilter),
        ("received_at", TimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("source",)
    search_fields = ("message_id",)
    search_help_text = _("whole message id")
    actions = ("replay_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookMessage]:
        """Leave the bodies in the database: a list does not show them."""
        return super().get_queryset(request).defer("body", "answer")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WebhookMessage], search_term: str
    ) -> tuple[QuerySet[WebhookMessage], bool]:
        """Search by index only."""
        return search_messages(queryset, search_term), False

    @admin.display(description=_("received at"), ordering="-received_at")
    def received(self, message: WebhookMessage) -> str:
        """Show when the message came."""
        return short_time(message.received_at)

    @admin.display(description=_("status"), ordering="status")
    def status_tag(self, message: WebhookMessage) -> str:
        """Show the status as a coloured word."""
        is_good = message.status == WebhookMessage.Status.ACCEPTED
        words = gettext("Test message") if message.is_trial else message.get_status_display()
        return tag(f"{words} · {message.answer_status}", colour="good" if is_good else "bad")

    @admin.display(description=_("message id"), ordering="message_id")
    def identity(self, message: WebhookMessage) -> str:
        """Show the sender's id, of a replay who asked for it."""
        if not message.requested_by:
            return message.message_id
        return gettext("replay, asked for by %(person)s") % {"person": message.requested_by}

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whether the person may have messages read again."""
        return may_replay(request)

    @admin.action(description=_("Replay…"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[WebhookMessage]) -> HttpResponse | None:
        """Read the selected messages once more."""
        return replay_selected(self, request, queryset)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that replays a message."""
        return [object_url(self, "replay", view=replay_view(self)), *super().get_urls()]

    @admin.display(description=_("participants"))
    def counts(self, message: WebhookMessage) -> str:
        """Sum up what became of the participants of a message."""
        return count_words(message) or "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the message, its answer, and what became of its participants."""
        message = find_or_404(WebhookMessage.objects.select_related("source", "replay_of__source"), object_id)
        if not self.has_view_permission(request, message) or not may_see_people():
            raise PermissionDenied
        context = {
            "message": message,
            "status": self.status_tag(message),
            "counts": count_words(message),
            "body": pretty(message.body),
            "answer": json.dumps(message.answer, indent=2, ensure_ascii=False),
            "may_replay": may_replay(request) and replayable(WebhookMessage.objects.filter(pk=message.pk)).exists(),
            "replays": message.replays.order_by("-pk").only("pk", "received_at", "requested_by")[:REPLAYS_SHOWN],
            **reading_context(request, message),
        }
        title = gettext("Message of %(source)s") % {"source": message.source}
        context["page_title"] = f"{title}, {plain_time(message.received_at)}"
        return render_page(self, request, "admin/connector/webhookmessage/page.html", title=title, context=context)


def count_words(message: WebhookMessage) -> str:
    """Return e.g. "3 accepted, 1 rejected"; nothing that is zero."""
    counts = [
        (message.accepted_count, ngettext("%(count)s accepted", "%(count)s accepted", message.accepted_count)),
        (message.unchanged_count, ngettext("%(count)s unchanged", "%(count)s unchanged", message.unchanged_count)),
        (message.stale_count, ngettext("%(count)s outdated", "%(count)s outdated", message.stale_count)),
        (
            message.unlinked_count,
            ngettext(
                "%(count)s not linked yet when it arrived",
                "%(count)s not linked yet when they arrived",
                message.unlinked_count,
            ),  # fmt: skip
        ),
        (message.rejected_count, ngettext("%(count)s rejected", "%(count)s rejected", message.rejected_count)),
        (
            message.trial_count,
            ngettext("%(count)s test, nothing sent", "%(count)s tests, nothing sent", message.trial_count),
        ),
    ]
    return ", ".join(words % {"count": count} for count, words in counts if count)
