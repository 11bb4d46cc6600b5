"""What people were told of by mail, so that a restart tells nobody twice and a mail that failed is sent again."""

from django.db import models
from django.db.models import Q

from connector.models.links import CampaignLink
from connector.models.orgs import SalesforceOrg


class Alert(models.Model):
    """One thing that needs a person, from when it was noticed until everybody knows that it is settled."""

    class Kind(models.TextChoices):
        RECONNECT = "reconnect"
        DAILY_LIMIT = "daily_limit"
        BUDGET = "budget"
        STOPPED = "stopped"
        NO_ROOM = "no_room"
        SILENT = "silent"
        FAILURES = "failures"

    kind = models.CharField(max_length=20, choices=Kind)
    org = models.ForeignKey(SalesforceOrg, on_delete=models.CASCADE, null=True, related_name="alerts")
    link = models.ForeignKey(CampaignLink, on_delete=models.CASCADE, null=True, related_name="alerts")
    began_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    """Since when it no longer holds; None while it does."""
    told_at = models.DateTimeField(null=True)
    """When the mail that tells of it was sent."""
    try_at = models.DateTimeField()
    """No mail about it is tried before; whoever sends one moves it on first, so that no other process does."""
    error = models.CharField(max_length=100, blank=True, default="")
    """What kept the last mail about it; "" where none failed."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(org__isnull=True, link__isnull=False) | Q(org__isnull=False, link__isnull=True),
                name="alert_is_about_one_thing",
            ),
            models.UniqueConstraint(fields=["kind", "org"], name="alert_once_an_org"),
            models.UniqueConstraint(fields=["kind", "link"], name="alert_once_a_link"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.org_id or self.link_id}"
