"""Every way in which a participant can end, reached from a message, and explained (rules 1.3 to 1.5)."""

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from connector.core.advice.explain import advise
from connector.core.outcomes import Outcome, Reason
from connector.inwink.identity import Identity
from connector.models import OutboxEntry, SalesforceOrg
from connector.pipeline import answers
from connector.pipeline.privacy.erased import remember_erased
from connector.pipeline.runs import apply
from connector.pipeline.sums import sum_link
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both

EMAIL = "ada.lovelace@example.org"
Scenario = Callable[[World], object]


def twin(world: World, sobject: str = "Contact", count: int = 1) -> list[str]:
    row = {"FirstName": "Ada", "LastName": "Lovelace", "Email": EMAIL}
    return world.add(sobject, *([row if sobject == "Contact" else {**row, "Company": "A"}] * count))


def looks_anonymised(world: World) -> None:
    world.send(someone("p1"))
    world.send({"id": "p1", "email": "", "firstName": "", "lastName": ""})


def scanned_too_early(world: World) -> None:
    world.configure(starts_at=timezone.now() + timedelta(days=2))
    world.send(someone("p1", came=True))


def shares_email(world: World) -> None:
    world.send(someone("p0", "Grace", "Hopper", email=EMAIL), someone("p1"))


def converted_without_contact(world: World) -> None:
    [lead] = twin(world, "Lead")
    world.delete(world.convert(lead))
    world.send(someone("p1"))


def person_deleted(world: World) -> None:
    world.send(someone("p1"))
    world.delete(world.people(EMAIL)[0]["Id"])
    world.send(someone("p1", came=True))


def exists_as(sobject: str, match: str) -> Scenario:
    def scenario(world: World) -> None:
        world.configure(match=match, create_as="nobody")
        twin(world, sobject)
        world.send(someone("p1"))

    return scenario


def nobody_matches(world: World) -> None:
    world.configure(create_as="nobody")
    world.send(someone("p1"))


def visibility_not_confirmed(world: World) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)
    world.send(someone("p1"))


def status_not_sent(world: World) -> None:
    twin(world)
    world.send(someone("p1", registered=False))


def removed_by_hand(world: World) -> None:
    world.send(someone("p1"))
    world.delete(world.rows("CampaignMember")[0]["Id"])
    world.send(someone("p1", position="CEO"))


def left_out_by_hand(world: World) -> None:
    world.send(someone("p1", email="none"))
    answers.leave_out(world.entry("p1"), by="alice")
    world.drain()


def ambiguous(world: World) -> None:
    twin(world, count=2)
    world.send(someone("p1"))


def refused_by_salesforce(world: World) -> None:
    world.fault({"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rows": "all"}, sobject="Lead")
    world.send(someone("p1"))


def exhausted(world: World) -> None:
    world.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": "all"}, times=20, sobject="Lead")
    world.receive(someone("p1"))
    for _attempt in range(10):
        world.drain()
        world.let_pass(hours=5)


def internal(world: World) -> None:
    with mock.patch.object(apply, "plan_person", side_effect=ZeroDivisionError):
        world.send(someone("p1"))
        world.drain()


def no_consent(world: World) -> None:
    world.configure(consent={"source": "fields.optin", "when_unknown": "nothing"})
    world.send(someone("p1"))


def erased(world: World) -> None:
    world.receive(someone("p1"))
    remember_erased(Identity(frozenset({EMAIL}), frozenset()), by="alice", now=timezone.now())
    world.drain()


def filtered(world: World) -> None:
    world.configure(only=[{"source": "category", "not_in": ["Staff"]}])
    world.send(someone("p1", category="Staff"))


SCENARIOS: dict[Reason, tuple[str, Scenario]] = {
    Reason.FILTERED: ("left_out", filtered),
    Reason.NO_CONSENT: ("left_out", no_consent),
    Reason.ERASED: ("left_out", erased),
    Reason.LOOKS_ANONYMISED: ("needs_answer", looks_anonymised),
    Reason.NO_EMAIL: ("needs_answer", lambda world: world.send(someone("p1", email="none"))),
    Reason.STATE_UNKNOWN: ("left_out", lambda world: world.send({"id": "p1", "email": EMAIL, "lastName": "Lovelace"})),
    Reason.TEST_SCAN: ("needs_answer", scanned_too_early),
    Reason.SHARES_EMAIL: ("needs_answer", shares_email),
    Reason.AMBIGUOUS: ("needs_answer", ambiguous),
    Reason.CONVERTED_WITHOUT_CONTACT: ("needs_answer", converted_without_contact),
    Reason.PERSON_DELETED: ("left_out", person_deleted),
    Reason.EXISTS_AS_LEAD: ("left_out", exists_as("Lead", "contact_only")),
    Reason.EXISTS_AS_CONTACT: ("left_out", exists_as("Contact", "lead_only")),
    Reason.NO_MATCH: ("left_out", nobody_matches),
    Reason.NOT_CREATED_IN_STATE: ("left_out", lambda world: world.send(someone("p1", registered=False))),
    Reason.VISIBILITY_NOT_CONFIRMED: ("left_out", visibility_not_confirmed),
    Reason.STATUS_NOT_SENT: ("left_out", status_not_sent),
    Reason.REMOVED_BY_HAND: ("left_out", removed_by_hand),
    Reason.LEFT_OUT_BY_HAND: ("left_out", left_out_by_hand),
    Reason.REFUSED_BY_SALESFORCE: ("failed", refused_by_salesforce),
    Reason.INVALID_VALUE: ("failed", lambda world: world.send(someone("p1", position="x" * 200))),
    Reason.EXHAUSTED: ("failed", exhausted),
    Reason.INTERNAL: ("failed", internal),
}


def test_every_reason_has_its_scenario() -> None:
    assert SCENARIOS.keys() == set(Reason)


@pytest.mark.parametrize("reason", SCENARIOS, ids=str)
def test_a_reason_is_reached_and_explained(world: World, reason: Reason) -> None:
    state, scenario = SCENARIOS[reason]

    scenario(world)

    assert world.ends()["p1"] == (state, reason.value)
    assert world.attempts("p1")[-1].reason == reason.value
    assert advise(reason.value, language="en") != advise(reason.value, language="fr")
    assert sum_link(world.link.pk).rows == OutboxEntry.objects.count()
    assert getattr(sum_link(world.link.pk), state) == 1


def test_every_outcome_is_logged(world: World) -> None:
    world.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": [0]}, times=2, sobject="Lead")
    world.send(someone("p1"))
    world.let_pass(minutes=5)
    world.send(someone("p1"), someone("p2", "Mary", "Somerville", registered=False), someone("p3", email="none"))
    world.send(someone("p1", came=True), someone("p4", "Grace", "Hopper", position="x" * 200))
    world.send(someone("p1", came=True, fields={"badge": 1}))

    seen = {attempt.outcome for key in ("p1", "p2", "p3", "p4") for attempt in world.attempts(key)}
    assert seen == {outcome.value for outcome in Outcome}
