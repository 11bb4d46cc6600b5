"""Turn what Salesforce or the line says into an error kind: one table, one class for each effect on a call."""

import logging
import re
from collections.abc import Iterable, Mapping

from connector.core.errors import ErrorKind, RowError
from connector.salesforce.redact import redact

logger = logging.getLogger(__name__)

KIND_OF_CODE: Mapping[str, ErrorKind] = {
    "INVALID_SESSION_ID": ErrorKind.SIGN_IN,
    "INVALID_AUTH_HEADER": ErrorKind.SIGN_IN,
    "REQUEST_LIMIT_EXCEEDED": ErrorKind.LIMIT,
    "SERVER_UNAVAILABLE": ErrorKind.REMOTE_UNAVAILABLE,
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": ErrorKind.REMOTE_UNAVAILABLE,
    # may be one row's own fault: the attempt counts, so that it ends
    "UNABLE_TO_LOCK_ROW": ErrorKind.RETRYABLE,
    "QUERY_TIMEOUT": ErrorKind.RETRYABLE,
    "INVALID_QUERY_LOCATOR": ErrorKind.RETRYABLE,  # the user has opened too many queries since
    "REQUEST_RUNNING_TOO_LONG": ErrorKind.RETRYABLE,
    "TOO_MANY_APEX_REQUESTS": ErrorKind.RETRYABLE,
    "TXN_SECURITY_METERING_ERROR": ErrorKind.RETRYABLE,
    "TXN_SECURITY_RUNTIME_EXCEPTION": ErrorKind.RETRYABLE,
    "RUNTIME_EXCEPTION": ErrorKind.RETRYABLE,
    "UNKNOWN_EXCEPTION": ErrorKind.RETRYABLE,
    "EXCEEDED_ID_LIMIT": ErrorKind.TOO_MUCH_AT_ONCE,
    "PROCESSING_HALTED": ErrorKind.SIBLING,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": ErrorKind.SIBLING,
    "API_CURRENTLY_DISABLED": ErrorKind.CONFIGURATION,
    "API_DISABLED_FOR_ORG": ErrorKind.CONFIGURATION,
    "FUNCTIONALITY_NOT_ENABLED": ErrorKind.CONFIGURATION,
    "GONE": ErrorKind.CONFIGURATION,
    "INVALID_TYPE": ErrorKind.CONFIGURATION,
    "STORAGE_LIMIT_EXCEEDED": ErrorKind.CONFIGURATION,
    "TXN_SECURITY_NO_ACCESS": ErrorKind.CONFIGURATION,
    "UNSUPPORTED_API_VERSION": ErrorKind.CONFIGURATION,
    "INVALID_FIELD": ErrorKind.FIELD_GONE,
    "INVALID_FIELD_FOR_INSERT_UPDATE": ErrorKind.FIELD_GONE,
    "ENTITY_IS_DELETED": ErrorKind.RECORD_GONE,
    "INVALID_CROSS_REFERENCE_KEY": ErrorKind.RECORD_GONE,
    "CANNOT_UPDATE_CONVERTED_LEAD": ErrorKind.CONVERTED_LEAD,
    "DUPLICATE_VALUE": ErrorKind.ALREADY_MEMBER,
    # one row's error is one row's error (rules, 6.6)
    "INACTIVE_OWNER_OR_USER": ErrorKind.PERMANENT,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": ErrorKind.PERMANENT,
    "INSUFFICIENT_ACCESS_OR_READONLY": ErrorKind.PERMANENT,
    "ENTITY_IS_LOCKED": ErrorKind.PERMANENT,
    "INVALID_STATUS": ErrorKind.PERMANENT,
    "INVALID_OPERATION": ErrorKind.PERMANENT,
    "TRANSFER_REQUIRES_READ": ErrorKind.PERMANENT,
    "CANNOT_EXECUTE_FLOW_TRIGGER": ErrorKind.PERMANENT,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": ErrorKind.PERMANENT,
    "DUPLICATES_DETECTED": ErrorKind.PERMANENT,
    "DUPLICATE_EXTERNAL_ID": ErrorKind.PERMANENT,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": ErrorKind.PERMANENT,
    "FIELD_FILTER_VALIDATION_EXCEPTION": ErrorKind.PERMANENT,
    "FIELD_INTEGRITY_EXCEPTION": ErrorKind.PERMANENT,
    "INVALID_EMAIL_ADDRESS": ErrorKind.PERMANENT,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": ErrorKind.PERMANENT,
    "INVALID_TYPE_ON_FIELD_IN_RECORD": ErrorKind.PERMANENT,
    "LIMIT_EXCEEDED": ErrorKind.PERMANENT,
    "MISSING_ARGUMENT": ErrorKind.PERMANENT,
    "NUMBER_OUTSIDE_VALID_RANGE": ErrorKind.PERMANENT,
    "REQUIRED_FIELD_MISSING": ErrorKind.PERMANENT,
    "STRING_TOO_LONG": ErrorKind.PERMANENT,
    # our own mistake, or the mapping's
    "INVALID_QUERY_FILTER_OPERATOR": ErrorKind.PERMANENT,
    "JSON_PARSER_ERROR": ErrorKind.PERMANENT,
    "MALFORMED_ID": ErrorKind.PERMANENT,
    "MALFORMED_QUERY": ErrorKind.PERMANENT,
    "NOT_FOUND": ErrorKind.PERMANENT,
}
"""{status code of a row or a call: what it means for the rows}.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

_WRAPPING_CODES = frozenset(
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "UNKNOWN_EXCEPTION", "LIMIT_EXCEEDED"}
)
"""Codes under which the error of an organisation's own automation arrives; what went wrong stands in the text."""
_GOVERNOR_LIMIT = re.compile(
    r"LimitException|Too many (?:SOQL|DML|query rows|queueable|future)|CPU time limit|Apex heap size|CPU_TIME",
    re.IGNORECASE,
)
"""https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm"""
_LOCK = re.compile(r"UNABLE_TO_LOCK_ROW|unable to obtain exclusive access", re.IGNORECASE)
_UNIQUE_FIELD = re.compile(r"\b\w+__c\b|\b(?=\w*\d)[0-9a-zA-Z]{15}(?:[0-9A-Z]{3})?\b|external id")
"""A duplicate value that names a field or a record is a unique field's, not a membership's. The texts of Salesforce
come in the language of the user, so the sentence itself proves nothing."""
_DAILY_LIMIT = "TotalRequests"
_LAST_TO_ANSWER = frozenset({"QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION"})
"""Codes of a call that was given up while it ran, whatever the HTTP status."""


class SalesforceError(Exception):
    """A call that brought no result; `str()` is safe to show and to log."""

    def __init__(self, code: str, message: str, *, kind: ErrorKind, http_status: int | None = None) -> None:
        """Keep the parts; `message` must be redacted already."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.kind = kind
        self.http_status = http_status


class ForbiddenHost(SalesforceError):
    """An address outside the hosts that may be called; nothing was sent."""

    def __init__(self, detail: str) -> None:
        """Say which host and why."""
        super().__init__("forbidden_host", detail, kind=ErrorKind.CONFIGURATION)


class SignInFailed(SalesforceError):
    """No token can be had until a person acts."""

    def __init__(self, code: str, message: str, *, http_status: int | None = None) -> None:
        """Keep Salesforce's code, or one of ours in lower case."""
        super().__init__(code, message, kind=ErrorKind.SIGN_IN, http_status=http_status)


class SessionExpired(SalesforceError):
    """Salesforce does not accept the token."""

    def __init__(self, code: str, message: str, *, http_status: int | None = None) -> None:
        """Keep what the 401 said."""
        super().__init__(code, message, kind=ErrorKind.SIGN_IN, http_status=http_status)


class RemoteUnavailable(SalesforceError):
    """Salesforce, or the way to it, does not answer usefully at the moment."""

    def __init__(self, code: str, message: str, *, write_unclear: bool, http_status: int | None = None) -> None:
        """Say also whether a write may have been carried out all the same."""
        super().__init__(code, message, kind=ErrorKind.REMOTE_UNAVAILABLE, http_status=http_status)
        self.write_unclear = write_unclear


class LimitReached(SalesforceError):
    """Salesforce refuses calls of the whole organisation for a while; nothing was processed."""

    def __init__(self, code: str, message: str, *, is_daily: bool, http_status: int | None = None) -> None:
        """Say also whether it is the limit of 24 hours (else: too many at the same time)."""
        super().__init__(code, message, kind=ErrorKind.LIMIT, http_status=http_status)
        self.is_daily = is_daily


class RequestRefused(SalesforceError):
    """Salesforce understood the call and will not do it; nothing was processed."""


def is_known(code: str) -> bool:
    """Tell whether the table has the code."""
    return code in KIND_OF_CODE


_OWN_REFERENCES = frozenset({"Id", "CampaignId", "ContactId", "LeadId"})
"""Fields that hold the ids which a new reading may find changed; any other reference was configured by a person."""


def classify(code: str, message: str = "", *, fields: Iterable[str] = ()) -> ErrorKind:
    """Return the kind of a status code; the unredacted text tells what an organisation's own automation wraps.

    `fields` are the API names that Salesforce blames: an owner, account or record type that is gone stays gone,
    whereas a person who is gone is looked for anew.
    """
    kind = KIND_OF_CODE.get(code, ErrorKind.PERMANENT)
    if kind is ErrorKind.RECORD_GONE and set(fields) - _OWN_REFERENCES:
        return ErrorKind.PERMANENT
    if code in _WRAPPING_CODES:
        return _classify_wrapped(message, kind)
    if code == "DUPLICATE_VALUE" and _UNIQUE_FIELD.search(message):
        return ErrorKind.PERMANENT
    return kind


def row_error(raw: Mapping[str, object], *, sent_values: Iterable[str] = ()) -> RowError:
    """Read {"statusCode" or "errorCode", "message", "fields"} as a redacted error of one row.

    `sent_values` are the texts that the row carried: they are removed from the message wherever they stand.
    """
    code = str(raw.get("statusCode") or raw.get("errorCode") or "unknown_error")
    message = str(raw.get("message") or "")
    named = raw.get("fields")
    fields = tuple(str(name) for name in named) if isinstance(named, list) else ()
    _report_unknown(code)
    return RowError(
        code=code,
        message=redact(code, message, values=sent_values),
        kind=classify(code, message, fields=fields),
        fields=fields,
    )


def _report_unknown(code: str) -> None:
    """Be loud about a code that the table lacks: nobody has decided yet what it means."""
    if not is_known(code):
        logger.error("unknown_salesforce_code", extra={"code": code})


def call_error(http_status: int, body: object, *, is_write: bool) -> SalesforceError:
    """Name what an answer without a result means for the whole call.

    `body` is the parsed JSON, or the text where it is none. Salesforce's edge answers in HTML and its own errors are a
    list of {"message", "errorCode"}: neither form is relied on.
    """
    raw = _first_error(body)
    code = str(raw.get("errorCode") or f"http_{http_status}")
    text = str(raw.get("message") or "")
    message = redact(code, text) or f"Salesforce answered with HTTP status {http_status}."
    kind = _kind_of_status(http_status)
    if "errorCode" in raw:
        _report_unknown(code)
        kind = classify(code, text)
    if http_status == 401 or kind is ErrorKind.SIGN_IN:
        return SessionExpired(code, message, http_status=http_status)
    if kind is ErrorKind.LIMIT:
        return LimitReached(code, message, is_daily=_DAILY_LIMIT in text, http_status=http_status)
    if http_status >= 500 or kind in {ErrorKind.RETRYABLE, ErrorKind.REMOTE_UNAVAILABLE}:
        unclear = is_write and (http_status in {408, 420} or http_status >= 500 or code in _LAST_TO_ANSWER)
        return RemoteUnavailable(code, message, write_unclear=unclear, http_status=http_status)
    if http_status // 100 == 3:
        code, message = "redirected", "Salesforce answered with the address of another host."
    if code in {"NOT_FOUND", "redirected"}:
        kind = ErrorKind.CONFIGURATION
    return RequestRefused(code, message, kind=kind, http_status=http_status)


def unreadable(message: str, *, is_write: bool) -> RemoteUnavailable:
    """Make the error for an answer that arrived and says nothing that can be understood."""
    return RemoteUnavailable("unreadable_answer", message, write_unclear=is_write)


def _classify_wrapped(message: str, otherwise: ErrorKind) -> ErrorKind:
    if _LOCK.search(message):
        return ErrorKind.RETRYABLE
    if _GOVERNOR_LIMIT.search(message):
        return ErrorKind.TOO_MUCH_AT_ONCE
    return otherwise


def _kind_of_status(http_status: int) -> ErrorKind:
    """Judge an answer by its status alone, where no status code of Salesforce came with it."""
    if http_status in {413, 414, 431}:
        return ErrorKind.TOO_MUCH_AT_ONCE
    if http_status == 429:
        return ErrorKind.LIMIT
    if http_status >= 500 or http_status in {408, 420}:
        return ErrorKind.REMOTE_UNAVAILABLE
    return ErrorKind.CONFIGURATION


def _first_error(body: object) -> Mapping[str, object]:
    if isinstance(body, list):
        body = next((item for item in body if isinstance(item, dict)), None)
    return body if isinstance(body, dict) else {}
