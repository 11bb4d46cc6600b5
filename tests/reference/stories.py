"""Draw stories: an organisation, the settings of a link, and what inwink, colleagues and the network do, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.reference.policy import Policy

IDENTITIES = {
    "ada@spec.example": ("Ada", "Lovelace"),
    "countess@spec.example": ("Ada", "Lovelace"),
    "augusta@spec.example": ("Augusta", "Lovelace"),
    "grace@spec.example": ("Grace", "Hopper"),
}
"""{address: whose it is}: a change of address keeps both names, the last name, or neither (rule 2.5)."""
EMAILS = tuple(IDENTITIES)
MOSTLY_ONE = (*EMAILS, EMAILS[0], EMAILS[0], EMAILS[0])
"""Addresses to draw from, so that records and participants meet."""
KEYS = ("p1", "p2", "p3")
ELSEWHERE = "other@spec.example"
"""An address that inwink never says."""
DOINGS = ("set", "set", "set", "delete", "remove", "remove", "add_member", "merge", "absorb", "convert")
"""What colleagues do, as often as it is drawn."""
FAULTS = ("lost_before", "lost_after", "locked", "killed_1", "killed_2", "killed_3", "expired")
"""How a drain can go wrong; it is made good before anything else happens."""


STATES: tuple[dict[str, Any], ...] = (
    *3 * ({"state": "registered"},),
    {"state": "refused"},
    {"state": "not_registered"},
    {"came": True},
    {"came": False},
)
"""What a message says of the registration or the check-in."""


@dataclass(frozen=True)
class Step:
    """One thing that happens."""

    what: str
    """hear, drain, resync, or what a colleague does: set, delete, remove, add_member, merge, absorb, convert."""
    key: str = ""
    """The participant concerned, or whose record; "" for a record of the beginning."""
    record: int = 0
    """Which record of the beginning."""
    other: int = 0
    """The other one, of a merge or a conversion."""
    values: tuple[tuple[str, Any], ...] = ()
    """What is said, or set; of a merge or conversion what the other record holds, where a colleague enters it first."""
    how: str = ""
    """The fault of a drain."""

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.values)
        parts = [self.what, self.key, self.how, said, f"{self.record}/{self.other}" if not self.key else ""]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Story:
    """What is there, how the link is set, and what happens; the last step is always a drain."""

    policy: Policy
    people: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    """(kind, member's label, fields) of the records of the beginning."""
    steps: tuple[Step, ...]
    is_contested: bool
    """Different names share an address: judged by invariants only."""

    def __repr__(self) -> str:
        lines = [repr(self.policy), *map(repr, self.people), *map(repr, self.steps)]
        return "\n    ".join(["a story" + (" (contested)" if self.is_contested else ""), *lines])


def rarely(chance: Random, values: Sequence[Any], otherwise: Any) -> Any:
    """Draw mostly the plain value."""
    return chance.choice([otherwise, otherwise, chance.choice(values)])


def one_in(chance: Random, number: int) -> bool:
    """Draw true once in so many times."""
    return chance.randrange(number) == 0


def a_policy(chance: Random) -> Policy:
    """Draw settings that the configuration accepts: nobody is created as an object that is not searched."""
    match = rarely(chance, ["lead_then_contact", "contact_only", "lead_only"], "contact_then_lead")
    creates = {"contact_only": ["contact", "nobody"], "lead_only": ["lead", "nobody"]}
    return Policy(
        match=match,
        create=chance.choice(creates.get(match, ["lead", "contact", "lead", "contact", "nobody"])),
        create_for=rarely(chance, [("attended",), ("registered", "attended", "refused")], ("registered", "attended")),
        update_existing=chance.choice([False, True]),
        ambiguous=chance.choice(["review", "most_recent"]),
        never_downgrade=rarely(chance, [False], True),
        removed_members=rarely(chance, ["add_again"], "respect"),
        refused=chance.choice(["", "Declined"]),
        not_registered=chance.choice(["", "Sent"]),
        title_mode=chance.choice(["overwrite", "if_empty", "if_new"]),
        email_mode=rarely(chance, ["overwrite"], "if_new"),
    )


def a_person(chance: Random) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Draw a record of the beginning."""
    email = chance.choice(MOSTLY_ONE)
    first_name, last_name = IDENTITIES[email]
    kind = chance.choice(["Contact", "Lead"])
    fields = {
        "FirstName": chance.choice([first_name, first_name, "", "Eve"]),
        "LastName": last_name,
        "Email": email,
        "Title": chance.choice(["", "Engineer", "CTO"]),
        "Company": chance.choice(["Engines", "[not provided]"]) if kind == "Lead" else "",
    }
    label = chance.choice(["", "", "Sent", "Registered", "Attended", "Attended", "Declined", "No show"])
    return kind, label, tuple(fields.items())


def some_people(chance: Random, *, most: int) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Draw the records of the beginning."""
    return tuple(a_person(chance) for _ in range(chance.randint(0, most)))


def a_message(chance: Random, *, is_contested: bool) -> Step:
    """Draw a message; mostly a whole row as inwink sends it."""
    email = chance.choice(MOSTLY_ONE)
    names = IDENTITIES[chance.choice(EMAILS) if is_contested else email]
    said: dict[str, Any] = {"firstName": names[0], "lastName": names[1], "email": email}
    said |= {"position": chance.choice(["CTO", "CEO", ""]), "company": chance.choice(["Acme", ""])}
    said = {} if one_in(chance, 10) else said
    said |= chance.choice(STATES)
    said |= {"came": True} if one_in(chance, 6) else {}
    said |= {"hour": chance.randint(1, 4)} if one_in(chance, 2) else {}
    said |= {"email": ""} if "email" in said and one_in(chance, 20) else {}
    return Step("hear", key=chance.choice(KEYS), values=tuple(said.items()))


FIELD_CHANGES = (("Title", "Boss"), ("Title", ""), ("FirstName", "Eve"), ("Email", EMAILS[1]), ("Email", ELSEWHERE))
STATUS_CHANGES = tuple(("Status", label) for label in ("Declined", "Attended", "Registered", "Sent"))
"""What a colleague sets: (field, value)."""
_CHANGES = {"set": FIELD_CHANGES + STATUS_CHANGES, "set status": STATUS_CHANGES, "set field": FIELD_CHANGES}


def a_change(chance: Random, doing: str, *, keys: Sequence[str] = ("", *KEYS)) -> Step:
    """Draw how a colleague does something in Salesforce; `keys` are those whose record it may be."""
    values: Sequence[tuple[str, str]] = ()
    if doing in ("merge", "absorb", "convert"):
        values = [("Email", chance.choice([EMAILS[0], ELSEWHERE])), ("Title", chance.choice(["CTO", "", "Boss"]))]
    elif doing in _CHANGES:
        values = [chance.choice(_CHANGES[doing])]
    return Step(
        doing.split()[0],
        key=chance.choice(keys),
        record=chance.randint(0, 2),
        other=chance.randint(0, 2),
        values=tuple(values),
    )


def a_free_story(chance: Random) -> Story:
    """Draw a story in which anything may follow anything."""
    is_contested = one_in(chance, 10)
    steps = [a_message(chance, is_contested=is_contested)]
    for _ in range(chance.randint(3, 9)):
        what = chance.choice(["hear", "hear", "hear", "drain", "drain", "change", "resync"])
        if what == "hear":
            steps.append(a_message(chance, is_contested=is_contested))
        elif what == "drain":
            steps.append(Step("drain", how=rarely(chance, FAULTS, "")))
        elif what == "change":
            steps.append(a_change(chance, chance.choice(DOINGS)))
        else:
            steps.append(Step("resync", key=chance.choice(KEYS)))
    return Story(a_policy(chance), some_people(chance, most=3), (*steps, Step("drain")), is_contested)


def without_drains(story: Story) -> Story:
    """Return the story with one drain, at its end."""
    return replace(story, steps=(*(step for step in story.steps if step.what != "drain"), Step("drain")))


def calmed(story: Story) -> Story:
    """Return the story without disturbance, and with everybody at one address, nothing blank."""
    heard = [step for step in story.steps if step.what in ("hear", "drain")]
    emails = {step.key: dict(step.values).get("email") or EMAILS[0] for step in reversed(heard)}
    return replace(story, is_contested=False, steps=tuple(_calm(step, emails.get(step.key, "")) for step in heard))


def _calm(step: Step, email: str) -> Step:
    if step.what == "drain":
        return Step("drain")
    first_name, last_name = IDENTITIES[email]
    said = {name: value for name, value in dict(step.values).items() if value != ""}
    said |= {"firstName": first_name, "lastName": last_name, "email": email}
    return replace(step, values=tuple(said.items()))
