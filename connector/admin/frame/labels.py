"""Short names for stored words, in the words of inwink and Salesforce."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.core.outcomes import Note, Operation, Reason
from connector.core.put_back import Kept
from connector.core.schema import PersonType
from connector.core.state import State
from connector.pipeline.preflight.check_names import name_check

STATE_LABELS: dict[str, str | Promise] = {
    State.REGISTERED: _("Registered"),
    State.ATTENDED: _("Attended"),
    State.REFUSED: _("Refused"),
    State.NOT_REGISTERED: _("Not registered"),
    State.NO_SHOW: _("No show"),
    "": _("unknown"),
}

REASON_LABELS: dict[str, str | Promise] = {
    Reason.FILTERED: _("Left out by the filter"),
    Reason.NO_CONSENT: _("No consent"),
    Reason.ERASED: _("Asked to be forgotten"),
    Reason.LOOKS_ANONYMISED: _("Looks anonymised"),
    Reason.NO_EMAIL: _("No valid email"),
    Reason.STATE_UNKNOWN: _("Registration unknown"),
    Reason.TEST_SCAN: _("Check-in before the event"),
    Reason.SHARES_EMAIL: _("Shares an email"),
    Reason.AMBIGUOUS: _("Several records with this email"),
    Reason.CONVERTED_WITHOUT_CONTACT: _("Converted Lead without Contact"),
    Reason.PERSON_DELETED: _("Deleted in Salesforce"),
    Reason.EXISTS_AS_LEAD: _("Exists as a Lead only"),
    Reason.EXISTS_AS_CONTACT: _("Exists as a Contact only"),
    Reason.NO_MATCH: _("Not in Salesforce"),
    Reason.NOT_CREATED_IN_STATE: _("Not created in this state"),
    Reason.VISIBILITY_NOT_CONFIRMED: _("Visibility not confirmed"),
    Reason.STATUS_NOT_SENT: _("No status for this state"),
    Reason.REMOVED_BY_HAND: _("Removed from the campaign by hand"),
    Reason.LEFT_OUT_BY_HAND: _("Left out by hand"),
    Reason.REFUSED_BY_SALESFORCE: _("Refused by Salesforce"),
    Reason.INVALID_VALUE: _("A value does not fit"),
    Reason.EXHAUSTED: _("Tried too often"),
    Reason.INTERNAL: _("Error of the connector"),
}

KEPT_LABELS: dict[Kept, str | Promise] = {
    Kept.ALREADY_BACK: _("Salesforce holds the earlier value already"),
    Kept.CHANGED_SINCE: _("changed since, by a colleague or a later run"),
    Kept.CREATED: _("written when the record was created; nothing is deleted"),
    Kept.RECORD_GONE: _("the record is deleted, merged, converted or of another campaign"),
    Kept.NOT_WRITABLE: _("the field is gone or not writable"),
    Kept.VALUE_REQUIRED: _("it was empty, and Salesforce demands a value"),
    Kept.LABEL_GONE: _("the campaign has no such status any more"),
    Kept.OPT_OUT: _("an opt-out is never taken back"),
    Kept.NOT_KNOWN: _("the log does not say what was there before"),
}
"""Why a value stays."""

NOTE_LABELS: dict[str, str | Promise] = {
    Note.KEPT_MANUAL: _("Status of a colleague kept"),
    Note.STATUS_NOT_LOWERED: _("Higher status kept"),
    Note.LEFT_BEHIND: _("Old membership left"),
    Note.SAME_PERSON: _("Same person as another participant"),
    Note.MARKED_NO_SHOW: _("Marked as no-show"),
    Note.DUPLICATE_ALERT: _("Duplicate rule warned"),
    Note.FIELD_DROPPED: _("A field was left out"),
    Note.PERSON_ACCOUNT: _("Person Account"),
    Note.ACCOUNT_NOT_FOUND: _("No account found"),
    Note.ACCOUNT_AMBIGUOUS: _("Several accounts fit"),
    Note.ACCOUNT_CONSUMER_DOMAIN: _("Private email, no account"),
    Note.ACCOUNT_NOT_READABLE: _("Accounts cannot be searched"),
    Note.CHOICE_SKIPPED: _("Unknown choice skipped"),
    Note.OPT_OUT_KEPT: _("Opt-out kept"),
    Note.NOT_PUT_BACK: _("Not put back"),
    Note.KEY_NOT_WRITTEN: _("Key not written"),
}

PERSON_OPERATION_LABELS: dict[tuple[str, str], str | Promise] = {
    (PersonType.CONTACT, Operation.CREATE): _("Contact created"),
    (PersonType.CONTACT, Operation.UPDATE): _("Contact updated"),
    (PersonType.LEAD, Operation.CREATE): _("Lead created"),
    (PersonType.LEAD, Operation.UPDATE): _("Lead updated"),
}

MEMBER_OPERATION_LABELS: dict[str, str | Promise] = {
    Operation.CREATE: _("added to the campaign"),
    Operation.UPDATE: _("campaign member updated"),
}

FIELD_LABELS: dict[str, str | Promise] = {
    "id": _("inwink id"),
    "email": _("Email"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "position": _("Position"),
    "company": _("Company"),
    "registration": _("Registration"),
    "came": _("Came"),
}
"""Names of what a participant says; custom fields go by their path."""

ANSWER_REASON_LABELS: dict[str, str | Promise] = {"correction": _("Wrong status")}
"""Questions that a person asked, beside the reasons."""

ANSWER_LABELS: dict[str, str | Promise] = {
    "pick": _("Pick this record"),
    "same_person": _("Both are the same person"),
    "create": _("Create this person"),
    "accept": _("Release this participant"),
    "discard": _("Drop the check-in or held message"),
    "leave_out": _("Leave this participant out"),
    "correct": _("Correct the status"),
}
"""The stored words of answers (connector.pipeline.answers)."""

ANSWERS_TO: dict[tuple[str, str], str | Promise] = {
    ("no_email", "create"): _("Create without an email"),
    ("test_scan", "accept"): _("Count as attended"),
    ("test_scan", "discard"): _("It was a test"),
    ("looks_anonymised", "accept"): _("Take the new values"),
    ("looks_anonymised", "discard"): _("Keep the former values"),
}
"""{(question, stored word): clearer words}, where the question is known."""


def answer_label(reason: str, word: str) -> str:
    """Return the name of an answer as it stood on its button; the stored word where it is none of ours."""
    return str(ANSWERS_TO.get((reason, word)) or ANSWER_LABELS.get(word, word))


def labelled(label: object, said: object) -> str:
    """Return e.g. "Contact: Ada"; French sets a space before the colon."""
    return f"{label}{gettext(':')} {said}"


def check_label(name: str) -> str:
    """Return the name of a check as people read it."""
    return name_check(name, states=STATE_LABELS)
