"""POST /composite: up to 25 subrequests in one call, at most five of them collections or queries.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
A subrequest takes only Accept, Authorization and Content-Type from the outer request; every other header it must bring.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.call import Call
from simulator.errors import ApiError
from simulator.references import halted, has_reference, resolve_references
from simulator.routing import dispatch, kind_of
from simulator.shapes import Answer, Json

MAX_SUBREQUESTS = 25
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ADDRESS = re.compile(r"/services/data/(v\d+\.0)/(.+)")
_OUTER_ONLY = ("accept", "authorization", "content-type")
_HEAVY = ("query", "queryAll", "collections")


@dataclass(frozen=True, slots=True)
class Subrequest:
    """One subrequest as it was sent."""

    method: str
    url: str
    name: str
    body: Json
    headers: dict[str, str]


def post_composite(call: Call) -> Answer:
    """Answer a composite request: 200, with each subrequest's own status inside."""
    body = call.body_object()
    listed = body.get("compositeRequest")
    subrequests = [_read(one) for one in listed] if isinstance(listed, list) else []
    _check(subrequests, limit=call.org.settings.composite_query_limit)
    call.trace["subrequests"] = []
    if body.get("allOrNone"):
        with call.org.store.transaction() as undo:
            answers = _run_all(call, subrequests=subrequests)
            if any(_failed(one) for one in answers.values()):
                undo()
                answers = {name: _halt(one) for name, one in answers.items()}
    else:
        answers = _run_all(call, subrequests=subrequests)
    order = subrequests
    if body.get("collateSubrequests", True) and call.org.settings.collate_reorders:
        order = _collated(subrequests)
    return Answer(200, {"compositeResponse": [_written(answers[one.name], name=one.name) for one in order]})


def _run_all(call: Call, *, subrequests: list[Subrequest]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    results: dict[str, Json] = {}
    for one in subrequests:
        answers[one.name] = answer = _run(call, one=one, results=results)
        if answer.status < 300:
            results[one.name] = answer.body
    return answers


def _run(call: Call, *, one: Subrequest, results: dict[str, Json]) -> Answer:
    trace: dict[str, Json] = {}
    try:
        if not call.org.settings.references_allowed and (has_reference(one.url) or has_reference(one.body)):
            raise halted(one.name)
        url = str(resolve_references(one.url, results=results))
        answer = dispatch(
            _inner(call, one=one, url=url, body=resolve_references(one.body, results=results), trace=trace)
        )
    except ApiError as exc:
        answer = exc.answer()
    entry = {"method": one.method, "url": one.url[:80], "rows": trace.get("rows", 0), "status": answer.status}
    call.trace["subrequests"].append(entry)
    return answer


def _inner(call: Call, *, one: Subrequest, url: str, body: Json, trace: dict[str, Json]) -> Call:
    parts = urlsplit(url)
    match = _ADDRESS.fullmatch(parts.path)
    if match is None:
        raise ApiError(400, code="INVALID_URL", message=f"not an address of this API: {parts.path}")
    return Call(
        org=call.org,
        user_id=call.user_id,
        version=match.group(1),
        method=one.method,
        path=unquote(match.group(2)).strip("/"),
        args=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=one.headers,
        body=body,
        is_inner=True,
        trace=trace,
    )


def _read(spec: Json) -> Subrequest:
    if not isinstance(spec, dict) or not isinstance(spec.get("url"), str) or not _is_map(spec.get("httpHeaders")):
        raise ApiError(400, code="JSON_PARSER_ERROR", message="a subrequest needs method, url and referenceId")
    headers = {str(name).lower(): str(value) for name, value in (spec.get("httpHeaders") or {}).items()}
    return Subrequest(
        str(spec.get("method", "")).upper(), spec["url"], str(spec.get("referenceId", "")), spec.get("body"), headers
    )


def _is_map(value: Json) -> bool:
    return value is None or isinstance(value, dict)


def _check(subrequests: list[Subrequest], *, limit: int) -> None:
    """Refuse a request that is beyond the limits or whose names clash (assumption: INVALID_INPUT and the words)."""
    names = [one.name for one in subrequests]
    heavy = sum(1 for one in subrequests if _kind(one) in _HEAVY)
    problem = None
    if not subrequests:
        problem = "compositeRequest must not be empty"
    elif len(subrequests) > MAX_SUBREQUESTS:
        problem = f"The number of subrequests must not exceed {MAX_SUBREQUESTS}"
    elif heavy > limit:
        problem = f"at most {limit} subrequests can be sObject Collections or query operations"
    elif any(not _NAME.fullmatch(name) for name in names):
        problem = "referenceId must begin with a letter and have only letters, digits and underscores"
    elif len(set(names)) < len(names):
        problem = "Duplicate referenceId provided"
    elif any(name in one.headers for one in subrequests for name in _OUTER_ONLY):
        problem = "Accept, Authorization and Content-Type cannot be set on a subrequest"
    if problem:
        raise ApiError(400, code="INVALID_INPUT", message=problem)


def _kind(one: Subrequest) -> str:
    match = _ADDRESS.fullmatch(urlsplit(one.url).path)
    return kind_of(one.method, path=match.group(2).strip("/")) if match else "other"


def _failed(answer: Answer) -> bool:
    """Tell whether a subrequest fails an allOrNone request: also a collection with one refused row."""
    rows = answer.body if isinstance(answer.body, list) else []
    return answer.status >= 400 or any(isinstance(one, dict) and one.get("success") is False for one in rows)


def _halt(answer: Answer) -> Answer:
    """Return what an undone subrequest answers; the culprit keeps its own words, rows with success:true included."""
    if _failed(answer):
        return answer
    message = "The transaction was rolled back since another operation in the same transaction failed."
    return Answer(400, [{"errorCode": "PROCESSING_HALTED", "message": message}])


def _collated(subrequests: list[Subrequest]) -> list[Subrequest]:
    first: dict[tuple[str, str], int] = {}
    for position, one in enumerate(subrequests):
        first.setdefault((one.method, _kind(one)), position)
    return sorted(subrequests, key=lambda one: first[one.method, _kind(one)])


def _written(answer: Answer, *, name: str) -> Json:
    return {"body": answer.body, "httpHeaders": answer.headers, "httpStatusCode": answer.status, "referenceId": name}
