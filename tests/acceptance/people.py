"""Participants as inwink sends them, used by the scenarios."""

from typing import Any

Said = dict[str, Any]


def someone(key: str | None, first_name: str = "Ada", last_name: str = "Lovelace", **said: Any) -> Said:
    """Return a registered participant; the email follows from the name unless one is given."""
    email = f"{first_name}.{last_name}@example.org".lower()
    return {"id": key, "email": email, "firstName": first_name, "lastName": last_name, "position": "CTO",
            "company": "Analytical", "registered": True, **said}  # fmt: skip


def cancelled(key: str, first_name: str = "Ada", last_name: str = "Lovelace", **said: Any) -> Said:
    """Return a participant who refused the invitation or cancelled."""
    participant = someone(key, first_name, last_name, **said)
    del participant["registered"]
    return {**participant, "status": "refused"}
