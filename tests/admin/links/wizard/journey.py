"""Somebody who goes through the wizard without a browser: what each page would send."""

from typing import Any

from django.test import Client
from django.urls import reverse

from connector.models import LinkDraft
from tests.admin.links.forms import search
from tests.factories import UnlinkedEventFactory, UnlinkedParticipantFactory
from tests.world import World

EVENT = "event-forum"
START = "/admin/connector/campaignlink/wizard/"

ANSWERS: dict[str, dict[str, Any]] = {
    "labels": {"status_registered": "Inscrit", "status_attended": "Est venu", "status_refused": "",
               "status_not_registered": "", "status_no_show": "", "never_downgrade": "on"},
    "who": {"match": "contact_then_lead", "create_as": "lead", "create_for": ["registered", "attended"],
            "excluded_domains": "", "consent_source": "", "consent_when_no": "membership_only",
            "consent_when_unknown": "membership_only"},
    "policies": {"update_existing": "", "ambiguous": "review", "same_email": "review", "removed_members": "respect",
                 "duplicates": "allow", "starts_at_0": "", "starts_at_1": "", "ends_at_0": "", "ends_at_1": "",
                 "closes_after_days": "30", "key_contact": "", "key_lead": "", "key_source": "inwink.id"},
    "people": {"owner_choice": "integration_user", "owner_id": "", "account_choice": "none", "account_id": "",
               "placeholder_company": "[not provided]", "placeholder_last_name": "[not provided]",
               "record_type_lead": "", "record_type_contact": ""},
    "mappings": {"mapping": ["contact.FirstName", "contact.LastName", "contact.Email", "contact.Title",
                             "lead.FirstName", "lead.LastName", "lead.Email", "lead.Title", "lead.Company"]},
    "preview": {},
    "activate": {"state": "active"},
}  # fmt: skip
"""What a person who changes nothing sends from each step after the campaign."""


def wait_for_link(*, people: int = 3) -> None:
    """Let people wait for an event that is not linked."""
    UnlinkedEventFactory.create(event_id=EVENT, event_name="Forum RH")
    UnlinkedParticipantFactory.create_batch(people, event_id=EVENT)


FILLED = {"Name": "Forum RH 2027", "StartDate": "2027-01-20", "EndDate": "2027-01-21", "Status": "Planned"}
"""What a person says of a new campaign."""


def open_page(client: Client, world: World) -> tuple[LinkDraft, str, dict[str, str]]:
    """Begin a draft; return it, the page that creates a campaign, and the world's as the model that is chosen there."""
    client.post(START, {"inwink_event_id": "other", "other_event": EVENT, "event_name": "Forum RH", "go": "next"})
    draft = LinkDraft.objects.get()
    assert send(client, draft, "campaign", go="new-campaign", org=world.org.pk).url.endswith("/new-campaign/")
    model = search(client, world, "Salon 2026")["found"][0]["value"]
    return draft, reverse("admin:connector_campaignlink_wizard_new_campaign", args=[draft.pk]), {"model": model}


def begin(client: Client, world: World, *, campaign: str = "forum", **event: Any) -> LinkDraft:
    """Choose the event and a campaign; returns the draft, whose next step is the statuses."""
    client.post(START, {"inwink_event_id": EVENT, "event_name": "", "begin": "", "go": "next", **event})
    draft = LinkDraft.objects.latest("pk")
    sealed = search(client, world, campaign)["found"][0]["value"]
    send(client, draft, "campaign", org=world.org.pk, campaign=sealed)
    return draft


def url_of(draft: LinkDraft, step: str) -> str:
    """Return the address of a step."""
    return reverse("admin:connector_campaignlink_wizard_step", args=[draft.pk, step])


def send(client: Client, draft: LinkDraft, step: str, *, go: str = "next", **answers: Any) -> Any:
    """Press a button of a step."""
    return client.post(url_of(draft, step), {**answers, "go": go})


def walk(client: Client, draft: LinkDraft, *, until: str = "activate", **changed: dict[str, Any]) -> LinkDraft:
    """Answer every step from the statuses on, before `until`; `changed` is {step: answers}."""
    for step, answers in ANSWERS.items():
        if step == until:
            break
        send(client, draft, step, **{**answers, **changed.get(step, {})})
    draft.refresh_from_db()
    return draft


def activate(client: Client, draft: LinkDraft, **answers: Any) -> Any:
    """Press the last button."""
    return send(client, draft, "activate", go="activate", **{**ANSWERS["activate"], **answers})


def say(response: Any) -> str:
    """Return a page as text."""
    return str(response.content.decode())
