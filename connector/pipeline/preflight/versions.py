"""Check that Salesforce offers the version of its API that an organisation is set to, and for how long it will."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from connector import conf
from connector.models import SalesforceOrg
from connector.pipeline.connection.sign_in import host_rules
from connector.pipeline.preflight.check import Check, found, missing
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.versions import offered_versions

SUPPORTED_RELEASES = 9
"""Three years, with three releases a year: Salesforce supports a version at least that long.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/api_rest_eol.htm
"""
OLDEST_PROVEN = 52
"""The first version in which an assignment of a permission set says whether it expires.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetassignment.htm
"""


def read_versions(gateway: Gateway) -> tuple[str, ...]:
    """Return the versions that the instance offers, the oldest first; () where it does not say."""
    try:
        return offered_versions(
            gateway.token.instance_url, hosts=host_rules(), timeout_seconds=float(conf.salesforce_timeout_seconds())
        )
    except SalesforceError:
        return ()


def check_version(org: SalesforceOrg, offered: Sequence[str]) -> Check:
    """Judge the version in use by those that are offered."""
    if not offered:
        return found("api_version", _("Version %(version)s is in use."), {"version": org.api_version})
    values = {"version": org.api_version, "newest": offered[-1]}
    if org.api_version not in offered:
        text = _("Salesforce does not offer version %(version)s of its API; its newest is %(newest)s.")
        return missing("api_version", text, values, advice=_set_version(offered[-1]))
    text = _("Version %(version)s is in use; the newest is %(newest)s.")
    return found("api_version", text, values, advice=_set_version(offered[-1]) if _is_old(org, offered[-1]) else "")


def _is_old(org: SalesforceOrg, newest: str) -> bool:
    return float(org.api_version) < max(float(newest) - SUPPORTED_RELEASES, OLDEST_PROVEN)


def _set_version(newest: str) -> str:
    text = _("Set api_version to %(newest)s: a version is sure to work for three years only.")
    return text % {"newest": newest}
