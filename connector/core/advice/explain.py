"""Explain every reason, note and error code in plain words, with the next step, in English and French."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.advice.errors import SALESFORCE_CODES
from connector.core.advice.own import OWN_CODES
from connector.core.advice.reasons import NOTES, REASONS, Texts
from connector.core.advice.sign_in import SIGN_IN_CODES, WHEN_ENTERED, WHEN_TRIED_AGAIN

LANGUAGES = ("en", "fr")

ADVICE: Mapping[str, Texts] = {
    **{reason.value: texts for reason, texts in REASONS.items()},
    **{note.value: texts for note, texts in NOTES.items()},
    **SALESFORCE_CODES,
    **OWN_CODES,
    **SIGN_IN_CODES,
}
"""{reason, note or error code: {language: (what happened, next step)}}"""

_UNKNOWN: Texts = {
    "en": ("Salesforce gave an answer that the connector does not know.",
           "Show the text below to your Salesforce administrator. When it is mended, send the participant again."),
    "fr": ("Salesforce a donné une réponse que le connecteur ne connaît pas.",
           "Montrez le texte ci-dessous à votre administrateur Salesforce. "
           "Une fois le problème corrigé, renvoyez le participant."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advice:
    """What happened, and what a person can do about it; one or two sentences each."""

    what: str
    next_step: str


def advise(code: str, *, language: str) -> Advice:
    """Explain a reason, a note or an error code; a code that nobody foresaw gets a general answer.

    `language` is a tag such as "fr" or "en-gb"; any but French is answered in English.
    """
    return _in(language, ADVICE.get(code, _UNKNOWN))


def advise_signing_in(code: str, *, language: str) -> Advice:
    """Explain to whoever is signing in just now why that did not work: nothing goes on without them."""
    texts = WHEN_ENTERED.get(code)
    return _in(language, texts) if texts else advise(code, language=language)


def advise_signing_in_again(code: str, *, language: str) -> Advice:
    """Explain the same where the sign-in has worked before with what was entered."""
    texts = WHEN_TRIED_AGAIN.get(code)
    return _in(language, texts) if texts else advise(code, language=language)


def _in(language: str, texts: Texts) -> Advice:
    what, next_step = texts["fr" if language.lower().startswith("fr") else "en"]
    return Advice(what=what, next_step=next_step)
