"""Show what would be written for the participants of a link; write nothing anywhere."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from connector.core.outcomes import Operation, Outcome
from connector.core.participant import Json
from connector.core.plan import PersonPlan
from connector.core.rows import Schemas
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.apply import plan_groups, screen_batch
from connector.pipeline.batch import Batch, load_batch
from connector.pipeline.connection import connect
from connector.pipeline.ends import EntryEnd
from connector.pipeline.progress import Progress
from connector.pipeline.reading import ConfigurationProblemError, require_core_fields
from connector.pipeline.run import Run
from connector.pipeline.schemas import load_schemas
from connector.pipeline.sizes import Sizes
from connector.salesforce.gateway import Gateway

CHUNK = 1000
"""Participants that are read together, as in a run."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What would happen to one participant."""

    participant_key: str
    verdict: str
    """create, update, unchanged, left_out, needs_answer or blocked."""
    reason: str = ""
    detail: str = ""
    person: str = ""
    """"Contact 003…" that would be matched, "Lead" for one that would be created."""
    changes: dict[str, list[Json]] = field(default_factory=dict)
    """{"Object.Field": [before, after]}."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen to some participants of a link."""

    people: tuple[PreviewRow, ...]

    def counts(self) -> dict[str, int]:
        """Return {verdict: participants}, every verdict named."""
        found = Counter(row.verdict for row in self.people)
        return {name: found[name] for name in VERDICTS}


VERDICTS = ("create", "update", "unchanged", "left_out", "needs_answer", "blocked")
_VERDICT_OF = {
    Outcome.LEFT_OUT: "left_out",
    Outcome.NEEDS_ANSWER: "needs_answer",
    Outcome.FAILED: "blocked",
}


def preview_link(link: CampaignLink, *, participant_key: str | None = None) -> Preview:
    """Read Salesforce and plan, for one participant or the whole event; call outside a transaction.

    Raises SalesforceError where it cannot be asked, ConfigurationProblemError where the set-up must be mended first.
    """
    entries = OutboxEntry.objects.filter(link=link)
    if participant_key is not None:
        entries = entries.filter(participant_key=participant_key)
    ids = list(entries.order_by("pk").values_list("pk", flat=True))
    rows: list[PreviewRow] = []
    with closing(connect.gateway_for(link.org)) as gateway:
        for start in range(0, len(ids), CHUNK):
            rows += _preview_batch(load_batch(link.pk, ids[start : start + CHUNK]), gateway)
    return Preview(tuple(rows))


def _preview_batch(batch: Batch, gateway: Gateway) -> list[PreviewRow]:
    run = Run(
        batch=batch,
        gateway=gateway,
        schemas=load_schemas(batch.link.org, gateway),
        refresh_schemas=_refuse,
        sizes=Sizes(),
        interlude=_go_on,
        before_create=_create_nothing,
    )
    require_core_fields(run.schemas, batch.policy)
    planned: dict[int, Progress] = {}
    for progress in plan_groups(run, screen_batch(run)):
        planned |= {row.id: progress for row in progress.plan.person.claimed}
    return [
        _row(entry, run.ends.get(entry.pk), planned.get(entry.pk))
        for entry in sorted(batch.entries.values(), key=lambda entry: entry.pk)
    ]


def _refuse() -> Schemas:
    raise ConfigurationProblemError("field_gone", "a field is gone; run the check of the link")


def _go_on(run: Run) -> None:
    """Read on: a preview holds nobody up."""


def _create_nothing(entry_ids: Sequence[int]) -> None:
    raise AssertionError("a preview creates nothing")


def _row(entry: OutboxEntry, end: EntryEnd | None, progress: Progress | None) -> PreviewRow:
    if end is not None:
        verdict = _VERDICT_OF.get(end.outcome, "unchanged")
        return PreviewRow(entry.participant_key, verdict, reason=end.reason, detail=end.message)
    if progress is None:
        return PreviewRow(entry.participant_key, "unchanged")
    plan = progress.plan
    return PreviewRow(
        entry.participant_key,
        _verdict(plan),
        person=_person(plan),
        changes=_changes(plan),
        notes=[note.value for note in plan.notes],
    )


def _verdict(plan: PersonPlan) -> str:
    operations = (plan.record.operation, plan.member.operation)
    if Operation.CREATE in operations:
        return "create"
    return "update" if Operation.UPDATE in operations else "unchanged"


def _person(plan: PersonPlan) -> str:
    if plan.ref is not None:
        return f"{plan.ref.type.value} {plan.ref.id}"
    return plan.creates.value if plan.creates is not None else ""


def _changes(plan: PersonPlan) -> dict[str, list[Json]]:
    kind = plan.ref.type if plan.ref is not None else plan.creates
    person = {
        f"{kind.value if kind else ''}.{name}": [plan.record.before.get(name), value]
        for name, value in plan.record.values.items()
    }
    member = {
        f"CampaignMember.{name}": [plan.member.before.get(name), value] for name, value in plan.member.values.items()
    }
    return {**person, **member}
