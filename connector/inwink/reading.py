"""Read single values: texts, ids, the three-valued registration, check-ins."""

import json
from collections.abc import Mapping

from connector.core.checking.problem import gettext_noop as _
from connector.core.participant import Json, normalise_id
from connector.core.state import Registration
from connector.inwink.aliases import fold

ID_MAX_LENGTH = 200
"""Characters of an id or of the email that stands in for it; ours, so that it fits the index of the key."""

SHOWN_MAX_LENGTH = 40
"""Characters of a refused value that an error repeats."""

_YES = ("true", "oui", "yes", "vrai", "1")
_NO = ("false", "non", "no", "faux", "0")

REGISTRATION_WORDS: dict[Registration, tuple[str, ...]] = {
    Registration.REGISTERED: (
        *_YES,
        "Registered",
        "Is registered",
        "Inscrit",
        "Inscrite",
        "Est inscrit",
        "Est inscrite",
    ),
    Registration.REFUSED: ("Refused", "Refusé", "Refusée"),
    Registration.NOT_REGISTERED: (*_NO, "Not registered", "Non inscrit", "Non inscrite"),
}
"""Words of a registration, English and French; compared as `fold` leaves them."""

CAME_WORDS = (
    "Came",
    "Has come",
    "Est venu",
    "Est venue",
    "Venu",
    "Venue",
    "Attended",
    "Present",
    "Présente",
    "Checked in",
)
"""Words that say that somebody came; `status` accepts them too."""

NOT_CAME_WORDS = (
    "Did not come",
    "Not attended",
    "N'est pas venu",
    "N'est pas venue",
    "Non venu",
    "Non venue",
    "Absent",
    "Absente",
)
"""Words that say that somebody did not come."""

UNKNOWN_REGISTRATION = _("%(value)s is not a known registration value")
UNKNOWN_CHECK_IN = _("%(value)s does not say whether somebody came")
"""Why a value is refused for which there are words, REGISTRATION_WORDS and `check_in_words`."""

_REGISTRATIONS = {fold(word): value for value, words in REGISTRATION_WORDS.items() for word in words}
_CAME = frozenset(fold(word) for word in CAME_WORDS)
_CHECK_INS = {
    **dict.fromkeys(_CAME, True),
    **dict.fromkeys((fold(word) for word in NOT_CAME_WORDS), False),
    **dict.fromkeys(_YES, True),
    **dict.fromkeys(_NO, False),
}


def check_in_words() -> dict[bool, tuple[str, ...]]:
    """Return {whether somebody came: the words that say so}."""
    return {True: (*_YES, *CAME_WORDS), False: (*_NO, *NOT_CAME_WORDS)}


class Unreadable(ValueError):
    """A value is not of the kind that its field needs; the text says why, short enough for an answer."""

    def __init__(self, text: str, **params: object) -> None:
        """Keep the English template and what fills it in, so that a page can say it in another language."""
        super().__init__(text % params)
        self.text, self.params = text, params


def show(value: Json) -> str:
    """Render a refused value: texts quoted and shortened, objects and lists by their kind only."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = value if isinstance(value, str) else json.dumps(value)
    short = text if len(text) <= SHOWN_MAX_LENGTH else text[: SHOWN_MAX_LENGTH - 1] + "…"
    return json.dumps(short, ensure_ascii=False) if isinstance(value, str) else short


def read_text(value: Json, *, locale: str) -> str | None:
    """Read a text, None where it is blank; numbers become text, lists are joined by "; ", of languages one is taken."""
    if isinstance(value, str):
        return value.strip() or None
    if value is None:
        return None
    if isinstance(value, dict):
        return _choose_language(value, locale=locale)
    if isinstance(value, list):
        texts = [read_text(item, locale=locale) for item in value]
        return "; ".join(text for text in texts if text) or None
    return _number_text(value)


def _number_text(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)


def _choose_language(texts: Mapping[str, Json], *, locale: str) -> str | None:
    """Take the text of `locale` from {"fr": ..., "en": ...}, else of another language, else any.

    Raises Unreadable for an object that holds other objects instead of texts.
    """
    if any(isinstance(value, (dict, list)) for value in texts.values()):
        raise Unreadable(_("an object is not a text"))
    by_name = {name.casefold().split("-")[0].split("_")[0]: value for name, value in texts.items()}
    wanted = (locale, "fr", "en", "label", "name", "value")
    for value in (*(by_name.get(name) for name in wanted), *texts.values()):
        text = read_text(value, locale=locale)
        if text is not None:
            return text
    return None


def read_id(value: Json) -> str | None:
    """Read an id as trimmed text, None where it is blank; whole numbers are accepted."""
    if value is None:
        return None
    if isinstance(value, (bool, dict, list)) or (isinstance(value, float) and not value.is_integer()):
        raise Unreadable(_("%(value)s is not an id"), value=show(value))
    text = value.strip() if isinstance(value, str) else _number_text(value)
    if len(text) > ID_MAX_LENGTH:
        raise Unreadable(_("longer than %(count)s characters"), count=ID_MAX_LENGTH)
    return normalise_id(text) or None


def read_registration(value: Json, *, locale: str) -> Registration | None:
    """Read the three-valued registration, None where it is blank; see REGISTRATION_WORDS."""
    word = _read_word(value, locale=locale)
    if word is None:
        return None
    if word not in _REGISTRATIONS:
        raise Unreadable(UNKNOWN_REGISTRATION, value=show(value))
    return _REGISTRATIONS[word]


def read_came(value: Json, *, locale: str) -> bool | None:
    """Read whether somebody came, None where it is blank; see CAME_WORDS."""
    word = _read_word(value, locale=locale)
    if word is None:
        return None
    if word not in _CHECK_INS:
        raise Unreadable(UNKNOWN_CHECK_IN, value=show(value))
    return _CHECK_INS[word]


def says_came(value: Json, *, locale: str) -> bool:
    """Say whether a status is one of the words for a check-in; False where it cannot be read."""
    try:
        return _read_word(value, locale=locale) in _CAME
    except Unreadable:
        return False


def _read_word(value: Json, *, locale: str) -> str | None:
    if isinstance(value, list):
        raise Unreadable(_("a list is not one value"))
    text = read_text(value, locale=locale)
    return None if text is None else fold(text)
