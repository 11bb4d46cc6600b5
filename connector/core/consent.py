"""Decide what a person's consent lets us send (rule 6.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.core.convert import texts_of
from connector.core.mapping import Facts, read_path
from connector.core.participant import Json
from connector.core.yes_no import read_yes_no


class Scope(StrEnum):
    """How much of a person is sent."""

    ALL = "all"
    MEMBERSHIP_ONLY = "membership_only"
    """The person is matched, created and a member; fields ticked *marketing* are not sent."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Consent:
    """Where a link reads the consent, and what a no or no clear answer means."""

    source: str
    """Path of an inwink value, as in mappings."""
    when_no: Scope = Scope.MEMBERSHIP_ONLY
    when_unknown: Scope = Scope.MEMBERSHIP_ONLY
    """Also for a value that is neither yes nor no: consent is never guessed."""

    def read(self, facts: Facts) -> bool | None:
        """Return yes, no, or None where no clear answer stands."""
        value = read_path(self.source, facts)
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        return read_yes_no(texts_of(one, language="en"))

    def scope(self, said: Iterable[bool | None]) -> Scope:
        """Return what may be sent of somebody who registered once or several times.

        A no among several answers outranks a yes; where nothing was said, the others answer.
        """
        answers = set(said)
        if False in answers:
            return self.when_no
        return Scope.ALL if True in answers else self.when_unknown


def consent_of(stored: Mapping[str, Json] | None) -> Consent | None:
    """Return a consent as it is stored and written in the configuration file: {"source", "when_no", "when_unknown"}."""
    if not stored:
        return None
    default = Scope.MEMBERSHIP_ONLY.value
    return Consent(
        source=str(stored["source"]),
        when_no=Scope(stored.get("when_no") or default),
        when_unknown=Scope(stored.get("when_unknown") or default),
    )
