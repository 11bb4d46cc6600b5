"""Preview a put back: say of each value whether it would be what it was, or why it stays; writes nothing."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from connector.core.participant import Json
from connector.core.put_back import Kept, Restore
from connector.models import OutboxEntry
from connector.pipeline.connection import connect
from connector.pipeline.put_back.selection import Selection, links_of, traces_by_participant
from connector.pipeline.put_back.values import Decision, values_of
from connector.pipeline.stops import STOPS, explain_stop

_READ_TOGETHER = 500
"""Participants of a preview."""


class UnreadableError(Exception):
    """Salesforce could not be read, so that nothing can be previewed."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code, which advice explains, and what Salesforce said."""
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What would happen to one value."""

    entry_id: int
    participant_key: str
    path: str
    current: Json
    value: Json = None
    """What it would be again."""
    kept: Kept | None = None
    """Why it stays; None where it is put back."""


@dataclass(frozen=True, slots=True)
class PutBackPreview:
    """What would happen; nothing was written."""

    lines: tuple[PreviewLine, ...]
    participants: int
    """Participants concerned, those beyond the limit included."""
    seen: int
    """Participants that were looked at."""

    @property
    def restored(self) -> int:
        """Values that would be put back."""
        return sum(line.kept is None for line in self.lines)

    def kept(self) -> Counter[Kept]:
        """Return {why: values that stay}."""
        return Counter(line.kept for line in self.lines if line.kept is not None)


def preview_put_back(selection: Selection, *, limit: int | None = None) -> PutBackPreview:
    """Read Salesforce and say what would happen, to the first `limit` participants of each event where it is given.

    Call outside a transaction. Raises UnreadableError.
    """
    try:
        return _preview(selection, limit=limit)
    except STOPS as exc:
        raise UnreadableError(*explain_stop(exc)) from exc


def _preview(selection: Selection, *, limit: int | None) -> PutBackPreview:
    lines: list[PreviewLine] = []
    participants = seen = 0
    for link in links_of(selection):
        by_entry = traces_by_participant(selection, link)
        looked_at = by_entry[:limit]
        participants, seen = participants + len(by_entry), seen + len(looked_at)
        with closing(connect.gateway_for(link.org)) as gateway:
            values = values_of(link, gateway, selection=selection)
            for start in range(0, len(looked_at), _READ_TOGETHER):
                some = [trace for same in looked_at[start : start + _READ_TOGETHER] for trace in same]
                lines += _lines(values.decide(some))
            connect.record_usage(link.org, gateway)
    return PutBackPreview(tuple(lines), participants, seen)


def _lines(decisions: list[Decision]) -> list[PreviewLine]:
    ids = {one.trace.entry_id for one in decisions}
    keys = dict(OutboxEntry.objects.filter(pk__in=ids).values_list("pk", "participant_key"))
    return [
        PreviewLine(
            entry_id=one.trace.entry_id,
            participant_key=keys.get(one.trace.entry_id, ""),
            path=one.trace.path,
            current=one.current,
            value=one.verdict.value if isinstance(one.verdict, Restore) else None,
            kept=one.verdict if isinstance(one.verdict, Kept) else None,
        )
        for one in decisions
    ]
