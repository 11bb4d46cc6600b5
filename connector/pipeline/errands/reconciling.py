"""Compare an event with its campaign, and mend what differs, as errands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connector.core.reconcile import DIFFERENCES, Finding
from connector.models import Errand
from connector.pipeline.errands.export import open_export, terms_of
from connector.pipeline.errands.importing import REJECTED_KEPT
from connector.pipeline.errands.pace import Pace
from connector.pipeline.reconcile import Export, ExportComparison, Reconciliation, mend, people_of, reconcile

LISTED = (*sorted(DIFFERENCES), Finding.KEPT)
"""Findings whose participants are kept by id; the others are counted."""


def compare(errand: Errand, pace: Pace) -> Mapping[str, Any]:
    """Compare; nothing is written anywhere.

    Result: {"counts": {finding: participants}, "people": {finding: [[entry id, status in Salesforce, wanted]]},
    "extra": [[member id, person id, status]], "never_received": [key], "outdated": [key],
    "rejected": [{"row", "errors"}], "rejected_count", "file_rows", "not_in_file" (None without a file), "members",
    "api_calls"}.
    """
    with _export_of(errand) as export:
        return _result(reconcile(errand.event_link(), export, on_page=pace.advance))


def mend_differences(errand: Errand, pace: Pace) -> Mapping[str, Any]:
    """Compare anew, take in what was never received and send again what differs now.

    Result: {"imported", "enqueued"}.
    """
    link = errand.event_link()
    with _export_of(errand) as export:
        found = reconcile(link, export, on_page=pace.advance)
        pace.write()
        mended = mend(link, found, export=export, requested_by=errand.requested_by)
    return {"imported": mended.imported, "enqueued": mended.enqueued}


@contextmanager
def _export_of(errand: Errand) -> Iterator[Export | None]:
    if not errand.terms.get("has_file"):
        yield None
        return
    with open_export(errand) as path:
        yield Export(path, terms_of(errand))


def _result(found: Reconciliation) -> dict[str, Any]:
    export = found.export
    compared = export or ExportComparison()
    people: dict[str, list[list[Any]]] = {finding.value: [] for finding in LISTED}
    for one in people_of(found.comparison, LISTED):
        status = one.member.record.label if one.member else ""
        people[one.finding.value].append([one.row.id, status, one.wanted, one.note])
    return {
        "counts": {finding.value: count for finding, count in found.comparison.counts().items()},
        "people": people,
        "extra": [
            [member.record.id, member.contact_id or member.lead_id, member.record.label]
            for member in found.comparison.extra
        ],
        "never_received": list(compared.never_received),
        "outdated": list(compared.outdated),
        "rejected": list(compared.rejected[:REJECTED_KEPT]),
        "rejected_count": len(compared.rejected),
        "file_rows": compared.rows if export else None,
        "not_in_file": compared.not_in_file if export else None,
        "members": found.member_count,
        "api_calls": found.api_calls,
    }
