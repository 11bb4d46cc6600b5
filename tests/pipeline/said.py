"""Participants as the pipeline gets them, for tests."""

from datetime import datetime
from typing import Any

from connector.core.participant import Participant


def said(key: str = "p1", *, event_id: str = "e1", updated_at: datetime | None = None, **values: Any) -> Participant:
    """Return one message's words; registered unless they say otherwise."""
    words = {"id": key, "email": f"{key}@example.org", "last_name": "Lovelace", "registration": "registered", **values}
    return Participant(event_id=event_id, key=key, values=words, updated_at=updated_at)
