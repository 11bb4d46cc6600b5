"""Narrow the inbox to the messages that speak of one event."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from connector.models import CampaignLink, MessageParticipant, UnlinkedEvent, WebhookMessage

if TYPE_CHECKING:
    _DropdownFilter = admin.SimpleListFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter as _DropdownFilter

_NAME = "event"
_NONE = "-"
"""The choice of messages in which no event could be read."""
_OFFERED = 200
"""Events of each kind, the newest; an address may name any other one."""


class EventFilter(_DropdownFilter):
    """The event of a message: of any participant in it, also of one that could not be read or changed nothing."""

    title = _("event")
    parameter_name = _NAME

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer linked events, those that messages came for, and none; two queries."""
        links = CampaignLink.objects.order_by("-starts_at", "-pk").values_list("inwink_event_id", "event_name")
        waiting = UnlinkedEvent.objects.values_list("event_id", "event_name")
        events = [*links[:_OFFERED], *waiting[:_OFFERED]]
        return [*((event_id, name or event_id) for event_id, name in events), (_NONE, _("None could be read"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WebhookMessage]) -> QuerySet[WebhookMessage]:
        """Narrow the list."""
        event_id = self.value()
        if not event_id:
            return queryset
        if event_id == _NONE:
            named = MessageParticipant.objects.filter(message=OuterRef("pk")).exclude(event_id="")
            return queryset.filter(~Exists(named))
        return queryset.filter(pk__in=MessageParticipant.objects.filter(event_id=event_id).values("message"))


def inbox_url(event_id: str) -> str:
    """Return the address of the messages that speak of an event."""
    return f"{reverse('admin:connector_webhookmessage_changelist')}?{urlencode({_NAME: event_id})}"
