"""The pages of the wizard. Every button keeps what was typed first; only the last one makes a link."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.base import render_page
from connector.admin.frame.pressing import lead_to_button
from connector.admin.links.checks import say_created
from connector.admin.links.watched import event_url
from connector.admin.links.wizard.activate import activate, show_made
from connector.admin.links.wizard.by_name import ACCOUNT, OWNER
from connector.admin.links.wizard.counting import keep_preview, keep_unknown
from connector.admin.links.wizard.draft_form import DraftForm, show_rows
from connector.admin.links.wizard.drafts import (
    find_draft,
    find_made_link,
    furthest_step,
    is_answered,
    is_open,
    keep_answers,
    mark_step,
    new_draft,
    own_drafts,
    store_draft,
)
from connector.admin.links.wizard.fields import show_groups
from connector.admin.links.wizard.labels import name_button
from connector.admin.links.wizard.leaving_out import take_ticks
from connector.admin.links.wizard.shows import SHOWS, search_campaigns, show_event
from connector.admin.links.wizard.steps import BY_SLUG, STEPS, Step, step_after, step_before
from connector.models import CampaignLink, LinkDraft
from connector.pipeline.previews.waiting import count_waiting
from connector.pipeline.setup.member_statuses import create_link_statuses, statuses_of

View = Callable[..., HttpResponse]
_TEMPLATES = "admin/connector/campaignlink/wizard"
_COMPLAIN = "complain"
"""Parameter of a step whose *Next* was pressed before it was complete."""


def start_view(model_admin: Any) -> View:
    """Return the view of the first step: drafts to go on with, and the event of a new one (`?event=`, `?begin=`)."""

    def view(request: HttpRequest) -> HttpResponse:
        _require(model_admin, request)
        step = BY_SLUG["event"]
        if request.method == "POST":
            draft = new_draft(request)
            keep_answers(draft, step, request.POST)
            draft.save()
            return _follow(model_admin, request, draft, step)
        drafts = list(own_drafts(request))
        context = {**_frame(step, None), **show_event(request, None), "drafts": [_draft_row(one) for one in drafts]}
        return _render(model_admin, request, step, context)

    return view


def step_view(model_admin: Any) -> View:
    """Return the view of one step of a draft."""

    def view(request: HttpRequest, draft_id: int, slug: str) -> HttpResponse:
        _require(model_admin, request)
        made = find_made_link(request, draft_id)
        if made is not None:
            return _lead_on(request, made)
        draft = find_draft(request, draft_id)
        step = BY_SLUG.get(slug)
        if step is None:
            raise Http404
        if not is_open(draft, slug):
            return HttpResponseRedirect(step_url(draft, furthest_step(draft)))
        if request.method == "POST":
            keep_answers(draft, step, request.POST)
            if slug == "who":
                take_ticks(draft, request.POST)
            return _follow(model_admin, request, draft, step)
        return _show(model_admin, request, draft, step)

    return view


def discard_view(model_admin: Any) -> View:
    """Return the view that throws a draft away."""

    def view(request: HttpRequest, draft_id: int) -> HttpResponse:
        _require(model_admin, request)
        start = reverse("admin:connector_campaignlink_wizard")
        if request.method != "POST":
            return lead_to_button(request, start)
        made = find_made_link(request, draft_id)
        if made is not None:
            messages.info(request, gettext("The event is linked meanwhile: there is no draft any more."))
            return HttpResponseRedirect(event_url(made))
        gone, _each = own_drafts(request).filter(pk=draft_id).delete()
        if gone:
            messages.success(request, gettext("Thrown away. Nothing of it was in force."))
        else:
            messages.info(request, gettext("The draft was thrown away already."))
        return HttpResponseRedirect(start)

    return view


def step_url(draft: LinkDraft, slug: str) -> str:
    """Return the address of a step of a draft."""
    return reverse("admin:connector_campaignlink_wizard_step", args=[draft.pk, slug])


def _require(model_admin: Any, request: HttpRequest) -> None:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied


def _follow(model_admin: Any, request: HttpRequest, draft: LinkDraft, step: Step) -> HttpResponse:
    """Do what the pressed button says after the answers were kept, and go where it leads."""
    form = DraftForm(model_admin, request, draft)
    mark_step(draft, step.slug, is_done=not form.errors_of(step))
    if not store_draft(draft):
        made = find_made_link(request, draft.pk)
        return _lead_on(request, made) if made is not None else HttpResponseRedirect(request.path)
    go = request.POST.get("go", "next")
    if go in _DEEDS:
        _DEEDS[go](request, form)
        return HttpResponseRedirect(step_url(draft, step.slug))
    if go == "activate" and not form.steps_to_mend():
        return activate(model_admin, request, form)
    if go == "later":
        messages.success(request, gettext("Kept. You can go on at any time within 30 days; nothing is in force yet."))
        return HttpResponseRedirect(reverse("admin:connector_campaignlink_wizard"))
    return HttpResponseRedirect(_target(draft, step, go))


def _lead_on(request: HttpRequest, link: CampaignLink) -> HttpResponse:
    """Lead to the link that a draft became; whoever pressed *Activate* once more reads the same as the first time."""
    if request.POST.get("go") == "activate":
        return show_made(request, link)
    return HttpResponseRedirect(event_url(link))


def _target(draft: LinkDraft, step: Step, go: str) -> str:
    if go == "back":
        return step_url(draft, step_before(step.slug))
    if go == "new-campaign":
        return reverse("admin:connector_campaignlink_wizard_new_campaign", args=[draft.pk])
    wanted = go if go in BY_SLUG else step_after(step.slug)
    if go == "next" and step.slug not in draft.done:
        return f"{step_url(draft, step.slug)}?{_COMPLAIN}=1"
    return step_url(draft, wanted if is_open(draft, wanted) else furthest_step(draft))


def _stay(request: HttpRequest, form: DraftForm) -> None:
    """Do nothing but keep the answers."""


def _count(request: HttpRequest, form: DraftForm) -> None:
    if _has_org(request, form):
        keep_unknown(form, count_waiting(form.draft.event_id))
        store_draft(form.draft)


def _has_org(request: HttpRequest, form: DraftForm) -> bool:
    """Say whether there is a Salesforce to ask: the organisation may have been deleted since it was chosen."""
    if form.org is None:
        messages.error(request, gettext("Choose the Salesforce organisation first."))
    return form.org is not None


def _preview(request: HttpRequest, form: DraftForm) -> None:
    if _has_org(request, form) and not form.steps_to_mend():
        keep_preview(form, count_waiting(form.draft.event_id))
        store_draft(form.draft)


def _create_statuses(request: HttpRequest, form: DraftForm) -> None:
    if form.picked is None or form.org is None:
        return
    link = form.link_with_chosen_statuses
    link.campaign_id = form.picked.id
    made = create_link_statuses(link)
    if made.created:
        messages.success(request, say_created(made))
    if made.refusal:
        messages.error(request, gettext("Salesforce did not create all of them: %(why)s") % {"why": made.refusal})


_DEEDS: dict[str, Callable[[HttpRequest, DraftForm], None]] = {
    "stay": _stay, "count": _count, "preview": _preview, "create-statuses": _create_statuses,
    "search": search_campaigns, "search-owner": OWNER.search, "search-account": ACCOUNT.search,
}  # fmt: skip


def _show(model_admin: Any, request: HttpRequest, draft: LinkDraft, step: Step) -> HttpResponse:
    form = DraftForm(model_admin, request, draft)
    if step.slug == "event":
        context = {**_frame(step, form), **show_event(request, draft), "errors": _complaints(request, form, step)}
        return _render(model_admin, request, step, context)
    is_sent = is_answered(draft, step)
    errors = _complaints(request, form, step)
    shown = form.bound if is_sent else form.bind(None)
    context = {**_frame(step, form), "errors": errors, **SHOWS[step.slug](request, form)}
    if context.get("may_create"):
        statuses = statuses_of(form.link_with_chosen_statuses)
        errors = context["errors"] = name_button(errors, statuses=statuses, labels=form.facts.labels)
    if step.slug == "who":
        shown = show_rows(form, context["condition_rows"], is_sent=is_sent)
    context["groups"] = show_groups(shown, step, errors=errors)
    context["form_media"] = sum((shown.fields[name].widget.media for name in step.fields), Media())
    return _render(model_admin, request, step, context)


def _complaints(request: HttpRequest, form: DraftForm, step: Step) -> dict[str, Any]:
    """Return {field: complaints} where somebody wanted to go on, or was once: a step left by the way is no mistake."""
    is_asked = _COMPLAIN in request.GET or step.slug in form.draft.done
    return form.errors_of(step) if is_asked else {}


def _frame(step: Step, form: DraftForm | None) -> dict[str, Any]:
    """Return what every step shows: where one is, what is done, what does not fit any more."""
    draft = form.draft if form else None
    to_mend = {one.slug for one in form.steps_to_mend()} if form else set()
    rows = []
    for number, one in enumerate(STEPS, start=1):
        is_done = draft is not None and one.slug in draft.done
        state = "current" if one is step else "mend" if one.slug in to_mend else "done" if is_done else "todo"
        rows.append({"number": number, "step": one, "state": state, "is_open": is_open(draft, one.slug)})
    number = STEPS.index(step) + 1
    return {"steps": rows, "step": step, "draft": draft, "number": number, "count": len(STEPS), "is_first": number == 1}


def _render(model_admin: Any, request: HttpRequest, step: Step, context: dict[str, Any]) -> HttpResponse:
    draft = context["draft"]
    context = {**context, "general_errors": (context.get("errors") or {}).get(NON_FIELD_ERRORS, ())}
    name = (draft.event_name or draft.event_id) if draft else ""
    title = gettext("Link %(event)s") % {"event": name} if name else gettext("Link an event")
    context["page_title"] = f"{step.title} | {title}" if name else title
    return render_page(model_admin, request, f"{_TEMPLATES}/{step.slug}.html", title=title, context=context)


def _draft_row(draft: LinkDraft) -> dict[str, Any]:
    slug = furthest_step(draft)
    return {
        "draft": draft,
        "step": BY_SLUG[slug].title,
        "url": step_url(draft, slug),
        "discard_url": reverse("admin:connector_campaignlink_wizard_discard", args=[draft.pk]),
    }
