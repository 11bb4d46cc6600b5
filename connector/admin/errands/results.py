"""What a long task came to, as its page shows it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connector.admin.errands.reconciled import reconcile_context
from connector.admin.errands.rejected import rejected_context
from connector.admin.errands.terms import PEOPLE_WORDS, ROW_WORDS, VALUE_WORDS, Term, count_term, people_url
from connector.admin.frame.enqueued import enqueued_words, parts_of, sent_words
from connector.admin.frame.explain import explain_link
from connector.admin.frame.labels import KEPT_LABELS
from connector.admin.frame.preview_words import effect_colour, group_words, remark_name
from connector.core.put_back import Kept
from connector.models import Errand, EventPreview

_COLUMN_NAMES: Mapping[str, str | Promise] = {
    "id": _("inwink id"), "event_id": _("event id"), "event_name": _("event"), "email": _("email"),
    "first_name": _("first name"), "last_name": _("last name"), "position": _("position"), "company": _("company"),
    "registration": _("registration"), "came": _("check-in"), "updated_at": _("changed at"),
}  # fmt: skip


def check_context(errand: Errand) -> dict[str, Any]:
    """Return what importing the file would do."""
    result = errand.result
    terms = [
        count_term(result.get("new", 0), ROW_WORDS["new"], "good"),
        count_term(result.get("changed", 0), ROW_WORDS["changed"], "busy"),
        *_rows_left(result),
    ]
    columns = [
        {"heading": heading, "name": _COLUMN_NAMES.get(name) or path, "is_custom": not name}
        for heading, name, path in result.get("columns", [])
    ]
    taken = result.get("new", 0) + result.get("changed", 0)
    return {
        "rows": result.get("rows", 0),
        "terms": terms,
        "columns": columns,
        "taken": taken,
        "imported": _import_after(errand),
        **rejected_context(result),
    }


def _import_after(errand: Errand) -> Errand | None:
    """Return the import of the checked file, running or done; None while it was not imported, or once it is deleted."""
    if errand.export_id is None:
        return None
    over = (Errand.ErrandState.FAILED, Errand.ErrandState.STOPPED)
    later = Errand.objects.filter(export=errand.export_id, kind=Errand.Kind.IMPORT, pk__gt=errand.pk)
    return later.exclude(state__in=over).order_by("-pk").first()


def import_context(errand: Errand) -> dict[str, Any]:
    """Return what was imported, and why it is not sent now where the event sends nothing."""
    result, url = errand.result, people_url(errand)
    blocked = explain_link(errand.link) if errand.link is not None and result.get("accepted") else ""
    terms = [
        count_term(result.get("accepted", 0), ROW_WORDS["accepted"], "good", url),
        count_term(result.get("unlinked", 0), ROW_WORDS["unlinked"], "warn"),
        *_rows_left(result),
    ]
    return {"rows": result.get("rows", 0), "terms": terms, "blocked": blocked, **rejected_context(result)}


def _rows_left(result: Mapping[str, Any]) -> list[Term]:
    """Return the rows that change nothing."""
    return [
        count_term(result.get("unchanged", 0), ROW_WORDS["unchanged"]),
        count_term(result.get("stale", 0), ROW_WORDS["stale"]),
        count_term(result.get("rejected_count", 0), ROW_WORDS["rejected"], "bad"),
    ]


def counts_context(errand: Errand) -> dict[str, Any]:
    """Return the bare counts of a task that only sends again; of a selection they are counted by event."""
    enqueued = errand.result.get("enqueued", 0)
    parts = [(errand.link, enqueued)] if errand.link is not None else parts_of(errand.terms.get("ids", ()))
    said = enqueued_words(parts)
    sentences = [text for text in (said.sent, *said.waiting) if text] or [sent_words(0)]
    return {"imported": errand.result.get("imported", 0), "people_url": people_url(errand), "sentences": sentences}


def replay_context(errand: Errand) -> dict[str, Any]:
    """Return what became of the participants of replayed messages."""
    result = errand.result
    colours = {"accepted": "good", "unlinked": "warn", "rejected": "bad"}
    terms = [count_term(result.get(key, 0), words, colours.get(key, "")) for key, words in PEOPLE_WORDS.items()]
    people = sum(term.count for term in terms)
    return {"message_count": result.get("messages", 0), "people": people, "terms": terms}


def preview_context(errand: Errand) -> dict[str, Any]:
    """Return the counts of a preview; they lead to the participants as long as no later look has replaced them."""
    result, url = errand.result, _drill_url(errand)
    terms = [
        Term(group["count"], group_words(group), effect_colour(group["verdict"], group["effect"]), _shown(url, f"g{n}"))
        for n, group in enumerate(result.get("groups", []))
    ]
    remarks = [
        Term(remark["count"], remark_name(remark["code"]), url=_shown(url, f"r{n}"))
        for n, remark in enumerate(result.get("remarks", []))
    ]
    return {"people": result.get("people", 0), "terms": terms, "remarks": remarks, "drill_url": url,
            "api_calls": result.get("api_calls", 0)}  # fmt: skip


def _drill_url(errand: Errand) -> str:
    made_at = parse_datetime(errand.result["made_at"])
    if made_at is None or not EventPreview.objects.filter(link=errand.link_id, made_at=made_at).exists():
        return ""
    return reverse("admin:connector_campaignlink_preview", args=[errand.link_id])


def _shown(url: str, key: str) -> str:
    return f"{url}?show={key}#people" if url else ""


def put_back_context(errand: Errand) -> dict[str, Any]:
    """Return what became of the values so far, however the task ended."""
    said = errand.result or errand.position
    kept = sorted((Kept(why), count) for why, count in said.get("kept", {}).items())
    terms = [
        count_term(said.get("restored", 0), VALUE_WORDS["restored"], "good"),
        count_term(said.get("failed", 0), VALUE_WORDS["failed"], "bad"),
        *(Term(count, KEPT_LABELS[why]) for why, count in kept),
    ]
    run_url = reverse("admin:connector_syncrun_change", args=[errand.run_id]) if errand.run_id else ""
    return {"terms": terms, "values": sum(term.count for term in terms), "run_url": run_url}


def has_result(errand: Errand) -> bool:
    """Whether the task came to something; what was put back before something stopped it stands in Salesforce."""
    is_put_back = errand.kind == Errand.Kind.PUT_BACK and bool(errand.position) and not errand.is_open
    return errand.kind in CONTEXTS and (errand.state == Errand.ErrandState.DONE or is_put_back)


CONTEXTS: Mapping[str, tuple[str, Callable[[Errand], dict[str, Any]]]] = {
    Errand.Kind.CHECK_IMPORT: ("check_import", check_context),
    Errand.Kind.IMPORT: ("import", import_context),
    Errand.Kind.RECONCILE: ("reconcile", reconcile_context),
    Errand.Kind.MEND: ("counts", counts_context),
    Errand.Kind.RESYNC: ("counts", counts_context),
    Errand.Kind.REPLAY: ("replay", replay_context),
    Errand.Kind.PREVIEW: ("preview", preview_context),
    Errand.Kind.PUT_BACK: ("put_back", put_back_context),
}
"""{kind: (template of the result, its context)}"""
