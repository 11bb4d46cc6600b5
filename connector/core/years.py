"""The years that a person may name: from one further away a time zone could lead out of the calendar."""

FIRST_YEAR = 1900
LAST_YEAR = 2999


def is_far(year: int) -> bool:
    """Say whether no event and no entry of ours can be of that year."""
    return not FIRST_YEAR <= year <= LAST_YEAR
