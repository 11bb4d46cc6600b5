"""A Viewer sees where people stand and not who they are; an Operator sees them and may act. In both languages."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from connector.core.outcomes import EntryState
from connector.models import SalesforceOrg
from connector.pipeline.setup.roles import Role, setup_roles
from tests.browser.conftest import Visitor, visit
from tests.factories import OutboxEntryFactory, SyncAttemptFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ("", "connector/campaignlink/", "connector/outboxentry/", "connector/outboxentry/problems/",
         "connector/syncattempt/", "connector/syncrun/", "auth/user/roles/")  # fmt: skip

PROBLEMS = {"en": "Problems", "fr": "Problèmes"}
HEADING = {"en": "What each role may do", "fr": "Ce que peut chaque rôle"}


@pytest.fixture(params=["en", "fr"])
def somebody(
    request: pytest.FixtureRequest, world: World, chromium: Browser, live_server: LiveServer
) -> Iterator[tuple[Visitor, str]]:
    """Return somebody at a desk, not signed in, with their language; one participant failed."""
    setup_roles()
    entry = OutboxEntryFactory.create(
        link=world.link, participant_key="p1", state=EntryState.FAILED, error_code="INVALID_EMAIL_ADDRESS",
        error_message="bad: p1@example.org",
    )  # fmt: skip
    SyncAttemptFactory.create(entry=entry)
    for visitor in visit(chromium, live_server, language=request.param):
        yield visitor, request.param


def sign_in(visitor: Visitor, role: Role) -> None:
    """Sign in as somebody of a role."""
    user = User.objects.create_user("vera", password="password", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    visitor.open("/admin/login/")
    visitor.page.fill("#id_username", "vera")
    visitor.page.fill("#id_password", "password")
    visitor.page.press("#id_password", "Enter")
    visitor.page.wait_for_url("**/admin/")


def test_a_viewer_walks_the_pages_and_meets_nobody(somebody: tuple[Visitor, str]) -> None:
    visitor, language = somebody
    sign_in(visitor, Role.VIEWER)
    for path in PAGES:
        text = visitor.open(f"/admin/{path}").content()
        assert "Lovelace" not in text
        assert "p1@example.org" not in text
    visitor.open(f"/admin/connector/salesforceorg/{SalesforceOrg.objects.get().pk}/change/")
    visitor.open("/admin/connector/outboxentry/problems/")
    expect(visitor.page.get_by_role("link", name="p1", exact=True)).to_be_visible()
    visitor.page.get_by_role("link", name="p1", exact=True).click()
    expect(visitor.page.locator("main, #main").first).not_to_contain_text("Lovelace")
    visitor.open("/admin/auth/user/roles/")
    expect(visitor.page.get_by_role("heading", name=HEADING[language])).to_be_visible()
    assert visitor.complaints == []


def test_an_operator_meets_people_by_name(somebody: tuple[Visitor, str]) -> None:
    visitor, language = somebody
    sign_in(visitor, Role.OPERATOR)
    for path in PAGES:
        visitor.open(f"/admin/{path}")
    visitor.open("/admin/connector/outboxentry/problems/")
    expect(visitor.page.get_by_role("link", name=PROBLEMS[language]).first).to_be_visible()
    visitor.page.get_by_role("link", name="Ada Lovelace p1").click()
    expect(visitor.page.get_by_text("p1@example.org").first).to_be_visible()
    assert visitor.complaints == []
