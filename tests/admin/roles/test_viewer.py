"""Who may not see people sees nobody: not on a page, not in a download, not by a search, not in an error."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from connector.admin.links.wizard.steps import SLUGS
from connector.models import LinkDraft
from tests.admin.roles.ground import EMAIL, LAST_NAME, TRACES, Ground, plant, sign_in_as
from tests.admin.roles.routes import address, routes

pytestmark = pytest.mark.django_db

_LINK = re.compile(r'href="(/admin/[^"#]*)"')

SEARCHES = (
    "connector/outboxentry/?q={}", "connector/syncattempt/?q={}", "connector/campaignlink/?q={}", "search/?s={}",
    "connector/outboxentry/problems/?link={}", "connector/webhookmessage/?q={}", "connector/syncattempt/export/?q={}",
    "connector/outboxentry/?email_key={}", "connector/outboxentry/?email_key__startswith={}",
    "connector/outboxentry/?payload__last_name__icontains={}", "connector/outboxentry/?payload__email__startswith={}",
    "connector/syncattempt/?email_key={}", "connector/syncattempt/?changes__icontains={}",
)  # fmt: skip


@pytest.fixture
def ground() -> Ground:
    """Return the planted rows."""
    return plant()


def texts(client: Client, ground: Ground) -> Iterator[tuple[str, str]]:
    """Yield (address, what it answers) of every page, by GET and by an empty POST, and of the lists' filters."""
    for route in routes():
        if route == "logout/":
            continue
        url = address(route, ground)
        yield url, body_of(client, url)
        yield f"POST {url}", body_of(client, url, posted=True)
    for state in ("failed", "retrying", "needs_answer", "waiting", "synced", "left_out"):
        url = f"/admin/connector/outboxentry/?standing={state}"
        yield url, body_of(client, url)


def body_of(client: Client, url: str, *, posted: bool = False) -> str:
    """Return all that is sent back: body, headers, and where it leads."""
    answer = client.post(url) if posted else client.get(url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return f"{answer.headers} {content.decode(errors='replace')}"


def traces_in(text: str) -> list[str]:
    """Return what gives the person away."""
    return [trace for trace in TRACES if trace.casefold() in text.casefold()]


def test_the_ground_shows_the_person_to_an_operator(ground: Ground) -> None:
    """Or the tests below would prove nothing."""
    client = sign_in_as(ground, "Operator")
    for page in (
        "outboxentry/",
        "syncattempt/",
        "outboxentry/problems/",
        "outboxentry/answers/",
        "syncattempt/export/",
    ):
        assert traces_in(body_of(client, f"/admin/connector/{page}")), page


def test_no_page_shows_a_person_to_a_viewer(ground: Ground) -> None:
    client = sign_in_as(ground, "Viewer")
    assert {url: found for url, text in texts(client, ground) if (found := traces_in(text))} == {}


def test_no_page_shows_a_person_to_who_may_do_everything_else(ground: Ground) -> None:
    user = User.objects.create_user("nearly", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.exclude(codename__in=["see_people", "export_person", "erase_person"]))
    LinkDraft.objects.update(owner=user)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    steps = (f"/admin/connector/campaignlink/wizard/{ground.objects['draft']}/{slug}/" for slug in SLUGS)
    pages = [*texts(client, ground), *((url, body_of(client, url)) for url in steps)]
    assert {url: found for url, text in pages if (found := traces_in(text))} == {}


def test_every_row_and_every_attempt_hides_the_person(ground: Ground) -> None:
    client = sign_in_as(ground, "Viewer")
    for entry in ground.link.entries.all():
        assert traces_in(body_of(client, f"/admin/connector/outboxentry/{entry.pk}/change/")) == []
        attempt = entry.attempts.get()
        assert traces_in(body_of(client, f"/admin/connector/syncattempt/{attempt.pk}/change/")) == []


@pytest.mark.parametrize("search", SEARCHES)
def test_a_viewer_cannot_find_out_by_searching(ground: Ground, search: str) -> None:
    client = sign_in_as(ground, "Viewer")
    for guess in (EMAIL, LAST_NAME):
        nobody = body_of(client, f"/admin/{search.format('x' + guess)}").replace("x" + guess, guess)
        assert count_rows(body_of(client, f"/admin/{search.format(guess)}")) == count_rows(nobody)


def count_rows(text: str) -> int:
    """Return how many rows of participants or attempts a page links to."""
    return len(re.findall(r"/(?:outboxentry|syncattempt)/\d+/change/", text))


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Administrator"])
def test_no_link_on_a_page_leads_to_a_refusal(ground: Ground, role: str) -> None:
    client = sign_in_as(ground, role)
    offered: dict[str, str] = {}
    for route in routes():
        url = address(route, ground)
        if route != "logout/" and "export" not in url:
            offered |= dict.fromkeys(_LINK.findall(body_of(client, url).replace("&amp;", "&")), url)
    refused = {url: on for url, on in sorted(offered.items()) if client.get(url).status_code in (403, 500)}
    assert refused == {}
