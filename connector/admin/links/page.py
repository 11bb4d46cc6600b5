"""What the page of a link shows beside its form."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from connector.admin.frame.explain import explain_code, explain_link
from connector.admin.frame.names import people_words
from connector.admin.frame.tags import link_tag
from connector.admin.inwink.unlinked_events import with_participants
from connector.admin.links.beginnings import offered_beginnings
from connector.admin.links.filter_forms import SOURCES_LIST, consent_note
from connector.admin.links.sources import source_suggestions
from connector.admin.links.tabs import link_frame
from connector.admin.links.watched import participants_url
from connector.core.checking.missing_labels import missing_labels
from connector.models import CampaignLink, UnlinkedEvent
from connector.pipeline.setup.link_setup import LinkFacts
from connector.pipeline.setup.member_statuses import statuses_of
from connector.pipeline.sums import Sum

EVENTS_OFFERED = 50
_KEPT_IN_ADDRESS = ("inwink_event_id", "event_name", "org")
"""What the address of a new link's form says of it already."""


def link_context(request: HttpRequest, link: CampaignLink, facts: LinkFacts) -> dict[str, Any]:
    """Return the context of an existing link."""
    instance_url = link.org.instance_url
    return {
        **link_frame(request, link, current="change"),
        "state_tag": link_tag(link),
        "waits": explain_link(link),
        "campaign_url": f"{instance_url}/{link.campaign_id}" if instance_url else "",
        "consent_note": consent_note(link),
        "missing_statuses": list(missing_labels(statuses_of(link), facts.labels)) if facts.is_known else [],
        "may_save_template": request.user.has_perm("connector.add_linktemplate"),
        "facts_problem": explain_code(facts.problem_code) if facts.problem_code else None,
        "datalists": [{"id": SOURCES_LIST, "options": [(source, "") for source in source_suggestions(link)]}],
    }


def new_link_context(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the form of a new link."""
    events = with_participants(UnlinkedEvent.objects.filter(ignored_at=None))[:EVENTS_OFFERED]
    return {
        "datalists": [{"id": "inwink-events", "options": [(event.pk, _event_words(event)) for event in events]}],
        "beginnings": offered_beginnings(chosen=request.GET.get("begin", "")),
        "given": [(name, request.GET[name]) for name in _KEPT_IN_ADDRESS if name in request.GET],
    }


def _event_words(event: UnlinkedEvent) -> str:
    count = int(getattr(event, "participant_count", 0))
    name = event.event_name or gettext("(no name)")
    return f"{name} – {people_words(count)}"


def ledger(link: CampaignLink, total: Sum) -> dict[str, Any]:
    """Return the sum as the lines of an account: the whole, then what it is made of, each with its participants."""
    members = total.synced - total.same_person
    terms = [
        (members, ngettext("member of the campaign", "members of the campaign", members), "member", "good"),
        (total.same_person, gettext("same person as another"), "same_person", ""),
        (total.needs_answer, ngettext("needs an answer", "need an answer", total.needs_answer), "needs_answer", "warn"),
        (total.left_out, ngettext("left out by rule", "left out by rule", total.left_out), "left_out", ""),
        (total.waiting, gettext("waiting"), "waiting", "busy"),
        (total.failed, gettext("failed"), "failed", "bad"),
    ]
    lines = [
        {
            "key": standing,
            "count": count,
            "word": word,
            "url": participants_url(link, standing=standing),
            "colour": colour if count else "",
        }
        for count, word, standing, colour in terms
    ]
    return {"rows": total.rows, "rows_url": participants_url(link), "lines": lines}
