"""Who of an event is looked at together in a preview, and who has to be looked at again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from connector.models import CampaignLink, OutboxEntry

CHUNK = 1000
"""Participants that are read together, as in a run."""


def batches_of(link: CampaignLink) -> list[list[int]]:
    """Return everybody of an event, CHUNK at most together, and whoever shares an email together.

    A preview creates nobody: a new person whose participants stand in two batches would be new in both.
    """
    entries = OutboxEntry.objects.filter(link=link).order_by("email_key", "pk")
    found = groupby(entries.values_list("pk", "email_key"), key=lambda row: row[1] or row[0])
    return _pack([pk for pk, _email in rows] for _person, rows in found)


def met_again(looks: Iterable[Mapping[str, Sequence[int]]]) -> list[list[int]]:
    """Return batches of those who were matched to a record that somebody of another look was matched to as well.

    A preview writes nothing, so that each of them would come into the campaign: a run finds the first one there.
    Looked at together they are one person, or asked about. Each look is {record: [entry ids]}.
    """
    found: dict[str, list[Sequence[int]]] = defaultdict(list)
    for look in looks:
        for record, ids in look.items():
            found[record].append(ids)
    return _pack([pk for ids in parts for pk in ids] for parts in found.values() if len(parts) > 1)


def _pack(groups: Iterable[Sequence[int]]) -> list[list[int]]:
    """Put groups together as long as CHUNK has room; a group of more is parted."""
    batches: list[list[int]] = [[]]
    for ids in groups:
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            if len(batches[-1]) + len(part) > CHUNK:
                batches.append([])
            batches[-1] += part
    return [batch for batch in batches if batch]
