"""The tables of django-q2 in the look of the rest, to look at only: the outbox is the place to act."""

from typing import Any

from django.contrib import admin
from django_q.models import Failure, OrmQ, Schedule, Success

from connector.admin.base import ReadOnlyAdmin

for _model in (Failure, OrmQ, Schedule, Success):
    admin.site.unregister(_model)


@admin.register(Success)
class SuccessAdmin(ReadOnlyAdmin[Any]):
    """Tasks that ran to their end."""

    list_display = ("name", "func", "started", "stopped", "time_taken")
    search_fields = ("name", "func")


@admin.register(Failure)
class FailureAdmin(ReadOnlyAdmin[Any]):
    """Tasks that ended with an error."""

    list_display = ("name", "func", "started", "stopped", "attempt_count")
    search_fields = ("name", "func")


@admin.register(OrmQ)
class QueueAdmin(ReadOnlyAdmin[Any]):
    """Tasks that wait for a worker."""

    list_display = ("id", "key", "name", "func", "lock")
    fields = ("key", "name", "func", "lock")
    readonly_fields = ("name", "func")


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin[Any]):
    """What runs again and again; made by `manage.py setup_schedules`."""

    list_display = ("name", "func", "schedule_type", "minutes", "next_run", "last_run", "success")
