"""Carry one claimed batch through screen, read, match, plan and write; the entries' ends are its result."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from connector.core.accounts import index_accounts
from connector.core.errors import ErrorKind
from connector.core.matching.match import (
    Match,
    Records,
    picked_refs,
    stored_refs,
)
from connector.core.matching.match_key import asked_keys, keys_of
from connector.core.outcomes import EntryState, Outcome
from connector.core.participant import text_of
from connector.core.planning.give_key import give_keys
from connector.core.planning.plan import Context, PersonPlan, plan_person
from connector.core.rows import PersonRef, Row
from connector.core.screen import REFUSALS, EmailGroup, Person, bystanders, group_by_email, screen_row
from connector.pipeline.runs.access import lacking_rights, needed_rights, refused_rights, require_rights
from connector.pipeline.runs.accounts import account_queries, account_row
from connector.pipeline.runs.checkins import write_checkins
from connector.pipeline.runs.ends import EntryEnd, end_by_plan, end_by_verdict, lasting_error
from connector.pipeline.runs.matching import match_people
from connector.pipeline.runs.progress import Progress, find_without_room
from connector.pipeline.runs.reading import (
    ConfigurationProblemError,
    Reader,
    Readings,
    SchemaChangedError,
    require_core_fields,
)
from connector.pipeline.runs.run import Run, end_progress, has_ended, hashes_of, keep_work
from connector.pipeline.runs.sending import send_work

logger = logging.getLogger(__name__)

PLANNED_AT_ONCE = 500
"""People who are planned between two looks for live work."""
PASSES = 2
"""A row that was refused for a passing reason is read and written once more in the same run."""


def sync_batch(run: Run) -> None:
    """Send a batch; `run.ends` then holds the end of every row that came to one.

    Raises what stops the whole run: SalesforceError, ConfigurationProblemError, GiveWayError, ClaimLostError.
    """
    _require_core_fields(run)
    groups = write_checkins(run, _skip_unchanged(run, screen_batch(run)))
    waiting = _claimed_ids(groups) - run.set_aside
    for number in range(PASSES):
        if not waiting:
            return
        try:
            again = _pass(run, groups, waiting, is_last=number == PASSES - 1)
        except SchemaChangedError as exc:
            if number == PASSES - 1:
                raise ConfigurationProblemError(exc.error.code, exc.error.message) from exc
            run.schemas = run.refresh_schemas()
            require_core_fields(run.schemas, run.batch.policy)
        else:
            groups, waiting = _learn(groups, run.work.values()), again


def _require_core_fields(run: Run) -> None:
    """Refuse to work without a core field; only a fresh describe is believed (rule 6.6)."""
    try:
        require_core_fields(run.schemas, run.batch.policy)
    except ConfigurationProblemError:
        run.schemas = run.refresh_schemas()
        require_core_fields(run.schemas, run.batch.policy)


def _claimed_ids(groups: Iterable[EmailGroup]) -> set[int]:
    return {row.id for group in groups for person in group.people for row in person.claimed}


def screen_batch(run: Run) -> list[EmailGroup]:
    """End the rows that are held or left out before Salesforce is asked; return the others by email."""
    going_on: list[Row] = []
    refused: list[Row] = []
    for row in run.batch.rows:
        verdict = screen_row(row, run.batch.policy)
        if verdict is None:
            going_on.append(row)
        elif row.is_claimed:
            run.ends[row.id] = end_by_verdict(verdict)
        if verdict is not None and verdict.reason in REFUSALS:
            refused.append(row)
    _wake_beside(run, refused)
    return group_by_email([*going_on, *bystanders(refused, going_on, run.batch.policy)], run.batch.policy)


def _wake_beside(run: Run, refused: Iterable[Row]) -> None:
    """Note the siblings that waited for an answer about an email which another row has just given up."""
    emails = {row.email for row in refused if row.is_claimed and row.email}
    run.woken |= {
        row.id
        for row in run.batch.rows
        if row.email in emails and run.batch.siblings.get(row.id) is EntryState.NEEDS_ANSWER
    }


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


def _pass(run: Run, groups: Sequence[EmailGroup], waiting: Collection[int], *, is_last: bool) -> set[int]:
    """Read, match, plan and write once; returns the entries that are worth a second pass.

    Whoever cannot be written for want of a right or of storage waits, and comes to no end; the others do (rule 6.6).
    """
    planned = plan_groups(run, groups, waiting)
    lacking = lacking_rights(run, planned)
    work = [one for one in planned if not needed_rights(one) & lacking]
    send_work(run, work)
    lacking |= refused_rights(run, work)
    without_room = find_without_room(work)
    run.without_room |= {row.id: said for one, said in without_room.items() for row in one.plan.person.claimed}
    work = [one for one in work if one not in without_room and not needed_rights(one) & lacking]
    again = [one for one in work if not is_last and _is_worth_a_pass(one) and not run.is_set_aside(one)]
    if any(error.kind is ErrorKind.FIELD_GONE for progress in again for error in progress.errors):
        run.schemas = run.refresh_schemas()
    for progress in work:
        if progress not in again and not run.is_set_aside(progress) and not has_ended(run, progress):
            end_progress(run, progress)
    require_rights(lacking)
    return {row.id for progress in again for row in progress.plan.person.claimed}


def plan_groups(run: Run, groups: Sequence[EmailGroup], waiting: Collection[int] | None = None) -> list[Progress]:
    """Read, match and plan; whoever is held or left out has an end in `run.ends` afterwards. Writes nothing.

    Plans for the `waiting` entries only, where they are named: the others of a group are done and there for context.
    """
    readings = _read(run, [person for group in groups for person in group.people])
    _require_labels(run, readings)
    policy = run.batch.policy
    pairs = match_people(run, groups, readings.records)
    wanted = {row.id for row in run.batch.rows} if waiting is None else set(waiting)
    wanted -= run.set_aside
    claimed = [pair for pair in pairs if any(row.id in wanted for row in pair[0].claimed)]
    accounts = index_accounts(
        policy.new_people.account_by,
        map(account_row, readings.account_rows),
        is_readable=readings.are_accounts_readable,
    )
    return _plan(run, claimed, Context(policy, run.schemas, readings.labels, accounts), records=readings.records)


def _is_worth_a_pass(progress: Progress) -> bool:
    return bool(progress.errors) and lasting_error(progress.errors) is None


def _learn(groups: Sequence[EmailGroup], work: Iterable[Progress]) -> list[EmailGroup]:
    """Return the groups with what this pass found out about their rows, for the next one."""
    learned = {
        row.id: _learned(row, progress)
        for progress in work
        if progress.created_person or progress.is_adopted
        for row in progress.plan.person.rows
    }
    return [replace(group, people=tuple(_with_rows(person, learned) for person in group.people)) for group in groups]


def _learned(row: Row, progress: Progress) -> Row:
    sent = {path: after for path, (_before, after) in progress.changes.items()}
    known = replace(row, sent_values={**row.sent_values, **sent})
    if not progress.created_person:
        return known
    return replace(
        known,
        person=progress.ref,
        matched_email=row.email,
        matched_last_name=text_of(row.known.values, "last_name"),
        created_by_us=True,
    )


def _with_rows(person: Person, learned: dict[int, Row]) -> Person:
    return replace(person, rows=tuple(learned.get(row.id, row) for row in person.rows))


def _read(run: Run, people: Sequence[Person]) -> Readings:
    reader = Reader(
        gateway=run.gateway,
        campaign_id=run.batch.link.campaign_id,
        policy=run.batch.policy,
        schemas=run.schemas,
        before_call=lambda: run.interlude(run),
        account_queries=account_queries(people, run.batch.policy, run.schemas),
    )
    emails = {email for person in people for email in _emails(person)}
    keys = asked_keys(people, run.batch.policy)
    return reader.read(emails, lambda records: _refs(run, people, records), keys=keys)


def _emails(person: Person) -> Iterable[str]:
    """Yield the addresses under which somebody may stand in Salesforce: also that of a creation without an answer."""
    yield person.email
    yield from (row.unclear_email for row in person.rows)


def _refs(run: Run, people: Iterable[Person], records: Records) -> Iterable[PersonRef]:
    """Yield every id that a match may lead to: stored, picked, chosen, converted or merged."""
    for person in people:
        yield from stored_refs(person)
        yield from picked_refs(person)
        if person.email in run.batch.choices:
            yield run.batch.choices[person.email]
        for email in _emails(person):
            yield from (record.ref for record in records.with_email(email))
        for key in keys_of(person, run.batch.policy):
            yield from (record.ref for record in records.with_key(key))


def _require_labels(run: Run, readings: Readings) -> None:
    """Refuse to write a label that the campaign does not have: Salesforce would store its default (rule 4.3)."""
    run.labels = list(readings.label_rows)
    if not readings.labels:
        raise ConfigurationProblemError("campaign_gone", run.batch.link.campaign_name or run.batch.link.campaign_id)
    for label in run.batch.policy.labels.values():
        if label not in readings.labels:
            raise ConfigurationProblemError("label_gone", label)


def _plan(run: Run, matches: Sequence[tuple[Person, Match]], context: Context, *, records: Records) -> list[Progress]:
    plans: list[PersonPlan] = []
    for number, (person, match) in enumerate(matches):
        if number % PLANNED_AT_ONCE == 0:
            run.interlude(run)
        plans.append(plan_person(person, match, context))
    work = []
    for plan in give_keys(plans, records, context):
        progress = Progress(plan, ref=plan.ref, member_id=plan.member_id)
        if run.is_set_aside(progress):
            continue
        keep_work(run, progress)
        if plan.verdict is not None:
            run.finish(plan.person, end_by_plan(plan, plan.verdict))
        else:
            work.append(progress)
    return work
