"""A form writes what people write: what workers and other buttons wrote into the same row meanwhile stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.test import RequestFactory

from connector.admin.inwink.sources import SourceForm
from connector.admin.links.change_form import ChangeLinkForm
from connector.admin.orgs.org_admin import OrgForm
from connector.models import CampaignLink, SalesforceOrg, WebhookSource
from connector.models.fields import Secret
from connector.pipeline.pausing import pause_for_outage
from connector.pipeline.setup.link_setup import LinkFacts, set_state
from connector.pipeline.setup.sources import list_secrets, revoke_secret
from tests.admin.links.forms import POLICIES
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db


class _NoSalesforce(ChangeLinkForm):
    """The form of a link while Salesforce does not answer."""

    facts = LinkFacts(problem_code="timeout")


def save(form: Any) -> None:
    """Save a form that was read and checked, as its page does."""
    model_admin = admin.site._registry[type(form.instance)]
    request = RequestFactory().post("/")
    request.user = User.objects.create_superuser("root")
    with transaction.atomic():
        model_admin.save_model(request, model_admin.save_form(request, form, True), form, True)
        model_admin.save_related(request, form, [], True)


def checked(form: Any) -> Any:
    """Return a form that fits."""
    assert form.is_valid(), form.errors
    return form


def renamed_link(link: CampaignLink) -> Any:
    """Return the form by which somebody renames a link, checked and not saved yet."""
    return checked(_NoSalesforce({**POLICIES, "event_name": "Forum"}, instance=CampaignLink.objects.get(pk=link.pk)))


def test_a_link_that_a_worker_pauses_meanwhile_stays_paused_and_sends_nobody_again() -> None:
    entry = OutboxEntryFactory.create(link__event_name="Salon", synced_generation=1, state="synced")
    form = renamed_link(entry.link)
    pause_for_outage(entry.link, code="timeout", message="", now=NOW, entries=1)
    save(form)
    link = CampaignLink.objects.get()
    entry.refresh_from_db()
    assert (link.event_name, link.pause_kind, link.pause_code, link.pause_count) == ("Forum", "outage", "timeout", 1)
    assert (entry.state, entry.generation, link.config_version) == ("synced", 1, 1)


def test_a_link_that_a_colleague_closes_meanwhile_stays_closed() -> None:
    link = CampaignLinkFactory.create()
    form = renamed_link(link)
    set_state(link, CampaignLink.LinkState.CLOSED)
    save(form)
    link.refresh_from_db()
    assert (link.event_name, link.state) == ("Forum", "closed")


def test_a_token_that_is_renewed_meanwhile_is_not_replaced_by_the_one_before() -> None:
    url = "https://acme.my.salesforce.com"
    org = SalesforceOrgFactory.create(auth="web_server", login_url=url, refresh_token=Secret.conceal("first"))
    data = {"name": "Acme 2", "login_url": url, "auth": "web_server", "client_id": org.client_id, "api_version": "64.0",
            "api_budget_percent": "80"}  # fmt: skip
    form = checked(OrgForm(data, instance=SalesforceOrg.objects.get()))
    rotated = {"refresh_token": Secret.conceal("second"), "state": "paused", "paused_until": NOW + timedelta(hours=1)}
    SalesforceOrg.objects.update(**rotated)
    save(form)
    org.refresh_from_db()
    assert (org.name, org.refresh_token.reveal(), org.state) == ("Acme 2", "second", "paused")


def test_a_secret_that_is_revoked_meanwhile_stays_revoked() -> None:
    source = WebhookSourceFactory.create()
    [fingerprint] = list_secrets(source)
    form = SourceForm({"name": "Renamed", "locale": "fr", "is_active": "on", "proof": "signature"},
                      instance=WebhookSource.objects.get())  # fmt: skip
    assert revoke_secret(source, fingerprint)
    save(checked(form))
    source.refresh_from_db()
    assert (source.name, list_secrets(source)) == ("Renamed", [])
