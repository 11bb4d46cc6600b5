"""The outbox: one row per participant of a link, and the request to drain a link."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from connector.core.outcomes import PRIORITY_ORDER, EntryState, Outcome, Priority
from connector.core.schema import PersonType
from connector.core.state import State
from connector.models.inbox import WebhookSource
from connector.models.known import KnownParticipant
from connector.models.links import CampaignLink

WAITING_STATES = (EntryState.PENDING.value, EntryState.RETRYING.value)
ENDED_WITH_REASON = (EntryState.FAILED.value, EntryState.LEFT_OUT.value, EntryState.NEEDS_ANSWER.value)


class OutboxEntryQuerySet(models.QuerySet["OutboxEntry"]):
    """Adjectives for entries."""

    def due(self, now: datetime) -> "OutboxEntryQuerySet":
        """Entries that a claim may take at `now`: waiting and due, or claimed by a worker that is gone."""
        return self.filter(
            Q(state__in=WAITING_STATES, available_at__lte=now) | Q(state=EntryState.CLAIMED, lease_expires_at__lte=now)
        )

    def waiting(self) -> "OutboxEntryQuerySet":
        """Entries that will be sent without a person's help."""
        return self.filter(state__in=[*WAITING_STATES, EntryState.CLAIMED])

    def failed(self) -> "OutboxEntryQuerySet":
        """Entries that failed for good."""
        return self.filter(state=EntryState.FAILED)


class OutboxEntry(KnownParticipant):
    """What must be sent for one participant of one link, and everything about how that went."""

    class EntryStates(models.TextChoices):
        PENDING = EntryState.PENDING.value, _("Waiting")
        CLAIMED = EntryState.CLAIMED.value, _("Being sent")
        RETRYING = EntryState.RETRYING.value, _("Trying again")
        SYNCED = EntryState.SYNCED.value, _("Synced")
        LEFT_OUT = EntryState.LEFT_OUT.value, _("Left out")
        NEEDS_ANSWER = EntryState.NEEDS_ANSWER.value, _("Needs an answer")
        FAILED = EntryState.FAILED.value, _("Failed")

    class Priorities(models.IntegerChoices):
        LIVE = PRIORITY_ORDER[Priority.LIVE], _("Live")
        MANUAL = PRIORITY_ORDER[Priority.MANUAL], _("Manual")
        BACKFILL = PRIORITY_ORDER[Priority.BACKFILL], _("Backfill")

    link = models.ForeignKey(CampaignLink, on_delete=models.PROTECT, related_name="entries", verbose_name=_("event"))
    participant_key = models.CharField(_("participant id"), max_length=320)
    source = models.ForeignKey(WebhookSource, on_delete=models.SET_NULL, null=True, blank=True)
    email_key = models.CharField(_("email"), max_length=320, blank=True, default="")
    name_words = models.CharField(max_length=255, blank=True, default="", editable=False)
    """What a search by name looks at (`connector.core.participant.name_words`)."""
    target_state = models.CharField(_("state to send"), max_length=20, blank=True, default="")
    first_seen_at = models.DateTimeField(_("first seen at"))

    generation = models.PositiveIntegerField(default=1)
    synced_generation = models.PositiveIntegerField(default=0)
    state = models.CharField(_("state"), max_length=20, choices=EntryStates, default=EntryStates.PENDING)
    reason = models.CharField(_("reason"), max_length=40, blank=True, default="")
    last_outcome = models.CharField(
        _("last outcome"), max_length=20, blank=True, default="", choices=[(o.value, o.value) for o in Outcome]
    )
    error_code = models.CharField(_("error code"), max_length=80, blank=True, default="")
    error_message = models.CharField(_("error"), max_length=500, blank=True, default="")
    notes = models.JSONField(_("notes"), default=list, blank=True)
    """[{"code": Note, …}] of the last attempt; who left a membership behind keeps that note."""
    candidates = models.JSONField(_("candidates"), default=list, blank=True)
    """[{"type", "id", "name", "company", "last_activity_at", "created_at", "is_member"}] where a person must choose."""

    available_at = models.DateTimeField(_("due at"))
    dirty_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    """When the oldest change that Salesforce does not have yet arrived."""
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priorities, default=Priorities.LIVE)
    attempt_count = models.PositiveIntegerField(_("attempts"), default=0)
    expired_count = models.PositiveIntegerField(default=0)
    """Leases in a row that ran out; from two on the entry is claimed alone."""
    timeout_count = models.PositiveIntegerField(default=0)
    """Timeouts in a row."""
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_generation = models.PositiveIntegerField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    claimed_email = models.CharField(max_length=320, blank=True, default="")
    """The `email_key` under which the row was last claimed: a message may change that while the row is being sent."""
    create_sent_email = models.CharField(max_length=320, blank=True, default="")
    """The email with which that call was sent; the participant's may have been corrected since."""
    create_sent_at = models.DateTimeField(null=True, blank=True)
    """When a call that creates something for this row was sent whose answer is not known yet."""

    person_type = models.CharField(
        _("person"), max_length=10, blank=True, default="", choices=[(kind.value, kind.value) for kind in PersonType]
    )
    person_id = models.CharField(_("person id"), max_length=18, blank=True, default="")
    member_id = models.CharField(_("member id"), max_length=18, blank=True, default="")
    created_by_us = models.BooleanField(default=False)
    matched_email = models.CharField(max_length=320, blank=True, default="")
    matched_last_name = models.CharField(max_length=255, blank=True, default="")
    same_person_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)
    """The row that this one is the same person as (rule 2.6)."""
    sent_hash = models.CharField(max_length=64, blank=True, default="")
    sent_person_hash = models.CharField(max_length=64, blank=True, default="")
    """The same for what concerns the Contact or Lead alone: a check-in changes none of it."""
    sent_values = models.JSONField(default=dict, blank=True)
    """{"Object.Field": value} that we wrote last."""
    sent_label = models.CharField(_("status sent"), max_length=40, blank=True, default="")
    """The status that we wrote last: by it the rules tell ours from a colleague's."""
    member_label = models.CharField(max_length=40, blank=True, default="", editable=False)
    """The status that the member has as last read or written, whoever set it; "" of who is no member (any more)."""
    synced_state = models.CharField(max_length=20, blank=True, default="")
    """The target state that was last synced."""
    last_read_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(_("last synced at"), null=True, blank=True)

    answers = models.JSONField(default=dict, blank=True)
    """{reason: {"answer", …, "by", "at"}}: what a person decided; kept, and can be taken back."""
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True, editable=False)
    """When a person last answered, also where the answer is a `PersonChoice`; empty once it is taken back."""
    is_forced = models.BooleanField(default=False)
    """A person asked for it: read, compare and write whatever the hash says, and add removed members again."""
    is_correction = models.BooleanField(default=False)
    """A person corrects the status: it may go down this once."""
    requested_by = models.CharField(max_length=150, blank=True, default="")
    request_reason = models.CharField(max_length=500, blank=True, default="")
    """Why, in the words of whoever asked."""

    objects = OutboxEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("outbox")
        ordering = ["-id"]
        permissions = [
            ("see_people", gettext_noop("Can see personal data of participants")),
            ("export_person", gettext_noop("Can export what is held about a person")),
            ("erase_person", gettext_noop("Can erase a person")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["link", "participant_key"], name="entry_once_a_participant"),
            models.CheckConstraint(condition=Q(synced_generation__lte=F("generation")), name="entry_synced_not_ahead"),
            models.CheckConstraint(
                condition=Q(
                    state=EntryState.CLAIMED,
                    claim_token__isnull=False,
                    claimed_generation__isnull=False,
                    lease_expires_at__isnull=False,
                )
                | (
                    ~Q(state=EntryState.CLAIMED)
                    & Q(claim_token__isnull=True, claimed_generation__isnull=True, lease_expires_at__isnull=True)
                ),
                name="entry_claimed_has_lease",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=ENDED_WITH_REASON) & ~Q(reason=""))
                | (~Q(state__in=ENDED_WITH_REASON) & Q(reason="")),
                name="entry_ended_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in EntryState]), name="entry_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(participant_state="") | Q(participant_state__in=[state.value for state in State]),
                name="entry_participant_state_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["link", "priority", "available_at", "id"],
                condition=Q(state__in=[*WAITING_STATES, EntryState.CLAIMED.value]),
                name="entry_due",
            ),
            models.Index(fields=["email_key", "link"], name="entry_by_email"),
            models.Index(fields=["name_words", "id"], name="entry_by_name"),
            models.Index(fields=["link", "state", "reason"], name="entry_by_state"),
            models.Index(
                fields=[
                    "link",
                    "state",
                    "reason",
                    "error_code",
                    "error_message",
                    "dirty_since",
                    "available_at",
                ],
                condition=Q(state__in=[EntryState.FAILED.value, EntryState.RETRYING.value]),
                name="entry_by_cause",
            ),
            models.Index(fields=["-answered_at", "-id"], condition=Q(answered_at__isnull=False), name="entry_answered"),
            models.Index(
                fields=["link", "attended_at"], condition=Q(attended_at__isnull=False), name="entry_by_checkin"
            ),
            models.Index(fields=["first_seen_at"], name="entry_by_first_seen"),
            models.Index(
                fields=["link", "state", "target_state", "synced_state", "same_person_of"], name="entry_by_standing"
            ),
            models.Index(fields=["claim_token"], condition=Q(claim_token__isnull=False), name="entry_by_claim"),
            models.Index(fields=["claimed_email"], condition=Q(create_sent_at__isnull=False), name="entry_by_unclear"),
        ]

    def __str__(self) -> str:
        return self.participant_key


class DrainRequest(models.Model):
    """That a link has something to send; set by whoever enqueues, cleared by the drain before its first claim."""

    link = models.OneToOneField(CampaignLink, on_delete=models.CASCADE, primary_key=True, related_name="drain_request")
    requested_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.link_id)


class WorkerHeartbeat(models.Model):
    """A sign of life of one worker host."""

    name = models.CharField(max_length=200, primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
