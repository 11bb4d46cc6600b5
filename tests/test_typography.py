"""French is set as French people set it, and quotes come in pairs, in everything that people see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_locale import ROOT, read_catalogue

NBSP = "\u00a0"
_CODE = re.compile(
    r"https?://\S*|<[^>]*>|&\w+;"  # addresses, tags, entities
    r"|\w:\d+|\b\w+: (?:true\b|\[[^]]*\])"  # times and options, pieces of the configuration file
    r"|^\s*[A-Z][a-z]+-[A-Z][a-z]+: |\bAuthorization: \w+"  # headers
    r"|^\s*\"\w+\": .*$|\"\w+\": (?:\"[^\"]*\"|\d+)|{\"[^{}]*}",  # JSON
    re.MULTILINE,
)
"""What is to be read by machines, or was always written so."""
_WRONG_SPACE = re.compile(rf"(?<!{NBSP})[:;?!»]|«(?!{NBSP})|\d (?=%|\d{{3}}\b)")
_WRONG_QUOTE = re.compile("[“”„\"']")


def french_in_code() -> Iterator[tuple[str, str]]:
    """Yield (file, text) of what stands under "fr" in a table of texts, or in a constant called …_FR."""
    for path in sorted((ROOT / "connector").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for value in _french_values(node):
                for text in ast.walk(value):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value:
                        yield path.name, text.value


def _french_values(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Dict):
        return [
            value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "fr" and not isinstance(value, ast.Call)
        ]
    is_constant = isinstance(node, ast.Assign) and any(
        isinstance(name, ast.Name) and name.id.endswith("_FR") for name in node.targets
    )
    return [node.value] if is_constant and isinstance(node, ast.Assign) else []


def french_texts() -> Iterator[tuple[str, str]]:
    """Yield (where, text) of all French that people see."""
    yield from (("django.po", text) for key, text in read_catalogue("fr").items() if key)
    yield from french_in_code()
    yield from ((path.name, path.read_text()) for path in (ROOT / "templates").rglob("*.fr.txt"))


def faults(text: str) -> list[str]:
    """Return each place of a French text that is set wrongly, with what stands around it."""
    plain = _CODE.sub(" ", text)
    places = [*_WRONG_SPACE.finditer(plain), *_WRONG_QUOTE.finditer(plain)]
    return [plain[max(0, place.start() - 20) : place.end() + 10] for place in places]


@pytest.mark.parametrize(
    "text",
    ["Fermer ?", "Fermer?", "Objet : x", "Objet: x", "« Oui »", "“Oui”", "l'heure", "95 %", "1 000 fois", "ici ; là"],
)
def test_what_is_set_wrongly_is_recognised(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        f"Objet{NBSP}: «{NBSP}Oui{NBSP}», à 12:30{NBSP}!",
        "https://acme.my.salesforce.com",
        "mettez create_statuses: true",
        '<a href="x">l’heure</a>',
        "Content-Type: application/json",
    ],
)
def test_what_is_right_or_for_machines_stays(text: str) -> None:
    assert faults(text) == []


def test_french_is_set_with_its_own_spaces_and_quotes() -> None:
    texts = list(french_texts())
    assert len(texts) > 1500
    assert {(where, text): found for where, text in texts if (found := faults(text))} == {}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_quote_that_opens_is_closed(language: str) -> None:
    opening, closing = "“«", "”»"
    texts = read_catalogue("fr")
    for text in texts if language == "en" else texts.values():
        marks = re.sub(f"[^{opening}{closing}]", "", text)
        assert re.fullmatch("(?:“”|«»)*", marks), text


def test_templates_quote_in_pairs() -> None:
    for path in sorted(Path(ROOT / "templates").rglob("*.*")):
        marks = re.sub("[^“”«»]", "", path.read_text())
        assert re.fullmatch("(?:“”|«»)*", marks), path
