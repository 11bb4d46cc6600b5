"""That the first steps are done and nobody needs to see them any more."""

from django.db import models
from django.db.models import Q


class FirstRunDismissal(models.Model):
    """The one row that hides the checklist; there is none while it is shown."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    dismissed_by = models.CharField(max_length=150)
    dismissed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="first_run_dismissed_once")]

    def __str__(self) -> str:
        return self.dismissed_by
