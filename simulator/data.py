"""Requests under /services/data: who asks, may they, does a fault strike, and what it counts as.

An API call is counted for each request with a living token under /services/data/vNN.0, whatever its answer; not for
the list of versions, for refused tokens, for refusals by the daily limit, nor for requests that an injected outage
swallowed before they were worked on. One composite request is one call.
https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator.call import Call, read_json
from simulator.composite import post_composite
from simulator.errors import ApiError, not_found, session_expired
from simulator.faults import Fault, is_row_fault
from simulator.limits import check_daily_limit, concurrent_limit, daily_limit, usage_header
from simulator.routing import dispatch, kind_of
from simulator.shapes import Answer, Json

if TYPE_CHECKING:
    from simulator.org import Org

MAX_HEAD_BYTES = 16_384
"""Address and headers together; beyond it 414 or 431.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
"""
_VERSIONED = re.compile(r"/services/data/v(\d+)\.0(?:/(.*))?")
_GONE_FROM, _GONE_TO = 21, 30
_SOBJECT_IN_PATH = re.compile(r"(?:^|/)sobjects/(\w+)|\bfrom\s+(\w+)", re.IGNORECASE)


class ConnectionCut(Exception):
    """Close the connection without an answer: the request was lost, or its answer was."""


@dataclass(slots=True)
class Inbound:
    """A request as it came over HTTP."""

    org: Org
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """{lower-case name: value}"""
    raw_body: bytes
    head_bytes: int
    uri_bytes: int
    trace: dict[str, Json] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The access token, or an empty text."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def list_versions(org: Org) -> Answer:
    """List the versions; needs no token."""
    versions = range(org.settings.first_version, org.settings.last_version + 1)
    return Answer(
        200, [{"label": f"Release {n}", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in versions]
    )


def answer_data(inbound: Inbound) -> Answer:
    """Answer a data request and note it in the log. Raises ConnectionCut."""
    started = time.monotonic()
    answer = Answer(0)
    try:
        answer = _with_fault(inbound)
        return answer
    except ApiError as exc:
        answer = exc.answer()
        return answer
    finally:
        entry = {
            "method": inbound.method,
            "path": inbound.path,
            "status": answer.status,
            "ms": round((time.monotonic() - started) * 1000, 1),
            **inbound.trace,
        }
        inbound.org.calls.note(entry)


def take_request_fault(inbound: Inbound, *, kinds: set[str]) -> Fault | None:
    """Take an injected fault that strikes this whole request, if one waits."""
    if inbound.org.faults.is_empty:
        return None
    sobjects = _sobjects(inbound)
    return inbound.org.faults.take(
        wants=lambda fault: (
            not is_row_fault(fault)
            and fault.fits(method=inbound.method, path=inbound.path, kinds=kinds, sobjects=sobjects)
        )
    )


def strike(inbound: Inbound, *, fault: Fault) -> Answer | None:
    """Let a fault act before the work; return the answer that replaces it, if any. Raises ConnectionCut, ApiError."""
    action = fault.action
    if "delay_ms" in action:
        time.sleep(float(action["delay_ms"]) / 1000)
    if "close_before" in action:
        raise ConnectionCut
    if "status" in action:
        body = action.get("body", "<html><body>Service Unavailable</body></html>")
        kind = "application/json;charset=UTF-8" if isinstance(body, list | dict) else "text/html; charset=UTF-8"
        return Answer(int(action["status"]), body, {"Content-Type": kind, **action.get("headers", {})})
    if "expire_session" in action:
        inbound.org.accounts.end_session(inbound.token)
    if "limit" in action:
        raise daily_limit() if action["limit"] == "daily" else concurrent_limit()
    return None


def _with_fault(inbound: Inbound) -> Answer:
    _check_size(inbound)
    version, path = _version(inbound)
    kind = kind_of(inbound.method, path=path)
    time.sleep(inbound.org.settings.latency_ms / 1000)
    fault = take_request_fault(inbound, kinds={kind} | _inner_kinds(inbound))
    if fault is not None:
        struck = strike(inbound, fault=fault)
        if struck is not None:
            return struck
    answer = _counted(inbound, version=version, path=path, kind=kind)
    if fault is not None and "close_after" in fault.action:
        raise ConnectionCut
    return answer


def _counted(inbound: Inbound, *, version: str, path: str, kind: str) -> Answer:
    org = inbound.org
    session = org.accounts.session(inbound.token, idle_seconds=org.settings.session_seconds)
    if session is None:
        raise session_expired()
    check_daily_limit(org)
    org.calls.count(kind)
    call = Call(
        org=org,
        user_id=session.user_id,
        version=version,
        method=inbound.method,
        path=path,
        args=inbound.query,
        headers=inbound.headers,
        trace=inbound.trace,
    )
    answer = _worked(inbound, call=call, kind=kind)
    _wait_for_rows(org, trace=inbound.trace)
    headers = {**answer.headers, "Sforce-Limit-Info": usage_header(org)}
    return Answer(answer.status, answer.body, headers)


def _worked(inbound: Inbound, *, call: Call, kind: str) -> Answer:
    try:
        full = Call(**{**_as_dict(call), "body": read_json(inbound.raw_body)})
        if kind == "composite":
            if full.method != "POST":
                raise ApiError(405, code="METHOD_NOT_ALLOWED", message="HTTP Method not allowed. Allowed are POST")
            return post_composite(full)
        if not full.path:
            return _resources(full)
        return dispatch(full)
    except ApiError as exc:
        return exc.answer()


def _as_dict(call: Call) -> dict[str, Json]:
    return {name: getattr(call, name) for name in Call.__dataclass_fields__}


def _resources(call: Call) -> Answer:
    names = ("sobjects", "query", "queryAll", "composite", "limits")
    return Answer(200, {name: f"/services/data/{call.version}/{name}" for name in names})


def _wait_for_rows(org: Org, *, trace: dict[str, Json]) -> None:
    if org.settings.row_latency_ms:
        inner = trace.get("subrequests", [])
        rows = sum(one["rows"] for one in inner if one["method"] != "GET") if inner else trace.get("rows", 0)
        time.sleep(rows * org.settings.row_latency_ms / 1000)


def _check_size(inbound: Inbound) -> None:
    if inbound.uri_bytes > MAX_HEAD_BYTES:
        raise ApiError(414, code="URI_TOO_LONG", message="URI too long")
    if inbound.head_bytes > MAX_HEAD_BYTES:
        raise ApiError(431, code="REQUEST_HEADER_FIELDS_TOO_LARGE", message="Request header fields too large")


def _version(inbound: Inbound) -> tuple[str, str]:
    match = _VERSIONED.fullmatch(inbound.path)
    if match is None:
        raise not_found()
    number = int(match.group(1))
    if _GONE_FROM <= number <= _GONE_TO:
        raise ApiError(410, code="UNSUPPORTED_API_VERSION", message="The requested resource is no longer available")
    settings = inbound.org.settings
    if not settings.first_version <= number <= settings.last_version:
        raise not_found()
    return f"v{number}.0", (match.group(2) or "").strip("/")


def _subrequests(inbound: Inbound) -> list[Json]:
    if not inbound.path.rstrip("/").endswith("/composite"):
        return []
    try:
        body = read_json(inbound.raw_body)
    except ApiError:
        return []
    found = body.get("compositeRequest") if isinstance(body, dict) else None
    return [one for one in found or [] if isinstance(one, dict)]


def _inner_kinds(inbound: Inbound) -> set[str]:
    """Name the kinds of the subrequests; read only when a fault may need them."""
    if inbound.org.faults.is_empty:
        return set()
    kinds = set()
    for one in _subrequests(inbound):
        match = _VERSIONED.fullmatch(urlsplit(str(one.get("url"))).path)
        if match is not None:
            kinds.add(kind_of(str(one.get("method")), path=(match.group(2) or "").strip("/")))
    return kinds


def _sobjects(inbound: Inbound) -> set[str]:
    """Name the objects that a request speaks of: in its addresses, queries and rows."""
    texts = [inbound.path, inbound.query.get("q", "")]
    bodies: list[Json] = []
    for one in _subrequests(inbound):
        texts.append(str(one.get("url")).replace("+", " ").replace("%20", " "))
        bodies.append(one.get("body"))
    if not bodies and inbound.raw_body and b'"records"' in inbound.raw_body:
        bodies.append(read_json(inbound.raw_body))
    names = {name for text in texts for pair in _SOBJECT_IN_PATH.findall(text) for name in pair if name}
    for body in bodies:
        records = body.get("records", []) if isinstance(body, dict) else []
        names |= {str((one.get("attributes") or {}).get("type")) for one in records if isinstance(one, dict)}
    return names
