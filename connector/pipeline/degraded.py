"""Say on a link which mapped fields are gone, and send the people concerned again when one returns (rule 5.5)."""

from django.db.models import TextField
from django.db.models.functions import Cast

from connector.core.outcomes import Note
from connector.core.rows import LinkPolicy, Schemas
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.resync import CHUNK, wake_entries


def note_degraded(link: CampaignLink, policy: LinkPolicy, schemas: Schemas) -> None:
    """Store which mapped fields are left out of what is sent; call outside a transaction."""
    gone = missing_fields(policy, schemas)
    if gone == link.degraded_fields:
        return
    returned = set(link.degraded_fields) - set(gone)
    CampaignLink.objects.filter(pk=link.pk).update(degraded_fields=gone)
    link.degraded_fields = gone
    if returned:
        _send_again(link)


def missing_fields(policy: LinkPolicy, schemas: Schemas) -> list[str]:
    """Return "Object.Field" of each mapping whose field the user does not see or may not write."""
    gone = []
    for rule in policy.mappings:
        spec = schemas[rule.sobject].find_field(rule.field)
        if spec is None or not (spec.is_createable or spec.is_updateable):
            gone.append(rule.path)
    return gone


def _send_again(link: CampaignLink) -> None:
    noted = OutboxEntry.objects.filter(link=link).annotate(noted=Cast("notes", TextField()))
    ids = list(
        noted.filter(noted__contains=f'"{Note.FIELD_DROPPED.value}"').order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(ids), CHUNK):
        wake_entries(ids[start : start + CHUNK], is_backfill=True)
