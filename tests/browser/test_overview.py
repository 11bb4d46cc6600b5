"""The overview in both languages, at a desk and on a phone: a need leads to its place, an event is ignored."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from connector.core.outcomes import EntryState
from connector.models import UnlinkedEvent
from tests.browser.conftest import Visitor, visit
from tests.browser.look import must_fit
from tests.factories import (
    CampaignLinkFactory,
    LastMessageFactory,
    OutboxEntryFactory,
    SyncRunFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookMessageFactory,
    WorkerHeartbeatFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": {
        "needs": "What needs a person now", "failed": "1 participant failed", "why": "See why",
        "silent": "inwink has sent nothing for 42 min", "problems": "Problems", "ignore": "Ignore on purpose…",
        "button": "Ignore", "ignored": "Breakfast is ignored.", "back": "Take it back…", "heed": "Heed again",
        "shown": "Breakfast is shown again", "calm": "All is well", "activity": "Activity", "days": "30 days",
        "received": "Received from inwink: 12 in all",
    },
    "fr": {
        "needs": "Ce qui vous attend maintenant", "failed": "1 participant en échec", "why": "Voir pourquoi",
        "silent": "inwink n’a rien envoyé depuis 42 min", "problems": "Problèmes",
        "ignore": "Ignorer volontairement…", "button": "Ignorer", "ignored": "Breakfast est ignoré.",
        "back": "Revenir sur cette décision…", "heed": "Reprendre", "shown": "Breakfast est de nouveau affiché",
        "calm": "Tout va bien", "activity": "Activité", "days": "30 jours", "received": "Reçus d’inwink : 12 en tout",
    },
}  # fmt: skip


@pytest.fixture(params=[("en", 1280), ("en", 400), ("fr", 1280), ("fr", 400)], ids=lambda one: f"{one[0]}-{one[1]}")
def reader(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer, admin_user: User
) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """Return an administrator of each language at each width, with the words that they read."""
    language, width = request.param
    WorkerHeartbeatFactory.create(beat_at=timezone.now())
    for somebody in visit(chromium, live_server, width=width, language=language):
        somebody.sign_in(admin_user)
        yield somebody, WORDS[language]
        assert somebody.complaints == []


def test_a_need_leads_to_where_it_is_settled(reader: tuple[Visitor, dict[str, str]]) -> None:
    visitor, words = reader
    now = timezone.now()
    link = CampaignLinkFactory.create(
        event_name="Forum", starts_at=now - timedelta(hours=2), ends_at=now + timedelta(hours=2)
    )
    LastMessageFactory.create(link=link, received_at=now - timedelta(minutes=42))
    OutboxEntryFactory.create(link=link, state=EntryState.FAILED, error_code="REQUIRED_FIELD_MISSING")
    page = visitor.open("/admin/")
    needs = page.get_by_role("region", name=words["needs"])
    expect(needs.get_by_role("listitem")).to_have_count(2)
    expect(needs.get_by_role("listitem").first).to_contain_text(words["failed"])
    expect(needs).to_contain_text(words["silent"])
    must_fit(visitor.page)
    needs.get_by_role("link", name=words["why"]).click()
    expect(page).to_have_url(f"{visitor.address}/admin/connector/outboxentry/problems/?link={link.pk}")
    expect(page.get_by_text("REQUIRED_FIELD_MISSING").first).to_be_visible()


def test_an_event_is_ignored_and_that_is_taken_back(reader: tuple[Visitor, dict[str, str]]) -> None:
    visitor, words = reader
    event = UnlinkedEventFactory.create(event_name="Breakfast")
    UnlinkedParticipantFactory.create_batch(3, event_id=event.event_id)
    CampaignLinkFactory.create()
    page = visitor.open("/admin/")
    page.get_by_role("link", name=words["ignore"]).click()
    page.get_by_role("button", name=words["button"], exact=True).click()
    expect(page).to_have_url(f"{visitor.address}/admin/")
    expect(page.get_by_text(words["ignored"])).to_be_visible()
    expect(page.get_by_text(words["calm"])).to_be_visible()
    assert UnlinkedEvent.objects.get().ignored_at is not None
    must_fit(visitor.page)
    page.get_by_role("link", name=words["back"]).click()
    page.get_by_role("button", name=words["heed"]).click()
    expect(page.get_by_text(words["shown"])).to_be_visible()
    expect(page.get_by_role("link", name=words["ignore"])).to_be_visible()
    assert UnlinkedEvent.objects.get().ignored_at is None


def test_the_charts_are_said_in_words_and_fit(reader: tuple[Visitor, dict[str, str]]) -> None:
    visitor, words = reader
    link = CampaignLinkFactory.create()
    SyncRunFactory.create(link=link, started_at=timezone.now(), created_count=12)
    WebhookMessageFactory.create(received_at=timezone.now(), accepted_count=12)
    page = visitor.open("/admin/")
    page.get_by_role("link", name=words["activity"], exact=True).click()
    expect(page.get_by_role("img", name=words["received"])).to_be_visible()
    must_fit(visitor.page)
    page.get_by_role("link", name=words["days"], exact=True).click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(1 + 30 + 1)
    must_fit(visitor.page)
