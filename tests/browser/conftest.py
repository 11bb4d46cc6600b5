"""A Chromium that drives the running site; tests that need one are skipped where none is installed."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from connector.models import Errand
from connector.pipeline.errands.work import carry_out
from tests.browser.look import must_fit

ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


def find_chromium() -> str | None:
    """Return the executable named by CHROMIUM, else the first one on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium: install one, or name it in CHROMIUM")
    # Playwright runs an event loop in this thread; Django's own check of that would refuse the tests' database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitor:
    """Somebody at a browser."""

    page: Page
    address: str
    complaints: list[str]
    """Errors that the browser reported: scripts that failed, addresses that were refused."""

    def open(self, path: str) -> Page:
        """Go to a path of the site."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def sign_in(self, user: User) -> None:
        """Be signed in as somebody: the page where one signs in has tests of its own, and takes half a second."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.address}])


def visit(
    browser: Browser, server: LiveServer, *, width: int = 1280, language: str = "en", scripts: bool = True
) -> Iterator[Visitor]:
    """Open a window of that width in that language, and close it after the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Visitor(page=page, address=server.url, complaints=complaints)
    context.close()


@pytest.fixture
def visitor(chromium: Browser, live_server: LiveServer, admin_user: User) -> Iterator[Visitor]:
    """Return an administrator at a desk, signed in, English."""
    for somebody in visit(chromium, live_server):
        somebody.sign_in(admin_user)
        yield somebody


@pytest.fixture
def french_phone(chromium: Browser, live_server: LiveServer, admin_user: User) -> Iterator[Visitor]:
    """Return an administrator with a phone, signed in, French."""
    for somebody in visit(chromium, live_server, width=400, language="fr"):
        somebody.sign_in(admin_user)
        yield somebody


@pytest.fixture(params=[("en", 1280), ("fr", 400)], ids=["english-desk", "french-phone"])
def either(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer, admin_user: User
) -> Iterator[tuple[Visitor, str]]:
    """Return an administrator at a desk, then one with a phone, signed in, and the language that they read."""
    language, width = request.param
    for somebody in visit(chromium, live_server, width=width, language=language):
        somebody.sign_in(admin_user)
        yield somebody, language
        assert somebody.complaints == []


class Reader:
    """An administrator who reads one language; the words of the pages are looked up in its catalogue."""

    def __init__(self, visitor: Visitor, language: str) -> None:
        self.visitor, self.page, self.language = visitor, visitor.page, language

    def words(self, text: str, **values: Any) -> str:
        """Return a text as this reader sees it."""
        with override(self.language):
            return gettext(text) % values if values else gettext(text)

    def count(self, one: str, many: str, number: int) -> str:
        """Return a text with a number."""
        with override(self.language):
            return ngettext(one, many, number) % {"count": number, "counter": number}

    def open(self, path: str) -> Page:
        """Open a page, which must fit the window."""
        page = self.visitor.open(path)
        must_fit(self.page)
        return page

    def follow(self, text: str) -> None:
        """Follow a link of the page, whose words are ours, to a page that must fit the window."""
        self.follow_named(self.words(text))

    def follow_named(self, name: str) -> None:
        """Follow a link that is called as what it leads to."""
        self._click(self.page.get_by_role("link", name=name, exact=True).first)
        must_fit(self.page)

    def menu(self, text: str) -> None:
        """Follow a link of the menu, a part of which is folded."""
        menu = self.unfold_menu()
        link = menu.get_by_role("link", name=re.compile(rf"^{re.escape(self.words(text))}( \d+)?$"))
        if not link.is_visible():
            menu.locator("h2 > button").click()
        self._click(link)

    def _click(self, link: Locator) -> None:
        """Follow a link and wait for what it leads to: a long task's page that loads itself again is not that."""
        aim, here = link.evaluate("link => link.href"), self.page.url
        with self.page.expect_navigation(url=lambda there: aim == here or there != here):
            link.click()

    def unfold_menu(self) -> Locator:
        """Return the menu, which a narrow window shows on request."""
        menu = self.page.locator("#nav-sidebar")
        if not menu.is_visible():
            self.press("Menu")
        return menu

    def press(self, text: str) -> None:
        """Press a button of the page."""
        self.page.get_by_role("button", name=self.words(text), exact=True).locator("visible=true").first.click()

    def reads(self, text: str) -> None:
        """Wait until a text is there."""
        expect(self.page.get_by_text(text).first).to_be_visible()


@pytest.fixture
def reader(either: tuple[Visitor, str]) -> Reader:
    """Return the administrator of each language."""
    return Reader(*either)


def work() -> int:
    """Do one slice of every long task that waits, as the workers would; returns how many there were."""
    waiting = list(Errand.objects.filter(state=Errand.ErrandState.WAITING).values_list("pk", flat=True))
    for pk in waiting:
        carry_out(pk)
    return len(waiting)
