"""Carry one claimed batch through screen, read, match, plan and write; the entries' ends are its result."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from connector.core.errors import ErrorKind
from connector.core.match import Match, Matched, Records, match_person, stored_refs
from connector.core.outcomes import Outcome, Reason
from connector.core.participant import names_key
from connector.core.plan import Context, plan_person, unite_records
from connector.core.rows import PersonRef, Row
from connector.core.schema import PersonType
from connector.core.screen import EmailGroup, Person, choose_speaker, group_by_email, hold, screen_row
from connector.pipeline.checkins import write_checkins
from connector.pipeline.ends import EntryEnd, end_by_verdict, lasting_error
from connector.pipeline.reading import (
    ConfigurationProblemError,
    Reader,
    Readings,
    SchemaChangedError,
    require_core_fields,
)
from connector.pipeline.run import GiveWayError, Run, end_progress, give_way, hashes_of
from connector.pipeline.writing import Progress, Writer

logger = logging.getLogger(__name__)

PASSES = 2
"""A row that was refused for a passing reason is read and written once more in the same run."""


def sync_batch(run: Run) -> None:
    """Send a batch; `run.ends` then holds the end of every row that came to one.

    Raises what stops the whole run: SalesforceError, ConfigurationProblemError, GiveWayError, ClaimLostError.
    """
    require_core_fields(run.schemas)
    work = write_checkins(run, _skip_unchanged(run, screen_batch(run)))
    for number in range(PASSES):
        if not work:
            return
        try:
            work = _pass(run, work, is_last=number == PASSES - 1)
        except SchemaChangedError as exc:
            if number == PASSES - 1:
                raise ConfigurationProblemError(exc.error.code, exc.error.message) from exc
            run.schemas = run.refresh_schemas()
            require_core_fields(run.schemas)


def screen_batch(run: Run) -> list[EmailGroup]:
    """End the rows that are held or left out before Salesforce is asked; return the others by email."""
    going_on: list[Row] = []
    for row in run.batch.rows:
        verdict = screen_row(row, run.batch.policy)
        if verdict is None:
            going_on.append(row)
        elif row.is_claimed:
            run.ends[row.id] = end_by_verdict(verdict)
    return group_by_email(going_on, run.batch.policy)


def _skip_unchanged(run: Run, groups: Sequence[EmailGroup]) -> list[EmailGroup]:
    """End the people for whom nothing changed since their last success: no call (rule 6.3)."""
    left = []
    for group in groups:
        changed = [person for person in group.people if not _is_unchanged(run, person)]
        for person in group.people:
            if person not in changed:
                hashes = hashes_of(run, person)
                run.finish(
                    person, EntryEnd(Outcome.UNCHANGED, sent_hash=hashes.everything, sent_person_hash=hashes.person)
                )
        if any(person.claimed for person in changed):
            left.append(group)
    return left


def _is_unchanged(run: Run, person: Person) -> bool:
    if not person.claimed or person.any_forced() or person.any_correction():
        return False
    settled = all(row.sent_hash and row.person and not row.is_unclear for row in person.claimed)
    return settled and {row.sent_hash for row in person.claimed} == {hashes_of(run, person).everything}


def _pass(run: Run, groups: Sequence[EmailGroup], *, is_last: bool) -> list[EmailGroup]:
    """Read, match, plan and write once; returns those who are worth a second pass."""
    work = plan_groups(run, groups)
    _write(run, work)
    again = [progress for progress in work if not is_last and _is_worth_a_pass(progress)]
    if any(error.kind is ErrorKind.FIELD_GONE for progress in again for error in progress.errors):
        run.schemas = run.refresh_schemas()
    for progress in work:
        if progress not in again:
            end_progress(run, progress)
    return [EmailGroup(progress.plan.person.email, (_learned(progress),)) for progress in again]


def plan_groups(run: Run, groups: Sequence[EmailGroup]) -> list[Progress]:
    """Read, match and plan; whoever is held or left out has an end in `run.ends` afterwards. Writes nothing."""
    readings = _read(run, [person for group in groups for person in group.people])
    _require_labels(run, readings)
    context = Context(run.batch.policy, run.schemas, readings.labels)
    matches = [pair for group in groups for pair in _match_group(run, group, readings.records)]
    return _plan(run, unite_records(matches), context)


def _is_worth_a_pass(progress: Progress) -> bool:
    return bool(progress.errors) and lasting_error(progress.errors) is None


def _learned(progress: Progress) -> Person:
    """Return a person with what this pass found out, for the next one."""
    person = progress.plan.person
    if not progress.created_person:
        return person
    last_name = str(person.values().get("last_name") or "")
    rows = tuple(
        replace(
            row,
            person=progress.ref,
            matched_email=person.email,
            matched_last_name=last_name,
            created_by_us=True,
            sent_values={**row.sent_values, **_sent(progress)},
        )
        for row in person.rows
    )
    return replace(person, rows=rows)


def _sent(progress: Progress) -> dict[str, object]:
    assert progress.ref is not None  # noqa: S101 - a created person has an id
    return {f"{progress.ref.type.value}.{name}": value for name, value in progress.plan.record.values.items()}


def _read(run: Run, people: Sequence[Person]) -> Readings:
    reader = Reader(
        gateway=run.gateway,
        campaign_id=run.batch.link.campaign_id,
        policy=run.batch.policy,
        schemas=run.schemas,
        before_call=lambda: give_way(run),
    )
    return reader.read((person.email for person in people), lambda records: _refs(run, people, records))


def _refs(run: Run, people: Iterable[Person], records: Records) -> Iterable[PersonRef]:
    """Yield every id that a match may lead to: stored, picked, chosen, converted or merged."""
    for person in people:
        yield from stored_refs(person)
        for row in person.rows:
            for answer in row.answers.values():
                if answer.get("answer") == "pick":
                    yield PersonRef(PersonType(answer["person_type"]), str(answer["person_id"]))
        if person.email in run.batch.choices:
            yield run.batch.choices[person.email]
        for record in records.with_email(person.email):
            yield record.ref


def _require_labels(run: Run, readings: Readings) -> None:
    """Refuse to write a label that the campaign does not have: Salesforce would store its default (rule 4.3)."""
    run.labels = list(readings.label_rows)
    if not readings.labels:
        raise ConfigurationProblemError("campaign_gone", run.batch.link.campaign_name or run.batch.link.campaign_id)
    for label in run.batch.policy.labels.values():
        if label not in readings.labels:
            raise ConfigurationProblemError("label_gone", label)


def _match_group(run: Run, group: EmailGroup, records: Records) -> list[tuple[Person, Match]]:
    policy, choices = run.batch.policy, run.batch.choices
    matches = {id(person): match_person(person, records, policy=policy, choices=choices) for person in group.people}
    open_people = [person for person in group.people if not _stands_alone(person)]
    if len(open_people) > 1:
        first = matches[id(open_people[0])]
        names = names_key(first.record.first_name, first.record.last_name) if isinstance(first, Matched) else None
        speaker, others = choose_speaker(group, record_names=names)
        for person in others:
            shown = [first.record] if isinstance(first, Matched) else []
            run.finish(person, end_by_verdict(hold(Reason.SHARES_EMAIL), shown))
        group = replace(group, people=tuple(person for person in group.people if person not in others))
    return [(person, matches[id(person)]) for person in group.people if person.claimed]


def _stands_alone(person: Person) -> bool:
    return person.lead_row.answer(Reason.SHARES_EMAIL) in ("pick", "create")


def _plan(run: Run, matches: Sequence[tuple[Person, Match]], context: Context) -> list[Progress]:
    work = []
    for person, match in matches:
        plan = plan_person(person, match, context)
        if plan.verdict is not None:
            run.finish(person, end_by_verdict(plan.verdict, plan.candidates))
        else:
            work.append(Progress(plan, ref=plan.ref, member_id=plan.member_id))
    return work


def _write(run: Run, work: Sequence[Progress]) -> None:
    """Write people, then members; a backfill that gives way still finishes the people it created."""
    writer = Writer(
        gateway=run.gateway,
        link=run.batch.link,
        before_call=lambda: give_way(run),
        before_create=lambda some: _begin_create(run, some),
        after_answer=lambda some: _settle_create(run, some),
    )
    try:
        writer.write_people(work)
        _write_members(run, writer, [progress for progress in work if progress.ref is not None])
    except GiveWayError:
        unfinished = [p for p in work if p.created_person and not p.is_member_written and not p.errors]
        _write_members(run, replace(writer, before_call=_go_on), unfinished)
        for progress in work:
            if progress.is_member_written or progress.errors:
                end_progress(run, progress)
        raise


def _go_on() -> None:
    """Let the call be made."""


def _write_members(run: Run, writer: Writer, work: Sequence[Progress]) -> None:
    """Write memberships, those of new people first, and verify that every label written is still there."""
    ordered = sorted(work, key=lambda progress: not progress.created_person)
    labels = writer.write_members(ordered)
    if labels is None:
        return
    gone = [p for p in ordered if p.plan.label and p.plan.label not in labels]
    if not gone:
        return
    for progress in ordered:
        if progress not in gone and not _is_worth_a_pass(progress):
            end_progress(run, progress)
    raise ConfigurationProblemError("label_gone", gone[0].plan.label)


def _begin_create(run: Run, some: Sequence[Progress]) -> None:
    ids = [row.id for progress in some for row in progress.plan.person.claimed]
    if ids:
        run.before_create(ids)
        run.unclear.update(ids)


def _settle_create(run: Run, some: Sequence[Progress]) -> None:
    for progress in some:
        for row in progress.plan.person.claimed:
            run.unclear.discard(row.id)
            if progress.created_person and progress.ref is not None:
                run.created[row.id] = progress.ref
