"""Prove, by what the integration user's permission sets say, that nobody is hidden from it (rule 3.0)."""

import logging
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connector.core.schema import SObject
from connector.core.visibility import PUBLIC_DEFAULT, Visibility, judge_visibility
from connector.models import SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, object_schema, record_usage
from connector.pipeline.connection.sign_in import stored_token
from connector.pipeline.preflight.check import Check, found, missing
from connector.pipeline.sentences import say_stored
from connector.pipeline.setup.link_change import follow_confirmed_visibility
from connector.salesforce.auth import Token
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.rights import AccessUnreadable, access_queries, parse_access

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What could be read about what the user sees."""

    token: Token
    """Whose rights these are."""
    visibility: Visibility | None = None
    """None: the permission sets could not be read."""
    problem: str = ""
    """What Salesforce said instead, redacted."""
    is_passing: bool = False
    """It may say something else soon: what was proved before stays."""

    @property
    def is_proved(self) -> bool:
        """Whether nobody can be hidden."""
        return self.visibility is not None and self.visibility.is_proved


def read_visibility(org: SalesforceOrg, gateway: Gateway, *, now: datetime) -> Sighting:
    """Ask for the user's permission sets; one API call, and one for the describe of Contact if none is cached.

    Raises SalesforceError where the call as a whole is refused.
    """
    contact = object_schema(org, SObject.CONTACT, gateway=gateway, now=now)
    answers = gateway.composite(access_queries(gateway.token.user_id))
    try:
        access = parse_access(answers, has_person_accounts=contact.find_field("IsPersonAccount") is not None)
    except AccessUnreadable as exc:
        return Sighting(gateway.token, problem=exc.detail, is_passing=exc.is_passing)
    return Sighting(gateway.token, judge_visibility(access))


def store_sighting(org: SalesforceOrg, sighting: Sighting, *, now: datetime) -> int:
    """Keep what was proved, drop what no longer is, and send the people who waited for it; return how many those are.

    Nothing is kept where the credentials were changed meanwhile, or another user signed in: it is not about that one.
    """
    if sighting.is_passing:
        return 0
    with transaction.atomic():
        row = SalesforceOrg.objects.select_for_update(no_key=True).get(pk=org.pk)
        held = stored_token(row)
        if held is None or held.user_id != sighting.token.user_id:
            return 0
        proved_at = now if sighting.is_proved else None
        if row.visibility_proved_at is not None and proved_at is None:
            logger.warning("visibility_lost", extra={"org_id": row.pk})
        SalesforceOrg.objects.filter(pk=row.pk).update(visibility_proved_at=proved_at)
        org.visibility_proved_at = proved_at
        is_new = sighting.is_proved and not row.sees_everybody
        return follow_confirmed_visibility(row, now=now) if is_new else 0


def prove_visibility(*, now: datetime | None = None) -> int:
    """Look again at each connected organisation where nobody confirmed it; return how many are proved.

    A right that is taken away must stop the creation of people, and one that is given must start it, without anybody
    pressing a button. Who cannot be asked now is asked next time. Call outside a transaction.
    """
    now = now or timezone.now()
    orgs = SalesforceOrg.objects.filter(state=SalesforceOrg.State.CONNECTED, visibility_confirmed=False)
    return sum(_prove(org, now=now) for org in orgs.exclude(organization_id=""))


def _prove(org: SalesforceOrg, *, now: datetime) -> bool:
    try:
        with closing(gateway_for(org)) as gateway:
            sighting = read_visibility(org, gateway, now=now)
            record_usage(org, gateway, now=now)
    except (SalesforceError, WrongEncryptionKey) as exc:
        logger.warning("visibility_not_read", extra={"org_id": org.pk, "error": type(exc).__name__})
        return False
    store_sighting(org, sighting, now=now)
    return sighting.is_proved


# what is said about it


def check_visibility(org: SalesforceOrg, sighting: Sighting, *, enqueued: int = 0) -> Check:
    """Say whether people may be created, and why; a person's word counts where it cannot be proved."""
    if sighting.visibility is not None and sighting.is_proved:
        return _proved(sighting.visibility, enqueued=enqueued)
    advice = _how_to_read() if sighting.visibility is None else _how_to_see(sighting.visibility)
    detail = _unreadable(sighting.problem) if sighting.visibility is None else _hidden(sighting.visibility)
    if org.visibility_confirmed:
        confirmed = _("A person confirmed that the integration user sees all Contacts and Leads: people are created.")
        advice = _("Make sure that it is true: whoever is hidden would be created a second time.")
        return found("visibility", f"{confirmed} {detail}", advice=advice)
    waiting = _("Until then nobody is created in Salesforce; people who are found there are served.")
    return missing("visibility", f"{detail} {waiting}", advice=advice)


def _proved(visibility: Visibility, *, enqueued: int) -> Check:
    shown = "; ".join(f"{sobject.value}{_(':')} {_grant(name)}" for sobject, name in visibility.shown_by.items())
    text = _("Proved: the integration user sees everybody (%(shown)s).")
    if enqueued:
        text += " " + _("Sent now because they waited for it: %(count)s.")
    values = {"shown": shown, "count": enqueued}
    return found("visibility", text, values)


def _grant(name: str) -> str:
    return _("public to all users") if name == PUBLIC_DEFAULT else _("“%(name)s”") % {"name": name}


def _hidden(visibility: Visibility) -> str:
    objects = ", ".join(sobject.value for sobject in visibility.hidden)
    text = _("The permission sets do not prove that the integration user sees every record of: %(objects)s.")
    if not visibility.passing:
        return text % {"objects": objects}
    passing = _("These would, but do not count because they expire, need an activated session or are being "
                "recalculated: %(names)s.")  # fmt: skip
    return f"{text % {'objects': objects}} {passing % {'names': ', '.join(visibility.passing)}}"


def _unreadable(problem: str) -> str:
    text = _("Whether the integration user sees all Contacts and Leads cannot be read (%(problem)s).")
    return text % {"problem": say_stored(problem)}


def _how_to_see(visibility: Visibility) -> str:
    text = _(
        "Give the integration user a permission set with View All Records on %(objects)s and check again. If it sees "
        "everybody by another way, confirm it: in the admin, or with visibility_confirmed: true in the configuration "
        "file."
    )
    return text % {"objects": ", ".join(sobject.value for sobject in visibility.hidden)}


def _how_to_read() -> str:
    return _(
        "Give the integration user View Setup and Configuration, so that the check can read its permission sets; or "
        "make sure that it has View All Records on Contact and Lead, and confirm it: in the admin, or with "
        "visibility_confirmed: true in the configuration file."
    )
