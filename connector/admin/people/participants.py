"""The outbox: participants with their state, and one page for each that says everything."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter

from connector.admin.frame.base import ReadOnlyAdmin, find_or_404, list_url, object_url, render_page
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.enqueued import say_enqueued
from connector.admin.frame.explain import reason_label
from connector.admin.frame.filters import ReasonFilter, StandingFilter, TimeFilter
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import entry_url, full_name, title_of
from connector.admin.frame.onlooker import may_see_people, person_word
from connector.admin.frame.pressing import lead_to_button
from connector.admin.frame.search import search_entries
from connector.admin.frame.tags import entry_tag, short_time
from connector.admin.people.answers import (
    AnswerForm,
    asked_of,
    give_answer,
    may_answer,
    picking_words,
    take_back_answer,
    too_late,
)
from connector.admin.people.correcting import correct_view
from connector.admin.people.find import find_view
from connector.admin.people.many import answer_many_view, take_back_many_view
from connector.admin.people.masked import masked_context
from connector.admin.people.page import entry_context
from connector.admin.people.preview import preview_view
from connector.admin.people.problems import problems_view, resend_view
from connector.admin.people.questions import answers_view
from connector.admin.people.resending import may_resync, resync_selected
from connector.core.outcomes import Reason
from connector.models import OutboxEntry
from connector.pipeline.outbox.resync import resync_entries


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnlyAdmin[OutboxEntry]):
    """Participants of all links."""

    empty = EmptyList(
        _("Participants stand here as soon as a linked event has some: a message of inwink brings them, or an import."),
        _("No participant matches."),
        _("Link an event…"),
        "admin:connector_campaignlink_wizard",
        "connector.add_campaignlink",
    )
    list_display = ("participant", "link", "inwink_state", "state_tag", "why", "changed", "synced")
    list_filter = (
        ("link", RelatedDropdownFilter),
        StandingFilter,
        ReasonFilter,
        ("changed_at", TimeFilter),
    )
    list_filter_submit = True
    narrowed_by = ("error_code", "target_state", "first_registered_at")
    list_select_related = ("link",)
    search_fields = ("email_key",)
    seeks_people = True
    search_help_text = _("name, whole email, inwink id or Salesforce id")
    actions = ("resync_selected",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEntry]:
        """Leave what a list does not show in the database."""
        return super().get_queryset(request).defer("sent_values", "candidates", "answers", "held_payload", "notes")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Show names beside addresses to who may see them: two people may share either of them. A page is no wider."""
        if not may_see_people():
            return self.list_display
        return ("participant", "named", *(column for column in self.list_display[1:] if column != "changed"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutboxEntry], search_term: str
    ) -> tuple[QuerySet[OutboxEntry], bool]:
        """Search by index only."""
        return search_entries(queryset, search_term), False

    @admin.display(description=_("participant"))
    def participant(self, entry: OutboxEntry) -> str:
        """Show the email, or the id where there is none."""
        return person_word(entry.email_key, entry.participant_key)

    @admin.display(description=_("name"), ordering="name_words")
    def named(self, entry: OutboxEntry) -> str:
        """Show the name that inwink gave."""
        return full_name(entry.payload) or "–"

    @admin.display(description=_("in inwink"), ordering="participant_state")
    def inwink_state(self, entry: OutboxEntry) -> str:
        """Show the state in inwink's words."""
        return str(STATE_LABELS[entry.participant_state])

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, entry: OutboxEntry) -> str:
        """Show where the participant stands as a coloured word."""
        return entry_tag(entry)

    @admin.display(description=_("changed in inwink"), ordering="changed_at")
    def changed(self, entry: OutboxEntry) -> str:
        """Show when inwink last changed the participant."""
        return short_time(entry.changed_at)

    @admin.display(description=_("last synced"), ordering="last_synced_at")
    def synced(self, entry: OutboxEntry) -> str:
        """Show when Salesforce was last in step."""
        return short_time(entry.last_synced_at)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, entry: OutboxEntry) -> str:
        """Show the reason of a participant that is not synced."""
        return reason_label(entry.reason) if entry.reason else "–"

    def has_resync_permission(self, request: HttpRequest) -> bool:
        """Whether the person may send participants again."""
        return may_resync(request)

    @admin.action(description=_("Send again…"), permissions=["resync"])
    def resync_selected(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> HttpResponse | None:
        """Send the selected participants again, with a fresh read."""
        return resync_selected(self, request, queryset)

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons of a participant's page."""
        return [
            list_url(self, "problems", view=problems_view(self)),
            list_url(self, "answers", view=answers_view(self)),
            list_url(self, "answer-many", view=answer_many_view(self)),
            list_url(self, "take-back-many", view=take_back_many_view(self)),
            list_url(self, "resend-group", view=resend_view(self)),
            object_url(self, "find", view=find_view(self)),
            object_url(self, "resync", view=self.resync_view),
            object_url(self, "correct", view=correct_view(self)),
            object_url(self, "answer", view=self.answer_view),
            object_url(self, "take-back", view=self.take_back_view),
            object_url(self, "preview", view=preview_view(self)),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one participant: what inwink said, where it stands and why, every attempt."""
        return self._render(request, self._get_entry(request, object_id), form=None)

    def resync_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send one participant again."""
        entry = self._get_entry(request, object_id)
        if not self.has_resync_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return lead_to_button(request, entry_url(entry))
        one = OutboxEntry.objects.filter(pk=entry.pk)
        count = resync_entries(one, requested_by=request.user.get_username())
        say_enqueued(request, [(entry.link, count)])
        return HttpResponseRedirect(entry_url(entry))

    def answer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a person's answer about a participant."""
        entry = self._get_entry(request, object_id)
        if not may_answer(request):
            raise PermissionDenied
        if request.method == "POST" and not asked_of(request, entry).is_still(entry):
            too_late(request)  # the page was older: the same word answers other questions, too
            return HttpResponseRedirect(entry_url(entry))
        form = AnswerForm(request.POST or None, entry=entry)
        if request.method != "POST" or not form.is_valid():
            return self._render(request, entry, form=form)
        give_answer(request, entry, form=form)
        return HttpResponseRedirect(entry_url(entry))

    def take_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Forget the answers of a participant; its rules decide again."""
        entry = self._get_entry(request, object_id)
        if not may_answer(request):
            raise PermissionDenied
        if request.method != "POST":
            return lead_to_button(request, entry_url(entry))
        take_back_answer(request, entry)
        return HttpResponseRedirect(entry_url(entry))

    def _get_entry(self, request: HttpRequest, object_id: str) -> OutboxEntry:
        entries = OutboxEntry.objects.select_related("link__org", "source", "same_person_of")
        entry = find_or_404(entries, object_id)
        if not self.has_view_permission(request, entry):
            raise PermissionDenied
        return entry

    def _render(self, request: HttpRequest, entry: OutboxEntry, *, form: AnswerForm | None) -> HttpResponse:
        if not may_see_people():
            return self._render_masked(request, entry)
        context = entry_context(request, entry)
        context["may_resync"] = self.has_resync_permission(request)
        context["may_answer"] = may_answer(request)
        context["form"] = form or AnswerForm(entry=entry)
        context["picking"] = picking_words(Reason(entry.reason)) if entry.reason else ""
        title = title_of(entry)
        context["page_title"] = f"{gettext('Answer')} | {title}" if form else title
        return render_page(self, request, "admin/connector/outboxentry/page.html", title=title, context=context)

    def _render_masked(self, request: HttpRequest, entry: OutboxEntry) -> HttpResponse:
        """Show where the participant stands, and nothing of who it is."""
        context = {**masked_context(request, entry), "may_resync": self.has_resync_permission(request)}
        title = self.participant(entry)
        return render_page(self, request, "admin/connector/outboxentry/masked.html", title=title, context=context)
