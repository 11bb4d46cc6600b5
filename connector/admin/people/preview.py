"""Preview of one participant: the record that matches, every field before and after, what stays and why."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, find_or_404, render_page
from connector.admin.frame.changes import RecordLink, change_rows, show_written
from connector.admin.frame.explain import explain_code, explain_end, explain_notes
from connector.admin.frame.field_names import FieldName, field_names
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import title_of
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.preview_words import WHY_LABELS, effect_colour, effect_words
from connector.admin.frame.tags import tag
from connector.core.outcomes import Note
from connector.core.planning.kept import Kept, Why
from connector.models import OutboxEntry
from connector.pipeline.previews.preview import Look, PreviewRow, look_at
from connector.pipeline.sentences import say_stored

View = Callable[..., HttpResponse]

STATUS = "CampaignMember.Status"


def preview_view(model_admin: AnyAdmin) -> View:
    """Return the view that reads Salesforce live and shows what sending one participant now would do.

    It reads when a button asks: opening or reloading an address spends no API call.
    """

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        entry = find_or_404(OutboxEntry.objects.select_related("link__org"), object_id)
        if not model_admin.has_view_permission(request, entry) or not may_see_people():
            raise PermissionDenied
        context = _frame(entry)
        if request.method == "POST":
            context |= preview_context(entry, look_at(entry.link, [entry.pk]))
        title = gettext("Preview of %(participant)s") % {"participant": title_of(entry)}
        template = "admin/connector/outboxentry/preview.html"
        return render_page(model_admin, request, template, title=title, context=context)

    return view


def _frame(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "entry": entry,
        "entry_url": reverse("admin:connector_outboxentry_change", args=[entry.pk]),
        "inwink_state": STATE_LABELS[entry.participant_state],
    }


def preview_context(entry: OutboxEntry, look: Look) -> dict[str, Any]:
    """Return what the template shows of what was read; one query, for the names of fields."""
    context: dict[str, Any] = {
        "has_looked": True,
        "api_calls": look.preview.api_calls,
        "problem": explain_code(look.problem_code) if look.problem_code else None,
        "problem_detail": look.problem_detail,
        "is_busy": not look.problem_code and not look.preview.people,
    }
    if look.preview.people:
        context |= _row_context(entry, look.preview.people[0])
    return context


def _row_context(entry: OutboxEntry, row: PreviewRow) -> dict[str, Any]:
    kept = [one for one in row.kept if one.why is not Why.UNFIT]
    names = field_names(entry.link.org_id, [*row.changes, *(one.field for one in row.kept)])
    return {
        "row": row,
        "verdict": tag(effect_words(row.verdict, row.effect), colour=effect_colour(row.verdict, row.effect)),
        "record": _record(entry, row),
        "candidates": [_candidate(entry, one) for one in row.candidates],
        "status": _status(row),
        "changes": change_rows({name: pair for name, pair in row.changes.items() if name != STATUS}, names),
        "kept": [_kept(one, names[one.field]) for one in kept],
        "refused": [
            {"field": names[one.field], "what": explain_code(one.code).what, "detail": say_stored(one.detail)}
            for one in row.kept
            if one.why is Why.UNFIT
        ],
        "explanations": explain_end(reason=row.reason, error_code=row.code, error_message=""),
        "notes": explain_notes(note for note in row.notes if note != Note.SAME_PERSON or not row.effect),
    }


def _record(entry: OutboxEntry, row: PreviewRow) -> RecordLink | None:
    kind, _space, record_id = row.person.partition(" ")
    if not record_id:
        return None
    return RecordLink(f"{gettext(kind)} {row.person_name}".strip(), record_id, _address(entry, record_id))


def _address(entry: OutboxEntry, record_id: str) -> str:
    instance_url = entry.link.org.instance_url
    return f"{instance_url}/{record_id}" if instance_url else ""


def _candidate(entry: OutboxEntry, candidate: dict[str, Any]) -> dict[str, Any]:
    name = f"{gettext(candidate['type'])} {candidate['name']}".strip()
    return {
        "record": RecordLink(name, candidate["id"], _address(entry, candidate["id"])),
        "company": candidate.get("company", ""),
        "is_member": candidate.get("is_member", False),
    }


def _status(row: PreviewRow) -> dict[str, str] | None:
    """Return the label before and after; None where no membership is planned."""
    if not row.status:
        return None
    before, after = row.changes.get(STATUS, [row.status, row.status])
    return {"before": show_written(before), "after": show_written(after), "is_same": "yes" if before == after else ""}


def _kept(kept: Kept, name: FieldName) -> dict[str, Any]:
    return {
        "field": name,
        "current": show_written(kept.current),
        "wanted": show_written(kept.wanted),
        "why": WHY_LABELS[kept.why],
    }
