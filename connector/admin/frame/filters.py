"""Filters of the lists."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.forms import DateField, TimeField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.labels import REASON_LABELS
from connector.core.outcomes import EntryState
from connector.core.years import FIRST_YEAR, LAST_YEAR
from connector.models import OutboxEntry, SyncAttempt

if TYPE_CHECKING:
    _DropdownFilter = admin.SimpleListFilter
    _RangeFilter = admin.FieldListFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter as _DropdownFilter
    from unfold.contrib.filters.admin import RangeDateTimeFilter as _RangeFilter

_DISORDER = timedelta(hours=1)
"""How much later than its time an attempt may be stored: a run writes them at its end, and lasts minutes."""


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


class DayField(DateField):
    """A day as the reader's language writes it."""

    def __init__(self, **kwargs: Any) -> None:
        """Set the ends of what is taken for a day."""
        first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
        super().__init__(validators=[MinValueValidator(first), MaxValueValidator(last)], **kwargs)


class TimeFilter(_RangeFilter):
    """From when to when: dates as the reader's language writes them, a time that is left out means the whole day."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Narrow the list; None, which the admin takes for a bad address, where it cannot be read."""
        try:
            start, end = self._time("from", time.min), self._time("to", time.max)
        except ValidationError:
            return None
        if start:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start})
        if end:
            queryset = queryset.filter(**{f"{self.field_path}__lte": end})
        return self.narrow(queryset, start, end)

    def narrow(self, queryset: QuerySet[Any], start: datetime | None, end: datetime | None) -> QuerySet[Any]:
        """Tell the database more about the rows of this time; there is nothing to tell here."""
        return queryset

    def _time(self, end: str, otherwise: time) -> datetime | None:
        """Return one end of the range. Raises ValidationError."""
        day, hour = (str(self.used_parameters.get(f"{self.field_path}_{end}_{part}") or "").strip() for part in (0, 1))
        found = DayField(required=False).clean(day)
        if found is None:
            return None
        return timezone.make_aware(datetime.combine(found, TimeField(required=False).to_python(hour) or otherwise))


class AttemptTimeFilter(TimeFilter):
    """The same for the log, where every index ends in the id and none in the time."""

    def narrow(self, queryset: QuerySet[Any], start: datetime | None, end: datetime | None) -> QuerySet[Any]:
        """Bound the ids by those of the nearest attempts outside the time; two queries more."""
        before = SyncAttempt.objects.filter(created_at__lt=start - _DISORDER).order_by("-created_at") if start else None
        after = SyncAttempt.objects.filter(created_at__gt=end + _DISORDER).order_by("created_at") if end else None
        for rows, lookup in ((before, "pk__gt"), (after, "pk__lt")):
            key = rows.values_list("pk", flat=True).first() if rows is not None else None
            queryset = queryset if key is None else queryset.filter(**{lookup: key})
        return queryset
