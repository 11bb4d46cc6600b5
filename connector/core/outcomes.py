"""The words for how a row or an attempt ended; stored values of the models."""

from enum import StrEnum


class EntryState(StrEnum):
    """Where an outbox entry stands (architecture, section 2)."""

    PENDING = "pending"
    CLAIMED = "claimed"
    RETRYING = "retrying"
    SYNCED = "synced"
    LEFT_OUT = "left_out"
    NEEDS_ANSWER = "needs_answer"
    FAILED = "failed"


class Outcome(StrEnum):
    """How one attempt ended."""

    CREATED = "created"
    """A person or a membership was created."""
    UPDATED = "updated"
    """Something was written, nothing created."""
    UNCHANGED = "unchanged"
    LEFT_OUT = "left_out"
    NEEDS_ANSWER = "needs_answer"
    FAILED = "failed"
    RETRYING = "retrying"


SUCCESSES = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})
"""Outcomes after which Salesforce has what inwink says."""


class Operation(StrEnum):
    """What was done to one record."""

    NONE = "none"
    CREATE = "create"
    UPDATE = "update"


class Priority(StrEnum):
    """Who goes first at every claim."""

    LIVE = "live"
    MANUAL = "manual"
    BACKFILL = "backfill"


PRIORITY_ORDER: dict[Priority, int] = {Priority.LIVE: 0, Priority.MANUAL: 1, Priority.BACKFILL: 2}
"""Stored as this number, so that the database can sort by it."""


class Reason(StrEnum):
    """Why a row is held, left out or failed; the order of the first block is that of rule 1.5."""

    # left out or held before Salesforce is asked
    FILTERED = "filtered"
    NO_CONSENT = "no_consent"
    ERASED = "erased"
    LOOKS_ANONYMISED = "looks_anonymised"
    NO_EMAIL = "no_email"
    STATE_UNKNOWN = "state_unknown"
    TEST_SCAN = "test_scan"
    SHARES_EMAIL = "shares_email"
    # from the match
    AMBIGUOUS = "ambiguous"
    CONVERTED_WITHOUT_CONTACT = "converted_without_contact"
    PERSON_DELETED = "person_deleted"
    EXISTS_AS_LEAD = "exists_as_lead"
    EXISTS_AS_CONTACT = "exists_as_contact"
    # from creating
    NO_MATCH = "no_match"
    NOT_CREATED_IN_STATE = "not_created_in_state"
    VISIBILITY_NOT_CONFIRMED = "visibility_not_confirmed"
    # from the status
    STATUS_NOT_SENT = "status_not_sent"
    REMOVED_BY_HAND = "removed_by_hand"
    # a person's answer
    LEFT_OUT_BY_HAND = "left_out_by_hand"
    # failures
    REFUSED_BY_SALESFORCE = "refused_by_salesforce"
    INVALID_VALUE = "invalid_value"
    EXHAUSTED = "exhausted"
    INTERNAL = "internal"


class Note(StrEnum):
    """Something an admin should know about an attempt that otherwise ended well."""

    KEPT_MANUAL = "kept_manual"
    """A colleague set another status; it stays."""
    STATUS_NOT_LOWERED = "status_not_lowered"
    """The present label may not be replaced by the one that inwink asks for."""
    LEFT_BEHIND = "left_behind"
    """The email moved to another record; the old membership stays."""
    SAME_PERSON = "same_person"
    MARKED_NO_SHOW = "marked_no_show"
    """A person said after the event that the participant never came; the status comes from there."""
    DUPLICATE_ALERT = "duplicate_alert"
    FIELD_DROPPED = "field_dropped"
    PERSON_ACCOUNT = "person_account"
    """Fields of a Person Account that differ were not written: the user may not change accounts."""
    ACCOUNT_NOT_FOUND = "account_not_found"
    ACCOUNT_AMBIGUOUS = "account_ambiguous"
    ACCOUNT_CONSUMER_DOMAIN = "account_consumer_domain"
    """The email is of a provider that everybody uses: it says nothing about a company."""
    ACCOUNT_NOT_READABLE = "account_not_readable"
    CHOICE_SKIPPED = "choice_skipped"
    OPT_OUT_KEPT = "opt_out_kept"
    NOT_PUT_BACK = "not_put_back"
    """A value that was to be put back stays: somebody changed it since, or Salesforce would not take it."""
    KEY_NOT_WRITTEN = "key_not_written"
    """The record carries another key, or another record carries the one of this participant."""
