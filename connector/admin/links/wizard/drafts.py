"""Keep what somebody answered in the wizard: as a browser sends it, so that the form of a link reads it unchanged."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from connector.admin.links.beginnings import settings_of
from connector.admin.links.wizard.steps import SLUGS, STEPS, Step, belongs
from connector.models import CampaignLink, LinkDraft, UnlinkedEvent

OTHER_EVENT = "other"
"""Value of the choice that stands for the id typed beside it."""

_KEPT = ("event_id", "event_name", "begin", "settings", "answers", "done", "counted")
_CREATE_CALLS = 4
"""Calls in a row that creating a campaign takes at most, each of which may take its whole time."""
_AFTER_CAMPAIGN = SLUGS[SLUGS.index("labels") :]


def own_drafts(request: HttpRequest) -> QuerySet[LinkDraft]:
    """Return the drafts of whoever looks that are no links yet; nobody sees another person's."""
    return LinkDraft.objects.filter(owner_id=request.user.pk, link=None)


def new_draft(request: HttpRequest) -> LinkDraft:
    """Return an empty draft of whoever looks, not saved."""
    return LinkDraft(owner_id=int(request.user.pk or 0))


def find_draft(request: HttpRequest, number: int) -> LinkDraft:
    """Return one of the person's drafts. Raises Http404."""
    return get_object_or_404(own_drafts(request), pk=number)


def find_made_link(request: HttpRequest, number: int) -> CampaignLink | None:
    """Return the link that one of the person's drafts became; None where it is none yet."""
    return CampaignLink.objects.filter(drafts__owner_id=request.user.pk, drafts__pk=number).first()


def store_draft(draft: LinkDraft) -> bool:
    """Save a draft again; False, and nothing is saved, where it became a link or was thrown away meanwhile."""
    columns = {name: getattr(draft, name) for name in _KEPT}
    unmade = LinkDraft.objects.filter(pk=draft.pk, link=None)
    return bool(unmade.update(**columns, updated_at=timezone.now()))


@contextmanager
def creating(draft: LinkDraft) -> Iterator[bool]:
    """Be the only press that creates a campaign for a draft; gives False where another one is at it.

    A process that is killed meanwhile lets the next press in once no answer of Salesforce is waited for any more.
    """
    now = timezone.now()
    free = Q(creating_until=None) | Q(creating_until__lte=now)
    until = now + timedelta(seconds=_CREATE_CALLS * settings.SALESFORCE_TIMEOUT_SECONDS)
    mine = LinkDraft.objects.filter(free, pk=draft.pk).update(creating_until=until) == 1
    try:
        yield mine
    finally:
        if mine:
            LinkDraft.objects.filter(pk=draft.pk).update(creating_until=None)


def end_draft(draft: LinkDraft, link: CampaignLink) -> None:
    """Keep nothing of a draft but what it became."""
    ended = {**dict.fromkeys(_KEPT, ""), "settings": {}, "answers": {}, "done": [], "counted": {}}
    LinkDraft.objects.filter(pk=draft.pk).update(**ended, link=link)


def data_of(draft: LinkDraft) -> QueryDict:
    """Return everything that was answered, as one form would send it."""
    data = QueryDict(mutable=True)
    for name, values in draft.answers.items():
        data.setlist(name, values)
    return data


def is_answered(draft: LinkDraft, step: Step) -> bool:
    """Say whether a step was sent at least once."""
    return any(belongs(key, (*step.fields, *step.own)) for key in draft.answers)


def keep_answers(draft: LinkDraft, step: Step, posted: QueryDict) -> None:
    """Take over what a step sent, right or wrong, in place of what it sent before; the caller saves."""
    names = (*step.fields, *step.own)
    kept = {key: values for key, values in draft.answers.items() if not belongs(key, names)}
    sent = {key: posted.getlist(key) for key in posted if belongs(key, names)}
    draft.answers = {**kept, **sent}
    for name in step.own:
        draft.answers.setdefault(name, [])
    if step.slug == "event":
        _keep_event(draft, posted)
        _keep_beginning(draft, posted.get("begin", ""))


def _keep_event(draft: LinkDraft, posted: QueryDict) -> None:
    chosen = posted.get("inwink_event_id", "")
    event_id = posted.get("other_event", "").strip() if chosen in ("", OTHER_EVENT) else chosen
    draft.answers["inwink_event_id"] = [event_id]
    draft.event_id = event_id[:200]
    name = posted.get("event_name", "").strip() or _name_of(event_id)
    draft.event_name = name[:255]


def _name_of(event_id: str) -> str:
    return UnlinkedEvent.objects.filter(pk=event_id).values_list("event_name", flat=True).first() or ""


def _keep_beginning(draft: LinkDraft, begin: str) -> None:
    """Begin with other settings where that was chosen: the steps after the campaign are then asked anew."""
    if begin == draft.begin:
        return
    settings = settings_of(begin)
    if settings is None:
        return
    draft.begin, draft.settings, draft.counted = begin, settings, {}
    names = [name for step in STEPS if step.slug in _AFTER_CAMPAIGN for name in (*step.fields, *step.own)]
    draft.answers = {key: values for key, values in draft.answers.items() if not belongs(key, names)}
    draft.done = [slug for slug in draft.done if slug not in _AFTER_CAMPAIGN]


def mark_step(draft: LinkDraft, slug: str, *, is_done: bool) -> None:
    """Note whether a step is complete; the caller saves."""
    others = [done for done in draft.done if done != slug]
    draft.done = [one for one in SLUGS if one in {*others, *([slug] if is_done else [])}]


def is_open(draft: LinkDraft | None, slug: str) -> bool:
    """Say whether a step may be opened: every step before it was completed once."""
    done = draft.done if draft else []
    return all(before in done for before in SLUGS[: SLUGS.index(slug)])


def furthest_step(draft: LinkDraft) -> str:
    """Return the step to go on with."""
    return next((slug for slug in SLUGS if slug not in draft.done), SLUGS[-1])


def answers_but(answers: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the answers without these fields."""
    return {key: values for key, values in answers.items() if not belongs(key, names)}
