"""Give a sign of life that monitoring and the supervisor can read."""

import os
import socket
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_q.models import OrmQ

from connector import conf
from connector.models import WorkerHeartbeat

TAKEN_SECONDS = 15
"""A pool with a free worker takes a queued task in less than a second; one that waits this long is left lying."""
KEPT_DAYS = 7
"""How long the row of a worker that was killed is kept."""


def worker_name() -> str:
    """Return the name under which this host's workers beat: one row a host and pool."""
    return os.environ.get("CONNECTOR_WORKER_NAME") or socket.gethostname()


def beat() -> None:
    """Write the sign of life of this worker; called by every drain and every sweep."""
    now = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        name=worker_name(), defaults={"beat_at": now}, create_defaults={"beat_at": now, "started_at": now}
    )


def forget_worker(name: str) -> None:
    """Remove the row of a worker that stopped as it should, and those of workers that have been gone for days."""
    gone = timezone.now() - timedelta(days=KEPT_DAYS)
    WorkerHeartbeat.objects.filter(Q(name=name) | Q(beat_at__lt=gone)).delete()


def is_work_left_lying(*, silence_seconds: float) -> bool:
    """Say whether queued tasks wait that a pool with a free worker should have taken or finished.

    Either nobody took a task, or one was taken and no worker of any host has beaten for so long: the sweep of each
    minute makes all of them beat that work. django-q2 keeps in `lock` when a waiting task was queued, and when a taken
    one will be handed out again.
    """
    now = timezone.now()
    queued_before = now - timedelta(seconds=TAKEN_SECONDS)
    if OrmQ.objects.filter(lock__lt=queued_before).exists():
        return True
    if WorkerHeartbeat.objects.filter(beat_at__gt=now - timedelta(seconds=silence_seconds)).exists():
        return False
    taken_before = queued_before + timedelta(seconds=conf.worker_pool().retry_seconds)
    return bool(OrmQ.objects.filter(lock__gt=now, lock__lt=taken_before).exists())
