"""Load the describes that a run plans with: three, and that of Account where people are accounts."""

from django.utils import timezone

from connector.core.planning.field_values import has_person_accounts
from connector.core.rows import Schemas
from connector.core.schema import ObjectSchema, SObject
from connector.models import SalesforceOrg
from connector.pipeline.connection import connect
from connector.pipeline.connection.schema_cache import store_schema
from connector.salesforce.errors import RequestRefused
from connector.salesforce.gateway import Gateway

SOBJECTS = (SObject.CONTACT, SObject.LEAD, SObject.CAMPAIGN_MEMBER)


def load_schemas(org: SalesforceOrg, gateway: Gateway, *, refresh: bool = False) -> Schemas:
    """Return the describes from the cache of 24 hours, else from Salesforce; with `refresh` always from there."""
    schemas = {name: connect.object_schema(org, name, gateway=gateway, refresh=refresh) for name in SOBJECTS}
    if has_person_accounts(schemas):
        schemas[SObject.ACCOUNT] = account_schema(org, gateway, refresh=refresh)
    return schemas


def account_schema(org: SalesforceOrg, gateway: Gateway, *, refresh: bool) -> ObjectSchema:
    """Return the describe of Account; a user to whom Salesforce refuses it has no rights there, until tomorrow."""
    try:
        return connect.object_schema(org, SObject.ACCOUNT, gateway=gateway, refresh=refresh)
    except RequestRefused:
        name = SObject.ACCOUNT.value
        hidden = ObjectSchema(name, name, is_createable=False, is_updateable=False, is_queryable=False, fields={})
        store_schema(org, hidden, now=timezone.now())
        return hidden
