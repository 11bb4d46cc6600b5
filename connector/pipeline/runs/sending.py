"""Send what was planned for a batch, people before members, and keep what was done however that stops."""

from collections.abc import Sequence
from dataclasses import replace

from connector.models import SalesforceOrg
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.reading import ConfigurationProblemError
from connector.pipeline.runs.run import GiveWayError, Run, end_complete
from connector.pipeline.runs.writing import Writer


def send_work(run: Run, work: Sequence[Progress]) -> None:
    """Write people, then members; a backfill that gives way still finishes the people it created.

    Whoever is complete comes to an end also where a later call stops the run: one lost answer is not everybody's.
    """
    writer = Writer(
        gateway=run.gateway,
        link=run.batch.link,
        sizes=run.sizes,
        before_call=lambda: _look_around(run),
        is_set_aside=run.is_set_aside,
        before_create=lambda some: _begin_create(run, some),
        after_answer=lambda some: _settle_create(run, some),
    )
    try:
        writer.write_people(work)
        _write_members(writer, work)
    except GiveWayError:
        unfinished = [one for one in work if one.created_person and not one.is_member_written and not one.errors]
        _write_members(replace(writer, before_call=_go_on), unfinished)
        raise
    finally:
        end_complete(run)


def _look_around(run: Run) -> None:
    """Let live work pass, then ask whether people may still be created: a run can outlive its proof (rule 3.0)."""
    run.interlude(run)
    run.can_create = SalesforceOrg.objects.seeing_everybody().filter(pk=run.batch.link.org_id).exists()


def _go_on() -> None:
    """Let the call be made."""


def _write_members(writer: Writer, work: Sequence[Progress]) -> None:
    """Write memberships, those of new people first. Raises where a label was gone by then (rule 4.3)."""
    known = [progress for progress in work if progress.ref is not None]
    ordered = sorted(known, key=lambda progress: not progress.created_person)
    writer.write_members(ordered)
    for progress in ordered:
        if progress.is_member_written and progress.plan.label and not progress.is_label_proved:
            raise ConfigurationProblemError("label_gone", progress.plan.label)


def _begin_create(run: Run, some: Sequence[Progress]) -> None:
    ids = [row.id for progress in some for row in progress.plan.person.claimed]
    if ids:
        run.before_create(ids)
        run.unclear.update(ids)


def _settle_create(run: Run, some: Sequence[Progress]) -> None:
    run.unclear.difference_update(row.id for progress in some for row in progress.plan.person.claimed)
