"""Write a message that only tries the way: its event is reserved, and whatever names that stops at the inbox."""

import json
from datetime import datetime

from connector.core.trial import TRIAL_EVENT_ID


def trial_body(*, sent_at: datetime) -> bytes:
    """Return the body of a test message about one invented person (example.org is reserved for examples)."""
    participant = {
        "id": "test-participant",
        "eventId": TRIAL_EVENT_ID,
        "eventName": "Test message",
        "email": "test.participant@example.org",
        "firstName": "Test",
        "lastName": "Participant",
        "position": "Tester",
        "company": "Example",
        "registered": True,
        "updatedAt": sent_at.isoformat(),
    }
    return json.dumps(participant, indent=2).encode()
