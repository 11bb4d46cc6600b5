"""Show what an organisation's API calls were spent on, and what waits for them."""

from typing import Any

from connector.admin.frame.explain import explain_code
from connector.models import SalesforceOrg
from connector.pipeline.connection.budget import Spending, spendings
from connector.pipeline.sentences import say_stored
from connector.pipeline.waits import must_reconnect


def spending_terms(org: SalesforceOrg) -> dict[str, Any]:
    """Return what the page of an organisation says of its calls: numbers, why something waits, and what to do."""
    spending = spendings([org])[org.pk]
    is_paused = org.state == SalesforceOrg.State.PAUSED and bool(org.pause_code)
    return {
        "spending": spending,
        "state_words": say_stored(org.state_reason),
        "pause_advice": explain_code(org.pause_code) if is_paused else None,
        "budget_advice": explain_code(spending.code) if spending.code else None,
    }


def shortage_code(org: SalesforceOrg, spending: Spending) -> str:
    """Return why an organisation's calls are used up or budgeted; "" where there is room, or nobody is signed in."""
    if must_reconnect(org):
        return ""
    return org.pause_code if org.state == SalesforceOrg.State.PAUSED else spending.code
