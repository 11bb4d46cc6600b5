"""Addresses below /services/data/vNN.0 → the functions that answer them. Trailing slashes are accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from simulator import describe, limits, query, sobject_collections, sobjects
from simulator.errors import ApiError, not_found
from simulator.shapes import Answer

if TYPE_CHECKING:
    from simulator.call import Call

Handler = Callable[..., Answer]

_ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    # address, method, kind for the counter, function
    ("/sobjects", "GET", "describe", describe.get_global),
    ("/sobjects/<name>", "GET", "describe", describe.get_basic),
    ("/sobjects/<name>", "POST", "row", sobjects.create),
    ("/sobjects/<name>/describe", "GET", "describe", describe.get_describe),
    ("/sobjects/<name>/<row_id>", "GET", "row", sobjects.read),
    ("/sobjects/<name>/<row_id>", "PATCH", "row", sobjects.update),
    ("/sobjects/<name>/<row_id>", "DELETE", "row", sobjects.delete),
    ("/sobjects/<name>/<key>/<path:value>", "GET", "row", sobjects.read_by_key),
    ("/sobjects/<name>/<key>/<path:value>", "PATCH", "upsert", sobjects.upsert),
    ("/query", "GET", "query", query.get_query),
    ("/query/<locator>", "GET", "query", query.get_page),
    ("/queryAll", "GET", "queryAll", query.get_query_all),
    ("/queryAll/<locator>", "GET", "queryAll", query.get_page),
    ("/composite/sobjects", "POST", "collections", sobject_collections.create_many),
    ("/composite/sobjects", "PATCH", "collections", sobject_collections.update_many),
    ("/composite/sobjects", "DELETE", "collections", sobject_collections.delete_many),
    ("/composite/sobjects/<name>", "GET", "collections", sobject_collections.read_many),
    ("/composite/sobjects/<name>", "POST", "collections", sobject_collections.read_many),
    ("/composite/sobjects/<name>/<key>", "PATCH", "collections", sobject_collections.upsert_many),
    ("/limits", "GET", "limits", limits.get_limits),
    ("/limits/recordCount", "GET", "limits", limits.get_record_count),
)
_KINDS = {handler: kind for _, _, kind, handler in _ROUTES}
_RULES = Map(
    [Rule(address, methods=[method], endpoint=handler) for address, method, _, handler in _ROUTES],
    strict_slashes=False,
    merge_slashes=False,
)
_ADAPTER = _RULES.bind("simulator")


def dispatch(call: Call) -> Answer:
    """Answer a request, composite itself excepted. Raises ApiError."""
    handler, values = _match(call.method, path=call.path)
    return handler(call, **values)


def kind_of(method: str, *, path: str) -> str:
    """Name the kind of a request for the counter and for faults; "other" for an address that leads nowhere."""
    if path == "composite":
        return "composite"
    try:
        return _KINDS[_match(method, path=path)[0]]
    except ApiError:
        return "other"


def _match(method: str, *, path: str) -> tuple[Handler, dict[str, Any]]:
    try:
        handler, values = _ADAPTER.match(f"/{path}", method=method)
    except MethodNotAllowed as exc:
        message = f"HTTP Method '{method}' not allowed. Allowed are {','.join(exc.valid_methods or ())}"
        raise ApiError(405, code="METHOD_NOT_ALLOWED", message=message) from exc
    except NotFound as exc:
        raise not_found() from exc
    return handler, dict(values)
