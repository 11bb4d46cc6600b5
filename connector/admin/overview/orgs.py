"""The organisations on the overview: sign-in, API calls, and what they need."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.admin.frame.explain import explain_code
from connector.admin.frame.tags import org_tag
from connector.admin.links.needs import Need, blind_need
from connector.admin.orgs.spending import shortage_code
from connector.admin.orgs.views import sign_in_state
from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.connection.budget import Spending, spendings
from connector.pipeline.sentences import say_stored
from connector.pipeline.waits import must_reconnect


@dataclass(frozen=True, slots=True)
class OrgRow:
    """One organisation and what was spent there."""

    org: SalesforceOrg
    url: str
    tag: str
    spending: Spending
    shortage: str
    """Code of what its API calls lack, "" where there is room."""


def org_rows(request: HttpRequest) -> list[OrgRow]:
    """Return the organisations that a person may see; two queries, none without the permission."""
    if not request.user.has_perm("connector.view_salesforceorg"):
        return []
    orgs = list(SalesforceOrg.objects.order_by("name"))
    spent = spendings(orgs)
    return [
        OrgRow(
            org=org,
            url=reverse("admin:connector_salesforceorg_change", args=[org.pk]),
            tag=org_tag(org),
            spending=spent[org.pk],
            shortage=shortage_code(org, spent[org.pk]),
        )
        for org in orgs
    ]


def org_needs(request: HttpRequest, rows: Sequence[OrgRow], links: Iterable[CampaignLink]) -> Iterator[Need]:
    """Say what organisations need; to whoever may not see them only that one must be reconnected."""
    if not request.user.has_perm("connector.view_salesforceorg"):
        if SalesforceOrg.objects.filter(state=SalesforceOrg.State.RECONNECT_NEEDED).exists():
            text = gettext("An organisation must be reconnected.")
            yield Need("bad", text, detail=gettext("Nothing is sent to it, and nothing is lost."))
        return
    serving = {link.org_id for link in links}
    for row in rows:
        if must_reconnect(row.org):
            yield _sign_in_need(request, row)
        elif row.shortage or row.org.state == SalesforceOrg.State.PAUSED:
            yield _shortage_need(row)
        if not must_reconnect(row.org) and row.org.pk in serving and not row.org.sees_everybody:
            need = blind_need(request, row.org)
            yield Need(need.colour, need.text, need.url, need.action, about=str(row.org), about_url=row.url)


def _sign_in_need(request: HttpRequest, row: OrgRow) -> Need:
    state = sign_in_state(request, row.org)
    text = gettext("%(name)s is not connected yet.") if state.is_new else gettext("%(name)s must be reconnected.")
    may_log_in = state.is_by_browser and request.user.has_perm("connector.change_salesforceorg")
    said = (state.advice.what, state.advice.next_step) if state.advice else ()
    kept = gettext("Nothing is sent to it, and nothing is lost.")
    reason = f"({say_stored(row.org.state_reason)})" if row.org.state_reason else ""
    return Need(
        "bad",
        text % {"name": row.org},
        row.url,
        gettext("Open the organisation"),
        detail=" ".join(filter(None, (*said, kept, reason))),
        post_url=reverse("admin:connector_salesforceorg_log_in", args=[row.org.pk]) if may_log_in else "",
        post_action=gettext("Log in with Salesforce"),
    )


def _shortage_need(row: OrgRow) -> Need:
    org, parts = row.org, list[str]()
    if not row.shortage:
        text = gettext("The organisation is paused and resumes by itself. Nothing is lost.")
    else:
        advice = explain_code(row.shortage)
        text = advice.what
        parts.append(advice.next_step)
    if org.api_limit:
        parts.append(f"{org.api_used} / {org.api_limit}.")
    parts.append(gettext("Our own calls: %(own)s.") % {"own": row.spending.own_calls})
    if org.paused_until:
        at = date_format(localtime(org.paused_until), "SHORT_DATETIME_FORMAT")
        parts.append(gettext("It goes on at %(at)s at the latest.") % {"at": at})
    return Need("warn", text, row.url, gettext("Open the organisation"), " ".join(parts), about=str(org))
