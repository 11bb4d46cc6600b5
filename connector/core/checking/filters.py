"""Say what is wrong with a link's filter and consent before anything is sent (rules 1.4 and 6.4)."""

import re
from collections.abc import Mapping, Sequence

from connector.core.checking.mapping import source_problem
from connector.core.checking.problem import Problem, gettext_noop
from connector.core.filters import SUBDOMAINS
from connector.core.participant import Json

_DOMAIN = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")


def normalise_domain(text: str) -> str:
    """Return an excluded domain as it is stored and compared: lower case, without a leading @."""
    return text.strip().lower().removeprefix("@")


def validate_domains(domains: Sequence[str]) -> list[Problem]:
    """Check the excluded email domains."""
    text = gettext_noop("%(domain)s is no email domain: write example.com, or *.corp.example for all below it.")
    return [
        Problem("domain_unfit", f"exclude_email_domains.{place}", text, {"domain": domain})
        for place, domain in enumerate(domains)
        if not _DOMAIN.fullmatch(normalise_domain(domain)) or domain.count("*") > domain.startswith(SUBDOMAINS)
    ]


def validate_only(conditions: Sequence[Mapping[str, Json]]) -> list[Problem]:
    """Check the conditions of `only`, each {"source", "in", "not_in"}."""
    problems = []
    for place, condition in enumerate(conditions):
        key = f"only.{place}"
        problems += _source_problems(str(condition.get("source") or ""), key=f"{key}.source")
        listed = [name for name in ("in", "not_in") if condition.get(name) is not None]
        if not listed:
            text = gettext_noop("Give the values: in: [Visitor] or not_in: [Exhibitor, Staff].")
            problems.append(Problem("values_missing", key, text))
        problems += [_no_values(f"{key}.{name}") for name in listed if not condition[name]]
    return problems


def _source_problems(source: str, *, key: str) -> list[Problem]:
    if not source:
        return [Problem("source_missing", key, gettext_noop("Name the inwink field."))]
    problem = source_problem(source, key=key)
    return [problem] if problem else []


def _no_values(key: str) -> Problem:
    return Problem("values_missing", key, gettext_noop("List at least one value."))


def validate_consent(consent: Mapping[str, Json] | None) -> list[Problem]:
    """Check where the consent is read."""
    return _source_problems(str(consent.get("source") or ""), key="consent.source") if consent else []
