"""Show what would be written for the participants of a link; write nothing in Salesforce."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from connector.core.outcomes import Note, Operation, Outcome
from connector.core.participant import Json
from connector.core.planning.kept import Kept, kept_fields
from connector.core.planning.plan import Context, PersonPlan
from connector.core.rows import Schemas
from connector.core.schema import SObject
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.connection import connect
from connector.pipeline.connection.schemas import load_schemas
from connector.pipeline.previews.batches import batches_of, met_again
from connector.pipeline.runs.apply import plan_groups, screen_batch
from connector.pipeline.runs.batch import Batch, load_batch
from connector.pipeline.runs.ends import EntryEnd
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.reading import ConfigurationProblemError, require_core_fields
from connector.pipeline.runs.run import Run
from connector.pipeline.runs.sizes import Sizes
from connector.pipeline.stops import STOPS, explain_stop
from connector.salesforce.gateway import Gateway


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
    entry_id: int = 0
    effect: str = ""
    """Of "create": new_contact, new_lead or joins (somebody who is there comes into the campaign); of "unchanged":
    same_person where another row of the event carries what is written."""
    code: str = ""
    """Of "blocked": the code of the value that does not fit."""
    person_name: str = ""
    """Of the record that would be matched, as Salesforce has it."""
    candidates: list[dict[str, Json]] = field(default_factory=list)
    """Where a person must choose; as in the outbox."""
    status: str = ""
    """The label that the membership would have afterwards; "" where nothing is planned."""
    kept: list[Kept] = field(default_factory=list)
    """Fields that stay as they are though inwink has something to say."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen to some participants of a link."""

    people: tuple[PreviewRow, ...]
    api_calls: int = 0
    """What looking has cost."""

    def counts(self) -> dict[str, int]:
        """Return {verdict: participants}, every verdict named."""
        found = Counter(row.verdict for row in self.people)
        return {name: found[name] for name in VERDICTS}


@dataclass(frozen=True, slots=True)
class Look:
    """A preview, or why there is none."""

    preview: Preview = Preview(())
    problem_code: str = ""
    """A code that advice explains; "" where Salesforce was read."""
    problem_detail: str = ""


def look_at(link: CampaignLink, ids: Sequence[int]) -> Look:
    """Preview some participants for a page: what stops the reading comes back as a code."""
    try:
        return Look(preview_entries(link, ids))
    except STOPS as exc:
        code, detail = explain_stop(exc)
        return Look(problem_code=code, problem_detail=detail)


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
    if participant_key is None:
        return _preview_batches(link, batches_of(link))
    entries = OutboxEntry.objects.filter(link=link, participant_key=participant_key)
    return preview_entries(link, list(entries.values_list("pk", flat=True)))


def records_of(people: Iterable[PreviewRow]) -> dict[str, list[int]]:
    """Return {record, as "Contact 003…": [entry ids]} of those who were matched."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in people:
        if " " in row.person:
            found[row.person].append(row.entry_id)
    return dict(found)


def preview_entries(link: CampaignLink, ids: Sequence[int]) -> Preview:
    """Read Salesforce and plan for up to CHUNK participants of a link; call outside a transaction.

    Whatever was sent before is looked at too, as if somebody sent it again. Raises like preview_link.
    """
    return _preview_batches(link, [ids])


def _preview_batches(link: CampaignLink, batches: Sequence[Sequence[int]]) -> Preview:
    with closing(connect.gateway_for(link.org)) as gateway:
        looks = [_look_at_batch(link, ids, gateway) for ids in batches]
        looks += [_look_at_batch(link, ids, gateway) for ids in met_again(map(records_of, looks))]
        rows = {row.entry_id: row for look in looks for row in look}
        return Preview(tuple(rows[entry_id] for entry_id in sorted(rows)), api_calls=gateway.calls)


def _look_at_batch(link: CampaignLink, ids: Sequence[int], gateway: Gateway) -> list[PreviewRow]:
    return plan_batch(load_batch(link.pk, ids), gateway).rows()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run of a batch would do, before any of it is done."""

    run: Run
    """Its `ends` are those of the entries for whom nothing would be written."""
    work: Mapping[int, Progress]
    """{entry id: what would be written for the person}; entries that are one person share it."""

    def rows(self) -> list[PreviewRow]:
        """Return what would happen to each entry, in their order."""
        return [
            _row(self.run, entry, self.work.get(entry.pk))
            for entry in sorted(self.run.batch.entries.values(), key=lambda entry: entry.pk)
        ]


def plan_batch(batch: Batch, gateway: Gateway) -> Planned:
    """Read Salesforce and plan; nothing is written. Raises as `preview_link` does."""
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
    plan_groups(run, screen_batch(run))
    planned = {row.id: progress for progress in run.work.values() for row in progress.plan.person.claimed}
    return Planned(run, planned)


def _refuse() -> Schemas:
    raise ConfigurationProblemError("field_gone", "a field is gone; run the check of the link")


def _go_on(run: Run) -> None:
    """Read on: a preview holds nobody up."""


def _create_nothing(entry_ids: Sequence[int]) -> None:
    raise AssertionError("a preview creates nothing")


def _row(run: Run, entry: OutboxEntry, progress: Progress | None) -> PreviewRow:
    end = run.ends.get(entry.pk)
    if end is not None:
        return _ended_row(run, entry, end, progress.plan if progress else None)
    if progress is None:
        return PreviewRow(entry.participant_key, "unchanged", entry_id=entry.pk)
    plan = progress.plan
    if plan.person.claimed[0].id != entry.pk:  # as `spread` ends the further rows of one person
        notes = [Note.SAME_PERSON.value]
        return PreviewRow(entry.participant_key, "unchanged", notes=notes, entry_id=entry.pk, effect="same_person")
    return PreviewRow(
        entry.participant_key,
        _verdict(plan),
        person=_person(plan),
        changes=_changes(plan),
        notes=[note.value for note in plan.notes],
        entry_id=entry.pk,
        effect=_effect(plan),
        person_name=_name(plan),
        status=plan.label or plan.held_label or _member_label(plan),
        kept=_kept(run, plan),
    )


def _ended_row(run: Run, entry: OutboxEntry, end: EntryEnd, plan: PersonPlan | None) -> PreviewRow:
    return PreviewRow(
        entry.participant_key,
        _VERDICT_OF.get(end.outcome, "unchanged"),
        reason=end.reason,
        detail=end.message,
        entry_id=entry.pk,
        code=end.code,
        person=_person(plan) if plan else "",
        person_name=_name(plan) if plan else "",
        candidates=[dict(candidate) for candidate in end.candidates],
        kept=_kept(run, plan) if plan and end.outcome is Outcome.FAILED else [],
    )


def _verdict(plan: PersonPlan) -> str:
    operations = (plan.record.operation, plan.member.operation)
    if Operation.CREATE in operations:
        return "create"
    return "update" if Operation.UPDATE in operations else "unchanged"


def _effect(plan: PersonPlan) -> str:
    if plan.creates is not None:
        return f"new_{plan.creates.value.lower()}"
    return "joins" if plan.member.operation is Operation.CREATE else ""


def _person(plan: PersonPlan) -> str:
    if plan.ref is not None:
        return f"{plan.ref.type.value} {plan.ref.id}"
    return plan.creates.value if plan.creates is not None else ""


def _name(plan: PersonPlan) -> str:
    return f"{plan.matched.first_name} {plan.matched.last_name}".strip() if plan.matched is not None else ""


def _member_label(plan: PersonPlan) -> str:
    return plan.matched.member.label if plan.matched is not None and plan.matched.member is not None else ""


def _kept(run: Run, plan: PersonPlan) -> list[Kept]:
    policy = run.batch.policy
    if plan.matched is not None and plan.matched.is_person_account:
        return []  # their fields follow the rights on Account, which the plan's notes speak of
    creates = plan.creates or (policy.create if plan.ref is None else None)
    context = Context(policy, run.schemas, {})
    sobject = SObject(creates.value) if creates else None
    return kept_fields(plan.person, plan.matched, context, creates=sobject, earlier=plan.earlier)


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
