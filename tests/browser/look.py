"""Judge an open page as somebody would who cannot see it well, or has a phone: axe-core, and its width."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLate

DESK, PHONE = 1280, 400

_STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets = [sheet];
}"""
"""Colours that are on their way to another are judged by nobody."""

_RUN = """async (rules) => {
  const only = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const result = await axe.run(document, {resultTypes: ["violations"], preload: false, ...only});
  return result.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .flatMap((violation) => violation.nodes.map((node) => [violation.id, node.target.join(" "), node.html]));
}"""

_THEMES = """(isDark) => document.documentElement.classList.toggle("dark", isDark)"""

_OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that another theme can break where everything else is the same."""

VIEWS = ((DESK, "light", ()), (DESK, "dark", _OF_COLOURS), (PHONE, "dark", ()), (PHONE, "light", _OF_COLOURS))
"""(width, colours, rules): each width with all rules, each once more in the other theme with those of colours alone."""


_FITS = """() => document.readyState === "complete"
  && document.documentElement.scrollWidth <= window.innerWidth"""


def must_fit(page: Page) -> None:
    """Wait until an open page is there whole, and fail where anything of it stands out to the right.

    A page that loads itself again, or one that a press leads to, has no content for a moment: what is asked of it then
    is asked again of the next one.
    """
    try:
        page.wait_for_function(_FITS, timeout=10_000)
    except TooLate as error:
        wide = page.evaluate("document.documentElement.scrollWidth")
        raise AssertionError(f"{page.url} needs {wide} px") from error


def find_faults(page: Page) -> Iterator[str]:
    """Return the serious and critical findings of axe-core about an open page, and where it is too wide."""
    page.evaluate(_STILL)
    page.evaluate(AXE_SCRIPT)
    for width, colours, rules in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        page.evaluate(_THEMES, colours == "dark")
        where = f"{page.url} at {width} px, {colours}"
        found: list[Any] = page.evaluate(_RUN, rules)
        yield from (f"{where}: {rule}: {target}: {html[:160]}" for rule, target, html in found)
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            yield f"{where}: needs {needed} px"
    page.set_viewport_size({"width": DESK, "height": 900})
    page.emulate_media(color_scheme="light")
