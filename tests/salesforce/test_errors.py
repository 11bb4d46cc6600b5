"""The error table of design/salesforce.md, section 3.7, and what an admin gets to read of it."""

import pytest

from connector.core.errors import ErrorKind, RowError
from connector.salesforce.errors import (
    LimitReached,
    RemoteUnavailable,
    RequestRefused,
    SessionExpired,
    call_error,
    classify,
    is_known,
    row_error,
)

LOCK = "unable to obtain exclusive access to this record or 1 records: 7015e000001AbcdAAC"


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("INVALID_SESSION_ID", "Session expired or invalid", ErrorKind.SIGN_IN),
        ("UNABLE_TO_LOCK_ROW", LOCK, ErrorKind.RETRYABLE),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", ErrorKind.LIMIT),
        ("SERVER_UNAVAILABLE", "Server Unavailable", ErrorKind.REMOTE_UNAVAILABLE),
        ("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "", ErrorKind.REMOTE_UNAVAILABLE),
        ("UNKNOWN_EXCEPTION", "An unexpected error occurred.", ErrorKind.RETRYABLE),
        ("QUERY_TIMEOUT", "", ErrorKind.RETRYABLE),
        ("REQUEST_RUNNING_TOO_LONG", "", ErrorKind.RETRYABLE),
        ("TOO_MANY_APEX_REQUESTS", "", ErrorKind.RETRYABLE),
        ("TXN_SECURITY_METERING_ERROR", "", ErrorKind.RETRYABLE),
        ("TXN_SECURITY_RUNTIME_EXCEPTION", "", ErrorKind.RETRYABLE),
        ("TXN_SECURITY_NO_ACCESS", "", ErrorKind.CONFIGURATION),
        ("API_DISABLED_FOR_ORG", "", ErrorKind.CONFIGURATION),
        ("API_CURRENTLY_DISABLED", "", ErrorKind.CONFIGURATION),
        ("STORAGE_LIMIT_EXCEEDED", "", ErrorKind.CONFIGURATION),
        ("INVALID_TYPE", "sObject type 'X' is not supported.", ErrorKind.CONFIGURATION),
        ("INSUFFICIENT_ACCESS_OR_READONLY", "", ErrorKind.PERMANENT),
        ("ENTITY_IS_LOCKED", "the entity is locked for editing", ErrorKind.PERMANENT),
        ("RUNTIME_EXCEPTION", "", ErrorKind.RETRYABLE),
        ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "", ErrorKind.PERMANENT),
        ("INACTIVE_OWNER_OR_USER", "", ErrorKind.PERMANENT),
        ("INVALID_FIELD", "No such column 'X' on sobject of type Contact", ErrorKind.FIELD_GONE),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Name.", ErrorKind.FIELD_GONE),
        ("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ErrorKind.PERMANENT),
        ("STRING_TOO_LONG", "", ErrorKind.PERMANENT),
        ("INVALID_EMAIL_ADDRESS", "", ErrorKind.PERMANENT),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "", ErrorKind.PERMANENT),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "", ErrorKind.PERMANENT),
        ("DUPLICATES_DETECTED", "Use one of these records?", ErrorKind.PERMANENT),
        ("FIELD_INTEGRITY_EXCEPTION", "", ErrorKind.PERMANENT),
        ("MALFORMED_QUERY", "", ErrorKind.PERMANENT),
        ("MALFORMED_ID", "", ErrorKind.PERMANENT),
        ("JSON_PARSER_ERROR", "", ErrorKind.PERMANENT),
        ("EXCEEDED_ID_LIMIT", "", ErrorKind.TOO_MUCH_AT_ONCE),
        ("NOT_FOUND", "", ErrorKind.PERMANENT),
        ("DUPLICATE_VALUE", "Already a campaign member.", ErrorKind.ALREADY_MEMBER),
        ("DUPLICATE_VALUE", "Déjà membre de la campagne.", ErrorKind.ALREADY_MEMBER),
        (
            "DUPLICATE_VALUE",
            "duplicate value found: NPI__c duplicates value on record with id: 0035e00000qL5Jz",
            ErrorKind.PERMANENT,
        ),
        ("DUPLICATE_VALUE", "valeur en double : enregistrement 0035e00000qL5JzAAA", ErrorKind.PERMANENT),
        ("DUPLICATE_VALUE", "Duplicate external id specified: a-1", ErrorKind.PERMANENT),
        ("ENTITY_IS_DELETED", "entity is deleted", ErrorKind.RECORD_GONE),
        ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ErrorKind.RECORD_GONE),
        ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ErrorKind.CONVERTED_LEAD),
        ("PROCESSING_HALTED", "", ErrorKind.SIBLING),
        ("ALL_OR_NONE_OPERATION_ROLLED_BACK", "", ErrorKind.SIBLING),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: execution of BeforeInsert", ErrorKind.PERMANENT),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"T: UNABLE_TO_LOCK_ROW, {LOCK}", ErrorKind.RETRYABLE),
        (
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "T: System.LimitException: Apex CPU time limit exceeded",
            ErrorKind.TOO_MUCH_AT_ONCE,
        ),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "Too many SOQL queries: 101", ErrorKind.TOO_MUCH_AT_ONCE),
        ("UNKNOWN_EXCEPTION", "System.LimitException: Too many DML statements: 151", ErrorKind.TOO_MUCH_AT_ONCE),
    ],
)
def test_known_code(code: str, message: str, kind: ErrorKind) -> None:
    assert is_known(code)
    assert classify(code, message) is kind


@pytest.mark.parametrize("code", ["INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"])
@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ([], ErrorKind.RECORD_GONE),
        (["ContactId"], ErrorKind.RECORD_GONE),
        (["OwnerId"], ErrorKind.PERMANENT),
        (["RecordTypeId"], ErrorKind.PERMANENT),
        (["AccountId", "Id"], ErrorKind.PERMANENT),
    ],
)
def test_a_configured_reference_that_is_gone_is_not_looked_for_again(
    code: str, fields: list[str], kind: ErrorKind
) -> None:
    assert row_error({"statusCode": code, "message": "invalid cross reference id", "fields": fields}).kind is kind


def test_unknown_code_is_permanent_and_loud(caplog: pytest.LogCaptureFixture) -> None:
    error = row_error({"statusCode": "BRAND_NEW_CODE", "message": "ada@example.org is not new"})
    assert error.kind is ErrorKind.PERMANENT
    assert not is_known("BRAND_NEW_CODE")
    (line,) = caplog.records
    assert (line.levelname, line.message, vars(line)["code"]) == ("ERROR", "unknown_salesforce_code", "BRAND_NEW_CODE")


def test_a_known_code_is_no_reason_for_noise(caplog: pytest.LogCaptureFixture) -> None:
    row_error({"statusCode": "STRING_TOO_LONG", "message": "Title: data value too large: x (max length=1)"})
    call_error(400, [{"errorCode": "MALFORMED_QUERY", "message": "x"}], is_write=False)
    assert caplog.records == []


def test_row_of_a_collection() -> None:
    raw = {
        "statusCode": "STRING_TOO_LONG",
        "message": "Title: data value too large: Directrice (max length=128)",
        "fields": ["Title"],
    }
    assert row_error(raw) == RowError(
        "STRING_TOO_LONG", "Title: data value too large: […] (max length=128)", ErrorKind.PERMANENT, ("Title",)
    )


def test_single_row_form_and_holes() -> None:
    assert row_error({"errorCode": "NOT_FOUND", "message": None, "fields": None}) == RowError(
        "NOT_FOUND", "", ErrorKind.PERMANENT
    )
    assert row_error({}).code == "unknown_error"


def test_kind_is_judged_before_the_text_is_redacted() -> None:
    error = row_error(
        {"statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": "T: LimitException"},
        sent_values=["LimitException"],
    )
    assert (error.kind, error.message) == (ErrorKind.TOO_MUCH_AT_ONCE, "T: […]")


@pytest.mark.parametrize(
    ("status", "body", "is_write", "unclear"),
    [
        (500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "x"}], True, True),
        (503, "<html>", True, True),
        (503, "<html>", False, False),
        (420, "", True, True),
        (400, [{"errorCode": "REQUEST_RUNNING_TOO_LONG", "message": "x"}], True, True),
        (400, [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "x"}], True, False),
    ],
)
def test_call_that_may_be_repeated_later(status: int, body: object, is_write: bool, unclear: bool) -> None:
    error = call_error(status, body, is_write=is_write)
    assert isinstance(error, RemoteUnavailable)
    assert error.write_unclear is unclear


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", SessionExpired),
        (401, {"no": "list"}, SessionExpired),
        (403, [{"errorCode": "INVALID_SESSION_ID", "message": "x"}], SessionExpired),
        (429, "", LimitReached),
        (400, [], RequestRefused),
        (400, ["/services/data/v64.0/sobjects/Contact/1"], RequestRefused),
        (307, "", RequestRefused),
    ],
)
def test_class_of_other_answers(status: int, body: object, kind: type[Exception]) -> None:
    error = call_error(status, body, is_write=True)
    assert type(error) is kind
    assert error.http_status == status
    assert error.message
