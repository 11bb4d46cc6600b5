"""What was received for the sources of mappings, so that a person sees real values while choosing."""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connector import conf
from connector.core.checking.received import show_text
from connector.core.convert import is_blank
from connector.core.mapping import Event, Facts, read_path
from connector.core.participant import Json
from connector.models import UnlinkedParticipant

SAMPLED = 200
"""Participants that are looked at, the latest ones."""
_SHOWN = 3
"""Values that are shown."""
_LENGTH = 60
"""Characters of one value."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one source held."""

    values: tuple[str, ...] = ()
    """A few different ones."""
    filled: int = 0
    """Participants who have a value."""
    total: int = 0
    """Participants who were looked at."""

    @property
    def percent(self) -> int:
        """How many of a hundred have a value."""
        return round(100 * self.filled / self.total) if self.total else 0


def sample_waiting(event_id: str, sources: Collection[str], *, event_name: str = "") -> dict[str, Sample]:
    """Return {source: what the latest who wait for an event have there}; one query."""
    rows = UnlinkedParticipant.objects.filter(event_id=event_id).order_by("-id")[:SAMPLED]
    facts = [_facts(row, Event(id=event_id, name=event_name)) for row in rows]
    return {source: _sample([read_path(source, one) for one in facts]) for source in sources}


def _facts(row: UnlinkedParticipant, event: Event) -> Facts:
    known = row.known()
    return Facts(
        values=known.values,
        key=row.participant_key,
        state=known.state,
        first_registered_at=known.first_registered_at,
        attended_at=known.attended_at,
        event=event,
    )


def _sample(values: list[Json]) -> Sample:
    filled = [value for value in values if not is_blank(value)]
    texts = dict.fromkeys(_text(value) for value in filled)
    return Sample(tuple(list(texts)[:_SHOWN]), len(filled), len(values))


def _text(value: Json) -> str:
    return show_text(value, language="fr", zone=ZoneInfo(conf.time_zone()))[:_LENGTH]
