"""Who is sent, and what consent lets through, are chosen on the page of a link."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry
from tests.acceptance.people import someone
from tests.admin.links.forms import change_form, errors_of, url_of
from tests.world import World

STORED = {
    "only": [{"source": "category", "in": ["Visitor"], "not_in": ["Staff", "Press"]}],
    "exclude_email_domains": ["acme.example", "*.corp.example"],
    "consent": {"source": "fields.optin", "when_no": "nothing"},
}


def rows(*conditions: tuple[str, str, str]) -> dict[str, str]:
    """Return the fields of a browser for these conditions."""
    parts = ("source", "kind", "values")
    return {f"only-{n}-{part}": row[place] for n, row in enumerate(conditions) for place, part in enumerate(parts)}


AS_SHOWN = {
    **rows(("category", "in", "Visitor"), ("category", "not_in", "Staff\nPress"), ("", "not_in", "")),
    "excluded_domains": "acme.example\n*.corp.example",
    "consent_source": "fields.optin", "consent_when_no": "nothing", "consent_when_unknown": "membership_only",
}  # fmt: skip


def save(client: Client, link: CampaignLink, **changed: Any) -> Any:
    return client.post(url_of(link), {**change_form(client, link), **changed})


def stored(world: World) -> dict[str, Any]:
    link = world.link_now()
    return {name: getattr(link, name) for name in STORED}


def test_what_is_chosen_is_stored_as_the_configuration_file_writes_it(world: World, admin_client: Client) -> None:
    world.send(someone("p1"))

    response = save(
        admin_client, world.link, excluded_domains=" @Acme.example, *.corp.example\n", consent_source="fields.optin",
        consent_when_no="nothing", consent_when_unknown="all", **rows(("category", "not_in", "Exhibitor\n Staff ")),
    )  # fmt: skip

    assert response.status_code == 302
    assert stored(world) == {
        "only": [{"source": "category", "not_in": ["Exhibitor", "Staff"]}],
        "exclude_email_domains": ["acme.example", "*.corp.example"],
        "consent": {"source": "fields.optin", "when_no": "nothing", "when_unknown": "all"},
    }
    assert OutboxEntry.objects.get().state == EntryState.PENDING, "who was sent is evaluated anew"


def test_saving_without_a_change_changes_nothing(world: World, admin_client: Client) -> None:
    world.configure(**STORED)
    world.send(someone("p1", category="Visitor", fields={"optin": "yes"}))
    version = world.link_now().config_version

    save(admin_client, world.link, **AS_SHOWN)

    assert stored(world) == STORED
    assert (world.link_now().config_version, world.entry("p1").state) == (version, "synced")


def test_emptied_rows_and_fields_take_the_filter_away(world: World, admin_client: Client) -> None:
    world.configure(**STORED)
    save(admin_client, world.link, **rows(("", "not_in", "")), excluded_domains="", consent_source="")
    assert stored(world) == {"only": [], "exclude_email_domains": [], "consent": None}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (rows(("category", "in", "")), "List at least one value."),
        (rows(("", "in", "Visitor")), "Name the inwink field."),
        (rows(("inwink.stat", "in", "attended")), "write inwink.state"),
        ({"excluded_domains": "ada@acme.example"}, "is no email domain"),
        ({"consent_source": "inwink.optin"}, "is not a source"),
    ],
)
def test_what_cannot_be_meant_is_said_and_what_was_typed_stays(
    world: World, admin_client: Client, changed: dict[str, str], words: str
) -> None:
    response = save(admin_client, world.link, **changed)
    assert response.status_code == 200
    assert words in errors_of(response)
    for typed in filter(None, changed.values()):
        assert typed in response.content.decode()


def test_values_that_were_received_are_shown(world: World, admin_client: Client) -> None:
    category = {"key": "v", "fr": "Visiteur", "en": "Visitor"}
    world.receive(someone("p1", category=category, fields={"days": ["Lundi", "Mardi"], "bio": "x" * 200}))
    page = admin_client.get(url_of(world.link)).content.decode()
    assert "Values received so far" in page
    assert "Visiteur" in page
    assert "Lundi · Mardi" in page
    assert "x" * 200 not in page


def test_the_page_says_where_consent_holds_nothing_back(world: World, admin_client: Client) -> None:
    mapping = world.map("campaign_member", "Dietary__c", "fields.dietary")
    world.configure(consent={"source": "fields.optin"})
    note = "it holds no field back"
    assert note in admin_client.get(url_of(world.link)).content.decode()
    mapping.marketing = True
    mapping.save()
    assert note not in admin_client.get(url_of(world.link)).content.decode()


def test_a_new_link_can_begin_with_a_filter(world: World, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:connector_campaignlink_plain")).content.decode()
    assert 'name="only-0-source"' in page
    assert 'name="consent_source"' in page
