"""Decide whom the filter of a link leaves out (rule 1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.convert import is_blank, texts_of
from connector.core.mapping import Facts, read_path
from connector.core.participant import Json

SUBDOMAINS = "*."
"""Before an excluded domain: every domain below it, not the domain itself."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of `only`: which values of one inwink field a participant must, or must not, have.

    A participant without a value has none of the listed ones: left out where one of them is demanded (`within`), sent
    where they are only excluded (`not_in`).
    """

    source: str
    """Path of an inwink value, as in mappings."""
    within: tuple[str, ...] = ()
    """At least one of these; empty: any value, and none."""
    not_in: tuple[str, ...] = ()
    """None of these."""

    def accepts(self, facts: Facts) -> bool:
        """Say whether a participant meets the condition."""
        said = _spellings(read_path(self.source, facts))
        demanded, excluded = (frozenset(_fold(text) for text in texts) for texts in (self.within, self.not_in))
        return (not demanded or bool(said & demanded)) and not said & excluded


def _spellings(value: Json) -> frozenset[str]:
    """Return every spelling of every choice, by key, label or any language; a text with ";" is several choices."""
    texts = [text for part in (value if isinstance(value, list) else [value]) for text in texts_of(part, language="en")]
    parts = [part for text in texts for part in (text, *text.split(";"))]
    return frozenset(_fold(part) for part in parts if not is_blank(part))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class Filter:
    """Everything by which a link leaves participants out."""

    only: tuple[Condition, ...] = ()
    """All of them must be met."""
    excluded_domains: tuple[str, ...] = ()
    """Lower case; `*.corp.example` stands for every domain below corp.example."""

    def accepts(self, facts: Facts, *, email: str) -> bool:
        """Say whether a participant passes; `email` is normalised, "" where there is none."""
        domain = email.rpartition("@")[2]
        return not self._excludes(domain) and all(condition.accepts(facts) for condition in self.only)

    def _excludes(self, domain: str) -> bool:
        return any(
            domain.endswith(excluded.removeprefix("*")) if excluded.startswith(SUBDOMAINS) else domain == excluded
            for excluded in self.excluded_domains
        )


def condition_of(stored: Mapping[str, Json]) -> Condition:
    """Return a condition as it is stored and written in the configuration file: {"source", "in", "not_in"}."""
    return Condition(
        source=str(stored["source"]),
        within=tuple(stored.get("in") or ()),
        not_in=tuple(stored.get("not_in") or ()),
    )
