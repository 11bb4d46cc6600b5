"""What a reconciliation found, as its page shows it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from connector.admin.errands.rejected import rejected_context
from connector.admin.errands.terms import FINDING_WORDS, Term, count_term, people_url
from connector.admin.frame.explain import reason_label
from connector.admin.frame.labels import NOTE_LABELS
from connector.admin.frame.onlooker import person_word
from connector.core.reconcile import UNDECIDED, Finding
from connector.models import Errand, OutboxEntry

SHOWN = 100
"""Participants listed for each finding; the file to download has all."""

_FINDINGS: tuple[tuple[Finding, str | Promise, str], ...] = (
    (Finding.MATCHING, "", "good"),
    (Finding.KEPT, _("A colleague chose it, or it ranks higher. It stays."), ""),
    (Finding.WRONG_STATUS, _("Sending again sets the status that inwink says."), "bad"),
    (Finding.MISSING, _("Sending again adds them."), "bad"),
    (Finding.REMOVED,
     _("A colleague took them out after they were added. That is respected; resend one by one to add them again."),
     "warn"),
    (Finding.WAITING, _("They arrive by themselves."), "busy"),
    (Finding.NEEDS_ANSWER, "", "warn"),
    (Finding.LEFT_OUT, "", ""),
    (Finding.FAILED, "", "bad"),
)  # fmt: skip
"""(finding, what becomes of them, colour), in the order in which they are shown."""
_STANDINGS = {Finding.WAITING: "waiting", Finding.NEEDS_ANSWER: "needs_answer", Finding.LEFT_OUT: "left_out",
              Finding.FAILED: "failed"}  # fmt: skip

_DOUBT_WORDS: Mapping[Finding, Any] = {
    Finding.NEEDS_ANSWER: ngettext_lazy(
        "%(count)s participant needs an answer", "%(count)s participants need an answer", "count"
    ),
    Finding.FAILED: ngettext_lazy("%(count)s participant failed", "%(count)s participants failed", "count"),
    Finding.WAITING: ngettext_lazy(
        "%(count)s participant waits to be sent", "%(count)s participants wait to be sent", "count"
    ),
}


def reconcile_context(errand: Errand) -> dict[str, Any]:
    """Return how the event compares with its campaign; one query for the names of participants."""
    result = errand.result
    counts = result.get("counts", {})
    mendable = counts.get(Finding.MISSING, 0) + counts.get(Finding.WRONG_STATUS, 0)
    missed = len(result.get("never_received", [])) + len(result.get("outdated", []))
    differs = bool(mendable + missed + counts.get(Finding.REMOVED, 0) + len(result.get("extra", [])))
    doubts = [] if differs else list(_doubts(errand, counts))
    return {
        "result": result,
        "rows": sum(counts.values()),
        "findings": _findings_of(errand, counts),
        "never_received": result.get("never_received", [])[:SHOWN],
        "never_received_count": len(result.get("never_received", [])),
        "outdated": result.get("outdated", [])[:SHOWN],
        "outdated_count": len(result.get("outdated", [])),
        "extra": [_extra(row, errand) for row in result.get("extra", [])[:SHOWN]],
        "extra_count": len(result.get("extra", [])),
        "mendable": mendable + missed,
        "agrees": not differs and not doubts,
        "doubts": doubts,
        **rejected_context(result),
    }


def _doubts(errand: Errand, counts: Mapping[str, int]) -> Iterator[Term]:
    """Yield why nobody can say that everybody is there though nothing differs: who is not sent, what was not read."""
    if unread := rejected_context(errand.result)["rejected_count"]:
        words = ngettext(
            "%(count)s row of the export cannot be read", "%(count)s rows of the export cannot be read", unread
        )
        yield Term(unread, words % {"count": unread}, url="#rejected")
    for finding in UNDECIDED:
        if count := counts.get(finding, 0):
            yield Term(count, str(_DOUBT_WORDS[finding] % {"count": count}), url=_standing_url(errand, finding))


def _findings_of(errand: Errand, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return each finding with how many it concerns and the first of them."""
    people = errand.result.get("people", {})
    emails = _emails_of(row[0] for rows in people.values() for row in rows[:SHOWN])
    return [
        {
            "term": count_term(counts.get(finding, 0), FINDING_WORDS[finding], colour, _standing_url(errand, finding)),
            "does": does,
            "people": [_compared(row, emails) for row in people.get(finding, [])[:SHOWN]],
        }
        for finding, does, colour in _FINDINGS
    ]


def _emails_of(ids: Iterable[int]) -> dict[int, str]:
    rows = OutboxEntry.objects.filter(pk__in=list(ids)).values_list("pk", "email_key", "participant_key")
    return {pk: person_word(email, key) for pk, email, key in rows}


def _compared(row: list[Any], emails: Mapping[int, str]) -> dict[str, str]:
    entry_id, status, wanted, note = row
    return {
        "name": emails.get(entry_id, gettext("erased meanwhile")),
        "url": reverse("admin:connector_outboxentry_change", args=[entry_id]) if entry_id in emails else "",
        "status": status,
        "wanted": wanted,
        "note": str(NOTE_LABELS.get(note) or reason_label(note)) if note else "",
    }


def _extra(row: list[str], errand: Errand) -> dict[str, str]:
    member_id, person_id, status = row
    site = errand.link.org.instance_url if errand.link else ""
    return {"id": person_id or member_id, "status": status, "url": f"{site}/{person_id}" if site and person_id else ""}


def _standing_url(errand: Errand, finding: str) -> str:
    standing = _STANDINGS.get(Finding(finding))
    return f"{people_url(errand)}&standing={standing}" if standing and errand.link_id else ""
