"""Files to download from a long task: rows that were refused, differences that were found."""

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext

from connector.admin.errands.rejected import say_errors
from connector.admin.frame.csv_export import csv_response
from connector.models import Errand, OutboxEntry
from connector.pipeline.errands.export import ExportGoneError, rejected_of

_AT_ONCE = 500


def rejected_rows(errand: Errand) -> StreamingHttpResponse | None:
    """Return the refused rows as they stand in the file, behind their number and what is wrong; None if it is gone."""
    try:
        heading, rows = rejected_of(errand)
    except ExportGoneError:
        return None
    table = [
        [gettext("Row"), gettext("What is wrong"), *heading],
        *([row, say_errors(errors), *cells] for row, errors, cells in rows),
    ]
    return csv_response(f"rejected-{errand.pk}.csv", table)


def differences(errand: Errand) -> StreamingHttpResponse:
    """Return every difference, a line each."""
    return csv_response(f"differences-{errand.pk}.csv", _difference_lines(errand.result))


def _difference_lines(result: dict[str, Any]) -> Iterator[list[Any]]:
    yield [gettext("finding"), gettext("participant"), gettext("email"), gettext("status"), gettext("wanted"),
           gettext("Salesforce id")]  # fmt: skip
    for finding, rows in result.get("people", {}).items():
        for start in range(0, len(rows), _AT_ONCE):
            yield from _people_lines(finding, rows[start : start + _AT_ONCE])
    for key in result.get("never_received", []):
        yield ["never_received", key, "", "", "", ""]
    for key in result.get("outdated", []):
        yield ["outdated", key, "", "", "", ""]
    for member_id, person_id, status in result.get("extra", []):
        yield ["extra", "", "", status, "", person_id or member_id]


def _people_lines(finding: str, rows: list[list[Any]]) -> Iterator[list[Any]]:
    found = OutboxEntry.objects.filter(pk__in=[row[0] for row in rows])
    known = {pk: rest for pk, *rest in found.values_list("pk", "participant_key", "email_key", "person_id")}
    for entry_id, status, wanted, _note in rows:
        key, email, person_id = known.get(entry_id, ("", "", ""))
        yield [finding, key, email, status, wanted, person_id]
