"""Check a connection before it is relied on, and say what to do about each thing that is not well."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from connector.core.advice import advise
from connector.core.schema import ObjectSchema, SObject
from connector.models import SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, object_schema, record_usage, recover_org
from connector.pipeline.connection.sign_in import need_reconnect, renew_token
from connector.salesforce.errors import LimitReached, RequestRefused, SalesforceError, SessionExpired, SignInFailed
from connector.salesforce.gateway import Gateway
from connector.salesforce.records import Usage

logger = logging.getLogger(__name__)

CAMPAIGN_MEMBER_STATUS = "CampaignMemberStatus"
BUDGET_WARNING_PERCENT = 90
"""Of the daily API calls: beyond this the rest of the day is not safe."""
NEEDED_RIGHTS = (
    (SObject.CONTACT.value, ("read", "create", "edit")),
    (SObject.LEAD.value, ("read", "create", "edit")),
    (SObject.CAMPAIGN_MEMBER.value, ("read", "create", "edit")),
    (SObject.CAMPAIGN.value, ("read",)),
    (CAMPAIGN_MEMBER_STATUS, ("read",)),
)
"""What the integration user must be allowed to do; members need no more than read access to their campaign.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """Stable, for scripts: `sign_in`, `mapping lead.Title`."""
    ok: bool
    detail: str
    """What was found, in the language that is active."""
    advice: str = ""
    """What to do; "" where it is well."""


def check_connection(org: SalesforceOrg, *, now: datetime | None = None) -> list[Check]:
    """Sign in and look at limits, rights and visibility; token and describes stay cached for all processes.

    An organisation that waited to be reconnected goes on when this signs in. Call outside a transaction.
    """
    now = now or timezone.now()
    try:
        if org.state == SalesforceOrg.State.RECONNECT_NEEDED:
            renew_token(org)
        gateway = gateway_for(org)
    except (SalesforceError, WrongEncryptionKey) as exc:
        return [failed("sign_in", exc)]
    with closing(gateway):
        checks = _look_around(org, gateway, now=now)
        record_usage(org, gateway, now=now)
    return checks


def _look_around(org: SalesforceOrg, gateway: Gateway, *, now: datetime) -> list[Check]:
    try:
        usage = gateway.limits()
    except SalesforceError as exc:
        if isinstance(exc, SignInFailed | SessionExpired):
            need_reconnect(org, code=exc.code, message=str(exc))
        return [failed(_first_call_name(exc), exc)]
    recover_org(org)
    return [
        _signed_in(org, gateway),
        _check_limit(usage),
        *_check_rights(org, gateway, now=now),
        _check_visibility(org),
    ]


def _first_call_name(exc: SalesforceError) -> str:
    """Say which check the first call after the sign-in did not pass."""
    if isinstance(exc, LimitReached):
        return "api_limit"
    return "api_version" if isinstance(exc, RequestRefused) else "sign_in"


def _signed_in(org: SalesforceOrg, gateway: Gateway) -> Check:
    token = gateway.token
    text = _("Signed in to organisation %(organization)s as user %(user)s, API version %(version)s.")
    values = {"organization": token.organization_id, "user": token.user_id, "version": org.api_version}
    return Check("sign_in", ok=True, detail=text % values)


def _check_limit(usage: Usage) -> Check:
    share = usage.used * 100 // max(usage.limit, 1)
    is_well = share < BUDGET_WARNING_PERCENT
    text = _("%(used)s of %(limit)s API calls of 24 hours are used (%(share)s %%).")
    detail = text % {"used": usage.used, "limit": usage.limit, "share": share}
    advice = "" if is_well else _("Find out what else uses the API, or wait.")
    return Check("api_limit", ok=is_well, detail=detail, advice=advice)


def _check_rights(org: SalesforceOrg, gateway: Gateway, *, now: datetime) -> Iterator[Check]:
    for sobject, rights in NEEDED_RIGHTS:
        try:
            schema = object_schema(org, sobject, gateway=gateway, refresh=True, now=now)
        except SalesforceError as exc:
            yield Check(f"rights {sobject}", ok=False, detail=f"{exc}", advice=_rights_advice(sobject, rights))
            continue
        yield check_rights(schema, rights)


def check_rights(schema: ObjectSchema, rights: Sequence[str]) -> Check:
    """Check that the integration user may `read`, `create` or `edit` an object."""
    held = {"read": schema.is_queryable, "create": schema.is_createable, "edit": schema.is_updateable}
    missing = [right for right in rights if not held[right]]
    may = ", ".join(_right(right) for right in held if held[right]) or "–"
    return Check(
        f"rights {schema.name}",
        ok=not missing,
        detail=_("The integration user may: %(rights)s.") % {"rights": may},
        advice=_rights_advice(schema.name, missing) if missing else "",
    )


def _rights_advice(sobject: str, rights: Sequence[str]) -> str:
    values = {"object": sobject, "rights": ", ".join(_right(right) for right in rights)}
    return _("Give the integration user these rights on %(object)s: %(rights)s.") % values


def _right(right: str) -> str:
    return {"read": _("read"), "create": _("create"), "edit": _("edit")}[right]


def _check_visibility(org: SalesforceOrg) -> Check:
    if org.visibility_confirmed:
        detail = _("It is confirmed that the integration user sees all Contacts and Leads.")
        return Check("visibility", ok=True, detail=detail)
    detail = _(
        "It is not confirmed that the integration user sees all Contacts and Leads. Until then nobody is created in "
        "Salesforce; people who are found there are served."
    )
    advice = _(
        "Give the user View All on Contacts and Leads (or View All Data), then confirm it: in the admin, or with "
        "visibility_confirmed: true in the configuration file."
    )
    return Check("visibility", ok=False, detail=detail, advice=advice)


def failed(name: str, exc: SalesforceError | WrongEncryptionKey) -> Check:
    """Make the check for something that could not be looked at."""
    code = exc.code if isinstance(exc, SalesforceError) else "wrong_encryption_key"
    logger.warning("preflight_failed", extra={"check": name, "code": code})
    advice = advise(code, language=get_language() or "en")
    return Check(name, ok=False, detail=f"{advice.what} ({exc})", advice=advice.next_step)
