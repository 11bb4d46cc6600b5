"""Decide how many rows go into one collection and one call, by what this organisation was seen to bear (rule 7.1).

Triggers and flows of an organisation may not bear 200 rows at once, or take minutes for them. The sizes that work are
kept with the organisation, and grow back a little with each run that used them to the full.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector.models import SalesforceOrg
from connector.salesforce.composite import MAX_HEAVY, MAX_ROWS

CALL_SECONDS = 30.0
"""Seconds that one call should take at most: so long may a check-in wait behind it."""
MAX_CALL_ROWS = MAX_HEAVY * MAX_ROWS
"""Rows of a call."""
_CALL = "call"
"""Key of the rows of a call, beside the objects'."""
_GROWTH = 4
"""A size that works grows by one part in so many."""


@dataclass(slots=True)
class Sizes:
    """How many rows of each object a collection takes, and how many a call."""

    known: dict[str, int] = field(default_factory=dict)
    """{object, or `call`: rows}; what is absent is not limited."""
    refused: set[str] = field(default_factory=set)
    """What was too much in this run, so that it does not grow at its end."""
    filled: set[str] = field(default_factory=set)
    """What was used to the full in this run, and went well."""

    def of_collection(self, sobjects: Iterable[str]) -> int:
        """Return how many rows of these objects go into one collection."""
        return min((self.known.get(name, MAX_ROWS) for name in sobjects), default=MAX_ROWS)

    def of_call(self) -> int:
        """Return how many rows go into one call."""
        return self.known.get(_CALL, MAX_CALL_ROWS)

    def note_too_much(self, sobjects: Iterable[str], *, rows: int) -> None:
        """Remember that so many rows of these objects are too much for one collection."""
        for name in set(sobjects):
            self.known[name] = max(1, min(rows // 2, self.known.get(name, MAX_ROWS)))
            self.refused.add(name)

    def note_well(self, sobjects: Iterable[str], *, rows: int) -> None:
        """Remember that a collection of so many rows went well."""
        self.filled |= {name for name in sobjects if rows >= self.known.get(name, MAX_ROWS)}

    def note_call(self, *, rows: int, seconds: float) -> None:
        """Size the next call by what this one took."""
        if seconds > CALL_SECONDS and rows > 1:
            self.known[_CALL] = max(1, int(rows * CALL_SECONDS / seconds))
            self.refused.add(_CALL)
        elif rows >= self.of_call() and seconds < CALL_SECONDS * _GROWTH / (_GROWTH + 1):
            self.filled.add(_CALL)

    def note_call_refused(self, *, rows: int) -> None:
        """Remember that a call of so many rows was refused as a whole."""
        self.known[_CALL] = max(1, min(rows // 2, self.of_call()))
        self.refused.add(_CALL)

    def grown(self) -> dict[str, int]:
        """Return the sizes to begin the next run with; what was not limited, or no longer is, is absent."""
        sizes = {name: self._grown(name, rows) for name, rows in self.known.items()}
        return {name: rows for name, rows in sizes.items() if rows < _most(name)}

    def _grown(self, name: str, rows: int) -> int:
        grows = name in self.filled and name not in self.refused
        return rows + max(1, rows // _GROWTH) if grows else rows


def _most(name: str) -> int:
    return MAX_CALL_ROWS if name == _CALL else MAX_ROWS


def sizes_of(org: SalesforceOrg) -> Sizes:
    """Return what the organisation is known to bear."""
    stored: Mapping[str, object] = org.working_sizes or {}
    return Sizes({name: rows for name, rows in stored.items() if isinstance(rows, int) and rows > 0})


def keep_sizes(org: SalesforceOrg, sizes: Sizes) -> None:
    """Store what a run learned for the next one."""
    grown = sizes.grown()
    if grown != org.working_sizes:
        SalesforceOrg.objects.filter(pk=org.pk).update(working_sizes=grown)
        org.working_sizes = grown
