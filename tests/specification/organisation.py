"""What differs between organisations: the words of lines "Organisation: …", and the names that cells use for ids."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.specification.reading import UnreadableCaseError
from tests.world import World

WORK_EMAIL = {"name": "Work_Email__c", "type": "email", "length": 80}
"""A further address of people, in every organisation of the specification."""
RECORD_TYPE_ID = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"],
                  "relationship": "RecordType"}  # fmt: skip

USERS = {"integration user": "integration@", "sales user": "sales@", "former user": "gone@"}
"""{word: how the name of the user begins}; the former user is inactive."""
REFERENCES = {"Owner": "OwnerId", "Account": "AccountId", "RecordType": "RecordTypeId"}
"""{what cells call a field that holds an id: its name}"""
_PERSON_NAMES = {"Title": "PersonTitle", "Email": "PersonEmail"}


class Organisation:
    """One Salesforce of the specification, prepared as its section says."""

    def __init__(self, world: World, words: Sequence[str]) -> None:
        self.world = world
        self.ids: dict[str, str] = _seeded_ids(world)
        """{name of a user, queue or account, or "Lead.Guest" for a record type: its id}"""
        self.required: dict[str, list[str]] = {}
        """{object: fields that a new record must have}"""
        self.is_losing_answers = False
        world.switch(custom_fields={"Contact": [WORK_EMAIL], "Lead": [WORK_EMAIL]})
        for text in words:
            self._prepare(text)

    def _prepare(self, text: str) -> None:
        for pattern, prepare in _WORDS:
            if (found := re.fullmatch(pattern, text)) is not None:
                prepare(self, *found.groups())
                return
        raise UnreadableCaseError(f"no organisation: {text!r}")

    def id_of(self, name: str) -> str:
        """Return the id that a cell means by a name."""
        return self.ids.get(name, name)

    def spelt(self, kind: str, values: Mapping[str, str]) -> dict[str, str]:
        """Return fields with the ids and the names that Salesforce has for Owner, Account and RecordType."""
        return {REFERENCES.get(name, name): self._value(kind, name, value) for name, value in values.items()}

    def _value(self, kind: str, name: str, value: str) -> str:
        if name == "RecordType":
            return self.ids[f"{kind}.{value}"]
        return self.id_of(value) if name in REFERENCES else value

    def add_person_account(self, values: Mapping[str, Any]) -> str:
        """Put a Person Account into Salesforce; return the id of its contact."""
        [account_id] = self.world.add("Account", {**account_values(values), "IsPersonAccount": True})
        return str(next(row["PersonContactId"] for row in self.world.rows("Account") if row["Id"] == account_id))

    # what a section can say about its organisation

    def has_account(self, name: str, website: str) -> None:
        """Add a company."""
        [self.ids[name]] = self.world.add("Account", {"Name": name, "Website": website})

    def has_record_types(self, kind: str, names: str) -> None:
        """Add record types of leads or contacts; the first is that of whoever is given none."""
        sobject = kind.capitalize()
        self.world.switch(custom_fields={sobject: [RECORD_TYPE_ID]})
        for name in (one.strip() for one in names.split(",")):
            row = {"Name": name, "DeveloperName": name, "SobjectType": sobject, "IsActive": True}
            [self.ids[f"{sobject}.{name}"]] = self.world.add("RecordType", row)

    def has_duplicate_rules(self, word: str) -> None:
        """Take people of one object for duplicates who have one last name."""
        rule = {"action": {"warn": "alert", "block": "block"}[word], "match": ["LastName"]}
        self.world.switch(duplicate_rules={"Lead": rule, "Contact": rule})

    def assigns_leads(self, name: str) -> None:
        """Let the assignment rule of leads choose an owner."""
        self.world.switch(assignment_rule_owner=self.ids[name])

    def demands(self, kind: str, field_name: str) -> None:
        """Require a field of new leads or contacts."""
        self.required.setdefault(kind.capitalize(), []).append(field_name)
        self.world.switch(required_fields=self.required)

    def loses_answers(self) -> None:
        """Carry out what creates people, and answer nothing."""
        self.is_losing_answers = True
        for sobject in ("Contact", "Lead"):
            self.world.fault({"close_after": True}, times=1000, sobject=sobject, kind="collections", method="POST")

    def make_good(self) -> None:
        """After the first answers were lost: answer again, and send when nothing of it can still be under way."""
        if self.is_losing_answers:
            self.is_losing_answers = False
            if not any(fault["hits"] for fault in self.world.control("faults", method="GET")["faults"]):
                raise UnreadableCaseError("no answer was lost")
            self.world.control("faults", method="DELETE")
            self.world.let_pass(seconds=700)
            self.world.drain()


def account_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a Person Account under the names that its Account has for them."""
    return {_PERSON_NAMES.get(name, re.sub("__c$", "__pc", name)): value for name, value in values.items()}


def _seeded_ids(world: World) -> dict[str, str]:
    state = world.control("state?sobjects=User,Group,Account", method="GET")
    users = {
        word: row["Id"] for word, name in USERS.items() for row in state["User"] if row["Username"].startswith(name)
    }
    return users | {row["Name"]: row["Id"] for row in (*state["Group"], *state["Account"])}


_WORDS: Sequence[tuple[str, Callable[..., None]]] = (
    (r"Person Accounts", lambda organisation: organisation.world.switch(person_accounts=True)),
    (
        r"the integration user may not change accounts",
        lambda organisation: organisation.world.switch(object_access={"Account": {"updateable": False}}),
    ),
    (
        r"the integration user does not see the website of accounts",
        lambda organisation: organisation.world.switch(hidden_fields={"Account": ["Website"]}),
    ),
    (r"the answer about the first new people is lost", Organisation.loses_answers),
    (r"account (.+) \((.+)\)", Organisation.has_account),
    (r"record types of (lead|contact)s: (.+)", Organisation.has_record_types),
    (r"duplicate rules (warn|block)", Organisation.has_duplicate_rules),
    (r"assignment rules give leads to the (.+)", Organisation.assigns_leads),
    (r"(lead|contact)s must have (\w+)", Organisation.demands),
)
"""What a section can say, and what it does."""
