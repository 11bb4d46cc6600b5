"""Store the plans of a configuration file in one transaction, and start what follows from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from connector.models import CampaignLink, FieldMapping, SalesforceOrg
from connector.pipeline.connection.connect import record_usage, store_labels
from connector.pipeline.connection.org_setup import follow_org_change
from connector.pipeline.connection.schema_cache import store_schema
from connector.pipeline.connection.sign_in import token_columns
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.pausing import lift_configuration_pause
from connector.pipeline.setup.configure_lookup import Found
from connector.pipeline.setup.configure_plan import LinkPlan, OrgPlan, Plan
from connector.pipeline.setup.configure_read import Reading
from connector.pipeline.setup.link_change import (
    LinkChange,
    follow_confirmed_visibility,
    follow_link_change,
    follow_new_link,
)
from connector.pipeline.setup.link_setup import set_state


def store_plans(reading: Reading, found: Mapping[str, Found], *, now: datetime, by: str = "") -> None:
    """Write everything that changed, or nothing; the history says by whom.

    Raises IntegrityError where somebody else stored the same thing meanwhile.
    """
    for row in _rows_of(reading):
        row._change_reason = by[:100] or None
    with transaction.atomic():
        for org in reading.orgs:
            _store_org(org, found.get(org.row.name), now=now)
        for source in reading.sources:
            _save(source)
        for link in reading.links:
            _store_link(link, now=now)
        for read in found.values():
            _store_found(read, now=now)


def _rows_of(reading: Reading) -> Iterator[Any]:
    plans: list[Any] = [*reading.orgs, *reading.sources, *reading.links]
    yield from (plan.row for plan in plans)
    yield from (mapping for link in reading.links for mapping in link.mappings or ())


def _save(plan: Plan[Any, Any]) -> None:
    """Save the changed columns only: others may have been changed meanwhile. A link's state has its own way."""
    if plan.is_new:
        plan.row.save(force_insert=True)
    elif plan.columns - {"state"}:
        plan.row.save(update_fields=sorted(plan.columns - {"state"}))


def _store_org(plan: OrgPlan, found: Found | None, *, now: datetime) -> None:
    _save(plan)
    follow_org_change(plan.row, changed=plan.columns)
    if "visibility_confirmed" in plan.columns and plan.row.visibility_confirmed:
        follow_confirmed_visibility(plan.row, now=now)
    if found is not None and found.token is not None:
        SalesforceOrg.objects.filter(pk=plan.row.pk).update(**token_columns(found.token, held=plan.row))


def _store_found(found: Found, *, now: datetime) -> None:
    """Keep what was read, so that the first run need not read it again."""
    for schema in found.schemas.values():
        store_schema(found.org, schema, now=now)
    for campaign_id, labels in found.labels.items():
        store_labels(found.org, campaign_id, labels=labels, now=now)
    record_usage(found.org, found.gateway, now=now)


def _store_link(plan: LinkPlan, *, now: datetime) -> None:
    if plan.org is None:
        raise ValueError("a link without organisation is refused before it is stored")
    link, state = plan.row, CampaignLink.LinkState(plan.row.state)
    link.org = plan.org  # an organisation of the same file has its key only now
    if plan.is_new:
        link.state = CampaignLink.LinkState.ACTIVE
    _save(plan)
    if plan.mappings is not None:
        _store_mappings(link, plan.mappings)
    if plan.is_new:
        follow_new_link(link)
    elif plan.is_changed:
        follow_link_change(link, LinkChange(frozenset(plan.columns), "mappings" in plan.changes), now=now)
    elif lift_configuration_pause(link.pk):
        request_drain([link.pk])
    if plan.is_new or "state" in plan.columns:
        set_state(link, state)


def _store_mappings(link: CampaignLink, wanted: Sequence[FieldMapping]) -> None:
    """Make a link's mappings the wanted ones; rows of the same object and field keep their history."""
    held = {_key(mapping): mapping for mapping in link.mappings.all()}
    _remove(held[key] for key in held.keys() - {_key(mapping) for mapping in wanted})
    for position, mapping in enumerate(wanted):
        same = held.get(_key(mapping))
        mapping.link, mapping.position = link, position
        if same is not None:
            mapping.pk = same.pk
        if same is None or _differs(same, mapping):
            mapping.save()


def _remove(mappings: Iterable[FieldMapping]) -> None:
    for mapping in mappings:
        mapping.delete()  # one by one: each leaves a line in the history


def _key(mapping: FieldMapping) -> tuple[str, str]:
    return mapping.object, mapping.field.lower()


def _differs(one: FieldMapping, other: FieldMapping) -> bool:
    columns = [field.attname for field in FieldMapping._meta.concrete_fields if not field.primary_key]
    return any(getattr(one, column) != getattr(other, column) for column in columns)
