"""The daily limit of API calls: the header that tells of it, /limits, and the refusal beyond it.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call import Call
from simulator.errors import ApiError
from simulator.shapes import Answer

if TYPE_CHECKING:
    from simulator.org import Org

_JUMPS = (0, 1, 2, -5, -3, 0, 4, -1)


def usage_header(org: Org) -> str:
    """Return the value of Sforce-Limit-Info: a hint that may go down as well as up."""
    used = org.calls.used
    if org.settings.usage_jumps:
        used = max(0, used + _JUMPS[used % len(_JUMPS)])
    return f"api-usage={used}/{org.settings.api_limit}"


def check_daily_limit(org: Org) -> None:
    """Refuse a request beyond the limit; it is not counted. Raises ApiError."""
    if org.calls.used >= org.settings.api_limit:
        raise daily_limit()


def daily_limit() -> ApiError:
    """Build the refusal of the daily limit (live text)."""
    return ApiError(403, code="REQUEST_LIMIT_EXCEEDED", message="TotalRequests Limit exceeded.")


def concurrent_limit() -> ApiError:
    """Build the refusal of too many long requests at once (live text)."""
    message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    return ApiError(403, code="REQUEST_LIMIT_EXCEEDED", message=message)


def get_limits(call: Call) -> Answer:
    """Answer with the org's limits; only the daily calls and the storage move."""
    limit, used = call.org.settings.api_limit, call.org.calls.used
    storage_left = 0 if call.org.settings.storage_full else 1000
    return Answer(
        200,
        {
            "DailyApiRequests": {"Max": limit, "Remaining": max(0, limit - used)},
            "DailyBulkApiBatches": {"Max": 15000, "Remaining": 15000},
            "DailyBulkV2QueryJobs": {"Max": 10000, "Remaining": 10000},
            "ConcurrentAsyncGetReportInstances": {"Max": 200, "Remaining": 200},
            "DataStorageMB": {"Max": 1024, "Remaining": storage_left},
            "FileStorageMB": {"Max": 1024, "Remaining": 1000},
        },
    )


def get_record_count(call: Call) -> Answer:
    """Answer with the number of rows of objects (recorded by CumulusCI)."""
    names = call.args.get("sObjects", "").split(",")
    known = [call.org.catalog[name.lower()].name for name in names if name.lower() in call.org.catalog]
    counts = [
        {"count": sum(1 for row in call.org.store.all(name) if not row["IsDeleted"]), "name": name} for name in known
    ]
    return Answer(200, {"sObjects": counts})
