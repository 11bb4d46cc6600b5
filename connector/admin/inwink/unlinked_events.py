"""Events that messages came for and that no link names yet; each is linked, or ignored on purpose."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from connector import conf
from connector.admin.frame.base import AnyAdmin, Question, ReadOnlyAdmin, ask, find_or_404, object_url
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.labels import labelled
from connector.admin.frame.tags import short_time
from connector.admin.inwink.waiting_people import waiting_url, waiting_view
from connector.models import UnlinkedEvent, UnlinkedParticipant
from connector.pipeline.inbox.linking import heed_event, ignore_event


@admin.register(UnlinkedEvent)
class UnlinkedEventAdmin(ReadOnlyAdmin[UnlinkedEvent]):
    """Events that messages came for and that no link names; their participants wait."""

    empty = EmptyList(
        _("Events of inwink that are not linked to a campaign stand here. There are none."),
        _("No event matches."),
        _("Link an event…"),
        "admin:connector_campaignlink_wizard",
        "connector.add_campaignlink",
    )
    list_display = ("event", "event_id", "participants", "first_message", "last_message", "link_it", "ignore_it")
    list_display_links = None
    narrowed_by = ("ignored_at",)
    search_fields = ("event_id__exact", "event_name__istartswith")
    actions = None

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Offer what the person may do."""
        return self.list_display if may_ignore(request) else self.list_display[:-2]

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnlinkedEvent]:
        """Count the waiting participants in the same query."""
        return with_participants(super().get_queryset(request))

    @admin.display(description=_("event"), ordering="event_name")
    def event(self, event: UnlinkedEvent) -> str:
        """Show the name that inwink gave, if any."""
        return event.event_name or "–"

    @admin.display(description=_("participants"))
    def participants(self, event: UnlinkedEvent) -> str:
        """Show how many people wait, and lead to them."""
        count = number_format(int(getattr(event, "participant_count", 0)), force_grouping=True)
        words = gettext("Who waits for %(event)s") % {"event": event}
        link = '<a class="cx-link" href="{}" aria-label="{}">{}</a>'
        return format_html(link, waiting_url(event), labelled(words, count), count)

    @admin.display(description=_("first message"), ordering="first_message_at")
    def first_message(self, event: UnlinkedEvent) -> str:
        """Show when the event was first heard of."""
        return short_time(event.first_message_at)

    @admin.display(description=_("last message"), ordering="last_message_at")
    def last_message(self, event: UnlinkedEvent) -> str:
        """Show when the event was last heard of."""
        return short_time(event.last_message_at)

    @admin.display(description=_("next step"))
    def link_it(self, event: UnlinkedEvent) -> str:
        """Offer the form of a new link, the event filled in."""
        return format_html('<a class="cx-link" href="{}">{}</a>', new_link_url(event), gettext("Link to a campaign…"))

    @admin.display(description=_("ignored since"), ordering="ignored_at")
    def ignore_it(self, event: UnlinkedEvent) -> str:
        """Show since when the event is ignored, and lead to the page that changes that."""
        url = heed_url(event) if event.ignored_at else ignore_url(event)
        words = gettext("Heed again…") if event.ignored_at else gettext("Ignore…")
        since = short_time(event.ignored_at) if event.ignored_at else ""
        return format_html('{} <a class="cx-link" href="{}">{}</a>', since, url, words)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that ignore an event and take that back."""
        return [
            object_url(self, "waiting", view=waiting_view(self, decisions=_decisions)),
            object_url(self, "ignore", view=_ignore_view(self)),
            object_url(self, "heed", view=_heed_view(self)),
            *super().get_urls(),
        ]


def _decisions(request: HttpRequest, event: UnlinkedEvent) -> dict[str, str]:
    """Return where somebody decides about an event, nothing for whoever may not."""
    if not may_ignore(request):
        return {}
    undo = {"heed_url": heed_url(event)} if event.ignored_at else {"ignore_url": ignore_url(event)}
    return {"link_url": new_link_url(event), **undo}


def ignore_url(event: UnlinkedEvent, *, from_overview: bool = False) -> str:
    """Return the address that asks whether to ignore an event, and leads back to where one came from."""
    url = reverse("admin:connector_unlinkedevent_ignore", args=[event.pk])
    return f"{url}?{_FROM_OVERVIEW}" if from_overview else url


def heed_url(event: UnlinkedEvent, *, from_overview: bool = False) -> str:
    """Return the address that asks whether to show an event again."""
    url = reverse("admin:connector_unlinkedevent_heed", args=[event.pk])
    return f"{url}?{_FROM_OVERVIEW}" if from_overview else url


_FROM_OVERVIEW = "from=overview"


def _ignore_view(model_admin: AnyAdmin) -> Callable[..., HttpResponse]:
    """Return the view that ignores an event once it was asked; a second press changes nothing."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        event = _decidable(request, object_id)
        if request.method != "POST":
            return ask(model_admin, request, _ignore_question(event, back_url=_back_url(request)))
        if event.ignored_at is None:
            ignore_event(event.pk, now=timezone.now())
            model_admin.log_change(request, event, [{"changed": {"fields": [gettext_noop("ignored")]}}])
        messages.success(request, _ignored_words(request, event))
        return HttpResponseRedirect(_back_url(request))

    return view


def _heed_view(model_admin: AnyAdmin) -> Callable[..., HttpResponse]:
    """Return the view that takes it back."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        event = _decidable(request, object_id)
        if request.method != "POST":
            return ask(model_admin, request, _heed_question(event, back_url=_back_url(request)))
        if event.ignored_at is not None:
            heed_event(event.pk)
            model_admin.log_change(request, event, [{"changed": {"fields": [gettext_noop("no longer ignored")]}}])
        text = gettext("%(event)s is shown again, and kept until it is linked.")
        messages.success(request, text % {"event": event})
        return HttpResponseRedirect(_back_url(request))

    return view


def _decidable(request: HttpRequest, object_id: str) -> UnlinkedEvent:
    event = find_or_404(with_participants(UnlinkedEvent.objects.all()), object_id)
    if not may_ignore(request):
        raise PermissionDenied
    return event


def _back_url(request: HttpRequest) -> str:
    is_from_overview = request.GET.get("from") == "overview"
    return reverse("admin:index" if is_from_overview else "admin:connector_unlinkedevent_changelist")


def _ignored_words(request: HttpRequest, event: UnlinkedEvent) -> str:
    count = int(getattr(event, "participant_count", 0))
    people = ngettext("Its %(count)s participant is still kept for a while.",
                      "Its %(count)s participants are still kept for a while.", count)  # fmt: skip
    url = heed_url(event, from_overview=request.GET.get("from") == "overview")
    return format_html(
        '{} {} <a class="cx-link" href="{}">{}</a>',
        gettext("%(event)s is ignored.") % {"event": event},
        people % {"count": count} if count else gettext("Nobody waited for it."),
        url,
        gettext("Take it back…"),
    )


def may_ignore(request: HttpRequest) -> bool:
    """Say whether a person may decide about events that are not linked: whoever may link them."""
    return request.user.has_perm("connector.add_campaignlink")


def _heed_question(event: UnlinkedEvent, *, back_url: str) -> Question:
    return Question(
        title=gettext("Heed %(event)s again?") % {"event": event},
        text=gettext("The overview shows the event again, and its participants are kept until it is linked."),
        button=gettext("Heed again"),
        back_url=back_url,
    )


def _ignore_question(event: UnlinkedEvent, *, back_url: str) -> Question:
    days = conf.retention().unlinked.days
    count = int(getattr(event, "participant_count", 0))
    people = ngettext("%(count)s participant waits for it.", "%(count)s participants wait for it.", count)
    return Question(
        title=gettext("Ignore %(event)s?") % {"event": event},
        text=gettext(
            "The overview no longer shows the event. Its participants are deleted %(days)s days after its last "
            "message, unless you heed or link it before."
        )
        % {"days": days},
        facts=[people % {"count": count}],
        button=gettext("Ignore"),
        back_url=back_url,
    )


def with_participants(events: QuerySet[UnlinkedEvent]) -> QuerySet[UnlinkedEvent]:
    """Add `participant_count`, how many people wait for a link of each event."""
    waiting = UnlinkedParticipant.objects.filter(event_id=OuterRef("event_id")).order_by().values("event_id")
    counts = Subquery(waiting.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return events.annotate(participant_count=Coalesce(counts, 0))


def new_link_url(event: UnlinkedEvent) -> str:
    """Return the address of the wizard that links an event."""
    query = urlencode({"event": event.event_id})
    return f"{reverse('admin:connector_campaignlink_wizard')}?{query}"
