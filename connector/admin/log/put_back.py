"""Put values back: a page that shows what would happen, asks for a reason, and does it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from connector.admin.errands.allowed import may_start
from connector.admin.frame.base import AnyAdmin, find_or_404, render_page
from connector.admin.frame.changes import show_written
from connector.admin.frame.explain import explain_code
from connector.admin.frame.field_names import field_names
from connector.admin.frame.keys import ids_in
from connector.admin.frame.labels import KEPT_LABELS, labelled
from connector.admin.frame.long_tasks import errand_url, say_under_way
from connector.admin.frame.names import name_of
from connector.admin.frame.pressing import lead_to_button
from connector.models import CampaignLink, Errand, OutboxEntry, SyncRun
from connector.pipeline.errands.putting_back import AT_ONCE, start_put_back
from connector.pipeline.errands.start import Started
from connector.pipeline.put_back.preview import PutBackPreview, UnreadableError, preview_put_back
from connector.pipeline.put_back.run import Request, Tally
from connector.pipeline.put_back.selection import Selection, written_fields

SHOWN = 200
"""Values listed by a preview."""
MAX_SELECTED = 500
"""Attempts, or runs, that can be put back by a selection in their list; one run, or a mapping, has no limit."""


@dataclass(frozen=True, slots=True)
class Place:
    """From where somebody puts back, and what."""

    title: str
    selection: Selection
    post_url: str
    back_url: str
    ids: Sequence[int] = ()
    """Attempts or runs that were selected in their list; sent along with the form."""
    about: Sequence[str] = ()
    """What was selected, a line each."""


def may_put_back(request: HttpRequest) -> bool:
    """Whether the person may change what Salesforce holds: who may send again and configure links."""
    return may_start(request, Errand.Kind.PUT_BACK)


def put_back_page(model_admin: AnyAdmin, request: HttpRequest, place: Place) -> HttpResponse:
    """Show the preview; with a reason and the button pressed, put back and say what came of it.

    It reads Salesforce when a button asks: opening or reloading an address spends no API call.
    """
    if not may_put_back(request):
        raise PermissionDenied
    template = "admin/connector/put_back.html"
    if request.method != "POST":
        return render_page(model_admin, request, template, title=place.title, context={"place": place})
    reason = request.POST.get("reason", "").strip()
    if reason:
        return _carry_out(request, place, reason=reason[:500])
    try:
        preview = preview_put_back(place.selection, limit=AT_ONCE)
    except UnreadableError as exc:
        advice = explain_code(exc.code)
        messages.error(request, f"{advice.what} {advice.next_step}")
        return HttpResponseRedirect(place.back_url)
    context = {"place": place, "has_looked": True, **_context(preview)}
    return render_page(model_admin, request, template, title=place.title, context=context)


def _context(preview: PutBackPreview) -> dict[str, Any]:
    restored = [line for line in preview.lines if line.kept is None]
    people = OutboxEntry.objects.select_related("link").in_bulk({line.entry_id for line in restored[:SHOWN]})
    orgs = {entry.link.org_id for entry in people.values()}
    names = {org_id: field_names(org_id, (line.path for line in restored[:SHOWN])) for org_id in orgs}
    return {
        "restored": preview.restored,
        "lines": [
            {
                "participant": name_of(people[line.entry_id]),
                "url": reverse("admin:connector_outboxentry_change", args=[line.entry_id]),
                "field": names[people[line.entry_id].link.org_id][line.path],
                "current": show_written(line.current),
                "value": show_written(line.value),
            }
            for line in restored[:SHOWN]
            if line.entry_id in people
        ],
        "unlisted": max(0, len(restored) - SHOWN),
        "kept": [(count, KEPT_LABELS[why]) for why, count in sorted(preview.kept().items())],
        "participants": preview.participants,
        "unseen": preview.participants - preview.seen,
    }


def _carry_out(request: HttpRequest, place: Place, *, reason: str) -> HttpResponse:
    done = start_put_back(place.selection, Request(by=request.user.get_username(), reason=reason))
    if not isinstance(done, Tally):
        return _watch(request, place, done)
    _say(request, done)
    is_seen = bool(done.run_ids) and request.user.has_perm("connector.view_syncrun")
    return HttpResponseRedirect(run_url(done.run_ids[0]) if is_seen else place.back_url)


def _watch(request: HttpRequest, place: Place, tasks: Sequence[Started]) -> HttpResponse:
    """Lead to the page, or the list, that shows how far the workers are; each event has a task of its own."""
    for started in tasks:
        say_under_way(request, started)
    if not request.user.has_perm("connector.view_errand"):
        messages.info(request, gettext("The workers put the values back."))
        return HttpResponseRedirect(place.back_url)
    messages.info(request, gettext("The workers put the values back; this page shows how far they are."))
    if len(tasks) == 1:
        return HttpResponseRedirect(errand_url(tasks[0].errand))
    return HttpResponseRedirect(reverse("admin:connector_errand_changelist"))


def run_url(run_id: int) -> str:
    """Return the address of a run's page."""
    return reverse("admin:connector_syncrun_change", args=[run_id])


def _say(request: HttpRequest, tally: Tally) -> None:
    kept = [f"{count} × {KEPT_LABELS[why]}" for why, count in sorted(tally.kept.items()) if count]
    stays = gettext("Kept: %(kept)s.") % {"kept": "; ".join(kept)} if kept else ""
    if tally.restored:
        text = ngettext("%(count)s value was put back.", "%(count)s values were put back.", tally.restored)
        messages.success(request, f"{text % {'count': tally.restored}} {stays}")
    elif not tally.failed and not tally.stop_code:
        text = gettext("Nothing was put back.")
        messages.warning(request, f"{text} {stays}")
    if tally.failed:
        text = ngettext(
            "%(count)s value was refused by Salesforce.", "%(count)s values were refused by Salesforce.", tally.failed
        )
        messages.error(request, text % {"count": tally.failed})
    if tally.stop_code:
        advice = explain_code(tally.stop_code)
        messages.error(request, f"{advice.what} {advice.next_step}")


def run_page(model_admin: AnyAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Put back everything that a run wrote."""
    run = find_or_404(SyncRun, object_id)
    place = Place(
        title=gettext("Put back what this run wrote: %(run)s") % {"run": run},
        selection=Selection(run_id=run.pk),
        post_url=reverse("admin:connector_syncrun_put_back", args=[run.pk]),
        back_url=run_url(run.pk),
    )
    return put_back_page(model_admin, request, place)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in which several rows are ticked to put back what they wrote."""

    list_view: str
    post_view: str
    title: Any
    """Of the page, for one row and for many."""
    too_many: str | Promise
    """What is said instead of the page, with the way out."""
    select: Callable[[tuple[int, ...]], Selection]
    describe: Callable[[Sequence[int]], Sequence[str]] = lambda _ids: ()
    """Return what the ticked rows are, a line each."""


def selected_page(model_admin: AnyAdmin, request: HttpRequest, listed: Listed, ids: Sequence[int]) -> HttpResponse:
    """Put back what the rows ticked in a list wrote."""
    back_url = reverse(listed.list_view)
    if len(ids) > MAX_SELECTED:
        messages.error(request, listed.too_many % {"count": MAX_SELECTED})
        return HttpResponseRedirect(back_url)
    place = Place(
        title=str(listed.title % {"count": len(ids)}),
        selection=listed.select(tuple(ids)),
        post_url=reverse(listed.post_view),
        back_url=back_url,
        ids=ids,
        about=listed.describe(ids),
    )
    return put_back_page(model_admin, request, place)


def selected_view(model_admin: AnyAdmin, listed: Listed) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view to which the page of a selection posts; whoever comes by its address is led to the list."""

    def view(request: HttpRequest) -> HttpResponse:
        ids = ids_in(request.POST.getlist("ids"))
        if request.method != "POST":
            return lead_to_button(request, reverse(listed.list_view))
        if not ids:
            return HttpResponseRedirect(reverse(listed.list_view))
        return selected_page(model_admin, request, listed, ids)

    return view


def _runs_by_event(ids: Sequence[int]) -> list[str]:
    """Return how many runs of each event they are; one query."""
    counts = Counter(SyncRun.objects.filter(pk__in=ids).values_list("link_label", flat=True))
    return [
        labelled(label, ngettext("%(count)s run", "%(count)s runs", count) % {"count": count})
        for label, count in sorted(counts.items())
    ]


ATTEMPTS = Listed(
    list_view="admin:connector_syncattempt_changelist",
    post_view="admin:connector_syncattempt_put_back",
    title=ngettext_lazy("Put back what %(count)s line wrote", "Put back what %(count)s lines wrote", "count"),
    too_many=_("At most %(count)s lines at once. A whole run, or a field of an event, has no limit."),
    select=lambda ids: Selection(attempt_ids=ids),
)
RUNS = Listed(
    list_view="admin:connector_syncrun_changelist",
    post_view="admin:connector_syncrun_put_back_many",
    title=ngettext_lazy("Put back what %(count)s run wrote", "Put back what %(count)s runs wrote", "count"),
    too_many=_("At most %(count)s runs at once. A field of an event has no limit."),
    select=lambda ids: Selection(run_ids=ids),
    describe=_runs_by_event,
)


def link_page(model_admin: AnyAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Choose a field of an event, then put back what its mapping wrote."""
    link = find_or_404(CampaignLink, object_id)
    if not may_put_back(request):
        raise PermissionDenied
    post_url = reverse("admin:connector_campaignlink_put_back", args=[link.pk])
    back_url = reverse("admin:connector_campaignlink_event", args=[link.pk])
    field = request.GET.get("field", "")
    if not field:
        written = written_fields(link)
        names = field_names(link.org_id, written)
        fields = [(f"{post_url}?field={path}", names[path], count) for path, count in written.items()]
        context = {"fields": fields, "back_url": back_url}
        title = gettext("Put values back: %(event)s") % {"event": link}
        return render_page(
            model_admin, request, "admin/connector/campaignlink/put_back.html", title=title, context=context
        )
    name = field_names(link.org_id, [field])[field]
    place = Place(
        title=gettext("Put back %(field)s: %(event)s") % {"field": name, "event": link},
        selection=Selection(link_id=link.pk, path=field),
        post_url=request.get_full_path(),
        back_url=back_url,
    )
    return put_back_page(model_admin, request, place)
