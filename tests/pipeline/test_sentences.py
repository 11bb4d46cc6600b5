"""What we store in English is known again, and said in the reader's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

import connector
from connector.pipeline.sentences import SENTENCES, recognise, say_stored

_PACKAGE = Path(connector.__file__).parent
_MAKERS = frozenset(
    {
        "UnfitError", "MalformedBody", "UnreadableFile", "Unreadable", "refusal", "_refuse", "RowError",
        "SignInFailed", "RemoteUnavailable", "LimitReached", "RequestRefused", "ForbiddenHost", "AccessUnreadable",
        "unreadable", "ConfigurationProblemError", "WrongEncryptionKey",
    }
)  # fmt: skip
"""Names of what carries a sentence that ends in the database or in an answer."""
_SPEAK_AT_ONCE = frozenset({"views", "configure"})
"""Whose texts are for the one who asks and kept nowhere: the answers to requests, the errors of the configuration."""


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Title: 218 characters, 128 fit", "Title : 218 caractères, 128 au plus"),
        ("not a date and time", "pas une date et heure"),
        ('inscrit: "peut-être" is not a known registration value',
         'inscrit : "peut-être" n’est pas une valeur d’inscription connue'),
        ("id or email: one of them is required", "id ou email : l’un des deux est obligatoire"),
        ("id: a list is not an id", "id : une liste n’est pas un identifiant"),
        ("CampaignMember: edit, Lead: create", "CampaignMember : modifier, Lead : créer"),
        ("no_connection: Salesforce could not be reached.", "no_connection : Salesforce n’a pas pu être joint."),
        ("the file is not valid JSON: Expecting value (line 1, column 5)",
         "le fichier n’est pas un JSON valide : plus du JSON à partir de la ligne 1, caractère 5 (Expecting value)"),
    ],
)  # fmt: skip
def test_a_stored_sentence_is_said_in_french(stored: str, shown: str) -> None:
    with override("fr"):
        assert say_stored(stored).replace("\u00a0", " ") == shown
    with override("en"):
        assert say_stored(stored) == stored


@pytest.mark.parametrize("said", ["A company called […] is not accepted.", "", "Title: data value too large"])
def test_the_words_of_others_stay(said: str) -> None:
    with override("fr"):
        assert say_stored(said) == said


def test_a_value_is_left_out_on_demand_and_the_rest_known_again() -> None:
    found = recognise('Est inscrit: "ada@example.org: yes" is not a known registration value')
    assert found is not None
    assert found.without_values().stored == "Est inscrit: … is not a known registration value"
    assert recognise(found.without_values().stored) == found.without_values()


def test_every_sentence_has_a_french_one() -> None:
    with override("fr"):
        assert [text for text in SENTENCES if gettext(text) == text] == []


def test_every_sentence_that_the_code_makes_is_known_again() -> None:
    makers = [path for path in _PACKAGE.rglob("*.py") if not _SPEAK_AT_ONCE & {*path.parts, path.stem[:9]}]
    made = {text for path in makers for text in _made_in(path)}
    assert len(made) > 50
    assert sorted(text for text in made if recognise(text) is None) == []


def _made_in(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and _name(call.func) in _MAKERS:
            for argument in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "detail")):
                text = _text(argument)
                if " " in text and not text.endswith(" 7"):  # that is somebody else's text behind a code
                    yield re.sub(r"%\(\w+\)s", "7", text)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str:
    """Return the text that an expression makes, with a number for what is filled in; "" where it makes none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str(text))]):
            return text
        case ast.BoolOp(values=[*_others, last]):
            return _text(last)
        case _:
            return ""
