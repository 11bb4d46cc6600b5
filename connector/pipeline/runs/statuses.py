"""Say which status each member of a person has, as a run read it and left it."""

from connector.core.outcomes import Reason
from connector.core.planning.plan import PersonPlan
from connector.core.rows import oldest_sync_first
from connector.pipeline.runs.progress import Progress


def read_statuses(plan: PersonPlan) -> dict[str, str]:
    """Return {member id: status} of a person's rows as the plan's reading found them; "" where the member is gone."""
    if plan.verdict is not None and plan.verdict.reason is Reason.PERSON_DELETED:
        return {row.member_id: "" for row in plan.person.rows if row.member_id}
    record = plan.matched
    if record is None:
        return {}
    refs = {record.ref, *plan.earlier}
    label = record.member.label if record.member is not None else ""
    known = {row.member_id: label for row in plan.person.rows if row.member_id and row.person in refs}
    return known if record.member is None else {**known, record.member.id: label}


def left_statuses(progress: Progress) -> dict[str, str]:
    """Return the same as the run left it."""
    known = read_statuses(progress.plan)
    if progress.member_id and progress.label and progress.is_label_proved:
        return {**dict.fromkeys(known, progress.label), progress.member_id: progress.label}
    return known


def own_label(progress: Progress) -> str:
    """Return the status that is ours and in the campaign: written now, or earlier, be it for another row; else ""."""
    if progress.label and (progress.is_label_proved or not progress.is_member_written):
        return progress.label
    plan = progress.plan
    member = plan.matched.member if plan.matched is not None else None
    if member is None or plan.label:
        return ""
    known = oldest_sync_first([row for row in plan.person.rows if row.member_id == member.id])
    return member.label if known and known[-1].sent_label == member.label else ""
