"""Say on a link which mapped fields are gone, and send the people concerned again when one returns (rule 5.5)."""

from django.db.models import TextField
from django.db.models.functions import Cast

from connector.core.outcomes import Note
from connector.core.rows import LinkPolicy, Schemas
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.connection.schema_cache import load_schema
from connector.pipeline.outbox.resync import CHUNK, wake_entries
from connector.pipeline.policies import policy_of


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


def follow_returned_fields(org: SalesforceOrg) -> None:
    """Look at the degraded links of an organisation with the describes that are kept by now.

    Nobody may register for months: a field that returns must not wait for that. Call outside a transaction.
    """
    for link in _degraded_links(org):
        policy = policy_of(link)
        kept = {sobject: load_schema(org, sobject) for sobject in {rule.sobject for rule in policy.mappings}}
        schemas = {sobject: one.schema for sobject, one in kept.items() if one is not None}
        if schemas.keys() == kept.keys():
            note_degraded(link, policy, schemas)


def degraded_objects(org: SalesforceOrg) -> set[str]:
    """Return the objects of which a mapped field is gone."""
    return {path.partition(".")[0] for link in _degraded_links(org) for path in link.degraded_fields}


def _degraded_links(org: SalesforceOrg) -> list[CampaignLink]:
    return list(CampaignLink.objects.filter(org=org).exclude(degraded_fields=[]).select_related("org").order_by("pk"))


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
