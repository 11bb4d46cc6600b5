"""Read messages once more: one from its page, several from the list; asked first, with what happens."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from connector.admin.frame.base import AnyAdmin, Question, ask, find_or_404
from connector.admin.frame.confirming import ask_about_posted, chosen_rows, is_confirmed
from connector.admin.frame.long_tasks import lead_to_task
from connector.admin.frame.tags import plain_time
from connector.models import Errand, WebhookMessage
from connector.pipeline.errands.start import Order, start_once
from connector.pipeline.inbox.replay import Replayed, replay_messages, replayable

LIST = "admin:connector_webhookmessage_changelist"
AT_ONCE = 50
"""Messages that are read while a person waits, each with up to 1,000 participants; more are left to the workers."""
MOST = 10_000
"""Messages that one selection may hold; as many as the list pages through."""


def may_replay(request: HttpRequest) -> bool:
    """Whether a person may have messages read again: whoever may send participants again."""
    return request.user.has_perm("connector.resync_campaignlink")


def replay_view(model_admin: AnyAdmin) -> Callable[..., HttpResponse]:
    """Return the view that asks, then replays one message and leads to the replay."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        message = find_or_404(WebhookMessage.objects.select_related("source").defer("body"), object_id)
        if not (model_admin.has_view_permission(request, message) and may_replay(request)):
            raise PermissionDenied
        back_url = message_url(message.pk)
        if request.method != "POST":
            return ask(model_admin, request, _question([message.pk], back_url=back_url))
        done = replay_messages([message.pk], requested_by=request.user.get_username())
        report(request, done)
        return HttpResponseRedirect(message_url(done.last.pk) if done.last else back_url)

    return view


def replay_selected(
    model_admin: AnyAdmin, request: HttpRequest, selected: QuerySet[WebhookMessage]
) -> HttpResponse | None:
    """Ask about the ticked messages, then replay them, or leave many to the workers."""
    wanted = chosen_rows(model_admin, request, selected)
    total = wanted.order_by().count()
    ids = list(replayable(wanted).order_by("received_at", "pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        text = gettext("More than %(most)s messages are too many for one replay. Narrow the list first.")
        messages.warning(request, text % {"most": number_format(MOST, force_grouping=True)})
        return None
    if not is_confirmed(request):
        question = _question(ids, back_url=reverse(LIST), passed_over=total - len(ids))
        return ask_about_posted(model_admin, request, question, counted=ids)
    return _carry_out(request, ids)


def _carry_out(request: HttpRequest, ids: Sequence[int]) -> HttpResponse | None:
    by = request.user.get_username()
    if len(ids) > AT_ONCE:
        order = Order(Errand.Kind.REPLAY, requested_by=by, terms={"ids": list(ids)})
        return lead_to_task(request, start_once(order))
    report(request, replay_messages(ids, requested_by=by))
    return None


def report(request: HttpRequest, done: Replayed) -> None:
    """Say what came of it."""
    if not done.messages:
        messages.warning(request, gettext("Nothing to replay: of these messages not enough is kept."))
        return
    messages.success(request, f"{_counted_words(done.messages, is_done=True)} {_became_words(done)}")


def _became_words(done: Replayed) -> str:
    counts = [
        (done.accepted, ngettext("%(count)s changed", "%(count)s changed", done.accepted)),
        (done.unchanged, ngettext("%(count)s unchanged", "%(count)s unchanged", done.unchanged)),
        (done.stale, ngettext("%(count)s outdated", "%(count)s outdated", done.stale)),
        (done.unlinked, ngettext("%(count)s not linked yet", "%(count)s not linked yet", done.unlinked)),
        (done.rejected, ngettext("%(count)s rejected", "%(count)s rejected", done.rejected)),
    ]
    words = ", ".join(words % {"count": count} for count, words in counts if count)
    return gettext("Participants: %(counts)s.") % {"counts": words} if words else ""


def _counted_words(count: int, *, is_done: bool = False) -> str:
    number = {"count": number_format(count, force_grouping=True)}
    if is_done:
        return ngettext("%(count)s message was read again.", "%(count)s messages were read again.", count) % number
    return ngettext("%(count)s message", "%(count)s messages", count) % number


def _which_words(ids: Sequence[int]) -> str:
    """Name the messages by their sources and by when they arrived; one query."""
    rows = WebhookMessage.objects.filter(pk__in=ids).values_list("source__name", "received_at")
    times = [at for _name, at in rows]
    if not times:
        return ""
    words = {"sources": ", ".join(sorted({name for name, _at in rows})), "first": plain_time(min(times))}
    if len(times) == 1:
        return gettext("From %(sources)s, received %(first)s.") % words
    return gettext("From %(sources)s, received between %(first)s and %(last)s.") % {
        **words,
        "last": plain_time(max(times)),
    }


def _question(ids: Sequence[int], *, back_url: str, passed_over: int = 0) -> Question:
    which = _which_words(ids)
    facts = [
        *([which] if which else []),
        gettext("What changed since then stays: an older state never wins over a newer one. A check-in always counts."),
        gettext("Whoever differs afterwards is sent to Salesforce. Whoever asked to be forgotten stays forgotten."),
    ]
    if passed_over:
        text = ngettext("%(count)s other is passed over: not all of it is kept, or nobody is left in it.",
                        "%(count)s others are passed over: not all of them is kept, or nobody is left in them.",
                        passed_over)  # fmt: skip
        facts.append(text % {"count": number_format(passed_over, force_grouping=True)})
    return Question(
        title=gettext("Replay %(messages)s?") % {"messages": _counted_words(len(ids))},
        text=gettext(
            "Each is read once more, as if inwink had sent it at the same time as before, with the links and settings "
            "of today. Replays stand in the inbox as messages of their own, with your name."
        ),
        facts=facts,
        button=gettext("Replay"),
        back_url=back_url,
    )


def message_url(pk: int) -> str:
    """Return the address of a message's page."""
    return reverse("admin:connector_webhookmessage_change", args=[pk])
