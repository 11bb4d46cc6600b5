"""Delete uploaded exports and what they came to: both name people."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from connector.models import Errand, UploadedExport
from connector.pipeline.bulk import delete_rows

KEPT = timedelta(days=7)
"""How long an uploaded export is kept: so long its rejected rows can be downloaded."""


def prune_uploads(*, errands_before: datetime, now: datetime) -> int:
    """Delete files after KEPT and ended errands from before the given time; returns how many rows went."""
    files = _delete(UploadedExport.objects.filter(uploaded_at__lt=now - KEPT))
    return files + _delete(Errand.objects.filter(ended_at__lt=errands_before))


def delete_uploads() -> None:
    """Delete every uploaded file and every ended errand: nobody looks into a file for one person to take out."""
    _delete(UploadedExport.objects.all())
    _delete(Errand.objects.filter(ended_at__isnull=False))


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows by their keys: a file has megabytes, which `QuerySet.delete` would read, all files at once."""
    return delete_rows(rows.model, list(rows.order_by("pk").values_list("pk", flat=True)))
