"""Draw stories: an organisation, the settings of a link, and what inwink, colleagues and the network do, in order."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

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
    """hear, drain, resync, or what a colleague does: set, delete, remove, add_member, merge, convert."""
    key: str = ""
    """The participant concerned, or whose record; "" for a record of the beginning."""
    record: int = 0
    """Which record of the beginning."""
    other: int = 0
    """The other one, of a merge or a conversion."""
    values: tuple[tuple[str, Any], ...] = ()
    """What is said, or set."""
    how: str = ""
    """The fault of a drain."""

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.values)
        parts = [self.what, self.key, self.how, said, f"{self.record}/{self.other}" if not self.key else ""]
        return " ".join(part for part in parts if part)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


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

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def rarely(value: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
    """Draw mostly the plain value; shrinks to it."""
    return st.one_of(st.just(otherwise), st.just(otherwise), value)


def one_in(number: int) -> st.SearchStrategy[bool]:
    """Draw true once in so many times."""
    return st.sampled_from((*(number - 1) * (False,), True))


@st.composite
def a_policy(draw: st.DrawFn) -> Policy:
    """Draw settings that the configuration accepts: nobody is created as an object that is not searched."""
    match = draw(rarely(st.sampled_from(["lead_then_contact", "contact_only", "lead_only"]), "contact_then_lead"))
    creates = {"contact_only": ["contact", "nobody"], "lead_only": ["lead", "nobody"]}
    return Policy(
        match=match,
        create=draw(st.sampled_from(creates.get(match, ["lead", "contact", "lead", "contact", "nobody"]))),
        create_for=draw(rarely(st.sampled_from([("attended",), ("registered", "attended", "refused")]),
                               ("registered", "attended"))),
        update_existing=draw(st.booleans()),
        ambiguous=draw(st.sampled_from(["review", "most_recent"])),
        never_downgrade=draw(rarely(st.just(False), True)),
        removed_members=draw(rarely(st.just("add_again"), "respect")),
        refused=draw(st.sampled_from(["", "Declined"])),
        not_registered=draw(st.sampled_from(["", "Sent"])),
        title_mode=draw(st.sampled_from(["overwrite", "if_empty", "if_new"])),
        email_mode=draw(rarely(st.just("overwrite"), "if_new")),
    )  # fmt: skip


@st.composite
def a_person(draw: st.DrawFn) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Draw a record of the beginning."""
    email = draw(st.sampled_from(MOSTLY_ONE))
    first_name, last_name = IDENTITIES[email]
    kind = draw(st.sampled_from(["Contact", "Lead"]))
    fields = {
        "FirstName": draw(st.sampled_from([first_name, first_name, "", "Eve"])),
        "LastName": last_name,
        "Email": email,
        "Title": draw(st.sampled_from(["", "Engineer", "CTO"])),
        "Company": draw(st.sampled_from(["Engines", "[not provided]"])) if kind == "Lead" else "",
    }
    label = draw(st.sampled_from(["", "", "Sent", "Registered", "Attended", "Attended", "Declined", "No show"]))
    return kind, label, tuple(fields.items())


@st.composite
def a_message(draw: st.DrawFn, is_contested: bool) -> Step:
    """Draw a message; mostly a whole row as inwink sends it."""
    email = draw(st.sampled_from(MOSTLY_ONE))
    names = IDENTITIES[draw(st.sampled_from(EMAILS)) if is_contested else email]
    said: dict[str, Any] = {"firstName": names[0], "lastName": names[1], "email": email}
    said |= {"position": draw(st.sampled_from(["CTO", "CEO", ""])), "company": draw(st.sampled_from(["Acme", ""]))}
    said = {} if draw(one_in(10)) else said
    said |= draw(st.sampled_from(STATES))
    said |= {"came": True} if draw(one_in(6)) else {}
    said |= {"hour": draw(st.integers(1, 4))} if draw(st.booleans()) else {}
    said |= {"email": ""} if "email" in said and draw(one_in(20)) else {}
    return Step("hear", key=draw(st.sampled_from(KEYS)), values=tuple(said.items()))


@st.composite
def a_change(draw: st.DrawFn) -> Step:
    """Draw what a colleague does in Salesforce."""
    what = draw(st.sampled_from(["set", "set", "set", "delete", "remove", "remove", "add_member", "merge", "convert"]))
    values = draw(st.sampled_from([
        ("Title", "Boss"), ("Title", ""), ("FirstName", "Eve"), ("Email", EMAILS[1]), ("Email", "other@spec.example"),
        ("Status", "Declined"), ("Status", "Attended"), ("Status", "Registered"), ("Status", "Sent"),
    ]))  # fmt: skip
    return Step(
        what,
        key=draw(st.sampled_from(("", *KEYS))),
        record=draw(st.integers(0, 2)),
        other=draw(st.integers(0, 2)),
        values=(values,),
    )


@st.composite
def a_story(draw: st.DrawFn) -> Story:
    """Draw a story."""
    is_contested = draw(one_in(10))
    a_drain = st.builds(Step, st.just("drain"), how=rarely(st.sampled_from(FAULTS), ""))
    a_step = st.one_of(
        a_message(is_contested), a_message(is_contested), a_message(is_contested), a_drain, a_drain, a_change(),
        st.builds(Step, st.just("resync"), key=st.sampled_from(KEYS)),
    )  # fmt: skip
    steps = draw(st.lists(a_step, min_size=3, max_size=9))
    return Story(
        policy=draw(a_policy()),
        people=tuple(draw(st.lists(a_person(), max_size=3))),
        steps=(draw(a_message(is_contested)), *steps, Step("drain")),
        is_contested=is_contested,
    )


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
