"""What a new link begins with: the usual settings, those of a template, or those of another link."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext
from pydantic import ValidationError

from connector.admin.frame.keys import id_in
from connector.models import CampaignLink, LinkTemplate
from connector.pipeline.setup.link_settings import Beginning, Settings, begin_with, settings_for_others

LINKS_OFFERED = 50
"""Links that can be copied, the latest ones; older ones are copied from their own page."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing to begin with, as a choice."""

    value: str
    label: str
    is_chosen: bool


def offered_beginnings(*, chosen: str) -> list[tuple[str, list[Offered]]]:
    """Return [(heading, choices)] of templates and links; two queries, one more where an older link is chosen."""
    templates = [(f"template:{template.pk}", template.name) for template in LinkTemplate.objects.all()]
    links = [(f"link:{link.pk}", str(link)) for link in CampaignLink.objects.order_by("-pk")[:LINKS_OFFERED]]
    if chosen.startswith("link:") and chosen not in dict(links):
        links += [(chosen, str(link)) for link in CampaignLink.objects.filter(pk=_number(chosen))]
    groups = ((gettext("Event templates"), templates), (gettext("As another link"), links))
    return [
        (title, [Offered(value, label, value == chosen) for value, label in rows]) for title, rows in groups if rows
    ]


def settings_of(chosen: str) -> Settings | None:
    """Return the settings of "template:<id>" or "link:<id>", {} for "", None for what does not exist."""
    if not chosen:
        return {}
    if chosen.startswith("template:"):
        template = LinkTemplate.objects.filter(pk=_number(chosen)).first()
        return dict(template.settings) if template else None
    link = CampaignLink.objects.filter(pk=_number(chosen)).first() if chosen.startswith("link:") else None
    return settings_for_others(link) if link else None


def _number(chosen: str) -> int:
    """Return the id of a choice; 0, which no row has, where there is none."""
    return id_in(chosen.partition(":")[2]) or 0


def beginning_of(request: HttpRequest) -> Beginning:
    """Return what the form of a new link begins with (`?begin=`); read once a request."""
    known: Beginning | None = getattr(request, "link_beginning", None)
    if known is None:
        known = read_beginning(request, settings_of(request.GET.get("begin", "")))
        vars(request)["link_beginning"] = known
    return known


def read_beginning(request: HttpRequest, settings: Settings | None) -> Beginning:
    """Return the beginning of these settings; the usual one, and a message, where they cannot be used any more."""
    if settings is not None:
        try:
            return begin_with(settings)
        except ValidationError as exc:
            messages.warning(request, gettext("The chosen settings cannot be read any more: %(why)s") % {"why": exc})
            return begin_with({})
    messages.warning(request, gettext("What was chosen to begin with is gone; the usual settings are shown."))
    return begin_with({})
