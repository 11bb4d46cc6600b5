"""Make an errand and hand it to the workers; stop it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from connector.models import CampaignLink, Errand, SyncRun, UploadedExport
from connector.models.errands import OPEN_STATES

_TASK = "connector.tasks.carry_out"
_QUEUED_LOST = timedelta(minutes=2)
"""Nobody took a waiting errand for so long: its task is taken for lost and queued again; a second one does nothing."""
_WORKER_LOST = timedelta(minutes=10)
"""No sign of life of a running errand for so long, more than a task may take: its worker is gone."""
_MOST_INTERRUPTIONS = 3
_WHY: Mapping[str, str] = {Errand.Kind.PUT_BACK: "reason"}
"""{kind: the term in which a person says why}; of other kinds a "reason" is the cause of those who are meant."""
INTERRUPTED = "errand_interrupted"
"""Error code: workers that had it in hand were gone several times."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, and for whom."""

    kind: Errand.Kind
    requested_by: str
    link: CampaignLink | None = None
    event_label: str = ""
    export: UploadedExport | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Started:
    """What an order came to."""

    errand: Errand
    is_new: bool
    """False where the very same is under way already."""


def start_errand(order: Order) -> Errand:
    """Store an errand and queue it; where the very same is open, that one is returned instead of a second one."""
    return start_once(order).errand


def start_once(order: Order) -> Started:
    """Do the same, and say whether it is a new one; a constraint decides between two who ask at once."""
    now = timezone.now()
    columns = {
        "kind": order.kind,
        "link": order.link,
        "event_label": (order.event_label or str(order.link or ""))[:255],
        "export": order.export,
        "terms": dict(order.terms),
        "requested_by": order.requested_by[:150],
        "created_at": now,
        "beat_at": now,
    }
    with transaction.atomic():
        errand, is_new = Errand.objects.get_or_create(order_key=_key(order), state__in=OPEN_STATES, defaults=columns)
        if is_new:
            queue(errand)
        elif order.export is not None:
            UploadedExport.objects.filter(pk=order.export.pk, errand=None).delete()  # the same file, sent twice
    return Started(errand, is_new)


def _key(order: Order) -> str:
    """Return what stands for an order: who asks, and why, makes no difference."""
    file = sha256(order.export.content).hexdigest() if order.export is not None else ""
    terms = {name: value for name, value in order.terms.items() if name != _WHY.get(order.kind)}
    said = json.dumps([order.kind, order.link.pk if order.link else None, file, terms], sort_keys=True)
    return sha256(said.encode()).hexdigest()


def keep_export(name: str, content: bytes, *, uploaded_by: str) -> UploadedExport:
    """Store an uploaded file."""
    return UploadedExport.objects.create(
        name=name[-255:], content=content, size=len(content), uploaded_by=uploaded_by[:150], uploaded_at=timezone.now()
    )


def stop_errand(errand: Errand) -> bool:
    """Stop an errand at the next good place; False where it had ended already. What is done stays done."""
    still_open = Errand.objects.filter(pk=errand.pk, state__in=OPEN_STATES)
    return bool(end_errands(still_open, Errand.ErrandState.STOPPED))


def end_errands(errands: QuerySet[Errand], state: Errand.ErrandState, **columns: Any) -> int:
    """End errands that are open, and the runs under which they are logged; returns how many. One transaction."""
    now = timezone.now()
    with transaction.atomic():
        ids = list(errands.select_for_update(no_key=True).values_list("pk", flat=True))
        Errand.objects.filter(pk__in=ids).update(state=state, ended_at=now, **columns)
        close_runs(ids)
    return len(ids)


def close_runs(errand_ids: Collection[int]) -> None:
    """End the runs of errands that ended, with the reason for which they did; other errands are passed over."""
    open_runs = SyncRun.objects.filter(errand__in=errand_ids, errand__ended_at__isnull=False, ended_at=None)
    for run in open_runs.select_related("errand"):
        said = run.errand
        SyncRun.objects.filter(pk=run.pk).update(
            ended_at=said.ended_at, error_code=said.error_code, error_message=said.error_message
        )


def queue(errand: Errand) -> None:
    """Ask the workers for the next slice; inside a transaction the task comes into being with it."""
    async_task(_TASK, errand.pk, task_name=f"errand {errand.pk}", group="errand")


def revive_errands(now: datetime) -> int:
    """Queue errands whose task or worker was lost; returns how many. Called by the sweep."""
    states = Errand.ErrandState
    unqueued = Errand.objects.filter(state=states.WAITING, beat_at__lt=now - _QUEUED_LOST)
    orphaned = Errand.objects.filter(state=states.RUNNING, beat_at__lt=now - _WORKER_LOST)
    hopeless = orphaned.filter(interrupted_count__gte=_MOST_INTERRUPTIONS - 1)
    end_errands(hopeless, states.FAILED, error_code=INTERRUPTED, interrupted_count=_MOST_INTERRUPTIONS)
    orphans = list(orphaned.values_list("pk", flat=True))
    lost = [*unqueued.values_list("pk", flat=True), *orphans]
    orphaned.filter(pk__in=orphans).update(state=states.WAITING, interrupted_count=F("interrupted_count") + 1)
    for errand in Errand.objects.filter(pk__in=lost, state=states.WAITING):
        Errand.objects.filter(pk=errand.pk).update(beat_at=now)
        queue(errand)
    return len(lost)
