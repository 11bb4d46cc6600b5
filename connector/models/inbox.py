"""The inbox: webhook sources, every message as it came, and participants of events not linked yet."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from connector.core.merging.effect import Effect
from connector.core.state import State
from connector.core.trial import TRIAL_EVENT_ID
from connector.models.fields import EncryptedField
from connector.models.known import KnownParticipant


class WebhookSource(models.Model):
    """One sender of webhooks and the secrets that prove who it is."""

    class DefaultState(models.TextChoices):
        REGISTERED = State.REGISTERED.value, _("Registered")

    class Locale(models.TextChoices):
        FR = "fr", _("French")
        EN = "en", _("English")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    signing_secrets = EncryptedField(_("signing secrets"), editable=False)
    """`conceal_list` of `whsec_…` texts; several while one replaces another."""
    bearer_token_hashes = models.JSONField(default=list, blank=True, editable=False)
    """SHA-256 hex digests; the tokens themselves are not kept."""
    default_state = models.CharField(
        _("state when none is sent"), max_length=20, choices=DefaultState, blank=True, default="",
        help_text=_("For senders that only report registrations."),
    )  # fmt: skip
    locale = models.CharField(_("language of dates and numbers"), max_length=2, choices=Locale, default=Locale.FR)
    is_active = models.BooleanField(_("active"), default=True)
    refused_count = models.PositiveIntegerField(_("refused requests"), default=0, editable=False)
    """Requests whose signature, time or token was wrong."""
    last_refused_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_denial = models.CharField(max_length=20, blank=True, default="", editable=False)
    """Why the last one was refused: a `Denial`."""
    window_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the period began in which requests are counted against WEBHOOK_RATE."""
    window_count = models.PositiveIntegerField(default=0, editable=False)
    """Requests in that period."""
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords(
        excluded_fields=[
            "signing_secrets", "bearer_token_hashes", "refused_count", "last_refused_at", "last_denial",
            "window_started_at", "window_count",
        ]
    )  # fmt: skip

    class Meta:
        verbose_name = _("webhook source")
        verbose_name_plural = _("webhook sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WebhookMessage(models.Model):
    """One request of a source, as it came, and the answer that it got."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    source = models.ForeignKey(WebhookSource, on_delete=models.PROTECT, related_name="messages")
    message_id = models.CharField(_("message id"), max_length=200)
    received_at = models.DateTimeField(_("received at"))
    body = models.TextField(_("body"))
    """The request's text; of a rejected message the head only."""
    status = models.CharField(_("status"), max_length=10, choices=Status)
    answer_status = models.PositiveSmallIntegerField(_("HTTP status"))
    answer = models.JSONField(_("answer"))
    accepted_count = models.PositiveIntegerField(_("accepted"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    stale_count = models.PositiveIntegerField(_("stale"), default=0)
    unlinked_count = models.PositiveIntegerField(_("not linked yet"), default=0)
    rejected_count = models.PositiveIntegerField(_("rejected"), default=0)
    trial_count = models.PositiveIntegerField(_("test"), default=0)
    """Participants of the reserved event of test messages: read, and stored nowhere else."""
    repeat_count = models.PositiveIntegerField(_("repeats"), default=0)
    """How often the same message id came again."""
    replay_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replays", verbose_name=_("replay of")
    )
    first_received_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Of a replay: when the message had first arrived. It speaks of that time."""
    requested_by = models.CharField(_("asked for by"), max_length=150, blank=True, default="")
    """Who had it read again; "" for what the source sent."""

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("inbox")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "message_id"], name="message_once_a_source"),
            models.CheckConstraint(
                condition=Q(first_received_at=None, replay_of=None, requested_by="")
                | (Q(first_received_at__isnull=False) & ~Q(requested_by="")),
                name="message_replay_has_author",
            ),
        ]
        indexes = [models.Index(fields=["-received_at", "-id"], name="message_newest_first")]

    def __str__(self) -> str:
        return self.message_id

    @property
    def is_trial(self) -> bool:
        """Whether it only tried the way: it stopped at the inbox."""
        return self.trial_count > 0


class MessageParticipant(models.Model):
    """One participant of a message, and what became of it; goes with the message."""

    class Effects(models.TextChoices):
        NEW = Effect.NEW.value, _("New")
        CHANGED = Effect.CHANGED.value, _("Changed")
        UNCHANGED = Effect.UNCHANGED.value, _("Unchanged")
        STALE = Effect.STALE.value, _("Older than what was known")
        HELD = Effect.HELD.value, _("Held: looks anonymised")
        REJECTED = Effect.REJECTED.value, _("Could not be read")
        TRIAL = Effect.TRIAL.value, _("Test")

    message = models.ForeignKey(
        WebhookMessage, on_delete=models.CASCADE, related_name="participants", db_index=False
    )  # its unique constraint begins with it
    place = models.PositiveIntegerField()
    """In the message, from 0."""
    event_id = models.CharField(_("inwink event id"), max_length=200, blank=True)
    participant_key = models.CharField(_("participant"), max_length=320, blank=True)
    """Both are "" where it could not be read whose it is."""
    effect = models.CharField(_("what became of it"), max_length=10, choices=Effects)

    class Meta:
        verbose_name = _("participant of a message")
        verbose_name_plural = _("participants of messages")
        constraints = [
            models.UniqueConstraint(fields=["message", "place"], name="place_once_a_message"),
            models.CheckConstraint(
                condition=Q(effect__in=[effect.value for effect in Effect]), name="message_effect_is_known"
            ),
        ]
        indexes = [models.Index(fields=["event_id", "participant_key", "-id"], name="message_by_participant")]

    def __str__(self) -> str:
        return self.participant_key or str(self.place)


class UnlinkedEvent(models.Model):
    """An event that messages came for and that no link names (yet)."""

    event_id = models.CharField(_("inwink event id"), max_length=200, primary_key=True)
    event_name = models.CharField(_("event"), max_length=255, blank=True)
    first_message_at = models.DateTimeField(_("first message"))
    last_message_at = models.DateTimeField(_("last message"))
    ignored_at = models.DateTimeField(_("ignored since"), null=True, blank=True)

    class Meta:
        verbose_name = _("event not linked yet")
        verbose_name_plural = _("events not linked yet")
        ordering = ["-last_message_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(event_id=TRIAL_EVENT_ID), name="no_room_for_the_trial"),
        ]

    def __str__(self) -> str:
        return self.event_name or self.event_id


class UnlinkedParticipant(KnownParticipant):
    """A participant of an event that is not linked yet; moved to the outbox when it is."""

    event_id = models.CharField(_("inwink event id"), max_length=200)
    participant_key = models.CharField(_("participant"), max_length=320)
    source = models.ForeignKey(WebhookSource, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        verbose_name = _("participant not linked yet")
        verbose_name_plural = _("participants not linked yet")
        constraints = [models.UniqueConstraint(fields=["event_id", "participant_key"], name="unlinked_once_an_event")]

    def __str__(self) -> str:
        return self.participant_key
