"""Give a sign of life that monitoring and the supervisor can read."""

import os
import socket

from django.utils import timezone

from connector.models import WorkerHeartbeat


def worker_name() -> str:
    """Return the name under which this host's workers beat: one row a host and pool."""
    return os.environ.get("CONNECTOR_WORKER_NAME") or socket.gethostname()


def beat() -> None:
    """Write the sign of life of this worker; called by every drain and every sweep."""
    now = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        name=worker_name(), defaults={"beat_at": now}, create_defaults={"beat_at": now, "started_at": now}
    )
