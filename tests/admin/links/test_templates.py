"""Settings of a link under a name, for the next events of the same kind."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connector.models import CampaignLink, LinkTemplate
from tests.admin.links.forms import ADD, new_campaign, new_link, search, url_of
from tests.factories import CampaignLinkFactory, LinkTemplateFactory
from tests.world import World


def save(client: Client, link: CampaignLink, name: str, **more: str) -> str:
    """Save a link's settings as a template and return the page that comes back."""
    url = url_of(link, "save_as_template")
    return str(client.post(url, {"name": name, **more}, follow=True).content.decode())


@pytest.fixture
def link(db: None) -> CampaignLink:
    return CampaignLinkFactory.create(match="lead_only", closes_after_days=9, event_name="Salon")


def test_a_link_is_saved_under_a_name_and_listed(link: CampaignLink, admin_client: Client) -> None:
    assert "can be chosen for new events" in save(admin_client, link, "Webinar", description="Online")
    template = LinkTemplate.objects.get()
    assert (template.settings["match"], template.settings["closes_after_days"]) == ("lead_only", 9)
    assert "starts_at" not in template.settings
    page = admin_client.get(reverse("admin:connector_linktemplate_changelist")).content.decode()
    assert f"begin=template:{template.pk}" in page
    page = admin_client.get(reverse("admin:connector_linktemplate_change", args=[template.pk])).content.decode()
    assert "Leads only" in page


def test_a_name_is_taken_once_unless_it_shall_be_replaced(link: CampaignLink, admin_client: Client) -> None:
    LinkTemplateFactory.create(name="Webinar")
    assert "A template has this name already" in save(admin_client, link, "Webinar")
    assert LinkTemplate.objects.get().settings["create"] == "nobody"
    assert "can be chosen" in save(admin_client, link, "Webinar", replace="on")
    assert LinkTemplate.objects.get().settings["match"] == "lead_only"


def test_a_later_change_of_the_link_leaves_the_template(link: CampaignLink, admin_client: Client) -> None:
    save(admin_client, link, "Webinar")
    CampaignLink.objects.update(closes_after_days=1)
    assert LinkTemplate.objects.get().settings["closes_after_days"] == 9


def test_a_template_is_renamed_and_deleted(admin_client: Client) -> None:
    template = LinkTemplateFactory.create()
    url = reverse("admin:connector_linktemplate_change", args=[template.pk])
    admin_client.post(url, {"name": "Trade show", "description": ""})
    assert LinkTemplate.objects.get().name == "Trade show"
    admin_client.post(reverse("admin:connector_linktemplate_delete", args=[template.pk]), {"post": "yes"})
    assert not LinkTemplate.objects.exists()


def test_saving_takes_permission(link: CampaignLink, sign_in: Callable[..., Client]) -> None:
    client = sign_in("view_campaignlink", "change_campaignlink")
    assert client.post(url_of(link, "save_as_template"), {"name": "Webinar"}).status_code == 403
    assert not LinkTemplate.objects.exists()


def test_the_plain_form_begins_with_a_template(world: World, admin_client: Client) -> None:
    new_campaign(world)
    template = LinkTemplateFactory.create(
        settings={"closes_after_days": 7, "match_key": {"source": "inwink.id", "lead": "Inwink_Id__c"},
                  "mappings": [{"object": "lead", "field": "LeadSource", "constant": "Event"}]}
    )  # fmt: skip
    address = f"{ADD}?begin=template:{template.pk}"
    page = admin_client.get(address).content.decode()
    assert 'name="closes_after_days" value="7"' in page
    sealed = search(admin_client, world, "forum")["found"][0]["value"]
    data = {**new_link(world, sealed=sealed), "closes_after_days": "7"}
    assert admin_client.post(address, data).status_code == 302
    link = CampaignLink.objects.get(inwink_event_id="event-forum")
    assert (link.closes_after_days, link.match_key) == (7, {"source": "inwink.id", "lead": "Inwink_Id__c"})
    assert link.mappings.filter(field="LeadSource", constant="Event").exists()
    assert link.mappings.count() == 10


@pytest.mark.parametrize("chosen", ["template:999", "link:999", "link:x", "nonsense"])
def test_what_is_gone_is_said_and_the_usual_settings_shown(admin_client: Client, db: None, chosen: str) -> None:
    page = admin_client.get(f"{ADD}?begin={chosen}").content.decode()
    assert "is gone; the usual settings are shown" in page
    assert 'name="closes_after_days" value="30"' in page


def test_settings_of_an_older_release_do_not_break_the_page(admin_client: Client) -> None:
    template = LinkTemplateFactory.create(settings={"no_such_key": 1})
    assert admin_client.get(f"{ADD}?begin=template:{template.pk}").status_code == 200
    page = admin_client.get(reverse("admin:connector_linktemplate_change", args=[template.pk])).content.decode()
    assert "cannot be read any more" in page
