"""The addresses of the wizard, below those of links."""

from typing import Any

from django.urls import URLPattern, path

from connector.admin.links.wizard.new_campaign import new_campaign_view
from connector.admin.links.wizard.views import discard_view, start_view, step_view

_NAME = "connector_campaignlink_wizard"


def wizard_urls(model_admin: Any) -> list[URLPattern]:
    """Return the wizard's addresses; only staff reach them."""
    site = model_admin.admin_site
    return [
        path("wizard/", site.admin_view(start_view(model_admin)), name=_NAME),
        path("wizard/<int:draft_id>/discard/", site.admin_view(discard_view(model_admin)), name=f"{_NAME}_discard"),
        path(
            "wizard/<int:draft_id>/new-campaign/",
            site.admin_view(new_campaign_view(model_admin)),
            name=f"{_NAME}_new_campaign",
        ),
        path("wizard/<int:draft_id>/<slug:slug>/", site.admin_view(step_view(model_admin)), name=f"{_NAME}_step"),
    ]
