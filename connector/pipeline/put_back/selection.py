"""Find what was written, by run, by mapping, by participant or by attempt."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from connector.core.outcomes import Operation
from connector.core.put_back import STATUS, LoggedWrite, Trace, trace_fields
from connector.core.rows import PersonRef
from connector.core.schema import PersonType, SObject
from connector.models import CampaignLink, SyncAttempt


@dataclass(frozen=True, slots=True)
class Selection:
    """Which logged values: exactly one of runs, participants, attempts and `path` (with `link_id`) is given."""

    link_id: int | None = None
    path: str = ""
    """"Object.Field" of a link: everything that its mapping ever wrote."""
    run_id: int | None = None
    run_ids: tuple[int, ...] = ()
    """Several runs: of a field that more than one of them wrote, what was there before the first comes back."""
    entry_ids: tuple[int, ...] = ()
    attempt_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what `Selection(**…)` makes the same of."""
        lists = {name: list(getattr(self, name)) for name in ("run_ids", "entry_ids", "attempt_ids")}
        return {**asdict(self), **lists}

    def attempts(self) -> QuerySet[SyncAttempt]:
        """Return the attempts that wrote something; those of participants that are no longer kept here are left out."""
        attempts = SyncAttempt.objects.filter(entry__isnull=False, link__isnull=False).exclude(changes={})
        if self.run_id is not None:
            return attempts.filter(run=self.run_id)
        if self.run_ids:
            return attempts.filter(run__in=self.run_ids)
        if self.path:
            return attempts.filter(link=self.link_id, changes__has_key=self.path)
        if self.entry_ids:
            return attempts.filter(entry__in=self.entry_ids)
        return attempts.filter(pk__in=self.attempt_ids)


LOOKED_AT = 5_000
"""Attempts that `written_fields` looks at, the newest first."""


def written_fields(link: CampaignLink) -> dict[str, int]:
    """Return {"Object.Field": attempts} of the fields that the latest attempts of a link wrote, statuses excepted."""
    latest = SyncAttempt.objects.filter(link=link, entry__isnull=False).exclude(changes={}).order_by("-pk")[:LOOKED_AT]
    counts = Counter(path for changes in latest.values_list("changes", flat=True) for path in changes)
    del counts[f"{SObject.CAMPAIGN_MEMBER.value}.{STATUS}"]
    return dict(sorted(counts.items()))


def links_of(selection: Selection) -> list[CampaignLink]:
    """Return the links that a selection concerns."""
    ids = selection.attempts().order_by().values_list("link_id", flat=True).distinct()
    return list(CampaignLink.objects.select_related("org").filter(pk__in=list(ids)).order_by("pk"))


def traces_of(selection: Selection, link: CampaignLink) -> list[Trace]:
    """Return what a selection did to each field of each record of a link, by participant.

    Attempts in another organisation than the link's present one do not count: their ids mean nothing there.
    """
    return sorted(
        trace_fields(_writes(selection, link), only=selection.path),
        key=lambda trace: (trace.entry_id, trace.sobject, trace.record_id, trace.field),
    )


def traces_by_participant(selection: Selection, link: CampaignLink) -> list[list[Trace]]:
    """Return the same, a list for each participant, in the order of their ids."""
    traces = traces_of(selection, link)
    return [list(same) for _entry_id, same in groupby(traces, key=lambda trace: trace.entry_id)]


def _writes(selection: Selection, link: CampaignLink) -> Iterator[LoggedWrite]:
    columns = ("entry_id", "changes", "person_type", "person_id", "member_id", "person_operation", "member_operation",
               "run__org_id_at_run")  # fmt: skip
    rows = selection.attempts().filter(link=link).order_by("pk").values_list(*columns)
    for entry_id, changes, kind, person_id, member_id, on_person, on_member, org_id in rows.iterator(chunk_size=2_000):
        if org_id in (None, link.org_id):
            yield LoggedWrite(
                entry_id=entry_id,
                changes=changes,
                person=PersonRef(PersonType(kind), person_id) if person_id else None,
                member_id=member_id,
                person_operation=Operation(on_person),
                member_operation=Operation(on_member),
            )
