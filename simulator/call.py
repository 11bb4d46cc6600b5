"""One request under /services/data/vNN.0, whether it came alone or inside a composite request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.errors import ApiError, RowError
from simulator.faults import Fault, is_row_fault
from simulator.schema import SObject
from simulator.shapes import Caller, Json

if TYPE_CHECKING:
    from simulator.org import Org


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its own headers: those of an outer composite request are not inherited."""

    org: Org
    user_id: str
    version: str
    """As in the address: v64.0."""
    method: str
    path: str
    """Below the version, without slashes at its ends: sobjects/Contact/describe."""
    args: Mapping[str, str]
    headers: Mapping[str, str]
    """{lower-case name: value}"""
    body: Json = None
    is_inner: bool = False
    trace: dict[str, Json] = field(default_factory=dict)
    """For the log: {"rows": n} or {"subrequests": […]}."""

    @property
    def caller(self) -> Caller:
        """Read the write headers of this request.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers.htm
        """
        rule = _options(self.headers.get("sforce-duplicate-rule-header", ""))
        assign = self.headers.get("sforce-auto-assign", "TRUE").strip().upper()
        return Caller(
            user_id=self.user_id,
            allow_duplicates=rule.get("allowsave") == "true",
            auto_assign=assign != "FALSE",
        )

    def sobject(self, name: str) -> SObject:
        """Find the object of an address. Raises ApiError NOT_FOUND."""
        found = self.org.catalog.get(name.lower())
        if found is None:
            raise ApiError(404, code="NOT_FOUND", message="The requested resource does not exist")
        return found

    def body_object(self) -> dict[str, Json]:
        """Return the body, which must be a JSON object. Raises ApiError JSON_PARSER_ERROR."""
        if not isinstance(self.body, dict):
            raise ApiError(
                400,
                code="JSON_PARSER_ERROR",
                message="The HTTP entity body is required, but this request has no entity body.",
            )
        return self.body

    def row_fault(self, *, sobjects: set[str], kind: str) -> Fault | None:
        """Take an injected fault that strikes rows of this write, if one waits."""
        if self.org.faults.is_empty:
            return None
        return self.org.faults.take(
            wants=lambda fault: (
                is_row_fault(fault) and fault.fits(method=self.method, path=self.path, kinds={kind}, sobjects=sobjects)
            )
        )


def fault_error(fault: Fault, *, position: int) -> RowError | None:
    """Return the error that an injected fault gives the row at this position, if any."""
    rows = fault.action.get("rows", "all")
    if rows != "all" and position not in rows:
        return None
    code = fault.action["error_code"]
    text = {"UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record"}.get(code, f"injected: {code}")
    return RowError(code, fault.action.get("message", text), fault.action.get("fields", ()))


def read_json(raw: bytes) -> Json:
    """Decode a body; none is None. Raises ApiError JSON_PARSER_ERROR."""
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as exc:
        message = "Unexpected character at [line:1, column:1]"
        raise ApiError(400, code="JSON_PARSER_ERROR", message=message) from exc


def _options(header: str) -> dict[str, str]:
    """Read "allowSave=true; includeRecordDetails=true" (semicolons or commas)."""
    pairs = (part.partition("=") for part in header.replace(",", ";").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
