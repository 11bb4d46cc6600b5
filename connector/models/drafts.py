"""What is prepared and not in force: templates that new links begin with, and links that a person is still making."""

from django.conf import settings as django_settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from connector.models.links import CampaignLink


class LinkTemplate(models.Model):
    """Settings of a link under a name, for the next events of the same kind."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=255, blank=True)
    settings = models.JSONField(_("settings"), default=dict, editable=False)
    """The section of a link in the configuration file, without what belongs to one event."""
    created_at = models.DateTimeField(_("saved at"), auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("event template")
        verbose_name_plural = _("event templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LinkDraft(models.Model):
    """A link that somebody is making step by step; nothing of it is in force. Pruned when it was left too long."""

    owner = models.ForeignKey(django_settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    event_id = models.CharField(max_length=200, blank=True)
    """What `answers` says of the event, for lists."""
    event_name = models.CharField(max_length=255, blank=True)
    begin = models.CharField(max_length=40, blank=True)
    """"template:<id>" or "link:<id>" that was chosen; "" for the usual settings."""
    settings = models.JSONField(default=dict, blank=True)
    """What was chosen there, as it was then."""
    answers = models.JSONField(default=dict, blank=True)
    """{name of a form field: [texts]}, as a browser sends them: what was typed stays, right or wrong."""
    done = models.JSONField(default=list, blank=True)
    """Steps that were completed."""
    counted = models.JSONField(default=dict, blank=True)
    """{"unknown" or "preview": {"key", "at", …}}: what was read in Salesforce for the answers that `key` stands for."""
    link = models.ForeignKey(CampaignLink, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts")
    """What it became: whoever presses *Activate* twice is led there."""
    creating_until = models.DateTimeField(null=True, blank=True)
    """Until when a press is taken to be creating a campaign in Salesforce: another one meanwhile creates none."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("link being prepared")
        verbose_name_plural = _("links being prepared")
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["owner", "-updated_at"], name="draft_by_owner")]

    def __str__(self) -> str:
        return self.event_name or self.event_id
