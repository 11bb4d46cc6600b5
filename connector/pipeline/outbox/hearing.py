"""Merge what one message or file says into what is known, key by key; the tables are left to enqueue and linking."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from connector.core.merging.effect import Effect, effect_of
from connector.core.merging.merge import Merge, MergeResult, merge_participant
from connector.core.merging.replay import merge_replayed
from connector.core.participant import Known, Participant
from connector.core.state import State
from connector.models import WebhookSource


class MergeOne(Protocol):
    """Merge one participant into what is known of it."""

    def __call__(
        self, known: Known | None, participant: Participant, *, received_at: datetime, default_state: State | None
    ) -> Merge:
        """Return the row after it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who says something, and when."""

    source: WebhookSource | None
    """None for an import."""
    at: datetime
    """Now: what changes is due from then on."""
    first_at: datetime | None = None
    """When a message that is read once more had first arrived; None for what arrives now."""
    merge_one: MergeOne = merge_participant
    """By which rule: of a message, or of a row of a list (`merge_listed`)."""

    def merge(self, known: Known | None, participant: Participant) -> Merge:
        """Merge one participant."""
        merge = self.merge_one if self.first_at is None else merge_replayed
        heard_at = self.first_at or self.at
        return merge(known, participant, received_at=heard_at, default_state=default_state_of(self.source))


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one participant's row."""

    known: Known
    results: tuple[MergeResult, ...]
    """One a message, in their order."""
    source: WebhookSource | None = None
    """Who said it; None for an import."""
    effects: tuple[Effect, ...] = ()
    """The same for the inbox; none where waiting rows are moved."""

    @property
    def change_count(self) -> int:
        """How many of the messages changed the row; the row's generation rises by as many."""
        return sum(result is MergeResult.ACCEPTED for result in self.results)


Merger = Callable[[str, Known | None], Heard]
"""Merge everything that was heard under a key into the stored row, None where there is none."""


def keys_of(participants: Iterable[Participant]) -> list[str]:
    """Return the keys of participants, each once."""
    return list(dict.fromkeys(participant.key for participant in participants))


def merge_said(participants: Iterable[Participant], telling: Telling) -> Merger:
    """Return the merger of participants of one event that were told together."""
    said: dict[str, list[Participant]] = {}
    for participant in participants:
        said.setdefault(participant.key, []).append(participant)
    return partial(_merge_in_order, said=said, telling=telling)


def effects_of(participants: Iterable[Participant], heard: Mapping[str, Heard]) -> list[Effect]:
    """Return what each participant did, in their order, from {key: what became of its row}."""
    remaining = {key: iter(row.effects) for key, row in heard.items()}
    return [next(remaining[participant.key]) for participant in participants]


def default_state_of(source: WebhookSource | None) -> State | None:
    """Return the state that a source supposes where it sends none."""
    return State(source.default_state) if source is not None and source.default_state else None


def _merge_in_order(
    key: str, known: Known | None, *, said: Mapping[str, Sequence[Participant]], telling: Telling
) -> Heard:
    effects = []
    for participant in said[key]:
        merged = telling.merge(known, participant)
        effects.append(effect_of(merged, is_new=known is None))
        known = merged.known
    results = tuple(effect.result for effect in effects)
    return Heard(known or Known(), results, telling.source, tuple(effects))
