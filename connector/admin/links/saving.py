"""What happens around the saving of a link: Salesforce is asked before, the pipeline follows after."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from connector.admin.frame.base import columns_of_people
from connector.admin.links.campaigns import unseal
from connector.admin.links.new_people_form import asked_people
from connector.models import CampaignLink, FieldMapping, SalesforceOrg, UnlinkedEvent
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.link_change import LinkChange, follow_link_change, follow_new_link
from connector.pipeline.setup.link_check import mapping_problems
from connector.pipeline.setup.link_setup import LinkFacts, add_mappings, load_facts, load_people

_NO_FACTS = LinkFacts()


def facts_of(request: HttpRequest, link: CampaignLink | None) -> LinkFacts:
    """Return what Salesforce says about a link or a campaign just chosen; asked once a request.

    The first call must stand outside a transaction: it speaks HTTP. A post reads the statuses anew.
    """
    known: LinkFacts | None = getattr(request, "link_facts", None)
    if known is None:
        known = _load_facts(request, link)
        vars(request)["link_facts"] = known
    return known


def _load_facts(request: HttpRequest, link: CampaignLink | None) -> LinkFacts:
    is_post = request.method == "POST"
    if link is not None:
        facts = load_facts(link.org, link.campaign_id, refresh=is_post)
        return load_people(asked_people(request.POST, link.org), facts) if is_post else facts
    picked = unseal(request.POST.get("campaign", ""))
    org = SalesforceOrg.objects.filter(pk=picked.org_id).first() if picked else None
    if org is None or picked is None:
        return _NO_FACTS
    return load_people(asked_people(request.POST, org), load_facts(org, picked.id, refresh=True))


def remember_before(form: Any, link: CampaignLink) -> None:
    """Lock a stored link and keep how it was; a new one had no before. Call inside atomic.

    Its state is no question of the form: whoever paused it just now is not overruled.
    """
    stored = CampaignLink.objects.select_for_update(of=("self",), no_key=True).filter(pk=link.pk)
    form.link_before = stored.first() if link.pk else None
    if form.link_before is not None:
        link.state = form.link_before.state
    if not link.event_name:
        event = UnlinkedEvent.objects.filter(pk=link.inwink_event_id).first()
        link.event_name = event.event_name if event else ""


def hold_link_with_problems(
    request: HttpRequest, link: CampaignLink, facts: LinkFacts, *, mappings: Sequence[FieldMapping]
) -> None:
    """Let a new link begin paused if a person wants that or its first mappings do not suffice; say what is missing."""
    if link.state == CampaignLink.LinkState.PAUSED:
        link.pause_kind = CampaignLink.PauseKind.MANUAL
    if not facts.is_known:
        return
    problems = mapping_problems(link, mappings, schema_of=facts.schema_of)
    if not problems:
        return
    link.state = CampaignLink.LinkState.PAUSED
    link.pause_kind = CampaignLink.PauseKind.MANUAL
    for found in problems:
        messages.warning(request, say(found.problem))
    messages.warning(request, gettext("The link is paused: mend this under Field mappings, then resume it."))


def follow_saving(request: HttpRequest, form: Any, link: CampaignLink) -> None:
    """Start what a new or changed link brings: first mappings, folding anew, moving, sending. Call inside atomic."""
    before: CampaignLink | None = form.link_before
    if before is None:
        add_mappings(link, form.first_mappings)
        follow_new_link(link)
        return
    for text in form.problems_left:
        messages.warning(request, gettext("Field mappings: %(problem)s") % {"problem": text})
    change = LinkChange(columns=frozenset(_changed_columns(before, link)))
    sends = bool(form.cleaned_data["compare_again"])
    count = follow_link_change(link, change, sends=sends, now=timezone.now())
    if count:
        messages.info(request, _follow_words(count, sends=sends))


def _follow_words(count: int, *, sends: bool) -> str:
    if sends:
        text = ngettext(
            "%(count)s participant is compared with Salesforce again.",
            "%(count)s participants are compared with Salesforce again.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s participant keeps what was sent until inwink changes them or somebody sends them again.",
            "%(count)s participants keep what was sent until inwink changes them or somebody sends them again.",
            count,
        )
    return text % {"count": number_format(count, use_l10n=True, force_grouping=True)}


def _changed_columns(before: CampaignLink, after: CampaignLink) -> list[str]:
    return [name for name in columns_of_people(after) if getattr(before, name) != getattr(after, name)]
