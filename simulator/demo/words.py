"""What inwink says of somebody who registers, and when."""

from __future__ import annotations

from typing import Any

from simulator.demo.case import Values, existing, says
from simulator.demo.names import Human

FIRST_ODD_HUMAN = 800
"""Number of the first person whose story is odd; see names.human."""
BEFORE = "2026-09-21T10:00:00+02:00"
LATER = "2026-09-28T10:00:00+02:00"
ON_THE_DAY = "2026-10-08T09:40:00+02:00"
AFTER = "2026-10-12T09:00:00+02:00"


def hello(who: Human, row_id: str, *, at: str = BEFORE, **more: Any) -> Values:
    """Return the registration of an unknown person."""
    values = {"email": who.email, "firstName": who.first_name, "lastName": who.last_name, "position": who.title,
              "company": who.company, "registered": True, **more}  # fmt: skip
    return says(row_id, at=at, **values)


def hello_record(ref: str, row_id: str, **more: Any) -> Values:
    """Return the registration of somebody whom Salesforce knows."""
    record = existing(ref)
    values = {"email": record["Email"], "firstName": record["FirstName"], "lastName": record["LastName"],
              "registered": True, **more}  # fmt: skip
    return says(row_id, at=BEFORE, **values)
