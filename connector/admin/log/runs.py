"""Runs: each batch that was sent, with its attempts."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from connector.admin.frame.base import ReadOnlyAdmin, find_or_404, list_url, object_url, render_page
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.explain import explain_end, name_end
from connector.admin.frame.filters import TimeFilter
from connector.admin.frame.onlooker import person_word
from connector.admin.frame.tags import outcome_tag, plain_time, short_time, tag
from connector.admin.log import put_back
from connector.admin.log.words import operation_words
from connector.core.schema import PersonType
from connector.models import SyncAttempt, SyncRun
from connector.pipeline.watching.runs import new_people_of

_NEW_WORDS: Mapping[str, Any] = {
    PersonType.CONTACT: ngettext_lazy("%(count)s new Contact", "%(count)s new Contacts", "count"),
    PersonType.LEAD: ngettext_lazy("%(count)s new Lead", "%(count)s new Leads", "count"),
}


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin[SyncRun]):
    """Batches, the newest first."""

    empty = EmptyList(
        _("Each batch of participants that a worker sends stands here, with its API calls. Nothing was sent yet."),
        _("No run matches."),
        _("Open the participants"),
        "admin:connector_outboxentry_changelist",
        "connector.view_outboxentry",
    )
    list_display = ("started", "link_label", "org_label", "kind", "entry_count", "ends", "api_calls", "error_word")
    list_filter = (
        ("link", RelatedDropdownFilter),
        ("trigger", ChoicesDropdownFilter),
        ("started_at", TimeFilter),
    )
    list_filter_submit = True
    actions = ("put_back_selected",)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that put one run, or several, back."""
        return [
            list_url(self, "put-back-many", view=put_back.selected_view(self, put_back.RUNS)),
            object_url(self, "put-back", view=partial(put_back.run_page, self)),
            *super().get_urls(),
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Lay beside each run of the page how many people it created."""
        changelist = super().get_changelist_instance(request)
        new_people = new_people_of([run.pk for run in changelist.result_list])
        for run in changelist.result_list:
            run.new_people = new_people.get(run.pk, {})
        return changelist

    def has_put_back_permission(self, request: HttpRequest) -> bool:
        """Whether the person may put values back."""
        return put_back.may_put_back(request)

    @admin.action(description=_("Put back…"), permissions=["put_back"])
    def put_back_selected(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> HttpResponse:
        """Show what putting the selected runs back would do."""
        ids = queryset.order_by("pk").values_list("pk", flat=True)[: put_back.MAX_SELECTED + 1]
        return put_back.selected_page(self, request, put_back.RUNS, list(ids))

    @admin.display(description=_("started at"), ordering="-started_at")
    def started(self, run: SyncRun) -> str:
        """Show when the run began."""
        return short_time(run.started_at)

    @admin.display(description=_("kind"))
    def kind(self, run: SyncRun) -> str:
        """Say what started the run."""
        return gettext("Backfill") if run.is_backfill else run.get_trigger_display()

    @admin.display(description=_("outcome"))
    def ends(self, run: SyncRun) -> str:
        """Sum up how the entries of the run ended."""
        return ends_words(run, run.new_people)  # type: ignore[attr-defined] # laid beside it in get_changelist_instance

    @admin.display(description=_("error"), ordering="error_code")
    def error_word(self, run: SyncRun) -> str:
        """Show the error that stopped the run, if any."""
        return tag(run.error_code, colour="bad") if run.error_code else "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one run and its latest attempts."""
        run = find_or_404(SyncRun, object_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        attempts = run.attempts.defer("changes", "notes").order_by("pk")[:200]
        context = {
            "run": run,
            "ends": ends_words(run, new_people_of([run.pk]).get(run.pk, {})),
            "may_put_back": put_back.may_put_back(request),
            "attempts": [
                {
                    "url": reverse("admin:connector_syncattempt_change", args=[attempt.pk]),
                    "participant": self._participant(attempt),
                    "outcome": outcome_tag(attempt),
                    "operations": operation_words(attempt),
                    "why": name_end(reason=attempt.reason, error_code=attempt.error_code),
                }
                for attempt in attempts
            ],
            "explanations": explain_end(reason="", error_code=run.error_code, error_message=run.error_message),
        }
        title = gettext("Run of %(event)s") % {"event": run.link_label}
        context["page_title"] = f"{title}, {plain_time(run.started_at)}"
        return render_page(self, request, "admin/connector/syncrun/page.html", title=title, context=context)

    def _participant(self, attempt: SyncAttempt) -> str:
        return person_word(attempt.email_key, attempt.participant_key)


def ends_words(run: SyncRun, new_people: Mapping[str, int]) -> str:
    """Return e.g. "12 added (3 new Leads), 1 failed"; nothing that is zero.

    Added is who was added to the campaign, most of them people whom Salesforce had; `new_people` are the others.
    """
    counts = [
        (run.created_count, ngettext("%(count)s added", "%(count)s added", run.created_count)),
        (run.updated_count, ngettext("%(count)s updated", "%(count)s updated", run.updated_count)),
        (run.unchanged_count, ngettext("%(count)s unchanged", "%(count)s unchanged", run.unchanged_count)),
        (run.left_out_count, ngettext("%(count)s left out", "%(count)s left out", run.left_out_count)),
        (
            run.needs_answer_count,
            ngettext("%(count)s needs an answer", "%(count)s need an answer", run.needs_answer_count),
        ),
        (run.failed_count, ngettext("%(count)s failed", "%(count)s failed", run.failed_count)),
        (run.retrying_count, ngettext("%(count)s trying again", "%(count)s trying again", run.retrying_count)),
    ]
    added, *others = [words % {"count": count} if count else "" for count, words in counts]
    new = ", ".join(
        str(words % {"count": new_people[kind]}) for kind, words in _NEW_WORDS.items() if kind in new_people
    )
    with_new = f"{added} ({new})" if added and new else added or new
    return ", ".join(said for said in (with_new, *others) if said) or "–"
