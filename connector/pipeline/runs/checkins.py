"""Write the check-ins of people who are already synced, without reading them first (rule 6.2).

The label query comes first in the call and the Status written is a reference to its row: where the campaign has no
such label any more, the reference fails and nothing is written.
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
"""

import logging
from collections.abc import Sequence
from typing import Any

from connector.core.convert import UnfitError
from connector.core.errors import ErrorKind
from connector.core.planning.checkin import plan_checkin
from connector.core.planning.plan import Context, PersonPlan
from connector.core.schema import SObject
from connector.core.screen import EmailGroup
from connector.core.state import State
from connector.models import SalesforceOrg
from connector.pipeline.outbox.claim import db_now
from connector.pipeline.runs.progress import Progress, settle_collection, settle_member
from connector.pipeline.runs.run import Run, end_progress
from connector.salesforce.composite import (
    MAX_HEAVY,
    CollectionUpdate,
    Query,
    Reference,
    Subrequest,
    SubResponse,
    contains_reference,
)
from connector.salesforce.soql import label_query, members_query

logger = logging.getLogger(__name__)

_LABELS = "labels"
_WRITTEN = "written"
_PROVED = Reference("@{labels.records[0].Label}")
_UNPROVED = Reference("@{labels.records[0].Label}")
"""The same text while it is not known whether this organisation resolves it."""


def write_checkins(run: Run, groups: Sequence[EmailGroup]) -> list[EmailGroup]:
    """Write what can be written unread; returns the groups that still must be read, in their order.

    A member that is gone, or a refused reference, sends its people the long way in the same run. The first write by
    reference in an organisation is one row that is read back in the same call: were references not resolved, the
    default label would silently be stored.
    """
    work = [Progress(plan, ref=plan.ref, member_id=plan.member_id, was_read=False) for plan in _plan(run, groups)]
    done: set[int] = set()
    while work:
        run.interlude(run)
        work = [one for one in work if not run.is_set_aside(one)]
        status = _status(run) if work else None
        room = 1 if status is _UNPROVED else _room(run)
        part, work = work[:room], work[room:]
        if status is None or not _send(run, part, status=status):
            break
        for progress in part:
            if not progress.errors:
                progress.is_label_proved = True
                end_progress(run, progress)
                done.add(progress.plan.person.lead_row.id)
    return [group for group in groups if not _is_done(group, done)]


def _status(run: Run) -> str | None:
    """Return what to write as Status: a reference, or the label where it was read because references are refused."""
    org = run.batch.link.org
    if org.references == SalesforceOrg.References.RESOLVED:
        return _PROVED
    if org.references != SalesforceOrg.References.REFUSED:
        return _UNPROVED
    label = run.batch.policy.labels[State.ATTENDED]
    found = run.gateway.query(label_query(run.batch.link.campaign_id, label))
    return label if found else None


def _room(run: Run) -> int:
    """Return the rows of a call, which the label query shares with its collections."""
    size = run.sizes.of_collection([SObject.CAMPAIGN_MEMBER.value])
    return min(run.sizes.of_call(), size * (MAX_HEAVY - 1))


def _is_done(group: EmailGroup, done: set[int]) -> bool:
    return all(person.lead_row.id in done or not person.claimed for person in group.people)


def _plan(run: Run, groups: Sequence[EmailGroup]) -> list[PersonPlan]:
    """Plan the groups of one person each; a member that two of them share must be read."""
    context = Context(run.batch.policy, run.schemas, {})
    now = db_now()
    plans: dict[str, PersonPlan] = {}
    shared: set[str] = set()
    for group in groups:
        if len(group.people) != 1:
            continue
        try:
            plan = plan_checkin(group.people[0], context, version=run.batch.version, now=now)
        except UnfitError:
            continue
        if plan is None or contains_reference(dict(plan.member.values)):
            continue
        shared |= {plan.member_id} & plans.keys()
        plans[plan.member_id] = plan
    return [plan for member_id, plan in plans.items() if member_id not in shared]


def _send(run: Run, part: Sequence[Progress], *, status: str) -> bool:
    """Send one call; False where its label was not found or not resolved: then the people must be read."""
    label, campaign_id = run.batch.policy.labels[State.ATTENDED], run.batch.link.campaign_id
    size = run.sizes.of_collection([SObject.CAMPAIGN_MEMBER.value])
    chunks = [part[start : start + size] for start in range(0, len(part), size)]
    calls: list[Subrequest] = [Query(_LABELS, label_query(campaign_id, label))]
    calls += [
        CollectionUpdate(f"rows_{number}", [_record(one, status) for one in chunk])
        for number, chunk in enumerate(chunks)
    ]
    if status is _UNPROVED:
        ids = [part[0].member_id]
        calls.append(Query(_WRITTEN, members_query(campaign_id, ids, fields=("Id", "Status"))))
    answers = run.gateway.composite(calls)
    for chunk, answer in zip(chunks, answers[1:], strict=False):
        settle_collection(chunk, answer, settle=settle_member)
    if status is _UNPROVED:
        return _prove(run, part[0], label=label, labels=answers[0], written=answers[-1])
    return any(answer.error is None for answer in answers[1:])


def _prove(run: Run, progress: Progress, *, label: str, labels: SubResponse, written: SubResponse) -> bool:
    """Learn from one row that was read back whether this organisation resolves references."""
    if not labels.records or written.error is not None:
        return False
    if progress.errors and not any(error.kind is ErrorKind.SIBLING for error in progress.errors):
        return True
    resolved = [row.get("Status") for row in written.records] == [label]
    state = SalesforceOrg.References.RESOLVED if resolved else SalesforceOrg.References.REFUSED
    org = run.batch.link.org
    SalesforceOrg.objects.filter(pk=org.pk).update(references=state)
    org.references = state
    if not resolved:
        logger.warning("references refused", extra={"org_id": org.pk})
    return resolved


def _record(progress: Progress, status: str) -> dict[str, Any]:
    plan = progress.plan
    return {
        "attributes": {"type": SObject.CAMPAIGN_MEMBER.value},
        "id": plan.member_id,
        **plan.member.values,
        "Status": status,
    }
