"""Decide whether backfill may spend API calls now (rule 7.4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from connector import conf
from connector.models import SalesforceOrg
from connector.pipeline.connection.spending import count_calls_of
from connector.pipeline.outbox.claim import count_backfill_drains, is_live_work_due

OWN_SHARE = 0.1
"""Share of the organisation's limit that is ours unless `api_daily_max` says otherwise."""

ORG_BUDGET_USED = "org_budget_used"
OWN_BUDGET_USED = "own_budget_used"


def may_send_backfill(link_id: int) -> bool:
    """Say whether a drain of this link may carry backfill: live work goes first, and both budgets must have room."""
    if is_live_work_due() or count_backfill_drains() >= max(1, conf.worker_pool().workers - 1):
        return False
    org = SalesforceOrg.objects.filter(links=link_id).first()
    return org is not None and not is_over_budget(org)


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent in an organisation in 24 hours, and what holds backfill back."""

    own_calls: int
    ceiling: int | None
    """Our own calls beyond which backfill waits; None where it is a share of a limit that is not known yet."""
    code: str
    """The budget that is used up, "" where both have room or the limit is not known."""


def is_over_budget(org: SalesforceOrg) -> bool:
    """Say whether backfill has used its share of the organisation's daily API calls."""
    return bool(spendings([org])[org.pk].code)


def spendings(orgs: Iterable[SalesforceOrg]) -> dict[int, Spending]:
    """Return {organisation: what was spent there}; one query."""
    some = list(orgs)
    own_calls = count_calls_of(some)
    return {org.pk: _spending(org, own_calls.get(org.pk, 0)) for org in some}


def _spending(org: SalesforceOrg, own_calls: int) -> Spending:
    ceiling = org.api_daily_max
    if ceiling is None and org.api_limit:
        ceiling = int(org.api_limit * OWN_SHARE)
    is_used = ceiling is not None and bool(org.api_limit) and own_calls >= ceiling
    code = ORG_BUDGET_USED if is_org_budget_used(org) else OWN_BUDGET_USED if is_used else ""
    return Spending(own_calls, ceiling, code)


def is_org_budget_used(org: SalesforceOrg) -> bool:
    """Say whether the organisation has used the share of its calls beyond which backfill waits."""
    if not org.api_limit or org.api_used is None:
        return False
    return org.api_used * 100 >= org.api_limit * org.api_budget_percent
