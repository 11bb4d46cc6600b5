"""The sync log: each attempt with the old and new value of every field."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from connector.admin.frame.base import ReadOnlyAdmin, find_or_404, list_url, render_page
from connector.admin.frame.changes import attempt_records, change_rows
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.explain import explain_end, explain_notes, name_end, sum_up_end
from connector.admin.frame.field_names import FieldName, field_names
from connector.admin.frame.filters import AttemptTimeFilter, ReasonFilter
from connector.admin.frame.onlooker import may_see_people, person_word
from connector.admin.frame.search import search_attempts
from connector.admin.frame.tags import outcome_tag, plain_time, short_time
from connector.admin.log import put_back
from connector.admin.log.export import export_view, may_export
from connector.admin.log.words import operation_words
from connector.models import SyncAttempt


@admin.register(SyncAttempt)
class SyncAttemptAdmin(ReadOnlyAdmin[SyncAttempt]):
    """How each participant fared in each run, the newest first."""

    empty = EmptyList(
        _("Each time that a participant is sent stands here, with what was written and why. Nobody was sent yet."),
        _("Nothing in the log matches."),
        _("Open the participants"),
        "admin:connector_outboxentry_changelist",
        "connector.view_outboxentry",
        not_sought=_("It takes no names: those are found under Participants."),
    )
    list_display = ("time", "link_label", "participant", "outcome_word", "what_was_done", "why")
    list_display_links = ("time", "participant")
    list_filter = (
        ("link", RelatedDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ReasonFilter,
        ("created_at", AttemptTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("email_key",)
    seeks_people = True
    search_help_text = _("whole email, inwink id, Salesforce id or error code")
    actions = ("put_back_selected",)
    list_before_template = "admin/connector/syncattempt/before_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncAttempt]:
        """Leave what a list does not show in the database."""
        return super().get_queryset(request).defer("changes", "notes")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncAttempt], search_term: str
    ) -> tuple[QuerySet[SyncAttempt], bool]:
        """Search by index only."""
        return search_attempts(queryset, search_term), False

    @admin.display(description=_("time"), ordering="created_at")
    def time(self, attempt: SyncAttempt) -> str:
        """Show when the attempt ended."""
        return short_time(attempt.created_at)

    @admin.display(description=_("participant"))
    def participant(self, attempt: SyncAttempt) -> str:
        """Show the email, or the id where there is none."""
        return person_word(attempt.email_key, attempt.participant_key)

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_word(self, attempt: SyncAttempt) -> str:
        """Show the outcome as a coloured word."""
        return outcome_tag(attempt)

    @admin.display(description=_("what was done"))
    def what_was_done(self, attempt: SyncAttempt) -> str:
        """Say what happened to the person and to the membership."""
        return operation_words(attempt)

    @admin.display(description=_("reason"))
    def why(self, attempt: SyncAttempt) -> str:
        """Show the reason, or what the error was where there is none."""
        return name_end(reason=attempt.reason, error_code=attempt.error_code) or "–"

    def has_put_back_permission(self, request: HttpRequest) -> bool:
        """Whether the person may put values back."""
        return put_back.may_put_back(request)

    @admin.action(description=_("Put back…"), permissions=["put_back"])
    def put_back_selected(self, request: HttpRequest, queryset: QuerySet[SyncAttempt]) -> HttpResponse:
        """Show what putting the selected attempts back would do."""
        ids = queryset.order_by("pk").values_list("pk", flat=True)[: put_back.MAX_SELECTED + 1]
        return put_back.selected_page(self, request, put_back.ATTEMPTS, list(ids))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that puts selected attempts back, and the download."""
        return [
            list_url(self, "put-back", view=put_back.selected_view(self, put_back.ATTEMPTS)),
            list_url(self, "export", view=partial(export_view, self)),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Offer the download to whoever may have it."""
        return super().changelist_view(request, {**(extra_context or {}), "may_export": may_export(request)})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one attempt."""
        attempt = find_or_404(SyncAttempt.objects.select_related("run", "entry", "link"), object_id)
        if not self.has_view_permission(request, attempt):
            raise PermissionDenied
        names = field_names(attempt.link.org_id if attempt.link else None, attempt.changes)
        context = {
            "attempt": attempt,
            "participant": person_word("", attempt.participant_key),
            "may_see_people": may_see_people(),
            "outcome": outcome_tag(attempt),
            "operations": operation_words(attempt),
            "changes": change_rows(attempt.changes, names),
            "records": attempt_records(attempt),
            "explanations": explain_end(
                reason=attempt.reason, error_code=attempt.error_code, error_message=attempt.error_message
            ),
            "notes": explain_notes(attempt.notes),
        }
        title = gettext("Attempt for %(participant)s") % {"participant": self.participant(attempt)}
        context["page_title"] = f"{title}, {plain_time(attempt.created_at)}"
        return render_page(self, request, "admin/connector/syncattempt/page.html", title=title, context=context)


def attempt_row(attempt: SyncAttempt, names: Mapping[str, FieldName]) -> dict[str, Any]:
    """Return an attempt as one line of a participant's page."""
    return {
        "url": reverse("admin:connector_syncattempt_change", args=[attempt.pk]),
        "at": attempt.created_at,
        "outcome": outcome_tag(attempt),
        "operations": operation_words(attempt),
        "changes": change_rows(attempt.changes, names),
        "why": sum_up_end(reason=attempt.reason, error_code=attempt.error_code, error_message=attempt.error_message),
        "notes": [note.name for note in explain_notes(attempt.notes)],
        "requested_by": attempt.requested_by,
        "request_reason": attempt.request_reason,
    }
