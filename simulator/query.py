"""GET /query, /queryAll and their further pages.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.call import Call
from simulator.errors import ApiError
from simulator.shapes import Answer, Json
from simulator.soql.run import Output, run_query
from simulator.soql.scope import View

if TYPE_CHECKING:
    from simulator.org import Org

MIN_BATCH = 200
MAX_BATCH = 2000
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)
_BATCH = re.compile(r"batchsize\s*=\s*(\d+)", re.IGNORECASE)


def get_query(call: Call) -> Answer:
    """Answer a query; deleted rows stay out."""
    return _answer(call, include_deleted=False)


def get_query_all(call: Call) -> Answer:
    """Answer a query in which deleted and merged rows show too."""
    return _answer(call, include_deleted=True)


def get_page(call: Call, *, locator: str) -> Answer:
    """Answer with a further page of an earlier query."""
    return Answer(200, call.org.cursors.next_page(locator, version=call.version))


def _answer(call: Call, *, include_deleted: bool) -> Answer:
    text = call.args.get("q", "")
    if not text.strip():
        raise ApiError(400, code="MALFORMED_QUERY", message="A query string has to be specified")
    org = call.org
    size = _page_size(call)
    child_size = org.settings.child_page_size or size
    output = Output(call.version, lambda records: _children(call, records=records, size=child_size))
    view = View(org.store, org.catalog, text, include_deleted, org.can_see)
    _give_up_slow(org, text)
    with org.store.lock:
        total, records = run_query(view, output=output)
    call.trace["rows"] = len(records)
    return Answer(200, org.cursors.first_page(records, total=total, size=size, version=call.version))


def _give_up_slow(org: Org, text: str) -> None:
    """Refuse a query of an object that is slow in this org. Raises ApiError."""
    asked = {name.lower() for name in _FROM.findall(text)}
    if asked & {name.lower() for name in org.settings.slow_objects}:
        raise ApiError(400, code="QUERY_TIMEOUT", message="Your query request was running for too long.")


def _children(call: Call, *, records: list[Json], size: int) -> Json:
    return call.org.cursors.first_page(records, total=len(records), size=size, version=call.version)


def _page_size(call: Call) -> int:
    """Read Sforce-Query-Options: batchSize; the org may still send fewer."""
    match = _BATCH.search(call.headers.get("sforce-query-options", ""))
    if match is None:
        return call.org.settings.page_size
    return min(call.org.settings.page_size, max(MIN_BATCH, min(MAX_BATCH, int(match.group(1)))))
