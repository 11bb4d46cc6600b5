"""Preview a whole event and keep whom each verdict and reason concerns, so that a page can drill down."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from connector.core.outcomes import Note
from connector.core.planning.kept import Why
from connector.models import CampaignLink, EventPreview, OutboxEntry
from connector.pipeline.previews.preview import VERDICTS, Look, Preview, PreviewRow, look_at, records_of

MOST_AT_ONCE = 1000
"""Participants whom a page looks at while somebody waits: one batch, some five calls, a few seconds. An event with more
is left to the workers."""

_EFFECTS = ("new_contact", "new_lead", "joins", "", "same_person")
_SAID_BY_GROUP = frozenset({Note.SAME_PERSON.value, Why.UNFIT.value})
"""Remarks that a group says already."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of an event so far."""

    config_version: int
    """Of the link when looking began."""
    groups: Rows = ()
    """[{"verdict", "effect", "reason", "ids": [entry id, …]}]: everybody who was looked at, once."""
    remarks: Rows = ()
    """[{"code", "ids"}]: the same people, any number of times."""
    api_calls: int = 0
    looks: Sequence[Mapping[str, Sequence[int]]] = ()
    """As of `records_of`, one for each look."""

    def with_more(self, preview: Preview) -> "Seen":
        """Return this and what a look at participants has shown; whoever was looked at before counts anew."""
        ids = {row.entry_id for row in preview.people}
        return replace(
            self,
            groups=group_rows(preview.people, earlier=_without(ids, self.groups)),
            remarks=collect_remarks(preview.people, earlier=_without(ids, self.remarks)),
            api_calls=self.api_calls + preview.api_calls,
            looks=[*self.looks, records_of(preview.people)],
        )

    def as_json(self) -> dict[str, Any]:
        """Return what the next slice needs."""
        return asdict(self)

    def counts(self) -> dict[str, Any]:
        """Return the same with counts in the place of ids, and how many people there are in all."""
        groups, remarks = ([_counted(row) for row in rows] for rows in (self.groups, self.remarks))
        people = sum(row["count"] for row in groups)
        return {"groups": groups, "remarks": remarks, "people": people, "api_calls": self.api_calls}


def _without(ids: Set[int], rows: Rows) -> Rows:
    parted = [{**row, "ids": [one for one in row["ids"] if one not in ids]} for row in rows]
    return [row for row in parted if row["ids"]]


def _counted(row: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in row.items() if name != "ids"}
    return {**said, "count": len(row["ids"])}


def preview_event(link: CampaignLink, *, by: str, now: datetime) -> Look:
    """Look at an event of up to MOST_AT_ONCE participants and keep the counts; of a larger one at the newest.

    What was kept stays where Salesforce is away. Call outside a transaction: it speaks HTTP.
    """
    entries = OutboxEntry.objects.filter(link=link)
    ids = sorted(entries.order_by("-pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    look = look_at(link, ids)
    if not look.problem_code:
        seen = Seen(config_version=link.config_version).with_more(look.preview)
        keep_preview(link, seen, entry_count=entries.count(), by=by, now=now)
    return look


def keep_preview(link: CampaignLink, seen: Seen, *, entry_count: int, by: str, now: datetime) -> None:
    """Replace what is kept of an event's preview."""
    said = asdict(seen)
    del said["looks"]
    columns = {**said, "made_at": now, "made_by": by, "entry_count": entry_count}
    EventPreview.objects.update_or_create(link=link, defaults=columns)


def group_rows(people: Iterable[PreviewRow], *, earlier: Rows = ()) -> Rows:
    """Return the groups in the order in which they are shown: what is written first, what is not last."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for group in earlier:
        found[group["verdict"], group["effect"], group["reason"]] += group["ids"]
    for row in people:
        found[row.verdict, row.effect, row.reason].append(row.entry_id)
    ordered = sorted(found, key=lambda key: (VERDICTS.index(key[0]), _EFFECTS.index(key[1]), -len(found[key]), key[2]))
    return [
        {"verdict": verdict, "effect": effect, "reason": reason, "ids": sorted(found[verdict, effect, reason])}
        for verdict, effect, reason in ordered
    ]


def collect_remarks(people: Iterable[PreviewRow], *, earlier: Rows = ()) -> Rows:
    """Return what else is worth knowing, the most frequent first."""
    found: dict[str, list[int]] = defaultdict(list, {remark["code"]: [*remark["ids"]] for remark in earlier})
    for row in people:
        for code in dict.fromkeys([*row.notes, *(kept.why.value for kept in row.kept)]):
            if code not in _SAID_BY_GROUP:
                found[code].append(row.entry_id)
    ordered = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    return [{"code": code, "ids": sorted(ids)} for code, ids in ordered]
