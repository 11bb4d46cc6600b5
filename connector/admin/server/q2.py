"""The tables of django-q2 in the look of the rest, to look at only: the outbox is the place to act."""

import re
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success

from connector.admin.frame.base import ReadOnlyAdmin

for _model in (Failure, OrmQ, Schedule, Success):
    admin.site.unregister(_model)


_TASK_FIELDS = ("name", "func", "started", "stopped", "attempt_count")
"""Of a task; its arguments and its result are left out, because they may hold personal data."""

_ERROR_CLASS = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?=:|$)")


def name_error(result: object) -> str:
    """Return the class of the exception in a failed task's result; "" where it names none.

    django-q keeps `<message> : <traceback>`, see `django_q/worker.py`. The message, which may hold personal data, can
    span lines, so the class is sought on the first line after the last frame, not on the very last line.
    """
    lines = str(result).splitlines()
    frames = [number for number, line in enumerate(lines) if line.startswith('  File "')]
    if not frames:
        return ""
    last = next((line for line in lines[frames[-1] :] if line[:1] not in {"", " "}), "")
    found = _ERROR_CLASS.match(last)
    return found[0] if found else ""


@admin.register(Success)
class SuccessAdmin(ReadOnlyAdmin[Any]):
    """Tasks that ran to their end."""

    list_display = ("name", "func", "started", "stopped", "time_taken")
    search_fields = ("name", "func")
    fields = readonly_fields = _TASK_FIELDS


@admin.register(Failure)
class FailureAdmin(ReadOnlyAdmin[Any]):
    """Tasks that ended with an error."""

    list_display = ("name", "func", "started", "stopped", "attempt_count")
    search_fields = ("name", "func")
    fields = readonly_fields = (*_TASK_FIELDS, "error")

    @admin.display(description=_("error"))
    def error(self, task: Failure) -> str:
        """Show the class of the exception, without its message."""
        return name_error(task.result)


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
