"""The sync log: runs and attempts, kept when links and entries are gone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from connector.core.outcomes import Operation, Outcome
from connector.models.links import CampaignLink
from connector.models.outbox import OutboxEntry


class SyncRun(models.Model):
    """One batch that was sent for one link."""

    class Trigger(models.TextChoices):
        DRAIN = "drain", _("Worker")
        COMMAND = "command", _("Command")
        PUT_BACK = "put_back", _("Values put back")

    link = models.ForeignKey(CampaignLink, on_delete=models.SET_NULL, null=True, related_name="runs")
    link_label = models.CharField(_("event"), max_length=255)
    org_label = models.CharField(_("Salesforce organisation"), max_length=100)
    org_id_at_run = models.PositiveBigIntegerField(null=True)
    """Primary key of the organisation, to count its calls of the last 24 hours."""
    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger)
    requested_by = models.CharField(_("asked for by"), max_length=150, blank=True, default="")
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    is_backfill = models.BooleanField(_("backfill"), default=False)
    entry_count = models.PositiveIntegerField(_("participants"), default=0)
    api_calls = models.PositiveIntegerField(_("API calls"), default=0)
    created_count = models.PositiveIntegerField(_("created"), default=0)
    updated_count = models.PositiveIntegerField(_("updated"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    left_out_count = models.PositiveIntegerField(_("left out"), default=0)
    needs_answer_count = models.PositiveIntegerField(_("need an answer"), default=0)
    failed_count = models.PositiveIntegerField(_("failed"), default=0)
    retrying_count = models.PositiveIntegerField(_("trying again"), default=0)
    error_code = models.CharField(_("error code"), max_length=80, blank=True, default="")
    error_message = models.CharField(_("error"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-started_at"], name="run_newest_first"),
            models.Index(fields=["org_id_at_run", "started_at"], name="run_by_org"),
            models.Index(fields=["link", "-started_at"], name="run_by_link"),
        ]

    def __str__(self) -> str:
        return f"{self.link_label} #{self.pk}"


class SyncAttempt(models.Model):
    """How one entry fared in one run; never changed once written."""

    run = models.ForeignKey(SyncRun, on_delete=models.SET_NULL, null=True, related_name="attempts")
    entry = models.ForeignKey(OutboxEntry, on_delete=models.SET_NULL, null=True, related_name="attempts")
    link = models.ForeignKey(CampaignLink, on_delete=models.SET_NULL, null=True, related_name="attempts")
    link_label = models.CharField(_("event"), max_length=255)
    participant_key = models.CharField(_("participant id"), max_length=320)
    email_key = models.CharField(_("email"), max_length=320, blank=True, default="")
    created_at = models.DateTimeField(_("time"))
    generation = models.PositiveIntegerField()
    outcome = models.CharField(
        _("outcome"),
        max_length=20,
        choices=[
            (Outcome.CREATED.value, pgettext_lazy("outcome", "Added")),
            (Outcome.UPDATED.value, _("Updated")),
            (Outcome.UNCHANGED.value, _("Unchanged")),
            (Outcome.LEFT_OUT.value, _("Left out")),
            (Outcome.NEEDS_ANSWER.value, _("Needs an answer")),
            (Outcome.FAILED.value, _("Failed")),
            (Outcome.RETRYING.value, _("Trying again")),
        ],
    )
    person_operation = models.CharField(
        max_length=10, default=Operation.NONE, choices=[(o.value, o.value) for o in Operation]
    )
    member_operation = models.CharField(
        max_length=10, default=Operation.NONE, choices=[(o.value, o.value) for o in Operation]
    )
    person_type = models.CharField(max_length=10, blank=True, default="")
    person_id = models.CharField(_("person id"), max_length=18, blank=True, default="")
    member_id = models.CharField(_("member id"), max_length=18, blank=True, default="")
    instance_url = models.URLField(blank=True, default="")
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    """{"Object.Field": [before, after]}; before is None where it was empty, or where the record was created. Of a
    check-in that was written unread it is what we wrote last."""
    reason = models.CharField(_("reason"), max_length=40, blank=True, default="")
    notes = models.JSONField(_("notes"), default=list, blank=True)
    error_code = models.CharField(_("error code"), max_length=80, blank=True, default="")
    error_message = models.CharField(_("error"), max_length=500, blank=True, default="")
    requested_by = models.CharField(_("asked for by"), max_length=150, blank=True, default="")
    request_reason = models.CharField(_("reason given"), max_length=500, blank=True, default="")
    duration_ms = models.PositiveIntegerField(default=0)
    """Milliseconds from the claim to the end of the run."""
    delay_ms = models.PositiveBigIntegerField(null=True, blank=True)
    """Milliseconds from the oldest change that was sent to Salesforce's answer; None where nothing live was sent."""

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("sync log")
        ordering = ["-id"]
        permissions = [("export_syncattempt", gettext_noop("Can download the sync log"))]
        indexes = [
            models.Index(fields=["link", "-id"], name="attempt_by_link"),
            models.Index(fields=["link", "outcome", "-id"], name="attempt_by_outcome"),
            models.Index(fields=["outcome", "-id"], name="attempt_by_end"),
            models.Index(fields=["reason", "-id"], name="attempt_by_reason"),
            models.Index(fields=["error_code", "-id"], name="attempt_by_error"),
            models.Index(fields=["email_key", "-id"], name="attempt_by_email"),
            models.Index(fields=["participant_key", "-id"], name="attempt_by_participant"),
            models.Index(fields=["person_id"], name="attempt_by_person"),
            models.Index(fields=["created_at"], name="attempt_by_time"),
            models.Index(
                fields=["link", "created_at", "delay_ms"], condition=Q(delay_ms__isnull=False), name="attempt_by_delay"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_key} {self.outcome}"
