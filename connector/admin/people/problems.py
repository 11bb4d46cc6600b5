"""The page of problems: what went wrong, grouped by cause, with what to do and the people concerned."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, Question, ask, render_page
from connector.admin.frame.enqueued import say_enqueued
from connector.admin.frame.explain import Explanation, explain_end, explain_link
from connector.admin.frame.keys import id_in
from connector.admin.frame.long_tasks import say_under_way
from connector.admin.frame.names import entry_url, name_of, people_words
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.tags import link_tag
from connector.admin.inwink.reading_words import malformed_code_words
from connector.admin.people.fixes import fix_of, mapping_fix, set_up_fix
from connector.admin.people.resending import may_resync
from connector.core.outcomes import EntryState
from connector.models import CampaignLink
from connector.pipeline.errands.sending import resend_cause
from connector.pipeline.errands.start import Started
from connector.pipeline.problems import Cause, Group, Problems, Rejection, Waiting, find_problems, find_rejections
from connector.pipeline.sentences import recognise, say_stored

LIST = "admin:connector_outboxentry_changelist"
PAGE = "admin:connector_outboxentry_problems"
RESEND = "admin:connector_outboxentry_resend_group"
TEXTS_SHOWN = 3
"""Different texts of Salesforce shown in one group."""


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event that the page can be narrowed to."""

    id: int
    name: str
    is_chosen: bool


def problems_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page; it reads only."""

    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("connector.view_outboxentry"):
            raise PermissionDenied
        link_id = chosen_link(request)
        found = find_problems(link_id)
        context = {
            "events": event_choices(found.links.values(), link_id),
            "is_narrowed": link_id is not None,
            **_context(request, found),
            "rejections": _rejections(request) if link_id is None else [],
        }
        context["is_empty"] = not any(context[part] for part in ("waiting", "failed", "retrying", "degraded"))
        context["has_links"] = not context["is_empty"] or CampaignLink.objects.exists()
        title = gettext("Problems")
        return render_page(
            model_admin, request, "admin/connector/outboxentry/problems.html", title=title, context=context
        )

    return view


def chosen_link(request: HttpRequest) -> int | None:
    """Return the event that the page is narrowed to."""
    return id_in(request.GET.get("link", ""))


def event_choices(links: Any, link_id: int | None) -> list[EventChoice]:
    """Return the events to choose from, by name."""
    choices = [EventChoice(link.pk, str(link), link.pk == link_id) for link in links]
    return sorted(choices, key=lambda choice: choice.name.lower())


def _context(request: HttpRequest, found: Problems) -> dict[str, Any]:
    return {
        "waiting": [_waiting_row(request, one) for one in found.waiting],
        "failed": [_group_row(request, group, found.links[group.cause.link_id]) for group in found.failed],
        "failed_words": people_words(found.failed_count),
        "retrying": [_group_row(request, group, found.links[group.cause.link_id]) for group in found.retrying],
        "retrying_words": people_words(found.retrying_count),
        "degraded": [{"link": link, "fix": mapping_fix(request, link)} for link in found.degraded],
        "may_resync": may_resync(request),
    }


def _waiting_row(request: HttpRequest, one: Waiting) -> dict[str, Any]:
    return {
        "link": one.link,
        "tag": link_tag(one.link),
        "why": explain_link(one.link),
        "people": people_words(one.count),
        "url": f"{reverse(LIST)}?{_query({'link__id__exact': one.link.pk, 'standing': 'waiting'})}",
        "fix": set_up_fix(request, one.link),
    }


def _group_row(request: HttpRequest, group: Group, link: CampaignLink) -> dict[str, Any]:
    cause = group.cause
    said = group.texts if may_see_people() else ()
    texts = [{"text": say_stored(text), "people": people_words(count)} for text, count in said[:TEXTS_SHOWN]]
    return {
        "count": group.count,
        "people": people_words(group.count),
        "link": link,
        "explanations": explain_cause(cause),
        "code": cause.code,
        "texts": texts,
        "more_texts": len(said) - len(texts),
        "first": [{"name": name_of(entry), "url": entry_url(entry)} for entry in group.people],
        "more": max(0, group.count - len(group.people)),
        "list_url": list_url_of(cause),
        "since": group.since,
        "due_at": group.due_at,
        "blocked": explain_link(link),
        "fix": fix_of(request, link, reason=cause.reason, code=cause.code),
        "resend_url": f"{reverse(RESEND)}?{_query_of(cause)}",
    }


def explain_cause(cause: Cause) -> list[Explanation]:
    """Return what happened and the next step: of the reason, and of the error behind it."""
    return explain_end(reason=cause.reason, error_code=cause.code, error_message="")


def list_url_of(cause: Cause) -> str:
    """Return the address of the list of everybody with a cause."""
    narrowed: dict[str, str | int] = {"link__id__exact": cause.link_id, "standing": cause.state}
    narrowed |= {"why": cause.reason} if cause.reason else {}
    return f"{reverse(LIST)}?{_query({**narrowed, 'error_code': cause.code})}"


def _query_of(cause: Cause) -> str:
    return _query({"link": cause.link_id, "state": cause.state, "reason": cause.reason, "code": cause.code})


def _query(values: dict[str, str | int]) -> str:
    return urlencode(values)


def _rejections(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.has_perm("connector.view_webhookmessage"):
        return []
    return [_rejection_row(one) for one in find_rejections(timezone.now())]


def _rejection_row(one: Rejection) -> dict[str, Any]:
    inbox = reverse("admin:connector_webhookmessage_change", args=[one.last_message_id])
    about, what = _wrong_words(one.error)
    return {"rejection": one, "about": about, "what": what, "url": inbox}


def _wrong_words(error: str) -> tuple[str, str]:
    """Return the key that is concerned, and what is wrong with it; either may be ""."""
    if words := malformed_code_words(error):
        return "", words
    found = recognise(error)
    return (say_stored(found.about), found.said) if found else (error, "")


# sending a group again


def resend_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view that sends everybody of one cause again, once it was confirmed."""

    def view(request: HttpRequest) -> HttpResponse:
        if not may_resync(request):
            raise PermissionDenied
        cause = _cause_of(request)
        link = CampaignLink.objects.select_related("org").filter(pk=cause.link_id).first() if cause else None
        if cause is None or link is None:
            return HttpResponseRedirect(reverse(PAGE))
        if request.method != "POST":
            return ask(model_admin, request, _question(cause, link, count=cause.entries().count()))
        _resend(request, cause, link)
        return HttpResponseRedirect(reverse(PAGE))

    return view


def _cause_of(request: HttpRequest) -> Cause | None:
    link_id, state = chosen_link(request), request.GET.get("state", "")
    if link_id is None or state not in (EntryState.FAILED, EntryState.RETRYING):
        return None
    return Cause(link_id, state, request.GET.get("reason", ""), request.GET.get("code", ""))


def _question(cause: Cause, link: CampaignLink, *, count: int) -> Question:
    facts = [f"{one.what} {one.next_step}" for one in explain_cause(cause)]
    blocked = explain_link(link)
    return Question(
        title=gettext("Send again: %(people)s of %(event)s") % {"people": people_words(count), "event": link},
        text=gettext(
            "Send them once the cause is mended. Each person is read anew in Salesforce and compared; only what "
            "differs is written. Whoever fails again comes back to this page."
        ),
        facts=[*facts, *([blocked] if blocked else [])],
        button=gettext("Fixed: send again"),
        back_url=reverse(PAGE),
    )


def _resend(request: HttpRequest, cause: Cause, link: CampaignLink) -> None:
    found = cause.entries().count()  # before: the workers begin at once, and whom they have taken is counted no more
    sent = resend_cause(cause, link, requested_by=request.user.get_username())
    count = found if isinstance(sent, Started) else sent
    if isinstance(sent, Started) and not sent.is_new:
        say_under_way(request, sent)
    elif not count:
        messages.info(request, gettext("Nobody was left to send again: they were sent already, or changed."))
    elif not isinstance(sent, Started) or explain_link(link):
        say_enqueued(request, [(link, count)])
    else:
        text = gettext("The workers send %(count)s participants again, a thousand at a time. You can leave this page.")
        messages.success(request, text % {"count": number_format(count, force_grouping=True)})
