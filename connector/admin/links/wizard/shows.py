"""What each step shows beside its fields."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from connector.admin.frame.explain import explain_code
from connector.admin.frame.kept_answers import keep_answer, kept_answer
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.inwink.unlinked_events import with_participants
from connector.admin.links.beginnings import offered_beginnings
from connector.admin.links.campaigns import describe_choice, seal
from connector.admin.links.checks import write_letter
from connector.admin.links.filter_forms import SOURCES_LIST
from connector.admin.links.sources import SAMPLED_ENTRIES
from connector.admin.links.summary import dates_of, summarise
from connector.admin.links.wizard.by_name import ACCOUNT, OWNER
from connector.admin.links.wizard.counting import kept_preview, kept_unknown
from connector.admin.links.wizard.draft_form import DraftForm, received_of
from connector.admin.links.wizard.leaving_out import rows_of, split_rows
from connector.admin.links.wizard.mapping_rows import mapping_rows
from connector.admin.links.wizard.previews import name_people, show_preview
from connector.core.checking.label_fates import label_fates
from connector.core.checking.mapping import SOURCE_TYPES
from connector.core.checking.missing_labels import missing_labels
from connector.core.state import State
from connector.core.yes_no import read_yes_no
from connector.models import CampaignLink, LinkDraft, SalesforceOrg, UnlinkedEvent, UnlinkedParticipant
from connector.pipeline.policies import policy_of
from connector.pipeline.preflight.check import say
from connector.pipeline.previews.waiting import CREATING_STATES, Unknown, Waiting, count_waiting
from connector.pipeline.setup.link_check import mapping_problems
from connector.pipeline.setup.link_setup import offer_campaigns
from connector.pipeline.setup.member_statuses import look_at_statuses, statuses_of

EVENTS_OFFERED = 50
_FOUND_SECONDS = 600
"""How long campaigns that were found are shown; whoever comes back later searches again."""
_RIGHT_SECONDS = 60
"""How long it is believed that somebody may, or may not, create statuses: rights are given while one waits for them."""


def show_event(request: HttpRequest, draft: LinkDraft | None) -> dict[str, Any]:
    """Show the events that messages came for, and what a link can begin with."""
    chosen = draft.event_id if draft else request.GET.get("event", "")
    begin = draft.begin if draft else request.GET.get("begin", "")
    events = list(with_participants(UnlinkedEvent.objects.filter(ignored_at=None))[:EVENTS_OFFERED])
    is_other = bool(chosen) and chosen not in {event.pk for event in events}
    return {
        "events": [(event, getattr(event, "participant_count", 0), event.pk == chosen) for event in events],
        "other_event": chosen if is_other else "",
        "is_other": is_other or not events,
        "name": draft.event_name if draft else request.GET.get("event_name", ""),
        "beginnings": offered_beginnings(chosen=begin),
    }


def search_campaigns(request: HttpRequest, form: DraftForm) -> None:
    """Search as the button asks, and keep what was found for the page that follows.

    The search is posted: an address with its text would be asked again by each reload, and stands in logs.
    """
    orgs, text = SalesforceOrg.objects.all(), request.POST.get("q", "")
    org = next((one for one in orgs if str(one.pk) == form.data.get("org")), None)
    if org is None:
        return
    offer = offer_campaigns(org, text)
    found = [(seal(org.pk, choice), choice.name, describe_choice(choice)) for choice in offer.choices]
    answer = {"q": text, "found": found, "problem_code": offer.problem_code}
    keep_answer(request, "campaigns", about=f"{form.draft.pk} {org.pk}", answer=answer)


def show_campaign(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Show the organisations, and what a search without scripts found."""
    orgs = list(SalesforceOrg.objects.order_by("name"))
    chosen = form.data.get("org") or (str(orgs[0].pk) if len(orgs) == 1 else "")
    shown: dict[str, Any] = {"orgs": orgs, "chosen_org": chosen, "q": ""}
    kept = kept_answer(request, "campaigns", about=f"{form.draft.pk} {chosen}", seconds=_FOUND_SECONDS)
    if kept is not None:
        shown |= {"q": kept["q"], "found": kept["found"]}
        shown["search_problem"] = explain_code(kept["problem_code"]) if kept["problem_code"] else None
    return shown


def show_labels(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Show what becomes of every status of the campaign, and which ones are missing."""
    link, facts = form.link_with_chosen_statuses, form.facts
    shown: dict[str, Any] = {"problem": explain_code(facts.problem_code) if facts.problem_code else None}
    if not facts.is_known or form.picked is None:
        return shown
    link.never_downgrade = bool(form.data.get("never_downgrade", "on"))
    fates = label_fates(facts.responded, policy_of(link, mappings=()))
    missing = missing_labels(statuses_of(link), facts.labels)
    shown |= {
        "fates": [(fate, ", ".join(str(STATE_LABELS[state]) for state in fate.states)) for fate in fates],
        "missing": missing,
        "campaign": form.picked.name,
    }
    if missing and form.org is not None:
        link.campaign_id, link.campaign_name = form.picked.id, form.picked.name
        shown |= {"letter": write_letter(link, missing), **_may_create(request, link)}
    return shown


def _may_create(request: HttpRequest, link: CampaignLink) -> dict[str, Any]:
    """Show whether the integration user may make statuses, or why that is not known.

    Salesforce is asked once a minute, not by each reload, and again where it did not answer.
    """
    about = f"{link.org_id} {link.campaign_id}"
    kept = kept_answer(request, "may-create-statuses", about=about, seconds=_RIGHT_SECONDS)
    if kept is None:
        found = look_at_statuses(link)
        if found.problem_code:
            return {"problem": explain_code(found.problem_code)}
        kept = found.may_create
        keep_answer(request, "may-create-statuses", about=about, answer=kept)
    return {"may_create": bool(kept)}


def show_who(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Show how many new people each state would create, and whom the received values let one leave out."""
    waiting = count_waiting(form.draft.event_id)
    unknown = kept_unknown(form.draft, waiting)
    received = received_of(form.draft)
    rows, offers = split_rows(rows_of(form.draft, begins_with=form.form_class.begins_with), received)
    sent = set(form.data.getlist("create_for"))
    ticked = [state for state in State if str(state) in sent] or list(form.link.create_for)
    return {
        "waiting": waiting,
        "unknown": unknown,
        "unknown_problem": explain_code(unknown.problem_code) if unknown and unknown.problem_code else None,
        "count_rows": _count_rows(form, waiting, unknown),
        "created": unknown.created_for(ticked) if unknown else None,
        "creates": form.data.get("create_as", "lead"),
        "condition_rows": rows,
        "offers": offers,
        "yes_no_fields": _yes_no_fields(received),
        "datalists": [{"id": SOURCES_LIST, "options": [(source, "") for source in _sources(form.draft)]}],
    }


def _count_rows(form: DraftForm, waiting: Waiting, unknown: Unknown | None) -> list[dict[str, Any]]:
    """Return how many are in each state that may create people, and how many new people it would create."""
    labels = form.link.statuses()
    return [
        {
            "label": STATE_LABELS[state],
            "has_label": state in labels,
            "received": waiting.by_state.get(state, 0),
            "created": unknown.created_for([state]) if unknown and not unknown.problem_code else None,
        }
        for state in CREATING_STATES
    ]


def _yes_no_fields(received: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {source: counts for source, counts in received.items() if all(read_yes_no([v]) is not None for v in counts)}


def _sources(draft: LinkDraft) -> list[str]:
    rows = UnlinkedParticipant.objects.filter(event_id=draft.event_id).order_by("-id")
    custom = {path for payload in rows.values_list("payload", flat=True)[:SAMPLED_ENTRIES]
              for path in payload.get("custom") or {}}  # fmt: skip
    return [*SOURCE_TYPES, *sorted(custom)]


def show_policies(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Offer the inwink fields that can be a key, and say which dates the campaign proposes."""
    options = [(source, "") for source in _sources(form.draft)]
    return {"datalists": [{"id": SOURCES_LIST, "options": options}], "picked": form.picked}


def show_people(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Say what is created, on which the fields depend."""
    return {"creates": form.link.create_as, "sees_everybody": form.org.sees_everybody if form.org else True,
            "org": form.org, "owner": OWNER.show(request, form, chosen=form.facts.people.owner),
            "account": ACCOUNT.show(request, form, chosen=form.facts.people.account)}  # fmt: skip


def show_mappings(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Show the fields with samples of what was received, and what is wrong with them."""
    return {"rows": mapping_rows(form), "problems": problems_of(form)}


def problems_of(form: DraftForm) -> list[str]:
    """Return what would let the link begin paused."""
    if not (form.facts.is_known and form.facts.schemas):
        return []
    found = mapping_problems(form.link, form.mappings, schema_of=form.facts.schema_of)
    return [say(one.problem) for one in found]


def show_preview_step(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Show the preview that was read for these answers, if it was."""
    waiting = count_waiting(form.draft.event_id)
    kept = kept_preview(form.draft, waiting) if not form.steps_to_mend() else None
    names = name_people(kept[0]) if kept else {}
    shown = show_preview(kept[0], creates=form.link.create_as, names=names) if kept else None
    return {"waiting": waiting, "preview": shown, "read_at": kept[1] if kept else None,
            "may_preview": waiting.total and not form.steps_to_mend()}  # fmt: skip


def show_activate(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Show every choice in words, and what stands against it."""
    picked = form.picked
    first = [
        (gettext("Event"), form.draft.event_name or form.draft.event_id),
        (gettext("Campaign"), picked.name if picked else "–"),
        (gettext("Organisation"), str(form.org or "–")),
        *dates_of(form.link),
    ]
    return {
        "first": first,
        "parts": summarise(form.link, form.mappings),
        "to_mend": form.steps_to_mend(),
        "problems": problems_of(form),
        "waiting": count_waiting(form.draft.event_id),
        "sees_everybody": form.org.sees_everybody if form.org else True,
        "org": form.org,
    }


SHOWS: dict[str, Callable[[HttpRequest, DraftForm], dict[str, Any]]] = {
    "campaign": show_campaign, "labels": show_labels, "who": show_who, "policies": show_policies,
    "people": show_people, "mappings": show_mappings, "preview": show_preview_step, "activate": show_activate,
}  # fmt: skip
