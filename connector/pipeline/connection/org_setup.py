"""Follow up what a person changed on a Salesforce organisation in the admin."""

from collections.abc import Collection
from urllib.parse import urlsplit

from connector.models import SalesforceOrg
from connector.pipeline.connection.connect import forget_token, recover_org
from connector.pipeline.connection.log_in import GRANT_COLUMNS, forget_refresh_token, needs_log_in, wait_for_log_in
from connector.pipeline.connection.sign_in import CREDENTIAL_COLUMNS, host_rules
from connector.salesforce.assertion import UnusableKey, normalise_pem, read_private_key
from connector.salesforce.errors import ForbiddenHost
from connector.salesforce.hosts import SHARED_HOSTS, check_url

__all__ = ["follow_org_change", "needs_my_domain", "normalise_pem", "refuse_login_url", "refuse_private_key"]


def refuse_login_url(url: str) -> str:
    """Say why credentials may not be sent to an address; "" where they may."""
    try:
        check_url(url, host_rules())
    except ForbiddenHost as exc:
        return exc.message
    return ""


def needs_my_domain(*, login_url: str, auth: str) -> bool:
    """Say whether this sign-in works on the organisation's own address only, and this is a shared one."""
    return auth == SalesforceOrg.Auth.CLIENT_CREDENTIALS and (urlsplit(login_url).hostname or "") in SHARED_HOSTS


def refuse_private_key(text: str) -> str:
    """Say in a code why a text is no key that can sign; "" where it is one."""
    try:
        read_private_key(text)
    except UnusableKey as exc:
        return exc.code
    return ""


def follow_org_change(org: SalesforceOrg, *, changed: Collection[str]) -> None:
    """Drop the tokens of old credentials, and let an organisation go on that waited for new ones.

    One that needs a log-in waits for it.
    """
    if set(changed).isdisjoint(CREDENTIAL_COLUMNS):
        return
    forget_token(org)
    if not set(changed).isdisjoint(GRANT_COLUMNS):
        forget_refresh_token(org)
    if needs_log_in(org):
        wait_for_log_in(org)
    else:
        recover_org(org)
