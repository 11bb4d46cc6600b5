"""The pages of one link, side by side."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.base import AnyAdmin, Crumb, find_or_404
from connector.admin.frame.onlooker import SEE_PEOPLE
from connector.models import CampaignLink


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of a link, as the bar shows it."""

    title: Any
    url: str
    is_current: bool


def viewable_link(model_admin: AnyAdmin, request: HttpRequest, object_id: str) -> CampaignLink:
    """Return the link of a page with its organisation; one query. Raises Http404, and PermissionDenied."""
    link = find_or_404(CampaignLink.objects.select_related("org"), object_id)
    if not model_admin.has_view_permission(request, link):
        raise PermissionDenied
    return link


_TABS = (
    ("event", _("Event"), "connector.view_campaignlink"),
    ("day", _("Event day"), "connector.view_campaignlink"),
    ("change", _("Settings"), "connector.view_campaignlink"),
    ("mappings", _("Field mappings"), "connector.view_campaignlink"),
    ("preview", _("Preview"), SEE_PEOPLE),
    ("activity", _("Activity"), "connector.view_campaignlink"),
    ("reconciliation", _("Reconciliation"), "connector.reconcile_participants"),
)
"""(view of the link's admin, title, permission), in the order in which they are shown."""


def link_frame(request: HttpRequest, link: CampaignLink, *, current: str) -> dict[str, Any]:
    """Return the bar of a link's pages, the way to the shown one and its title; no query beside the permissions'."""
    tabs = _tabs(request, link, current=current)
    title = next(str(title) for view, title, _permission in _TABS if view == current)
    way = [
        Crumb(
            str(capfirst(CampaignLink._meta.verbose_name_plural)), reverse("admin:connector_campaignlink_changelist")
        ),
        Crumb(str(link), reverse("admin:connector_campaignlink_event", args=[link.pk])),
    ]
    return {"tabs": tabs, "crumbs": [*way, Crumb(title)], "page_title": f"{title} | {link}"}


def _tabs(request: HttpRequest, link: CampaignLink, *, current: str) -> list[Tab]:
    """Return the pages of a link that the person may open."""
    return [
        Tab(title, reverse(f"admin:connector_campaignlink_{view}", args=[link.pk]), view == current)
        for view, title, permission in _TABS
        if request.user.has_perm(permission)
    ]
