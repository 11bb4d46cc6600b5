"""Answer many at once by a rule, and take many answers back: asked first, with counts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.base import AnyAdmin, render_page
from connector.admin.frame.confirming import COUNTED, posted_again
from connector.admin.frame.explain import reason_label
from connector.admin.frame.keys import asked_in, id_in, ids_in
from connector.admin.frame.names import people_words, whom_words
from connector.admin.frame.pressing import lead_to_button
from connector.admin.people.answers import kinds_of, may_answer, option_words
from connector.core.matching.answer_rules import AnswerRule
from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry
from connector.pipeline.answering import Asked, Decision, Tally, answer_entries, count_fitting, take_back_entries
from connector.pipeline.answers import AnswerKind, allowed_answers

PAGE = "admin:connector_outboxentry_answers"
ALL = "all"
"""Everybody who waits for the question, not only the ticked ones."""

_RULES: dict[AnswerRule, tuple[str | Promise, str | Promise]] = {
    AnswerRule.MOST_RECENT: (
        _("Pick the most recently used record"),
        _("The one with the latest activity in Salesforce, else the newest."),
    ),
    AnswerRule.THE_CONTACT: (
        _("Pick the Contact"),
        _("Where exactly one of the records is a Contact; the others go on waiting."),
    ),
    AnswerRule.THE_MEMBER: (
        _("Pick the one who is a member already"),
        _("Where exactly one of the records is in this campaign; the others go on waiting."),
    ),
}
"""{rule: (name, what it does)}"""

Choice = tuple[str, str, str]
"""(value in the form, name, what it does)"""


def bulk_choices(reason: Reason) -> list[Choice]:
    """Return the answers that many can get at once: rules that name a record first."""
    rules = _RULES if reason is Reason.AMBIGUOUS else {}
    choices = [(rule.value, str(title), str(does)) for rule, (title, does) in rules.items()]
    for kind in kinds_of(reason):
        title, does = option_words(reason, kind)
        choices.append((kind.value, str(title), str(does)))
    return choices


def decision_of_choice(reason: Reason, value: str) -> Decision | None:
    """Return what a choice means; None for one that was not offered."""
    if value not in [offered for offered, _title, _does in bulk_choices(reason)]:
        return None
    if value in list(AnswerRule):
        return Decision(AnswerKind.PICK, rule=AnswerRule(value))
    return Decision(AnswerKind(value))


def answer_many_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view that asks, then answers those who were ticked, or all of a question."""

    def view(request: HttpRequest) -> HttpResponse:
        if not may_answer(request):
            raise PermissionDenied
        if request.method != "POST":
            return lead_to_button(request, back_url_of(request))
        reason = _reason_of(request)
        decision = decision_of_choice(reason, request.POST.get("decision", "")) if reason else None
        back_url = back_url_of(request)
        if reason is None or decision is None:
            messages.warning(request, gettext("Choose first what is to be answered."))
            return HttpResponseRedirect(back_url)
        asked = Asked(_shown(request, reason), reason)
        if not asked.generations:
            messages.warning(request, gettext("Nobody was ticked, or nobody waits any more."))
            return HttpResponseRedirect(back_url)
        if not _is_confirmed(request):
            return _confirm(model_admin, request, asked, decision=decision)
        report(request, answer_entries(asked, decision, by=request.user.get_username()))
        return HttpResponseRedirect(back_url)

    return view


def _reason_of(request: HttpRequest) -> Reason | None:
    said = request.POST.get("question", "")
    return Reason(said) if said in list(Reason) and allowed_answers(Reason(said)) else None


def back_url_of(request: HttpRequest) -> str:
    """Return the list that the person came from."""
    values = {key: request.POST[key] for key in ("question", "link") if request.POST.get(key)}
    return f"{reverse(PAGE)}?{urlencode(values)}"


def _is_confirmed(request: HttpRequest) -> bool:
    """Whether the button of the question was pressed; for all of a question it says who they were."""
    return "confirmed" in request.POST and (request.POST.get("scope") != ALL or COUNTED in request.POST)


def _shown(request: HttpRequest, reason: Reason) -> dict[int, int]:
    """Return {participant: generation} of those who were ticked, or of all of the question, as they were shown."""
    if request.POST.get("scope") != ALL:
        return asked_in(request.POST.getlist("selected"))
    if _is_confirmed(request):
        return asked_in(request.POST[COUNTED].split(","))
    waiting = OutboxEntry.objects.filter(state=EntryState.NEEDS_ANSWER, reason=reason)
    link_id = id_in(request.POST.get("link", ""))
    narrowed = waiting if link_id is None else waiting.filter(link_id=link_id)
    return dict(narrowed.order_by("pk").values_list("pk", "generation"))


def ticked(request: HttpRequest) -> list[int]:
    """Return the participants that were ticked."""
    return ids_in(request.POST.getlist("selected"))


def _confirm(model_admin: AnyAdmin, request: HttpRequest, asked: Asked, *, decision: Decision) -> HttpResponse:
    fitting, count = count_fitting(asked, decision), len(asked.generations)
    words = {value: (title, does) for value, title, does in bulk_choices(Reason(asked.reason))}
    title, does = words[request.POST["decision"]]
    facts = [*whom_words(list(asked.generations)), does]
    if fitting < count:
        text = gettext(
            "Not answered: %(people)s. This answer does not fit them, or they were answered or changed meanwhile."
        )
        facts.append(text % {"people": people_words(count - fitting)})
    if decision.rule is not None:
        facts.append(gettext("The choice is remembered for the email, in all events of the organisation."))
    facts.append(gettext("Every answer can be taken back, under “Answers given”."))
    values = {"people": people_words(fitting), "answer": title}
    return confirm(
        model_admin,
        request,
        title=gettext("%(answer)s: %(people)s") % values,
        text=gettext("Question: %(question)s") % {"question": reason_label(asked.reason)},
        facts=facts,
        button=title,
        is_possible=bool(fitting),
        counted=[f"{pk}:{generation}" for pk, generation in asked.generations.items()],
    )


def confirm(
    model_admin: AnyAdmin, request: HttpRequest, *, title: str, counted: Sequence[str] = (), **said: Any
) -> HttpResponse:
    """Ask about what was posted; the button posts the same once more, confirmed.

    Of all of a question those that were `counted` go along: whoever asks meanwhile was in no number that was shown.
    """
    is_all = request.POST.get("scope") == ALL
    sent = posted_again(request, counted=counted if is_all else None, besides="selected")
    context = {**said, "sent": sent, "back_url": back_url_of(request)}
    template = "admin/connector/outboxentry/confirm_many.html"
    return render_page(model_admin, request, template, title=title, context=context)


def report(request: HttpRequest, tally: Tally) -> None:
    """Say what came of answering several."""
    if tally.answered:
        text = ngettext("%(count)s answer is kept and carried out.", "%(count)s answers are kept and carried out.",
                        tally.answered)  # fmt: skip
        messages.success(request, text % {"count": tally.answered})
    if tally.settled:
        text = ngettext("%(count)s other participant with the same email is sent too.",
                        "%(count)s other participants with the same email are sent too.", tally.settled)  # fmt: skip
        messages.info(request, text % {"count": tally.settled})
    if tally.too_late:
        text = ngettext("%(count)s was no longer waiting.", "%(count)s were no longer waiting.", tally.too_late)
        messages.info(request, text % {"count": tally.too_late})
    if tally.unfit:
        text = ngettext("%(count)s goes on waiting: the rule names no single record.",
                        "%(count)s go on waiting: the rule names no single record.", tally.unfit)  # fmt: skip
        messages.warning(request, text % {"count": tally.unfit})


def take_back_many_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view that asks, then takes the ticked answers back."""

    def view(request: HttpRequest) -> HttpResponse:
        if not may_answer(request):
            raise PermissionDenied
        if request.method != "POST":
            return lead_to_button(request, back_url_of(request))
        ids = ticked(request)
        if not ids:
            messages.warning(request, gettext("Nobody was ticked."))
        elif "confirmed" not in request.POST:
            return _confirm_take_back(model_admin, request, ids)
        else:
            count = take_back_entries(ids, by=request.user.get_username())
            text = ngettext("%(count)s answer is taken back; the rules decide again.",
                            "%(count)s answers are taken back; the rules decide again.", count)  # fmt: skip
            messages.success(request, text % {"count": count})
        return HttpResponseRedirect(back_url_of(request))

    return view


def _confirm_take_back(model_admin: AnyAdmin, request: HttpRequest, ids: Sequence[int]) -> HttpResponse:
    return confirm(
        model_admin,
        request,
        title=gettext("Take back the answers: %(people)s") % {"people": people_words(len(ids))},
        text=gettext("The rules then decide again, as if nobody had answered: most of them will ask again."),
        facts=[*whom_words(ids), gettext("A campaign member that was added meanwhile stays in Salesforce.")],
        button=pgettext("an answer", "Take back"),
        is_possible=True,
    )
