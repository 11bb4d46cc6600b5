"""Sign in to every connected organisation each day, so that a sign-in that died is noticed before the event."""

import logging
from contextlib import closing

from connector.models import SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, record_usage
from connector.pipeline.connection.sign_in import need_reconnect, renew_token
from connector.salesforce.errors import SalesforceError, SessionExpired, SignInFailed

logger = logging.getLogger(__name__)


def check_tokens() -> int:
    """Renew the token of every organisation that does not wait for a person; return how many are well.

    A token that still works proves nothing: it lives on while it is used, when the secret behind it is long gone.
    That a refresh token is used keeps it alive where it expires by disuse. Call outside a transaction.
    """
    orgs = SalesforceOrg.objects.exclude(state=SalesforceOrg.State.RECONNECT_NEEDED).order_by("pk")
    return sum(_is_well(org) for org in orgs)


def _is_well(org: SalesforceOrg) -> bool:
    try:
        renew_token(org)
        with closing(gateway_for(org)) as gateway:
            gateway.limits()
            record_usage(org, gateway)
    except (SalesforceError, WrongEncryptionKey) as exc:
        if isinstance(exc, SignInFailed | SessionExpired):
            need_reconnect(org, code=exc.code, message=str(exc))
        logger.warning("token_check_failed", extra={"org_id": org.pk, "code": exc.code})
        return False
    return True
