"""Mark no-shows: asked first, with whom it concerns and who may still arrive."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop, ngettext

from connector.admin.frame.base import Question, ask, find_or_404, object_url
from connector.admin.frame.confirming import is_confirmed
from connector.admin.frame.names import name_of, people_words
from connector.admin.links.comparison import apart_words
from connector.admin.links.no_show_label import label_view
from connector.admin.people.answers import may_answer
from connector.core.outcomes import EntryState
from connector.models import CampaignLink
from connector.pipeline.audit_lines import deed
from connector.pipeline.no_shows import (
    NoShowRefusal,
    NoShows,
    NoShowsRefusedError,
    count_no_shows,
    first_waiting,
    mark_no_shows,
    refuse_no_shows,
)
from connector.pipeline.watching.members import Apart

NAMES_SHOWN = 20
"""Waiting participants that the question names; the others are counted."""

_REFUSALS: dict[NoShowRefusal, Callable[[], str]] = {
    NoShowRefusal.NO_END: lambda: gettext("Say first when the event ends (under Dates)."),
    NoShowRefusal.NOT_OVER: lambda: gettext("The event is not over: people may still arrive."),
    NoShowRefusal.NO_LABEL: lambda: gettext("Choose first which status of the campaign “No show” becomes."),
}


def may_mark_no_shows(request: HttpRequest, link: CampaignLink) -> bool:
    """Say whether the button is offered: the event is over, and the person may answer for participants."""
    return refuse_no_shows(link, now=timezone.now()) in (None, NoShowRefusal.NO_LABEL) and may_answer(request)


def no_show_urls(model_admin: Any) -> list[URLPattern]:
    """Return the addresses of both questions: whom to mark, and as what where the link does not say."""
    return [
        object_url(model_admin, "no-shows", view=_no_shows_view(model_admin)),
        object_url(model_admin, "no-show-label", view=label_view(model_admin)),
    ]


def _no_shows_view(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view that marks a link's no-shows once it was asked."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink.objects.select_related("org"), object_id)
        if not may_answer(request):
            raise PermissionDenied
        refusal = refuse_no_shows(link, now=timezone.now())
        if refusal is not None:
            return _lead_to_what_is_missing(model_admin, request, link, refusal)
        back_url = reverse("admin:connector_campaignlink_event", args=[link.pk])
        if request.method != "POST":
            return ask(model_admin, request, _question(link, back_url=back_url))
        if not is_confirmed(request):  # sent by something else than the question, e.g. by going back in the browser
            return HttpResponseRedirect(request.path)
        _mark(request, model_admin, link)
        return HttpResponseRedirect(back_url)

    return view


def _lead_to_what_is_missing(
    model_admin: Any, request: HttpRequest, link: CampaignLink, refusal: NoShowRefusal
) -> HttpResponse:
    """Say what is missing, on the page where it can be settled for whoever may."""
    is_setting = refusal is not NoShowRefusal.NOT_OVER
    may_settle = model_admin.has_change_permission(request, link)
    if refusal is NoShowRefusal.NO_LABEL and may_settle:
        return HttpResponseRedirect(reverse("admin:connector_campaignlink_no_show_label", args=[link.pk]))
    words = [_REFUSALS[refusal]()]
    if is_setting and not may_settle:
        words.append(gettext("An administrator does that in the settings of the link."))
    messages.error(request, " ".join(words))
    name = "change" if is_setting and may_settle else "event"
    return HttpResponseRedirect(reverse(f"admin:connector_campaignlink_{name}", args=[link.pk]))


def _mark(request: HttpRequest, model_admin: Any, link: CampaignLink) -> None:
    found = count_no_shows(link)
    try:
        count = mark_no_shows(link, requested_by=request.user.get_username(), now=timezone.now())
    except NoShowsRefusedError as exc:
        messages.error(request, _REFUSALS[exc.refusal]())
        return
    if not count:
        messages.info(request, gettext("Nobody was left to mark."))
        return
    messages.success(request, " ".join(_done(found, count)))
    model_admin.log_change(request, link, deed(gettext_noop("marked as no-shows: %(count)s"), count=count))


def _done(found: NoShows, count: int) -> Iterator[str]:
    """Say how many were marked: who becomes a no-show, as was asked, and who changes nothing in the campaign now."""
    becomes = min(found.count, count)
    marked = becomes or count
    text = ngettext(
        "%(count)s participant is marked as no-show.", "%(count)s participants are marked as no-shows.", marked
    )
    yield text % {"count": marked}
    if not becomes:
        yield gettext("Nothing changes in the campaign for now.")
    elif rest := count - becomes:
        text = ngettext(
            "%(count)s more is marked too, which changes nothing in the campaign for now.",
            "%(count)s more are marked too, which changes nothing in the campaign for now.",
            rest,
        )
        yield text % {"count": rest}


def _question(link: CampaignLink, *, back_url: str) -> Question:
    found = count_no_shows(link)
    people = people_words(found.count)
    title = gettext("Mark as no-shows: %(people)s of %(event)s") % {"people": people, "event": link}
    if not found.marked:
        return Question(title=title, text=gettext("Nobody is left to mark."), button="", back_url=back_url)
    return Question(
        title=title,
        text=gettext(
            "Whoever is registered and was never checked in becomes “%(label)s” in the campaign. "
            "A check-in that comes later still makes them “%(attended)s”."
        )
        % {"label": link.status_no_show, "attended": link.status_attended},
        facts=_facts(link, found),
        button=gettext("Mark no-shows"),
        back_url=back_url,
    )


def _others(link: CampaignLink, found: NoShows) -> Iterator[str]:
    """Say who else is marked, and why their status in the campaign is none of a no-show: not yet, or not at all."""
    unsettled = {state: count for state, count in found.unsent.items() if state is not EntryState.LEFT_OUT}
    if unsettled:
        text = ngettext(
            "%(count)s more cannot become “%(label)s” yet: %(why)s. The mark is kept until that is settled.",
            "%(count)s more cannot become “%(label)s” yet: %(why)s. The marks are kept until that is settled.",
            sum(unsettled.values()),
        )
        why = ", ".join(apart_words(Apart(state.value), count) % {"count": count} for state, count in unsettled.items())
        yield text % {"count": sum(unsettled.values()), "label": link.status_no_show, "why": why}
    staying = {Apart.LEFT_OUT: found.unsent.get(EntryState.LEFT_OUT, 0), Apart.OTHER_STATUS: found.kept}
    why = ", ".join(apart_words(one, count) % {"count": count} for one, count in staying.items() if count)
    if why:
        yield gettext("Nothing changes in the campaign for the others who never came: %(why)s.") % {"why": why}


def _names(link: CampaignLink, *, waiting: int) -> str:
    """Name those who wait: one of them may be on the way with a check-in."""
    names = [name_of(entry) for entry in first_waiting(link, count=NAMES_SHOWN)]
    more = gettext("… and %(count)s more") % {"count": number_format(waiting - len(names), force_grouping=True)}
    return ", ".join([*names, *([more] if waiting > len(names) else [])])


def _facts(link: CampaignLink, found: NoShows) -> list[str]:
    waiting = found.waiting
    facts = [gettext("Have all badge readers sent their check-ins? Wait if you are not sure."), *_others(link, found)]
    if waiting:
        text = ngettext(
            "%(count)s participant of this event is still waiting to be sent.",
            "%(count)s participants of this event are still waiting to be sent.",
            waiting,
        )
        facts += [text % {"count": waiting}, _names(link, waiting=waiting)]
    if link.state != CampaignLink.LinkState.ACTIVE:
        facts.append(gettext("The link is not active: the marks are kept, and sent when it is."))
    facts.append(
        gettext(
            "The way back: “Put back…” on the page of the run gives its members the status that they had, and “Correct "
            "the status” on the page of a participant does so for one."
        )
    )
    return facts
