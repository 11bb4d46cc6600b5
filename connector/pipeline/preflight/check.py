"""One thing that was looked at, in the language that is active."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from connector.core.advice.explain import Advice, advise, advise_signing_in, advise_signing_in_again
from connector.core.checking.problem import Problem
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.sentences import say_stored
from connector.salesforce.errors import SalesforceError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """Stable, for scripts: `sign_in`, `mapping lead.Title`."""
    ok: bool
    detail: str
    """What was found."""
    advice: str = ""
    """What to do; where it is well: what is worth knowing, or ""."""


def found(name: str, text: str, values: Mapping[str, object] | None = None, *, advice: str = "") -> Check:
    """Make the check for something that is well; `text` is translated already, `values`, if any, fill it in."""
    return Check(name, ok=True, detail=text % values if values else text, advice=advice)


def missing(name: str, text: str, values: Mapping[str, object] | None = None, *, advice: str) -> Check:
    """Make the check for something that is not well."""
    return Check(name, ok=False, detail=text % values if values else text, advice=advice)


def failed(name: str, exc: SalesforceError | WrongEncryptionKey) -> Check:
    """Make the check for something that could not be looked at."""
    return _failed(name, exc, advise(exc.code, language=get_language() or "en"))


def failed_sign_in(exc: SalesforceError | WrongEncryptionKey) -> Check:
    """Make the check for whoever has just entered credentials."""
    return _failed("sign_in", exc, advise_signing_in(exc.code, language=get_language() or "en"))


def failed_sign_in_again(exc: SalesforceError | WrongEncryptionKey) -> Check:
    """Make the check for whoever tests credentials that have worked before."""
    return _failed("sign_in", exc, advise_signing_in_again(exc.code, language=get_language() or "en"))


def _failed(name: str, exc: SalesforceError | WrongEncryptionKey, advice: Advice) -> Check:
    logger.warning("preflight_failed", extra={"check": name, "code": exc.code})
    return Check(name, ok=False, detail=f"{advice.what} ({say_stored(str(exc))})", advice=advice.next_step)


def say(problem: Problem) -> str:
    """Say a problem in the language that is active."""
    return _(problem.text) % problem.params
