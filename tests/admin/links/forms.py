"""Links in the admin for tests: addresses, the filled form, campaigns to find."""

import json
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from connector.models import CampaignLink
from tests.world import World

ADD = "/admin/connector/campaignlink/plain/"

POLICIES = {
    "event_name": "", "status_registered": "Registered", "status_attended": "Attended", "status_refused": "",
    "status_not_registered": "", "status_no_show": "", "never_downgrade": "on", "match": "contact_then_lead",
    "ambiguous": "review", "same_email": "review", "create_as": "lead", "create_for": ["registered", "attended"],
    "placeholder_company": "[not provided]", "placeholder_last_name": "[not provided]", "duplicates": "allow",
    "removed_members": "respect", "starts_at_0": "", "starts_at_1": "", "ends_at_0": "", "ends_at_1": "",
    "closes_after_days": "30", "owner_choice": "integration_user", "account_choice": "none",
}  # fmt: skip


def url_of(link: CampaignLink, page: str = "change") -> str:
    """Return the address of a page of a link."""
    return reverse(f"admin:connector_campaignlink_{page}", args=[link.pk])


def search(client: Client, world: World, text: str, *, what: str = "campaigns", **others: str) -> dict[str, Any]:
    """Ask what a picker asks: for campaigns, owners or accounts."""
    url = reverse(f"admin:connector_campaignlink_{what}")
    answer: dict[str, Any] = json.loads(client.post(url, {"org": str(world.org.pk), "q": text, **others}).content)
    return answer


def new_campaign(world: World, name: str = "Forum RH 2027", labels: tuple[str, ...] = ("Inscrit", "Est venu")) -> str:
    """Make a campaign in Salesforce with these statuses and return its id."""
    [campaign] = world.add("Campaign", {"Name": name, "IsActive": True, "StartDate": "2027-01-20"})
    rows = [{"CampaignId": campaign, "Label": label, "SortOrder": 10 + n} for n, label in enumerate(labels)]
    world.add("CampaignMemberStatus", *rows)
    return campaign


def new_link(world: World, *, sealed: str) -> dict[str, Any]:
    """Return the filled form of a new link."""
    given = {"inwink_event_id": "event-forum", "org": world.org.pk, "state": "active", "campaign": sealed}
    return {**POLICIES, **given, "status_registered": "Inscrit", "status_attended": "Est venu"}


def add_link(client: Client, world: World, *, sealed: str, **changed: Any) -> Any:
    """Send the form of a new link."""
    return client.post(ADD, {**new_link(world, sealed=sealed), **changed})


def change_form(client: Client, link: CampaignLink) -> dict[str, Any]:
    """Return what a browser would send back from a link's page."""
    page = client.get(url_of(link))
    form = page.context["adminform"].form
    data = {**POLICIES, **{name: getattr(link, name) for name in ("status_registered", "status_attended")}}
    data["event_name"] = form.initial["event_name"]
    return {**data, "compare_again": "on"}


def errors_of(response: Any) -> str:
    """Return everything that a page complains about, as text."""
    return re.sub(r"\s+", " ", str(response.context["adminform"].form.errors))
