"""Follow up what a person changed on a Salesforce organisation in the admin."""

from collections.abc import Collection

from connector.models import SalesforceOrg
from connector.pipeline.connection.connect import forget_token, recover_org
from connector.pipeline.connection.sign_in import CREDENTIAL_COLUMNS, host_rules
from connector.salesforce.errors import ForbiddenHost
from connector.salesforce.hosts import check_url


def refuse_login_url(url: str) -> str:
    """Say why credentials may not be sent to an address; "" where they may."""
    try:
        check_url(url, host_rules())
    except ForbiddenHost as exc:
        return exc.message
    return ""


def follow_org_change(org: SalesforceOrg, *, changed: Collection[str]) -> None:
    """Drop the token of old credentials and let an organisation go on that waited for new ones."""
    if not set(changed).isdisjoint(CREDENTIAL_COLUMNS):
        forget_token(org)
        recover_org(org)
