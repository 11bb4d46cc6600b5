"""Long tasks: the list, and the page that shows how far one is, what it came to, and what may be done next."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from connector.admin.errands import downloads
from connector.admin.errands.allowed import may_start
from connector.admin.errands.import_page import import_view
from connector.admin.errands.results import CONTEXTS, has_result
from connector.admin.frame.base import ReadOnlyAdmin, find_or_404, list_url, object_url, render_page
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.explain import explain_code
from connector.admin.frame.long_tasks import errand_url, lead_to_task
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.pressing import lead_to_button
from connector.admin.frame.tags import plain_time, short_time, tag
from connector.models import Errand
from connector.pipeline.errands.start import Order, start_once, stop_errand
from connector.pipeline.sentences import say_stored

_COLOURS = {"waiting": "busy", "running": "busy", "done": "good", "failed": "bad", "stopped": ""}
_NEXT_KIND = {Errand.Kind.CHECK_IMPORT: Errand.Kind.IMPORT, Errand.Kind.RECONCILE: Errand.Kind.MEND}
"""What the button of a finished task starts, with the same file and terms."""
_LARGE = ("result", "position", "terms")
"""Columns that may hold a line for each participant."""


@admin.register(Errand)
class ErrandAdmin(ReadOnlyAdmin[Errand]):
    """Long tasks, the newest first."""

    empty = EmptyList(
        _("What takes longer stands here: imports, reconciliations, previews and the like, each with its result."),
        _("No long task matches."),
        _("Open the links"),
        "admin:connector_campaignlink_changelist",
        "connector.view_campaignlink",
    )
    list_display = ("created", "kind_word", "event_label", "state_tag", "progress", "requested_by")
    list_display_links = ("created", "kind_word")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter), ("link", RelatedDropdownFilter))
    list_filter_submit = True
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Errand]:
        """Leave what a list does not show in the database."""
        return super().get_queryset(request).defer(*_LARGE)

    @admin.display(description=_("asked for at"), ordering="created_at")
    def created(self, errand: Errand) -> str:
        """Show when it was asked for."""
        return short_time(errand.created_at)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, errand: Errand) -> str:
        """Name the kind of work."""
        return str(errand.get_kind_display())

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, errand: Errand) -> str:
        """Show the state as a coloured word."""
        return state_tag(errand)

    @admin.display(description=_("done"))
    def progress(self, errand: Errand) -> str:
        """Show how far it is."""
        return progress_words(errand)

    def get_urls(self) -> list[URLPattern]:
        """Add the import page, and what the page of a task asks and does."""
        return [
            list_url(self, "import", view=import_view(self)),
            object_url(self, "state", view=self.state_view),
            object_url(self, "stop", view=self.stop_view),
            object_url(self, "again", view=self.again_view),
            object_url(self, "next", view=self.next_view),
            object_url(self, "rejected", view=self.rejected_view),
            object_url(self, "differences", view=self.differences_view),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how far the task is, or what it came to."""
        errand = self._get(request, object_id)
        context = {
            "errand": errand,
            "page_title": f"{errand}, {plain_time(errand.created_at)}",
            "state": state_tag(errand),
            "progress": progress_words(errand),
            "may_start": may_start(request, errand.kind),
            "may_go_on": _may_go_on(request, errand),
            "may_import": may_start(request, Errand.Kind.IMPORT),
            "back_url": _back_url(errand),
        }
        if errand.state == Errand.ErrandState.FAILED:
            context |= {"advice": explain_code(errand.error_code), "said": say_stored(errand.error_message)}
        if has_result(errand):
            template, fill = CONTEXTS[errand.kind]
            context |= {"result_template": f"admin/connector/errand/{template}.html", **fill(errand)}
        return render_page(self, request, "admin/connector/errand/page.html", title=str(errand), context=context)

    def state_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say in JSON how far the task is; the page asks each second while it is open."""
        errand = self._get(request, object_id, unread=_LARGE)
        return JsonResponse(
            {
                "is_open": errand.is_open,
                "state": str(errand.get_state_display()),
                "progress": progress_words(errand),
                "percent": errand.percent,
            }
        )

    def stop_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop the task; what is done stays done."""
        errand = self._get_to_act(request, object_id)
        if request.method != "POST":
            return lead_to_button(request, errand_url(errand))
        if stop_errand(errand):
            messages.success(request, gettext("Stopped. What is done stays done."))
        else:
            messages.info(request, gettext("It had ended already."))
        return HttpResponseRedirect(errand_url(errand))

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do the same once more."""
        errand = self._get_to_act(request, object_id)
        if request.method != "POST":
            return lead_to_button(request, errand_url(errand))
        return lead_to_task(request, start_once(_order_of(request, errand, errand.kind)))

    def next_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Import what was checked, or mend what was found."""
        errand = self._get_to_act(request, object_id)
        if request.method != "POST":
            return lead_to_button(request, errand_url(errand))
        if not _may_go_on(request, errand):
            raise PermissionDenied
        order = _order_of(request, errand, _NEXT_KIND[Errand.Kind(errand.kind)])
        if errand.kind == Errand.Kind.CHECK_IMPORT:
            order = replace(order, terms={**order.terms, "rows": errand.result.get("rows", 0)})
        return lead_to_task(request, start_once(order))

    def rejected_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Hand out the rejected rows with what is wrong with each, to be mended and uploaded again."""
        errand = self._get(request, object_id)
        if not may_start(request, Errand.Kind.IMPORT):
            raise PermissionDenied
        answer = downloads.rejected_rows(errand)
        if answer is None:
            messages.error(request, explain_code("file_gone").what)
            return HttpResponseRedirect(errand_url(errand))
        return answer

    def differences_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Hand out every difference of a reconciliation."""
        errand = self._get(request, object_id)
        if not may_start(request, Errand.Kind.RECONCILE):
            raise PermissionDenied
        if errand.kind != Errand.Kind.RECONCILE:
            raise Http404
        return downloads.differences(errand)

    def _get(self, request: HttpRequest, object_id: str, *, unread: Sequence[str] = ()) -> Errand:
        errands = Errand.objects.select_related("link__org", "export").defer("export__content", *unread)
        errand = find_or_404(errands, object_id)
        if not self.has_view_permission(request, errand) or not may_see_people():
            raise PermissionDenied
        return errand

    def _get_to_act(self, request: HttpRequest, object_id: str) -> Errand:
        errand = self._get(request, object_id)
        if not may_start(request, errand.kind):
            raise PermissionDenied
        return errand


def state_tag(errand: Errand) -> str:
    """Return the state as a coloured word."""
    return tag(str(errand.get_state_display()), colour=_COLOURS[errand.state])


def progress_words(errand: Errand) -> str:
    """Return e.g. "1,500 of 20,000"; only what is done where nobody knows how much there is, or it has ended."""
    done = number_format(errand.done_count, force_grouping=True)
    if not errand.is_open and errand.total_count in (None, errand.done_count):
        return done
    if errand.total_count is None:
        return ngettext("%(done)s so far", "%(done)s so far", errand.done_count) % {"done": done}
    total = number_format(errand.total_count, force_grouping=True)
    return gettext("%(done)s of %(total)s") % {"done": done, "total": total}


def _may_go_on(request: HttpRequest, errand: Errand) -> bool:
    following = _NEXT_KIND.get(Errand.Kind(errand.kind))
    return errand.state == Errand.ErrandState.DONE and following is not None and may_start(request, following)


def _order_of(request: HttpRequest, errand: Errand, kind: str) -> Order:
    return Order(
        kind=Errand.Kind(kind),
        requested_by=request.user.get_username(),
        link=errand.link,
        event_label=errand.event_label,
        export=errand.export,
        terms=errand.terms,
    )


def _back_url(errand: Errand) -> str:
    if errand.link_id is None:
        return reverse("admin:connector_errand_changelist")
    return reverse("admin:connector_campaignlink_event", args=[errand.link_id])
