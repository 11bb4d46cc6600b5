"""Every reason, note and error code explains itself in both languages."""

import re
from pathlib import Path

import pytest

import connector
from connector.core.advice.explain import ADVICE, LANGUAGES, advise, advise_signing_in, advise_signing_in_again
from connector.core.advice.sign_in import SIGN_IN_CODES, WHEN_ENTERED
from connector.core.outcomes import Note, Reason
from connector.salesforce.errors import KIND_OF_CODE, call_error

KNOWN_CODES = [*(reason.value for reason in Reason), *(note.value for note in Note), *KIND_OF_CODE]


@pytest.mark.parametrize("code", KNOWN_CODES)
def test_every_code_has_advice(code: str) -> None:
    assert code in ADVICE


@pytest.mark.parametrize("code", ADVICE)
def test_advice_says_what_and_next_step_in_each_language(code: str) -> None:
    assert set(ADVICE[code]) == set(LANGUAGES)
    for language in LANGUAGES:
        advice = advise(code, language=language)
        assert advice.what.endswith(".")
        assert advice.next_step.endswith(".")


@pytest.mark.parametrize("code", ADVICE)
def test_french_is_not_the_english_text(code: str) -> None:
    assert advise(code, language="fr").what != advise(code, language="en").what


OWN_CODE = re.compile(
    r"(?:ConfigurationProblemError|SignInFailed|RemoteUnavailable|UnfitError|unreadable|Stop)"
    r"\(\s*(?:code=)?\"([a-z_]+)\""
)
"""Where the connector names an error itself."""


def test_every_code_that_the_connector_names_has_advice() -> None:
    package = Path(connector.__file__).parent
    named = {code for path in package.rglob("*.py") for code in OWN_CODE.findall(path.read_text())}
    assert len(named) > 10
    assert named <= set(ADVICE)


def test_a_code_nobody_foresaw_is_explained_too() -> None:
    assert "does not know" in advise("BRAND_NEW_CODE", language="en-gb").what
    assert advise("BRAND_NEW_CODE", language="fr-ca") == advise("another", language="fr")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_outage_without_a_word_of_salesforce_is_explained_as_one(status: int) -> None:
    error = call_error(status, None, is_write=False)
    assert "not available at the moment" in advise(error.code, language="en").what


def test_a_reason_and_an_error_code_never_share_a_name() -> None:
    assert len(KNOWN_CODES) == len(set(KNOWN_CODES))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted({*SIGN_IN_CODES, *WHEN_ENTERED}))
def test_nobody_who_is_signing_in_is_told_that_it_goes_on_by_itself(code: str, language: str) -> None:
    for advise_person in (advise_signing_in, advise_signing_in_again):
        next_step = advise_person(code, language=language).next_step
        assert not next_step.startswith(("Nothing to do", "Rien à faire"))
