"""Addresses and forms that somebody bent: a page, a refusal or a way back, never an error of ours."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from connector.models import CampaignLink, LinkDraft
from tests.admin.links.forms import new_campaign
from tests.admin.links.wizard.journey import activate, begin, send, url_of, wait_for_link, walk
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, SyncAttemptFactory
from tests.house import House
from tests.world import World

pytestmark = pytest.mark.django_db

HUGE = "99999999999999999999"
LISTS = ("outboxentry", "syncattempt", "syncrun", "errand")
AUDIT = "/admin/auth/user/audit/"


@pytest.fixture
def attempt() -> None:
    """Make a participant with an attempt."""
    SyncAttemptFactory.create(entry=OutboxEntryFactory.create())


@pytest.mark.both
@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("narrowed", [f"link={HUGE}", f"link__id__exact={HUGE}", f"link__id__in=1,{HUGE}"])
def test_a_number_beyond_every_database_narrows_a_list_to_nothing_or_is_passed_over(
    admin_client: Client, attempt: None, model: str, narrowed: str
) -> None:
    answer = admin_client.get(f"/admin/connector/{model}/?{narrowed}", follow=True)
    assert answer.status_code == 200


@pytest.mark.both
@pytest.mark.parametrize(
    ("model", "column"),
    [("syncattempt", "created_at"), ("outboxentry", "changed_at"), ("webhookmessage", "received_at"),
     ("syncrun", "started_at"), ("errand", "created_at")],
)  # fmt: skip
@pytest.mark.parametrize("end", ["from_0=0001-01-01", "to_0=9999-12-31", "from_0=0001-01-01&{}_from_1=00:00"])
def test_days_at_the_ends_of_the_calendar_are_passed_over(
    admin_client: Client, attempt: None, model: str, column: str, end: str
) -> None:
    address = f"/admin/connector/{model}/?{column}_{end.format(column)}"
    assert admin_client.get(address, follow=True).status_code == 200


@pytest.mark.both
@pytest.mark.parametrize(
    "asked",
    ["end=9999-12-31", "start=0001-01-01", "before=0001-01-01T00:00:00", "before=9999-12-31T23:59:59-12:00",
     f"who={HUGE}"],
)  # fmt: skip
def test_nor_are_they_an_error_of_the_page_of_all_changes(admin_client: Client, asked: str) -> None:
    assert admin_client.get(AUDIT + "?" + asked).status_code == 200


@pytest.mark.both
@pytest.mark.parametrize("asked", ["link__id__exact=abc", f"link__id__in=1,{HUGE}", f"link={HUGE}"])
def test_a_filter_that_the_list_passes_over_is_no_error_of_the_download(
    admin_client: Client, attempt: None, asked: str
) -> None:
    answer = admin_client.get("/admin/connector/syncattempt/export/" + "?" + asked)
    if HUGE in asked and connection.vendor == "postgresql":  # which counts that far, and finds nobody
        [_heading] = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]
        return
    assert answer.status_code == 302
    page = admin_client.get(answer.headers["Location"])
    assert "A filter in this address cannot be read: nothing was downloaded." in page.content.decode()


@pytest.mark.parametrize("page", ["abc", "0", "-1", HUGE, "²", "1.5"])
def test_the_search_of_the_menu_has_no_page_of_that_name(admin_client: Client, page: str) -> None:
    CampaignLinkFactory.create()
    assert admin_client.get("/admin/search/", {"s": "e", "page": page}).status_code in (200, 404)


@pytest.mark.both
def test_a_group_that_cannot_be_is_named_on_the_page_of_a_person(admin_client: Client, admin_user: Any) -> None:
    address = reverse("admin:auth_user_change", args=[admin_user.pk])
    answer = admin_client.post(address, {"username": "admin", "groups": [HUGE + "999"]})
    assert answer.status_code == 200
    assert answer.context["errors"]


def test_a_state_that_nobody_offers_leaves_the_page_of_the_step(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="who")
    send(admin_client, draft, "who", match="contact_then_lead", create_as="lead", create_for=["zz", "attended"])
    send(admin_client, draft, "who", go="count", match="contact_then_lead", create_as="lead", create_for=["zz"])
    assert admin_client.get(url_of(draft, "who")).status_code == 200
    draft.refresh_from_db()
    assert "who" not in draft.done


@pytest.mark.parametrize(
    ("step", "go"), [("who", "count"), ("campaign", "preview"), ("people", "search-owner"), ("activate", "activate")]
)
def test_an_organisation_that_was_deleted_meanwhile_leads_back_to_the_choice(
    world: World, admin_client: Client, step: str, go: str
) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world))
    CampaignLink.objects.all().delete()
    world.org.delete()
    answer = admin_client.post(url_of(draft, step), {"go": go}, follow=True)
    assert answer.status_code == 200
    assert not CampaignLink.objects.exists()


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_link_does_not_begin_where_no_calendar_is(world: World, admin_client: Client, year: str) -> None:
    new_campaign(world)
    wait_for_link()
    days = {"starts_at_0": f"{year}-01-01", "starts_at_1": "00:00", "ends_at_0": f"{year}-12-31", "ends_at_1": "23:59"}
    draft = begin(admin_client, world)
    walk(admin_client, draft, policies=days)
    page = admin_client.get(url_of(draft, "policies"), {"complain": "1"}).content.decode()
    assert "The year is not between 1900 and 2999." in page
    assert activate(admin_client, draft).status_code == 302
    assert not CampaignLink.objects.filter(inwink_event_id=draft.event_id).exists()


@pytest.mark.both
@pytest.mark.parametrize(
    "address",
    ["/admin/connector/campaignlink/?q=%00", "/admin/connector/webhookmessage/?event=%00",
     "/admin/connector/salesforceorg/?state__exact=%00", "/admin/connector/outboxentry/?error_code=a%00b",
     "/admin/connector/unlinkedevent/%00/waiting/",
     "/admin/connector/erasedperson/%00/change/", "/admin/connector/campaignlink/wizard/?%00=1",
     "/admin/autocomplete/?app_label=connector&model_name=campaignlink&field_name=org&term=%00"],
)  # fmt: skip
def test_a_nul_in_an_address_is_refused_with_a_page(admin_client: Client, address: str) -> None:
    answer = admin_client.get(address)
    assert answer.status_code == 400
    assert "This could not be understood" in answer.content.decode()


@pytest.mark.both
@pytest.mark.parametrize(
    ("address", "sent"),
    [("/admin/connector/campaignlink/", {"q": "a\0"}), ("/admin/connector/syncattempt/", {"q": "\0"}),
     ("/admin/connector/campaignlink/wizard/", {"inwink_event_id": "\0", "go": "next"}),
     ("/admin/connector/campaignlink/wizard/", {"inwink_event_id": "a", "event_name": "a\0b", "go": "next"}),
     ("/admin/login/", {"username": "a\0", "password": "b"})],
)  # fmt: skip
def test_a_nul_in_a_form_is_refused_and_nothing_is_kept(
    admin_client: Client, address: str, sent: dict[str, str]
) -> None:
    answer = admin_client.post(address, sent)
    assert answer.status_code == 400
    assert "Nothing was changed." in answer.content.decode()
    assert not LinkDraft.objects.exists()


@pytest.mark.both
def test_a_nul_outside_the_admin_needs_no_session(client: Client) -> None:
    assert client.get("/invitation/?token=%00").status_code == 400
    assert client.get("/healthz?%00").status_code == 400
    assert client.post("/webhooks/inwink/%00/?a=%00", "{}", content_type="application/json").status_code == 404


@pytest.mark.slow
def test_no_address_of_the_house_is_an_error_with_odd_questions(world: World, admin_client: Client) -> None:
    house = House(world, admin_client)
    house.furnish(1)
    house.use()
    odd = {
        "q": "\0",
        "p": HUGE,
        "page": "abc",
        "link": HUGE,
        "id__exact": HUGE,
        "e": "1",
        "o": "99.x",
        "begin": "link:\0",
    }
    wrong = {}
    for path in house.addresses().values():
        for name, value in odd.items():
            status = admin_client.get(path, {name: value}).status_code
            if status >= 500:
                wrong[f"{path}?{name}={value!r}"] = status
    assert wrong == {}
