"""No template of ours carries a script, a style or a handler inside, which a strict policy refuses."""

import re
from pathlib import Path

import pytest
import unfold
from django.conf import settings

_INSIDE = re.compile(r"<script(?![^>]*\ssrc=)|<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
"""A script without an address, a style, a handler."""
_ALPINE = re.compile(r"\s(?:x-|@)[a-z:.-]+\s*=\s*[\"']", re.IGNORECASE)
"""An expression of Alpine.js, for which 'unsafe-eval' is needed: only templates in place of Unfold's have any."""
_ROOT = Path(settings.BASE_DIR)
_UNFOLD = Path(unfold.__file__).parent / "templates"


@pytest.mark.parametrize(
    "html",
    ["<script>go()</script>", "<style>", '<p style="x">', "<a onclick=go>", '<a href="javascript:go">'],
)
def test_what_a_browser_would_refuse_is_recognised(html: str) -> None:
    assert _INSIDE.search(html)


def test_templates_carry_nothing_that_a_browser_would_refuse() -> None:
    templates = sorted((_ROOT / "templates").rglob("*.html"))
    assert len(templates) > 60
    assert {str(path.relative_to(_ROOT)): _found(path) for path in templates if _found(path)} == {}


def test_neither_does_what_code_puts_into_pages() -> None:
    sources = [path for area in ("admin", "views") for path in (_ROOT / "connector" / area).rglob("*.py")]
    inside = re.compile(r"<script|<style|\bstyle=\\?[\"']|\bonclick|javascript:")
    assert [str(path.relative_to(_ROOT)) for path in sources if inside.search(path.read_text())] == []


def test_only_unfold_needs_more_than_the_strictest_policy() -> None:
    everywhere, admin = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], settings.ADMIN_CSP_DIRECTIVES
    assert set(map(tuple, everywhere.values())) == {("'none'",)}
    assert "'unsafe-inline'" not in admin["script-src"]


def _found(path: Path) -> list[str]:
    stands_for_unfolds = (_UNFOLD / path.relative_to(_ROOT / "templates")).exists()
    patterns = [_INSIDE] if stands_for_unfolds else [_INSIDE, _ALPINE]
    return [found[0].strip() for pattern in patterns for found in pattern.finditer(path.read_text())]
