"""Show what an organisation's API calls were spent on, and what waits for them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from connector.admin.frame.explain import explain_code
from connector.models import SalesforceOrg
from connector.pipeline.budget import spendings


def spending_terms(org: SalesforceOrg) -> dict[str, Any]:
    """Return what the page of an organisation says of its calls: numbers, and advice where something waits."""
    spending = spendings([org])[org.pk]
    is_paused = org.state == SalesforceOrg.State.PAUSED and bool(org.pause_code)
    return {
        "spending": spending,
        "pause_advice": explain_code(org.pause_code) if is_paused else None,
        "budget_advice": explain_code(spending.code) if spending.code else None,
    }


def short_of_calls(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the organisations whose calls are used up or budgeted, for the overview; two queries."""
    if not request.user.has_perm("connector.view_salesforceorg"):
        return []
    orgs = list(SalesforceOrg.objects.exclude(state=SalesforceOrg.State.RECONNECT_NEEDED).order_by("name"))
    spent = spendings(orgs)
    codes = [(org, org.pause_code if org.state == SalesforceOrg.State.PAUSED else spent[org.pk].code) for org in orgs]
    return [
        {
            "org": org,
            "advice": explain_code(code),
            "spending": spent[org.pk],
            "url": reverse("admin:connector_salesforceorg_change", args=[org.pk]),
        }
        for org, code in codes
        if code
    ]
