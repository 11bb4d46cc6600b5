"""Single-use links for somebody without an account here: a Salesforce administrator, or whoever sets up the sender."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from connector.models.inbox import WebhookSource
from connector.models.orgs import SalesforceOrg


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by whether they can still be used."""

    def usable(self, now: datetime) -> "InvitationQuerySet":
        """Return those that were neither used nor revoked, have not expired, and whose source is still there."""
        open_ones = self.filter(used_at=None, revoked_at=None, expires_at__gt=now)
        return open_ones.exclude(kind=Invitation.Kind.WEBHOOK, source=None)


class Invitation(models.Model):
    """One link that was made; rows stay as the record of who invited and when the link was used."""

    class Kind(models.TextChoices):
        SALESFORCE = "salesforce", _("Salesforce administrator")
        WEBHOOK = "webhook", _("Integrator")

    kind = models.CharField(_("for"), max_length=20, choices=Kind)
    org = models.ForeignKey(
        SalesforceOrg, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations",
        verbose_name=_("Salesforce organisation"),
    )  # fmt: skip
    """None until the credentials of a new organisation are stored."""
    source = models.ForeignKey(
        WebhookSource, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations",
        verbose_name=_("webhook source"),
    )  # fmt: skip
    target_name = models.CharField(_("name"), max_length=100)
    """Of the organisation or the source; outlives both."""
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 in hex; the token itself is not kept."""
    invited_by = models.CharField(_("invited by"), max_length=150)
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("valid until"))
    opened_at = models.DateTimeField(_("first opened at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=150, blank=True)
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    """How often credentials were tried."""

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="salesforce", source=None) | Q(kind="webhook", org=None),
                name="invitation_is_for_one_thing",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(revoked_at=None), name="invitation_used_or_revoked"),
            models.CheckConstraint(condition=~Q(target_name=""), name="invitation_is_named"),
        ]

    def __str__(self) -> str:
        return self.target_name
