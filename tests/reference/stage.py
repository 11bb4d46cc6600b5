"""Play a story twice, in the product against a local Salesforce and in the reference, and compare after each drain."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.models import (
    CampaignLink,
    DrainRequest,
    FieldMapping,
    OutboxEntry,
    PersonChoice,
    SalesforceOrg,
    SyncAttempt,
    SyncRun,
)
from connector.pipeline.outbox import resync
from connector.pipeline.sums import sum_link
from tests.interruptions import before_call
from tests.reference.crm import Person
from tests.reference.model import Reference
from tests.reference.stories import Step, Story
from tests.world import World

FIELDS = ("FirstName", "LastName", "Email", "Title", "Company")
HOUR_ZERO = datetime.now(UTC) - timedelta(days=2)
REGISTRATION: Mapping[str, dict[str, Any]] = {
    "registered": {"registered": True},
    "not_registered": {"registered": False},
    "refused": {"status": "refused"},
}


class KilledError(BaseException):
    """The process ends here: nothing that comes after happens, and nothing is given back."""


class Stage:
    """One simulator and one database, on which stories are played one after the other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.happened: Counter[str] = Counter()

    def play(self, story: Story) -> None:
        """Play a story. Raises AssertionError where the product and the reference disagree."""
        self.reset(story)
        self.happened["stories"] += 1
        for step in story.steps:
            act = getattr(self, f"_{step.what}", None)
            if act is not None:
                act(step)
            else:
                self._colleague(step)
        self.happened.update(self.reference.seen if not story.is_contested else ["contested"])

    def reset(self, story: Story) -> None:
        """Start afresh with the organisation and the settings of a story."""
        for model in (SyncAttempt, SyncRun, OutboxEntry, PersonChoice, DrainRequest):
            model.objects.all().delete()
        self.world.control("reset")
        self.seeded = [*self.world.rows("Contact"), *self.world.rows("Lead")]
        self.story, self.reference = story, Reference(story.policy)
        self._configure(story)
        self.begun: list[Person] = []
        for kind, label, fields in story.people:
            person = self.reference.crm.add(kind, label, **dict(fields))
            values = {name: value or None for name, value in fields if name != "Company" or kind == "Lead"}
            [person.salesforce_id] = self.world.add(kind, values)
            if label:
                self._join_campaign(person, label)
            self.begun.append(person)

    def _configure(self, story: Story) -> None:
        policy = story.policy
        SalesforceOrg.objects.update(state=SalesforceOrg.State.CONNECTED, paused_until=None)
        self.world.configure(
            match=policy.match, create_as=policy.create, create_for=list(policy.create_for),
            update_existing=policy.update_existing, ambiguous=policy.ambiguous,
            never_downgrade=policy.never_downgrade, removed_members=policy.removed_members,
            status_refused=policy.refused, status_not_registered=policy.not_registered,
            state=CampaignLink.LinkState.ACTIVE, paused_until=None, pause_kind="", pause_count=0, batch_limit=None,
        )  # fmt: skip
        mappings = FieldMapping.objects.filter(link=self.world.link)
        mappings.filter(field="Title").update(mode=policy.title_mode)
        mappings.filter(field="Email").update(mode=policy.email_mode)

    # what happens

    def _hear(self, step: Step) -> None:
        said = {"id": step.key, **dict(step.values)}
        self.reference.hear(said)
        message = {name: value for name, value in said.items() if name not in ("state", "hour")}
        message |= REGISTRATION.get(str(said.get("state")), {})
        if "hour" in said:
            message["updatedAt"] = (HOUR_ZERO + timedelta(hours=said["hour"])).isoformat()
        self.world.receive(message)

    def _resync(self, step: Step) -> None:
        if step.key in self.reference.rows:
            self.reference.resync(step.key)
            entries = OutboxEntry.objects.filter(participant_key=step.key)
            resync.resync_entries(entries, requested_by="alice")

    def _drain(self, step: Step) -> None:
        self.happened[f"drain {step.how or 'undisturbed'}"] += 1
        if step.how:
            self._disturb(step.how)
        self.world.drain()
        self.reference.drain()
        self._compare()

    def _disturb(self, how: str) -> None:
        """Let a drain go wrong, and time pass until it can be made good."""
        if how.startswith("killed"):
            try:
                with before_call(int(how[-1]), _die):
                    self.world.drain()
            except KilledError:
                self.happened["killed in the middle"] += 1
        else:
            self.world.control("faults", {"match": _STRIKES.get(how, {}), "times": 1, "action": _ACTIONS[how]})
            self.world.drain()
        self.world.control("faults", method="DELETE")
        for _ in range(3):
            self.world.let_pass(minutes=20)
            self.world.drain()

    def _colleague(self, step: Step) -> None:
        person, other = self._find(step), self._begun(step.other)
        if person is None or person.is_deleted or (self.story.is_contested and "Status" in dict(step.values)):
            return
        if self.story.is_contested and (step.key or step.what not in ("set", "delete")):
            return  # the reference does not know whose record that is
        act = _COLLEAGUES[step.what]
        if act(self, person, other, step):
            self.happened[f"colleague: {step.what} {step.values[0][0] if step.what == 'set' else ''}".strip()] += 1

    def _find(self, step: Step) -> Person | None:
        row = self.reference.rows.get(step.key)
        if not step.key:
            return self._begun(step.record)
        return row.person if row else None

    def _begun(self, number: int) -> Person | None:
        return self.begun[number] if number < len(self.begun) else None

    def set_field(self, person: Person, other: Person | None, step: Step) -> bool:
        """Change a field, or the status of the member."""
        [(name, value)] = step.values
        if name != "Status":
            person.fields[name] = value
            self.world.change(person.kind, person.salesforce_id, **{name: value or None})
            return True
        if person.membership is None:
            return False
        person.label = value
        self.world.change("CampaignMember", self._member_id(person), Status=value)
        return True

    def delete(self, person: Person, other: Person | None, step: Step) -> bool:
        """Delete a record, but no converted lead: what becomes of its contact's membership is not documented."""
        if person.is_converted:
            return False
        self.reference.crm.delete(person)
        self.world.delete(person.salesforce_id)
        return True

    def remove(self, person: Person, other: Person | None, step: Step) -> bool:
        """Take a member out of the campaign."""
        if person.membership is None:
            return False
        self.world.delete(self._member_id(person))
        person.leave()
        return True

    def add_member(self, person: Person, other: Person | None, step: Step) -> bool:
        """Add a record to the campaign."""
        if person.membership is not None or not person.is_open:
            return False
        person.join("Sent")
        self._join_campaign(person, "Sent")
        return True

    def merge(self, person: Person, other: Person | None, step: Step) -> bool:
        """Merge a record into another."""
        return person.is_open and self._unite(person, self._partner(person, other, step))

    def absorb(self, person: Person, other: Person | None, step: Step) -> bool:
        """Merge another record into this one."""
        return person.is_open and self._unite(self._partner(person, other, step), person)

    def _unite(self, loser: Person, winner: Person) -> bool:
        self.reference.crm.merge(loser, winner)
        self.world.merge(winner.salesforce_id, loser.salesforce_id)
        return True

    def _partner(self, person: Person, other: Person | None, step: Step) -> Person:
        """Return the other record of a merge; where there is none of the beginning, a colleague enters it."""
        if other is not None and other is not person and other.kind == person.kind and other.is_open:
            return other
        return self._enter(person.kind, {**person.fields, **dict(step.values)})

    def _enter(self, kind: str, fields: Mapping[str, str]) -> Person:
        entered = self.reference.crm.add(kind, **fields)
        values = {name: value or None for name, value in fields.items() if name != "Company" or kind == "Lead"}
        [entered.salesforce_id] = self.world.add(kind, values)
        return entered

    def convert(self, person: Person, other: Person | None, step: Step) -> bool:
        """Convert a lead into a contact of the beginning, or a new one."""
        if person.kind != "Lead" or not person.is_open:
            return False
        into = other if other is not None and other.kind == "Contact" and other.is_open else None
        if into is None and dict(step.values).get("Title"):
            into = self._enter("Contact", {**person.fields, "Company": "", **dict(step.values)})
        self.reference.crm.convert(person, into)
        contact_id = self.world.convert(person.salesforce_id, into.salesforce_id if into else None)
        assert person.leads_to is not None
        person.leads_to.salesforce_id = contact_id
        return True

    def _member_id(self, person: Person) -> str:
        members = self.world.rows("CampaignMember")
        return next(str(row["Id"]) for row in members
                    if person.salesforce_id in (row.get("ContactId"), row.get("LeadId")))  # fmt: skip

    def _join_campaign(self, person: Person, label: str) -> None:
        member = {"CampaignId": self.world.link.campaign_id, f"{person.kind}Id": person.salesforce_id, "Status": label}
        self.world.add("CampaignMember", member)

    # what must be true

    def _compare(self) -> None:
        state = self.world.control("state", method="GET")
        self._check_invariants(state)
        if self.story.is_contested:
            return
        for row in self.reference.rows.values():
            entry = OutboxEntry.objects.get(participant_key=row.key)
            if row.person is not None and not row.person.salesforce_id:
                row.person.salesforce_id = entry.person_id
        ends = {
            entry.participant_key: ": ".join(filter(None, (entry.state, entry.reason)))
            for entry in OutboxEntry.objects.all()
        }
        _agree("people", picture(state), sorted([*self.reference.crm.picture(), *map(_seen, self.seeded)]))
        _agree("ends", sorted(ends.items()), sorted((row.key, row.ends) for row in self.reference.rows.values()))

    def _check_invariants(self, state: Mapping[str, Any]) -> None:
        """Nobody twice by what we made, one membership a person, others untouched, the sum adds up."""
        members = [row.get("ContactId") or row.get("LeadId") for row in state["CampaignMember"]]
        assert len(members) == len(set(members)), "one membership a person"
        by_id = {row["Id"]: row for kind in ("Contact", "Lead") for row in state[kind]}
        assert all(by_id.get(row["Id"]) == row for row in self.seeded), "others are untouched"
        entries = OutboxEntry.objects.all()
        assert sum_link(self.world.link.pk).rows == len(entries), "the sum adds up"
        assert not {entry.state for entry in entries} & {"pending", "claimed", "retrying", "failed"}, (
            "all came to an end"
        )
        ours = [(entry.email_key, entry.payload.get("last_name"), entry.person_id) for entry in entries
                if entry.created_by_us and entry.state == "synced"]  # fmt: skip
        assert len({one[:2] for one in ours}) == len(set(ours)), "nobody is created twice"


def _agree(what: str, found: list[Any], promised: list[Any]) -> None:
    only_found = [one for one in found if one not in promised]
    only_promised = [one for one in promised if one not in found]
    assert found == promised, f"{what}: the product has {only_found}, the reference {only_promised}"


def picture(state: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return everybody in Salesforce as `Crm.picture` does."""
    labels = {row.get("ContactId") or row.get("LeadId"): row["Status"] for row in state["CampaignMember"]}
    rows = [{**row, "type": kind} for kind in ("Contact", "Lead") for row in state[kind]]
    return sorted(_seen(row, labels.get(row["Id"], "")) for row in rows)


def _seen(row: Mapping[str, Any], label: str = "") -> tuple[str, ...]:
    kind = row.get("type") or ("Lead" if row["Id"].startswith("00Q") else "Contact")
    fields = [str(row.get(name) or "") for name in FIELDS]
    return (kind + (" converted" if row.get("IsConverted") else ""), *fields, label)


def _die() -> None:
    raise KilledError


_ACTIONS: Mapping[str, dict[str, Any]] = {
    "lost_before": {"close_before": True},
    "lost_after": {"close_after": True},
    "locked": {"error_code": "UNABLE_TO_LOCK_ROW", "rows": "all"},
    "expired": {"expire_session": True},
}
_STRIKES = {"lost_before": {"kind": "composite"}, "lost_after": {"kind": "composite"}}
_COLLEAGUES: Mapping[str, Any] = {
    "set": Stage.set_field,
    "delete": Stage.delete,
    "remove": Stage.remove,
    "add_member": Stage.add_member,
    "merge": Stage.merge,
    "absorb": Stage.absorb,
    "convert": Stage.convert,
}
