"""Everything that people see has a French text, and what is compiled is what is written."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "connector" / "locale"
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
TRANSLATE = re.compile(r"{%\s*translate\s+(\"[^\"]*\"|'[^']*')")


PYTHONS_OWN = {"json", "said"}
"""Placeholders of English words that are not ours: the French text says the same by itself."""


def read_catalogue(language: str) -> dict[str, str]:
    """Return {text: translation} of a compiled catalogue; of plurals the singular."""
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    messages: dict[str | tuple[str, int], str] = vars(compiled)["_catalog"]
    return {key if isinstance(key, str) else key[0]: text for key, text in messages.items()}


def marked_in_code() -> Iterator[tuple[str, str]]:
    """Yield (file, text) of every text that is marked for translation in Python."""
    for folder in ("connector", "project"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS:
                    text = node.args[0]
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        yield path.name, text.value


def marked_in_templates() -> Iterator[tuple[str, str]]:
    """Yield (file, text) of every translate tag."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for quoted in TRANSLATE.findall(path.read_text()):
            yield path.name, quoted[1:-1]


def test_every_marked_text_is_translated_into_french() -> None:
    french = read_catalogue("fr")
    marked = [*marked_in_code(), *marked_in_templates()]
    assert len(marked) > 500
    missing = sorted({f"{file}: {text}" for file, text in marked if not french.get(text)})
    assert missing == [], "run make texts, then translate"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    source = (folder / "django.po").read_text()
    assert "#, fuzzy" not in source
    entries = re.findall(r'^(?:msgctxt "(.+)"\n)?msgid "(.+)"$', source, flags=re.MULTILINE)
    written = {f"{context}\x04{text}" if context else text for context, text in entries}
    compiled = {text.replace('"', '\\"').replace("\n", "\\n") for text in read_catalogue(language) if text}
    if language == "fr":
        assert written <= compiled | {text for text in written if "\\n" in text}
    assert compiled <= written


def test_a_translation_keeps_every_placeholder() -> None:
    names = re.compile(r"%\((\w+)\)s")
    for text, french in read_catalogue("fr").items():
        ours, theirs = set(names.findall(text)), set(names.findall(french))
        assert theirs <= ours, text
        assert ours - theirs <= PYTHONS_OWN, text
