"""The latest preview of an event: whom each verdict and reason concerns, and nothing about them."""

from django.db import models

from connector.models.links import CampaignLink


class EventPreview(models.Model):
    """What a link would do at the time when somebody looked; replaced by the next look."""

    link = models.OneToOneField(CampaignLink, on_delete=models.CASCADE, primary_key=True, related_name="preview")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    config_version = models.PositiveIntegerField()
    """Of the link at that time: with another one the preview is out of date."""
    entry_count = models.PositiveIntegerField()
    """Participants of the event at that time; those looked at are the ones in `groups`."""
    api_calls = models.PositiveIntegerField()
    groups = models.JSONField(default=list)
    """[{"verdict", "effect", "reason", "ids": [entry id, …]}]: everybody who was looked at, once."""
    remarks = models.JSONField(default=list)
    """[{"code": note or why a field is kept, "ids": [entry id, …]}]: the same people, any number of times."""

    def __str__(self) -> str:
        return str(self.link_id)
