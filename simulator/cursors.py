"""Query results that wait for their next page: nextRecordsUrl and the locator in it.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
"""

from __future__ import annotations

import threading

from simulator.errors import ApiError
from simulator.shapes import Json


class Cursors:
    """Results by locator; a locator's form is 0r8…-2000 (recorded 2026), opaque to clients."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._results: dict[str, tuple[list[Json], int]] = {}
        self._count = 0

    def clear(self) -> None:
        """Forget all results."""
        with self._guard:
            self._results.clear()

    def first_page(self, records: list[Json], *, total: int, size: int, version: str) -> Json:
        """Return the first page; what does not fit is kept under a locator."""
        if len(records) <= size:
            return {"totalSize": total, "done": True, "records": records}
        with self._guard:
            self._count += 1
            locator = f"0r89H{self._count:013d}"
            self._results[locator] = (records, size)
        return self._page(locator, start=0, version=version)

    def next_page(self, locator: str, *, version: str) -> Json:
        """Return the page that a locator names. Raises ApiError INVALID_QUERY_LOCATOR."""
        name, _, start = locator.partition("-")
        with self._guard:
            known = self._results.get(name)
        if known is None or not start.isdigit() or int(start) >= len(known[0]):
            raise ApiError(400, code="INVALID_QUERY_LOCATOR", message="invalid query locator")
        return self._page(name, start=int(start), version=version)

    def _page(self, locator: str, *, start: int, version: str) -> Json:
        records, size = self._results[locator]
        end = start + size
        page: Json = {"totalSize": len(records), "done": end >= len(records)}
        if end < len(records):
            page["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
        return {**page, "records": records[start:end]}
