"""Say what an attempt did."""

from connector.admin.frame.labels import MEMBER_OPERATION_LABELS, PERSON_OPERATION_LABELS
from connector.models import SyncAttempt


def operation_words(attempt: SyncAttempt) -> str:
    """Return e.g. "Lead created, added to the campaign"; "–" where nothing was written."""
    words = (
        PERSON_OPERATION_LABELS.get((attempt.person_type, attempt.person_operation)),
        MEMBER_OPERATION_LABELS.get(attempt.member_operation),
    )
    return ", ".join(str(word) for word in words if word) or "–"
