"""What is kept of a link only to be shown: when it was last heard of or imported, and how its campaign counted."""

from django.db import models

from connector.models.links import CampaignLink


class LastMessage(models.Model):
    """When inwink last said anything about a link's event.

    A row of its own: a claim locks the link's, and a message must not wait for that.
    """

    link = models.OneToOneField(CampaignLink, on_delete=models.CASCADE, primary_key=True, related_name="last_message")
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.link_id)


class LastImport(models.Model):
    """When somebody last imported a file about a link's event; no sign of life of inwink."""

    link = models.OneToOneField(CampaignLink, on_delete=models.CASCADE, primary_key=True, related_name="last_import")
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.link_id)


class MemberCount(models.Model):
    """How many members of each status a link's campaign had when somebody last asked Salesforce."""

    link = models.OneToOneField(CampaignLink, on_delete=models.CASCADE, primary_key=True, related_name="member_count")
    campaign_id = models.CharField(max_length=18)
    """The campaign that was counted; the link may have been given another since."""
    counts = models.JSONField(default=dict)
    """{status label: members}"""
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.link_id)
