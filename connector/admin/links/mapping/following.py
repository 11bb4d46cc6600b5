"""What the editor's pages share: finding a mapping, and saying what follows from a change."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from connector.admin.frame.base import AnyAdmin, find_or_404
from connector.core.checking.mapping import PLACEHOLDER_FIELDS
from connector.models import CampaignLink, FieldMapping


def say_followed(request: HttpRequest, count: int) -> None:
    """Say how many participants follow from a change."""
    if not count:
        return
    text = ngettext(
        "%(count)s participant is compared with Salesforce again.",
        "%(count)s participants are compared with Salesforce again.",
        count,
    )
    messages.info(request, text % {"count": count})


def warn_of_placeholder(request: HttpRequest, link: CampaignLink, mapping: FieldMapping) -> None:
    """Say what new people get where nothing of inwink fills a field any more that they must have."""
    key = next((key for key, field in PLACEHOLDER_FIELDS.items() if field.lower() == mapping.field.lower()), "")
    text = link.placeholders.get(key, "")
    same = link.mappings.filter(object=mapping.object, field__iexact=mapping.field, enabled=True)
    if mapping.object == FieldMapping.Object.CAMPAIGN_MEMBER or not text or same.exists():
        return
    words = gettext("Nothing of inwink fills %(field)s now: every new person gets “%(text)s” there.")
    messages.warning(request, words % {"field": mapping.field, "text": text})


def changeable_link(model_admin: AnyAdmin, request: HttpRequest, object_id: int) -> CampaignLink:
    """Return a link that the person may change; raises Http404, PermissionDenied."""
    link = find_or_404(CampaignLink.objects.select_related("org"), str(object_id))
    if not model_admin.has_change_permission(request, link):
        raise PermissionDenied
    return link


def mapping_of_link(link: CampaignLink, mapping_id: int) -> FieldMapping:
    """Return a mapping of a link; raises Http404."""
    return find_or_404(FieldMapping.objects.filter(link=link), str(mapping_id))


def list_url_of(link: CampaignLink) -> str:
    """Return the address of all mappings of a link."""
    return reverse("admin:connector_campaignlink_mappings", args=[link.pk])


def trace(mapping: FieldMapping, kind: str) -> list[dict[str, Any]]:
    """Return the line of the link's history about a mapping that was "added", "changed" or "deleted"."""
    with override(None):  # whoever reads it has a language of their own
        name = str(mapping._meta.verbose_name)
    fields = {"fields": [mapping.field]} if kind == "changed" else {}
    return [{kind: {"name": name, "object": str(mapping), **fields}}]
