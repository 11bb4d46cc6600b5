"""Which fields of inwink the conditions of a link are offered."""

from connector.core.checking.mapping import SOURCE_TYPES
from connector.models import CampaignLink, OutboxEntry

SAMPLED_ENTRIES = 50
"""Participants whose custom fields are offered; the latest ones."""


def source_suggestions(link: CampaignLink) -> list[str]:
    """Return the standard sources, then the custom fields of the latest participants."""
    latest = OutboxEntry.objects.filter(link=link).order_by("-id").values_list("payload", flat=True)[:SAMPLED_ENTRIES]
    custom = {path for payload in latest for path in payload.get("custom") or {}}
    return [*SOURCE_TYPES, *sorted(custom)]
