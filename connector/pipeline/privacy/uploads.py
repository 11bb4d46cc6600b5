"""Delete uploaded exports and what they came to: both name people."""

from datetime import datetime, timedelta

from connector.models import Errand, UploadedExport

KEPT = timedelta(days=7)
"""How long an uploaded export is kept: so long its rejected rows can be downloaded."""


def prune_uploads(*, errands_before: datetime, now: datetime) -> int:
    """Delete files after KEPT and ended errands from before the given time; returns how many rows went."""
    files, _by_model = UploadedExport.objects.filter(uploaded_at__lt=now - KEPT).delete()
    errands, _by_model = Errand.objects.filter(ended_at__lt=errands_before).delete()
    return files + errands


def delete_uploads() -> None:
    """Delete every uploaded file and every ended errand: nobody looks into a file for one person to take out."""
    UploadedExport.objects.all().delete()
    Errand.objects.filter(ended_at__isnull=False).delete()
