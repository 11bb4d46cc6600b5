"""Draw returns: somebody is sent, a colleague changes something about them, and inwink speaks of them once more."""

from random import Random
from typing import Any

from tests.reference.policy import Policy
from tests.reference.stories import (
    DOINGS,
    EMAILS,
    FAULTS,
    IDENTITIES,
    Step,
    Story,
    a_change,
    a_free_story,
    a_policy,
    one_in,
    rarely,
    some_people,
)

MEETS = (
    "set status", "remove", "set field", "merge", "set status", "convert", "set field", "delete",
    "set status", "remove", "set field", "absorb", "set status", "convert", "merge", "",
)  # fmt: skip
"""What colleagues do to somebody who was sent, in turns; "" for nothing."""
BEGINNINGS: tuple[dict[str, Any], ...] = (*4 * ({"state": "registered"},), {"state": "refused"}, {"came": True})
STATES: tuple[dict[str, Any], ...] = (
    *3 * ({"state": "registered"},), *2 * ({"came": True},), {"state": "refused"}, {"state": "not_registered"}, {},
)  # fmt: skip
DETAILS: tuple[dict[str, Any], ...] = (
    {}, {}, *3 * ({"position": "CFO"},), {"position": "CTO"}, {"company": "Initech"}, {"email": EMAILS[1]},
    {"email": EMAILS[2]}, {"email": EMAILS[3]},
)  # fmt: skip
"""What a first message says of the state, a later one of it, and beside it."""
HOUR = 3
"""inwink's time of the first message; later ones are older, equal, newer or say none."""


def _identity(email: str) -> dict[str, Any]:
    first_name, last_name = IDENTITIES[email]
    return {"firstName": first_name, "lastName": last_name, "email": email}


def _first(chance: Random, key: str, email: str) -> Step:
    said = _identity(email)
    said |= {"position": chance.choice(["CTO", "CEO", ""]), "company": chance.choice(["Acme", ""])}
    said |= chance.choice(BEGINNINGS)
    said |= chance.choice([{"hour": HOUR}, {"hour": HOUR}, {}])
    return Step("hear", key=key, values=tuple(said.items()))


def _again(chance: Random, key: str) -> Step:
    if one_in(chance, 8):
        return Step("resync", key=key)
    said = chance.choice(STATES) | chance.choice(DETAILS)
    said = said | _identity(said["email"]) if "email" in said else dict(said)
    said |= chance.choice([{}, {"hour": HOUR + 1}, {"hour": HOUR}, {"hour": HOUR - 1}])
    said |= {"came": True} if said.get("hour") == HOUR - 1 else {}
    return Step("hear", key=key, values=tuple(said.items()))


def _a_policy(chance: Random) -> Policy:
    """Draw settings with which most who are registered are sent."""
    policy = a_policy(chance)
    while policy.create == "nobody" or "registered" not in policy.create_for:
        policy = a_policy(chance)
    return policy


def a_return(chance: Random, doing: str) -> Story:
    """Draw a return; often two participants are one person."""
    emails = {"p1": EMAILS[0]} | chance.choice([{}, {"p2": EMAILS[0]}, {"p2": EMAILS[3]}])
    steps = [_first(chance, key, email) for key, email in emails.items()]
    for _ in range(chance.choice([1, 1, 2])):
        steps += [Step("drain"), *([a_change(chance, doing, keys=("p1",))] if doing else [])]
        steps += [a_change(chance, chance.choice(DOINGS))] if one_in(chance, 5) else []
        steps += [_again(chance, "p1") for _ in range(chance.choice([1, 1, 2]))]
        steps += [_again(chance, chance.choice(tuple(emails)))] if one_in(chance, 3) else []
        steps += [Step("drain", how=rarely(chance, [rarely(chance, FAULTS, "")], ""))]
    return Story(_a_policy(chance), some_people(chance, most=2), (*steps, Step("drain")), is_contested=False)


def a_story(seed: int, number: int) -> Story:
    """Draw a story of a seed: free ones and returns by turns."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - nothing secret
    if number % 2:
        return a_return(chance, MEETS[number // 2 % len(MEETS)])
    return a_free_story(chance)
