"""Name the ways in which sending can go wrong, and what each means for the rows concerned."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """The effect of an error (architecture, section 4)."""

    RETRYABLE = "retryable"
    """Once more in the same run, then with backoff."""
    REMOTE_UNAVAILABLE = "remote_unavailable"
    """The batch is released, the attempt is not counted, the link waits."""
    LIMIT = "limit"
    """Salesforce refuses calls of the whole organisation for a while."""
    SIGN_IN = "sign_in"
    """No token can be had until a person acts."""
    PERMANENT = "permanent"
    """This row fails; the others go on."""
    CONFIGURATION = "configuration"
    """The link waits until a person mends the set-up."""
    RECORD_GONE = "record_gone"
    """A stored id is stale: match again."""
    CONVERTED_LEAD = "converted_lead"
    """The lead became a contact meanwhile: match again."""
    ALREADY_MEMBER = "already_member"
    """Benign: fetch the member and update it."""
    SIBLING = "sibling"
    """The row failed because another of its call did; it inherits nothing but a second try."""
    TOO_MUCH_AT_ONCE = "too_much_at_once"
    """Governor limit of the org's own automation: send fewer rows in a call."""
    FIELD_GONE = "field_gone"
    """A field is unknown or not writable for this user: refresh the describe, then decide."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was refused, without secrets and without personal data."""

    code: str
    """The status code of Salesforce, or a code of ours in lower case."""
    message: str
    """Salesforce's text, redacted."""
    kind: ErrorKind
    fields: tuple[str, ...] = ()
    """API names of the fields that Salesforce names."""
