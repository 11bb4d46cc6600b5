"""Sum up the values that an event's participants really have, for whoever maps fields (rules 5.3 and 5.4)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from connector.core.checking.mapping import SOURCE_TYPES
from connector.core.convert import choices_of, is_blank, texts_of
from connector.core.mapping import Facts, read_path
from connector.core.participant import Json
from connector.core.schema import FieldSpec

SAMPLES = 3
"""Different values that stand for all."""
SAMPLE_LENGTH = 40
"""Characters of a value that are shown."""
MOST_CHOICES = 40
"""Different values of a field that can still be a list of choices."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that can be mapped, and what was received of it."""

    path: str
    filled: int
    """Participants who have a value."""
    samples: tuple[str, ...]
    """The most frequent values, shortened."""


def collect_sources(people: Sequence[Facts], *, language: str, zone: tzinfo | None = None) -> list[Source]:
    """Return the standard sources in their order, then every custom field received, by its path."""
    custom = sorted({path for facts in people for path in facts.values.get("custom") or {}})
    return [_sum_up(path, people, language=language, zone=zone) for path in dict.fromkeys([*SOURCE_TYPES, *custom])]


def _sum_up(path: str, people: Iterable[Facts], *, language: str, zone: tzinfo | None) -> Source:
    values = [value for facts in people if not is_blank(value := read_path(path, facts))]
    counted = Counter(text for value in values if (text := show_text(value, language=language, zone=zone)))
    samples = tuple(shorten(text) for text, _count in counted.most_common(SAMPLES))
    return Source(path, filled=len(values), samples=samples)


def show_text(value: Json, *, language: str, zone: tzinfo | None = None) -> str:
    """Write a value as one text, lists joined; a time as a clock of the event's place shows it, where that is known."""
    if isinstance(value, datetime) and zone is not None:
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    parts = value if isinstance(value, list) else [value]
    return "; ".join(spellings[0] for part in parts if (spellings := texts_of(part, language=language)))


def shorten(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= SAMPLE_LENGTH else f"{text[: SAMPLE_LENGTH - 1]}…"


@dataclass(frozen=True, slots=True)
class ReceivedChoice:
    """One choice that participants made."""

    spellings: tuple[str, ...]
    """The preferred one first."""
    count: int


def received_choices(path: str, people: Iterable[Facts], *, spec: FieldSpec, language: str) -> list[ReceivedChoice]:
    """Return the choices at a path, the most frequent first; none where there are too many to be choices."""
    counted: Counter[tuple[str, ...]] = Counter()
    for facts in people:
        for part in choices_of(read_path(path, facts), spec=spec):
            counted[tuple(texts_of(part, language=language))] += 1
    counted.pop((), None)
    if len(counted) > MOST_CHOICES:
        return []
    return [ReceivedChoice(spellings, count) for spellings, count in counted.most_common()]
