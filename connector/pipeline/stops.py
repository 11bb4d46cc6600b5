"""What keeps Salesforce from being asked, or read to the end: the exceptions, and the code that advice explains."""

from connector.models.fields import WrongEncryptionKey
from connector.pipeline.runs.reading import CallAgainError, ConfigurationProblemError, SchemaChangedError
from connector.salesforce.errors import SalesforceError

Stop = SalesforceError | ConfigurationProblemError | CallAgainError | SchemaChangedError | WrongEncryptionKey
STOPS = (SalesforceError, ConfigurationProblemError, CallAgainError, SchemaChangedError, WrongEncryptionKey)
"""For `except STOPS as exc`: everything that is expected to go wrong while people are read or written."""


def explain_stop(error: Stop) -> tuple[str, str]:
    """Return the code of what went wrong, and what Salesforce said of it."""
    if isinstance(error, CallAgainError | SchemaChangedError):
        return error.error.code, error.error.message
    if isinstance(error, ConfigurationProblemError):
        return error.code, error.detail
    if isinstance(error, WrongEncryptionKey):
        return "wrong_encryption_key", str(error)
    return error.code, error.message
