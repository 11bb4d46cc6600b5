"""Filters of the lists."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.labels import REASON_LABELS
from connector.core.outcomes import EntryState
from connector.models import OutboxEntry

if TYPE_CHECKING:
    _DropdownFilter = admin.SimpleListFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter as _DropdownFilter


class StandingFilter(_DropdownFilter):
    """Where participants stand, in the terms of the sum."""

    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the terms of the sum, and the states that *waiting* is made of."""
        return [
            ("waiting", _("Waiting (all)")),
            ("retrying", _("Trying again")),
            ("synced", _("Synced")),
            ("member", _("Synced: a member of their own")),
            ("same_person", _("Synced: same person as another")),
            ("needs_answer", _("Needs an answer")),
            ("left_out", _("Left out")),
            ("failed", _("Failed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> QuerySet[OutboxEntry]:
        """Narrow the list."""
        standing = self.value()
        if standing == "waiting":
            return queryset.filter(state__in=[EntryState.PENDING, EntryState.CLAIMED, EntryState.RETRYING])
        if standing in ("member", "same_person"):
            return queryset.filter(state=EntryState.SYNCED, same_person_of__isnull=standing == "member")
        return queryset.filter(state=standing) if standing else queryset


class ReasonFilter(_DropdownFilter):
    """Why participants are held, left out or failed."""

    title = _("reason")
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer every reason."""
        return [(str(reason), label) for reason, label in REASON_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        return queryset.filter(reason=self.value()) if self.value() else queryset
