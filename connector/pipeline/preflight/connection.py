"""Check a connection before it is relied on."""

from contextlib import closing
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from connector.models import SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, record_usage, recover_org
from connector.pipeline.connection.degraded import follow_returned_fields
from connector.pipeline.connection.sign_in import need_reconnect, renew_token
from connector.pipeline.preflight.check import Check, failed, failed_sign_in, failed_sign_in_again, found, missing
from connector.pipeline.preflight.organization_rules import check_rules, read_rules
from connector.pipeline.preflight.rights import check_objects
from connector.pipeline.preflight.versions import check_version, read_versions
from connector.pipeline.preflight.visibility import check_visibility, read_visibility, store_sighting
from connector.salesforce.errors import LimitReached, SalesforceError, SessionExpired, SignInFailed
from connector.salesforce.gateway import Gateway
from connector.salesforce.records import Usage

BUDGET_WARNING_PERCENT = 90
"""Of the daily API calls: beyond this the rest of the day is not safe."""


def check_connection(org: SalesforceOrg, *, now: datetime | None = None) -> list[Check]:
    """Sign in and look at version, limits, rights and visibility; token and describes stay cached for all processes.

    An organisation that waited to be reconnected goes on when this signs in. What the permission sets prove, or no
    longer do, is kept, and people who waited for it, or for a mapped field that returned, are sent. Nothing is written
    to Salesforce. Call outside a transaction.
    """
    now = now or timezone.now()
    has_worked = bool(org.organization_id) and org.token_issued_at is not None  # new credentials have no token yet
    try:
        if org.state == SalesforceOrg.State.RECONNECT_NEEDED:
            renew_token(org)
        gateway = gateway_for(org)
    except (SalesforceError, WrongEncryptionKey) as exc:
        return [failed_sign_in_again(exc) if has_worked else failed_sign_in(exc)]
    with closing(gateway):
        checks = _look_around(org, gateway, now=now)
        record_usage(org, gateway, now=now)
    follow_returned_fields(org)
    return checks


def _look_around(org: SalesforceOrg, gateway: Gateway, *, now: datetime) -> list[Check]:
    version = check_version(org, read_versions(gateway))
    if not version.ok:
        return [_signed_in(gateway), version]
    try:
        usage = gateway.limits()
    except SalesforceError as exc:
        if isinstance(exc, SignInFailed | SessionExpired):
            need_reconnect(org, code=exc.code, message=str(exc))
        return [failed("api_limit" if isinstance(exc, LimitReached) else "sign_in", exc)]
    recover_org(org)
    return [
        _signed_in(gateway),
        version,
        _check_limit(usage),
        *check_objects(org, gateway, now=now),
        _look_at_visibility(org, gateway, now=now),
        *check_rules(read_rules(gateway)),
    ]


def _signed_in(gateway: Gateway) -> Check:
    token = gateway.token
    text = _("Signed in to organisation %(organization)s as user %(user)s.")
    return found("sign_in", text, {"organization": token.organization_id, "user": token.user_id})


def _check_limit(usage: Usage) -> Check:
    share = usage.used * 100 // max(usage.limit, 1)
    text = _("%(used)s of %(limit)s API calls of 24 hours are used (%(share)s %%).")
    values = {"used": _grouped(usage.used), "limit": _grouped(usage.limit), "share": share}
    if share < BUDGET_WARNING_PERCENT:
        return found("api_limit", text, values)
    return missing("api_limit", text, values, advice=_("Find out what else uses the API, or wait."))


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def _look_at_visibility(org: SalesforceOrg, gateway: Gateway, *, now: datetime) -> Check:
    try:
        sighting = read_visibility(org, gateway, now=now)
    except SalesforceError as exc:
        return failed("visibility", exc)
    return check_visibility(org, sighting, enqueued=store_sighting(org, sighting, now=now))
