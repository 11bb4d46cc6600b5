"""Choose, once an event is over, which status of its campaign “No show” becomes."""

from copy import copy
from datetime import datetime

from django.db import transaction

from connector.core.checking.link import validate_statuses
from connector.core.checking.problem import Problem
from connector.core.state import State
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.setup.link_change import LinkChange, follow_link_change
from connector.pipeline.setup.member_statuses import (
    MemberStatuses,
    create_chosen_statuses,
    statuses_of,
    stored_statuses,
)

_COLUMN = "status_no_show"


def free_labels(link: CampaignLink, found: MemberStatuses) -> list[str]:
    """Return the statuses of the campaign that no other state of the link writes."""
    used = {label for state, label in statuses_of(link).items() if state is not State.NO_SHOW}
    return [label.label for label in found.labels if label.label not in used]


def label_problems(link: CampaignLink, label: str) -> list[Problem]:
    """Return why a label cannot stand for no-shows; no API call."""
    return validate_statuses(statuses_of(_with_label(link, label)))


def create_no_show_label(link: CampaignLink, label: str) -> MemberStatuses:
    """Make a label, and no other, in the campaign where that lacks it; it is not chosen yet.

    Call outside a transaction: it speaks HTTP.
    """
    found = stored_statuses(link)
    if label in [known.label for known in found.labels]:
        return found
    return create_chosen_statuses(link, {State.NO_SHOW: label})


def choose_no_show_label(link: CampaignLink, label: str, *, now: datetime) -> bool:
    """Let a link write a label for no-shows; False, and nothing changes, where it has one by now.

    Who was marked before is sent again; nobody else is concerned.
    """
    with transaction.atomic():
        locked = CampaignLink.objects.select_for_update(of=("self",), no_key=True).get(pk=link.pk)
        if getattr(locked, _COLUMN):
            return False
        setattr(locked, _COLUMN, label)
        locked.save()
        if OutboxEntry.objects.filter(link=locked, target_state=State.NO_SHOW).exists():
            follow_link_change(locked, LinkChange(frozenset({_COLUMN})), now=now)
    return True


def _with_label(link: CampaignLink, label: str) -> CampaignLink:
    changed = copy(link)
    setattr(changed, _COLUMN, label)
    return changed
