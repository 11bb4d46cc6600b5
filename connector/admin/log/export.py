"""Hand out the sync log as a table: what the list shows, under its filters and search, however long it is."""

import logging
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from connector.admin.frame.base import AnyAdmin
from connector.admin.frame.changes import show_written
from connector.admin.frame.csv_export import csv_response
from connector.admin.frame.explain import reason_label
from connector.admin.frame.onlooker import may_see_people
from connector.admin.log.words import operation_words
from connector.models import SyncAttempt
from connector.pipeline.sentences import say_stored

CHUNK = 2_000
"""Attempts read at once, each time from where the last ones ended: no transaction is open while somebody downloads."""

logger = logging.getLogger(__name__)


def may_export(request: HttpRequest) -> bool:
    """Say whether a person may take the log away: it names participants."""
    return request.user.has_perm("connector.export_syncattempt") and may_see_people()


def export_view(model_admin: AnyAdmin, request: HttpRequest) -> HttpResponseBase:
    """Answer with the attempts that the list would show, the newest first; writes nothing.

    Where the list passes over what narrows it, nothing is handed out: whoever downloads does not see what it shows.
    """
    if not (model_admin.has_view_permission(request) and may_export(request)):
        raise PermissionDenied
    try:
        found = model_admin.get_changelist_instance(request).get_queryset(request)
    except IncorrectLookupParameters:
        messages.error(request, gettext("A filter in this address cannot be read: nothing was downloaded."))
        return HttpResponseRedirect(f"{reverse('admin:connector_syncattempt_changelist')}?{ERROR_FLAG}=1")
    logger.info("sync log downloaded", extra={"by": request.user.get_username()})
    day = timezone.localdate().isoformat()
    return csv_response(f"sync-log-{day}.csv", _table(found, language=get_language() or "en"))


def _table(found: QuerySet[SyncAttempt], *, language: str) -> Iterator[list[Any]]:
    """Yield the heading and a row for each attempt, in the language given: the reader's is gone while it streams."""
    with override(language):
        heading = [
            gettext("Time"), gettext("Event"), gettext("Participant id"), gettext("Email"), gettext("Outcome"),
            gettext("What was done"), gettext("Object"), gettext("Record id"), gettext("Member id"),
            gettext("Reason"), gettext("Error code"), gettext("Error"), gettext("What was written"),
            gettext("Asked for by"), gettext("Reason given"),
        ]  # fmt: skip
    yield heading
    newest_first = found.order_by("-pk").defer(None)
    last: int | None = None
    while part := list((newest_first if last is None else newest_first.filter(pk__lt=last))[:CHUNK]):
        with override(language):
            rows = [_row(attempt) for attempt in part]
        yield from rows
        last = part[-1].pk


def _row(attempt: SyncAttempt) -> list[Any]:
    changes = (
        f"{field}: {show_written(before)} → {show_written(after)}"
        for field, (before, after) in sorted(attempt.changes.items())
    )
    return [
        timezone.localtime(attempt.created_at).strftime("%Y-%m-%d %H:%M:%S"), attempt.link_label,
        attempt.participant_key, attempt.email_key, attempt.get_outcome_display(), operation_words(attempt),
        attempt.person_type, attempt.person_id, attempt.member_id,
        reason_label(attempt.reason) if attempt.reason else "", attempt.error_code, say_stored(attempt.error_message),
        "\n".join(changes), attempt.requested_by, attempt.request_reason,
    ]  # fmt: skip
