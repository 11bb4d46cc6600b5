"""What Salesforce answers when it refuses: whole requests (ApiError) and single rows (RowError)."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.shapes import Answer, Json


class ApiError(Exception):
    """Refuse a whole request. Body: a list with one object.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
    """

    def __init__(self, status: int, *, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def answer(self) -> Answer:
        """Return the refusal as Salesforce writes it."""
        return Answer(self.status, [{"message": self.message, "errorCode": self.code}])


class RowError(Exception):
    """Refuse one row. In collections the code's key is statusCode, alone it is errorCode."""

    def __init__(self, code: str, message: str, fields: Sequence[str] = (), *, detail: Json = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = list(fields)
        self.detail = detail

    def in_collection(self) -> Json:
        """Return the error as it stands inside a collection's row."""
        if self.code == "DUPLICATES_DETECTED":
            return {"statusCode": self.code, "message": "Use one of these records?", "fields": []}
        return {"statusCode": self.code, "message": self.message, "fields": self.fields}

    def answer(self, status: int = 400) -> Answer:
        """Return the error as the answer of a single-row request."""
        if self.code in ("JSON_PARSER_ERROR", "INVALID_FIELD"):
            return Answer(status, [{"message": self.message, "errorCode": self.code}])
        body = {"message": self.message, "errorCode": self.code, "fields": self.fields}
        if self.detail is not None:
            body = {**self.detail, "errorCode": self.code, "message": self.message}
        return Answer(status, [body])


def not_found() -> ApiError:
    """Return the answer to an address that leads nowhere (recorded by CumulusCI, test_errors)."""
    return ApiError(404, code="NOT_FOUND", message="The requested resource does not exist")


def session_expired() -> ApiError:
    """Return the answer to a missing, unknown or expired token (recorded in many projects)."""
    return ApiError(401, code="INVALID_SESSION_ID", message="Session expired or invalid")
