"""A Chromium at the site of a `Stack`: what the measurements share that look at pages."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from bench.stack import ROOT, Stack

sys.path.insert(0, str(ROOT / "scripts"))  # scripts/ is no package: it must run on a bare Python

from suite import find_chromium

USER = "olga"
_PASSWORD = secrets.token_urlsafe(12)
_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


class NoBrowserError(Exception):
    """No Chromium is installed, so nothing can be watched."""


def make_administrator(stack: Stack) -> None:
    """Let somebody sign in to the admin."""
    stack.environment["DJANGO_SUPERUSER_PASSWORD"] = _PASSWORD
    stack.manage("createsuperuser", "--noinput", "--username", USER, "--email", f"{USER}@example.org")


@contextmanager
def signed_in(stack: Stack, *, width: int) -> Iterator[Page]:
    """Yield a window of that width in which the administrator is signed in. Raises NoBrowserError."""
    chromium = find_chromium(stack.environment)
    if chromium is None:
        raise NoBrowserError("no Chromium found (CHROMIUM=path, or install the package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{stack.web}/admin/login/")
        page.fill("#id_username", USER)
        page.fill("#id_password", _PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url("**/admin/")
        yield page
        browser.close()
