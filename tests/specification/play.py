"""Play the cases of the specification against a local Salesforce, side by side, step by step."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from connector.models import CampaignLink, OutboxEntry
from connector.pipeline import answers, no_shows
from connector.pipeline.outbox import resync
from tests.specification.organisation import Organisation, account_values
from tests.specification.reading import Case, Record, UnreadableCaseError, read_records, read_values
from tests.specification.scene import Addresses, at_hour, links_for, own_policy
from tests.world import World

SAID: Mapping[str, Any] = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "email": "mine",
    "position": "Countess",
    "company": "Analytical",
}
"""What inwink says about everybody unless a case says otherwise."""

KNOWN: Mapping[str, str] = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "mine", "Title": "Engineer"}
"""What a record that is there before holds unless a case says otherwise; a lead is of the company Engines."""

_STATES: Mapping[str, dict[str, Any]] = {
    "registered": {"registered": True},
    "not registered": {"registered": False},
    "refused": {"status": "refused"},
    "came": {"came": True},
    "not come": {"came": False},
    "says": {},
}
_KEYS = {"first name": "firstName", "last name": "lastName"}


_TYPED: Mapping[str, Any] = {"": None, "true": True, "false": False}


State = Mapping[str, Sequence[dict[str, Any]]]
"""Everything in Salesforce: {object: rows}."""


def state_of(world: World) -> State:
    """Read everything that is in Salesforce."""
    state: State = world.control("state", method="GET")
    return state


def everybody(state: State) -> dict[str, dict[str, Any]]:
    """Return {id: row} of the contacts and leads."""
    return {row["Id"]: row for kind in ("Contact", "Lead") for row in state[kind]}


class Player:
    """One case on its way: what inwink and colleagues do in it."""

    def __init__(self, organisation: Organisation, case: Case, link: CampaignLink) -> None:
        self.organisation, self.world, self.case, self.link = organisation, organisation.world, case, link
        self.addresses = Addresses(case.number)
        self.ids: dict[str, str] = {}
        """{name of a record: its id}"""

    def set_up(self) -> None:
        """Put what is there before into Salesforce."""
        for record in self.case.before:
            self._add(record)
            if record.label:
                self._add_member(record.name, record.label, record.member_fields)
        for record in self.case.before:
            self._convert_before(record)

    def _add(self, record: Record) -> None:
        values = {**KNOWN, **({"Company": "Engines"} if record.kind == "Lead" else {}), **record.fields}
        spelt = self.sent_to_salesforce(values, kind=record.kind)
        if record.is_person_account:
            self.ids[record.name] = self.organisation.add_person_account(spelt)
        else:
            [self.ids[record.name]] = self.world.add(record.kind, spelt)

    def _convert_before(self, record: Record) -> None:
        if record.converted_into == "Nobody":
            self.world.delete(self.world.convert(self.ids[record.name]))
        elif record.converted_into:
            self.world.convert(self.ids[record.name], self.ids[record.converted_into])

    def sent_to_salesforce(self, values: Mapping[str, str], *, kind: str) -> dict[str, Any]:
        """Return fields as Salesforce stores them: addresses and ids spelt out, nothing for an empty text."""
        spelt = self.organisation.spelt(kind, values)
        for name in ("Email", "Work_Email__c"):
            if name in spelt:
                spelt[name] = self.addresses.of(spelt[name])
        if re.fullmatch(r"P\d", spelt.get("Inwink_Id__c", "")):
            spelt["Inwink_Id__c"] = self.key(int(spelt["Inwink_Id__c"][1]))
        return {name: _TYPED.get(value, value.replace("⏎", "\n")) for name, value in spelt.items()}

    def play(self, step: str) -> None:
        """Do one step; the messages of one step arrive before anything is sent."""
        for part in (text.strip() for text in step.split(" & ")):
            for pattern, act in _ACTS:
                if (found := re.fullmatch(pattern, part)) is not None:
                    act(self, *found.groups())
                    break
            else:
                self._hear(part)

    def _hear(self, text: str) -> None:
        found = re.fullmatch(r"(?:P(?P<number>\d) )?(?P<states>[^(]*?)(?: \((?P<items>[^)]*)\))?", text)
        if found is None or any(state not in _STATES for state in found["states"].split(" and ")):
            raise UnreadableCaseError(f"{self.case.where}: no step: {text!r}")
        said: dict[str, Any] = {"id": self.key(int(found["number"] or 1))}
        items = [item.strip() for item in (found["items"] or "").split(",") if item.strip()]
        if "nothing else" not in items:
            said |= SAID
        for state in found["states"].split(" and "):
            said |= _STATES[state]
        said |= self._spoken([item for item in items if item != "nothing else"])
        if "email" in said:
            said["email"] = self.addresses.of(said["email"])
        self.world.event_id, self.world.link = self.link.inwink_event_id, self.link
        self.world.receive(said)

    def _spoken(self, items: Sequence[str]) -> dict[str, Any]:
        times = [at_hour(item.removeprefix("at ")) for item in items if item.startswith("at ")]
        values = read_values([item for item in items if not item.startswith("at ")])
        custom = {name: value for name, value in values.items() if name in ("diet", "track", "optout", "optin")}
        plain = {_KEYS.get(name, name): value for name, value in values.items() if name not in custom}
        changed = {"updatedAt": times[0].isoformat()} if times else {}
        return {**plain, **changed, **({"fields": custom} if custom else {})}

    def key(self, number: int) -> str:
        """Return inwink's id of a participant of the case."""
        return f"c{self.case.number}-p{number}"

    def entry(self, number: str | None) -> OutboxEntry:
        """Return the outbox row of a participant of the case."""
        return OutboxEntry.objects.get(link=self.link, participant_key=self.key(int(number or 1)))

    # what colleagues and administrators do

    def colleague_sets(self, name: str, items: str) -> None:
        """Change fields of a record, or the status of its member."""
        values = read_values([item.strip() for item in items.split(",")])
        member = {field: values.pop(field) for field in ("Status", "Dietary__c") if field in values}
        if values:
            row = self.row(name)
            spelt = self.sent_to_salesforce(values, kind=row["type"])
            if row.get("IsPersonAccount"):
                self.world.change("Account", row["AccountId"], **account_values(spelt))
            else:
                self.world.change(row["type"], row["Id"], **spelt)
        if member:
            self.world.change("CampaignMember", self._member(name)["Id"], **member)

    def colleague_deletes(self, name: str) -> None:
        """Delete a record."""
        self.world.delete(self.row(name)["Id"])

    def colleague_removes(self, name: str) -> None:
        """Delete a membership."""
        self.world.delete(self._member(name)["Id"])

    def colleague_adds_member(self, name: str, label: str) -> None:
        """Make a record a member."""
        self._add_member(name, label, {})

    def colleague_adds(self, record: str) -> None:
        """Put another record into Salesforce."""
        [one] = read_records(record)
        self._add(one)

    def colleague_merges(self, loser: str, winner: str) -> None:
        """Merge a record into another."""
        self.world.merge(self.row(winner)["Id"], self.row(loser)["Id"])

    def colleague_converts(self, name: str, into: str | None) -> None:
        """Convert a lead, into a contact that is there or a new one."""
        self.world.convert(self.row(name)["Id"], self.row(into)["Id"] if into else None)

    def answer(self, number: str | None, word: str, name: str | None) -> None:
        """Answer the question of a participant."""
        entry = self.entry(number)
        if name is not None:
            row = self.row(name)
            answers.pick_person(entry, row["type"], row["Id"], "alice")
        else:
            _ANSWERS[word](entry, "alice")

    def press_resync(self, number: str | None) -> None:
        """Ask for a participant to be sent again."""
        entry = self.entry(number)
        resync.resync_entries(OutboxEntry.objects.filter(pk=entry.pk), requested_by="alice")

    def correct_status(self, number: str | None) -> None:
        """Set what inwink says now."""
        resync.correct_status(self.entry(number), requested_by="alice", reason="scanned by mistake")

    def mark_no_shows(self, refusal: str | None) -> None:
        """Press *Mark no-shows*; `refusal` is why that must be refused."""
        told: str | None = None
        try:
            no_shows.mark_no_shows(self.link, requested_by="alice", now=timezone.now())
        except no_shows.NoShowsRefusedError as exc:
            told = exc.refusal.value
        if told != refusal:
            raise UnreadableCaseError(f"{self.case.where}: no-shows were refused: {told}")

    # what is there

    def rows(self, state: State | None = None) -> list[dict[str, Any]]:
        """Return the living people of the case, as they are now or in a state that was read before."""
        state = state or state_of(self.world)
        mine = set(self.ids.values()) | {entry.person_id for entry in self.entries()}
        found = [{**row, "type": kind} for kind in ("Contact", "Lead") for row in state[kind]]
        return [row for row in found if row["Id"] in mine or self.addresses.is_of_case(row.get("Email"))]

    def entries(self) -> list[OutboxEntry]:
        """Return the outbox rows of the case, in the order of their numbers."""
        keys = [self.key(number) for number in range(1, 5)]
        return list(OutboxEntry.objects.filter(link=self.link, participant_key__in=keys).order_by("participant_key"))

    def row(self, name: str) -> dict[str, Any]:
        """Return the record with a letter, or the only living one of a kind."""
        row_id = self.ids.get(name)
        rows = self.rows()
        kinds = [row for row in rows if row["type"] == name.capitalize()]
        found = [row for row in rows if row["Id"] == row_id] if row_id else kinds
        if len(found) != 1:
            raise UnreadableCaseError(f"{self.case.where}: {name!r} is no single record")
        return found[0]

    def _member(self, name: str) -> dict[str, Any]:
        person_id = self.row(name)["Id"]
        rows = [row for row in self.world.rows("CampaignMember") if row["CampaignId"] == self.link.campaign_id]
        return next(row for row in rows if person_id in (row.get("ContactId"), row.get("LeadId")))

    def _add_member(self, name: str, label: str, fields: Mapping[str, str]) -> None:
        row_id = self.ids.get(name) or self.row(name)["Id"]
        column = "ContactId" if row_id.startswith("003") else "LeadId"
        member = {"CampaignId": self.link.campaign_id, column: row_id, "Status": label, **fields}
        self.world.add("CampaignMember", member)


_NAME = r"(?:the )?(contact|lead|[A-Z])"
_ACTS: Sequence[tuple[str, Any]] = (
    (rf"colleague sets {_NAME} \((.*)\)", Player.colleague_sets),
    (rf"colleague deletes {_NAME}", Player.colleague_deletes),
    (rf"colleague removes {_NAME} from the campaign", Player.colleague_removes),
    (rf"colleague adds {_NAME} to the campaign as (.*)", Player.colleague_adds_member),
    (r"colleague adds (?!the )((?:contact|lead) [A-Z](?: \(.*\))?)", Player.colleague_adds),
    (rf"colleague merges {_NAME} into {_NAME}", Player.colleague_merges),
    (rf"colleague converts {_NAME}(?: into {_NAME})?", Player.colleague_converts),
    (rf"answer(?: to P(\d))?: (pick) {_NAME}", Player.answer),
    (r"answer(?: to P(\d))?: (\w[\w ]*)()?", lambda player, number, word, _: player.answer(number, word, None)),
    (r"resync(?: P(\d))?", Player.press_resync),
    (r"mark no-shows(?: \(refused: (\w+)\))?", Player.mark_no_shows),
    (r"correct the status(?: of P(\d))?", Player.correct_status),
)
"""What a step can say, and what it does."""

_ANSWERS = {
    "create": answers.create_person,
    "leave out": answers.leave_out,
    "same person": answers.same_person,
    "release": answers.release,
    "discard": answers.discard,
    "take back": answers.take_back,
}


def play_cases(world: World, cases: Sequence[Case]) -> tuple[list[Player], Mapping[str, Mapping[str, Any]]]:
    """Play cases of one organisation side by side: every first step, a drain, every second step, a drain, …

    Returns the players, and {id: row} of everybody who was in Salesforce before.
    """
    organisation = Organisation(world, cases[0].organisation)
    links = links_for(organisation, cases)
    players = [Player(organisation, case, links[own_policy(case)]) for case in cases]
    for player in players:
        player.set_up()
    at_start = everybody(state_of(world))
    for number in range(max(len(case.steps) for case in cases)):
        for player in players:
            if number < len(player.case.steps):
                player.play(player.case.steps[number])
        world.drain()
        organisation.make_good()
    return players, at_start
