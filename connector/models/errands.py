"""Long work that a person started in the admin: a worker does it in slices, a page shows how far it is."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from connector.models.links import CampaignLink
from connector.models.log import SyncRun

OPEN_STATES = ("waiting", "running")


class UploadedExport(models.Model):
    """An export of inwink that somebody uploaded; personal data, deleted after a few days."""

    name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField()
    size = models.PositiveIntegerField(_("size"))
    """Bytes."""
    uploaded_by = models.CharField(_("uploaded by"), max_length=150)
    uploaded_at = models.DateTimeField(_("uploaded at"))

    def __str__(self) -> str:
        return self.name


class Errand(models.Model):
    """One piece of long work, from the click to its result."""

    class Kind(models.TextChoices):
        CHECK_IMPORT = "check_import", _("Check of a file")
        IMPORT = "import", _("Import")
        RECONCILE = "reconcile", _("Reconciliation")
        MEND = "mend", _("Mending of differences")
        RESYNC = "resync", _("Sending again")
        REPLAY = "replay", _("Replay of messages")
        PREVIEW = "preview", _("Preview of an event")
        PUT_BACK = "put_back", _("Putting values back")

    class ErrandState(models.TextChoices):
        WAITING = "waiting", _("Waiting for a worker")
        RUNNING = "running", _("At work")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    link = models.ForeignKey(
        CampaignLink, on_delete=models.CASCADE, null=True, blank=True, related_name="errands", verbose_name=_("event")
    )
    event_label = models.CharField(_("event"), max_length=255, blank=True)
    export = models.ForeignKey(UploadedExport, on_delete=models.SET_NULL, null=True, blank=True)
    run = models.OneToOneField(SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="errand")
    """Under which it is logged, from its first slice to its end; only of kinds that write in Salesforce themselves."""
    terms = models.JSONField(default=dict, blank=True)
    """What was asked for; which keys, the kind's own module says."""
    order_key = models.CharField(max_length=64, blank=True, default="")
    """Stands for all of this: whoever asks twice gets the one that is open."""

    state = models.CharField(_("state"), max_length=10, choices=ErrandState, default=ErrandState.WAITING)
    position = models.JSONField(default=dict, blank=True)
    """Where the next slice goes on; which keys, the kind's own module says."""
    done_count = models.PositiveIntegerField(_("done"), default=0)
    total_count = models.PositiveIntegerField(null=True, blank=True)
    """None while nobody knows."""
    result = models.JSONField(default=dict, blank=True)
    """What it came to; counts and ids, never what somebody typed."""
    error_code = models.CharField(_("error code"), max_length=80, blank=True, default="")
    error_message = models.CharField(_("error"), max_length=500, blank=True, default="")

    requested_by = models.CharField(_("asked for by"), max_length=150)
    created_at = models.DateTimeField(_("asked for at"))
    beat_at = models.DateTimeField()
    """The last sign of life: asked for, queued or at work."""
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    interrupted_count = models.PositiveSmallIntegerField(default=0)
    """How often a worker that had it in hand was gone."""

    class Meta:
        verbose_name = _("long task")
        verbose_name_plural = _("long tasks")
        ordering = ["-id"]
        permissions = [
            ("import_participants", gettext_noop("Can import participants from a file")),
            ("reconcile_participants", gettext_noop("Can compare an event with its campaign")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state__in=OPEN_STATES) & Q(ended_at=None))
                | (~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False)),
                name="errand_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=["order_key"],
                condition=Q(state__in=OPEN_STATES) & ~Q(order_key=""),
                name="errand_open_once",
            ),
            models.CheckConstraint(
                condition=Q(total_count=None) | Q(done_count__lte=F("total_count")), name="errand_done_within_total"
            ),
        ]
        indexes = [
            models.Index(fields=["beat_at"], condition=Q(state__in=OPEN_STATES), name="errand_open"),
            models.Index(fields=["link", "kind", "-id"], name="errand_by_link"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.event_label}" if self.event_label else self.get_kind_display()

    def event_link(self) -> CampaignLink:
        """Return the link of a kind that is begun for one event only. Raises ValueError for an errand of none."""
        if self.link is None:
            raise ValueError(f"errand {self.pk} concerns no link")
        return self.link

    @property
    def is_open(self) -> bool:
        """Whether it waits or is at work."""
        return self.state in OPEN_STATES

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while nobody knows how much there is."""
        return self.done_count * 100 // self.total_count if self.total_count else None
