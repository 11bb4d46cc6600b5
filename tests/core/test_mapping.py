"""Which value a mapped field gets: write modes and sources (rules 5.1 to 5.3 and 5.6)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.convert import UnfitError
from connector.core.mapping import (
    Blank,
    Event,
    Facts,
    MappingRule,
    Mode,
    Policy,
    Target,
    append_value,
    assign,
    read_source,
)
from connector.core.schema import FieldSpec, SObject
from tests.core.cases import REGISTERED, START, minute, rule, spec

TITLE = spec("Title")
NOTES = spec("Notes__c", "textarea", length=30)
TRACKS = spec("Tracks__c", "multipicklist")
OPT_OUT = spec("HasOptedOutOfEmail", "boolean")
KEEPS = "stays"
"""Nothing is written."""
ON, OFF, RESYNC = Policy(may_update=True), Policy(may_update=False), Policy(may_update=True, is_forced=True)
MODES = {mode: rule("Title", mode=mode) for mode in Mode}
CLEARS = rule("Title", mode=Mode.OVERWRITE, blank=Blank.CLEAR)


def sent(last: Any, now: Any) -> Target:
    """A field that we wrote once: what we wrote, and what it holds now."""
    return Target(is_new=False, current=now, last_sent=last, was_sent=True)


def there(now: Any, **more: Any) -> Target:
    """A field that we never wrote."""
    return Target(is_new=False, current=now, **more)


NEW = Target(is_new=True)
WRITES = "CEO"
OVERWRITE, IF_EMPTY, IF_NEW = Mode.OVERWRITE, Mode.IF_EMPTY, Mode.IF_NEW


@pytest.mark.parametrize(
    ("mode", "target", "policy", "expected"),
    [
        *(pytest.param(mode, NEW, ON, WRITES, id=f"{mode}: a new record") for mode in Mode),
        pytest.param(OVERWRITE, there("CTO"), ON, WRITES, id="overwrite: another value"),
        pytest.param(OVERWRITE, there("CEO"), ON, KEEPS, id="overwrite: the same value"),
        pytest.param(OVERWRITE, there(None), ON, WRITES, id="overwrite: empty"),
        pytest.param(OVERWRITE, there("CTO"), OFF, KEEPS, id="overwrite, updates off: another value"),
        pytest.param(OVERWRITE, there(None), OFF, KEEPS, id="overwrite, updates off: empty"),
        pytest.param(OVERWRITE, sent("CTO", "CTO"), OFF, WRITES, id="overwrite, updates off: still ours"),
        pytest.param(OVERWRITE, sent("CTO", "CFO"), OFF, KEEPS, id="overwrite, updates off: a colleague's"),
        pytest.param(OVERWRITE, sent("CTO", "CFO"), ON, WRITES, id="overwrite: a colleague's, inwink changed too"),
        pytest.param(OVERWRITE, sent("CEO", "CFO"), ON, KEEPS, id="overwrite: a colleague's, inwink did not change"),
        pytest.param(OVERWRITE, sent("CEO", "CFO"), RESYNC, WRITES, id="overwrite: the same, somebody presses Resync"),
        pytest.param(OVERWRITE, sent("CEO", None), ON, KEEPS, id="overwrite: a colleague emptied it"),
        pytest.param(IF_EMPTY, there("CTO"), ON, KEEPS, id="if empty: there is a value"),
        pytest.param(IF_EMPTY, there(None), ON, WRITES, id="if empty: empty"),
        pytest.param(IF_EMPTY, there(" "), ON, WRITES, id="if empty: blank"),
        pytest.param(IF_EMPTY, there("[none]", placeholder="[none]"), ON, WRITES, id="if empty: the placeholder"),
        pytest.param(IF_EMPTY, there(None), OFF, KEEPS, id="if empty, updates off: empty"),
        pytest.param(IF_EMPTY, sent("CTO", "CTO"), OFF, WRITES, id="if empty, updates off: still ours"),
        pytest.param(IF_EMPTY, sent("CTO", "CFO"), ON, KEEPS, id="if empty: a colleague's, inwink changed too"),
        pytest.param(IF_EMPTY, sent("CTO", "CFO"), RESYNC, KEEPS, id="if empty: the same, somebody presses Resync"),
        pytest.param(IF_EMPTY, sent("CEO", None), ON, KEEPS, id="if empty: emptied since, or put back"),
        pytest.param(IF_EMPTY, sent("CEO", None), RESYNC, WRITES, id="if empty: the same, somebody presses Resync"),
        pytest.param(IF_EMPTY, sent("CTO", None), ON, WRITES, id="if empty: emptied, inwink changed too"),
        pytest.param(IF_NEW, there(None), ON, KEEPS, id="if new: empty"),
        pytest.param(IF_NEW, there("CTO"), RESYNC, KEEPS, id="if new: another value, somebody presses Resync"),
        pytest.param(IF_NEW, sent("CTO", "CTO"), OFF, WRITES, id="if new: still ours"),
        pytest.param(IF_NEW, sent("CTO", "CFO"), ON, KEEPS, id="if new: a colleague's"),
    ],
)  # fmt: skip
def test_modes(mode: Mode, target: Target, policy: Policy, expected: str) -> None:
    write, value = assign(MODES[mode], "CEO", spec=TITLE, target=target, policy=policy)
    assert (value if write else KEEPS) == expected


@pytest.mark.parametrize(
    ("mapping", "target", "policy", "expected"),
    [
        pytest.param(MODES[OVERWRITE], NEW, ON, KEEPS, id="a new record: nothing is sent"),
        pytest.param(MODES[OVERWRITE], there("CTO"), ON, KEEPS, id="keep: the value stays"),
        pytest.param(MODES[OVERWRITE], sent("CTO", "CTO"), ON, KEEPS, id="keep: ours stays too"),
        pytest.param(CLEARS, there("CTO"), ON, None, id="clear: emptied"),
        pytest.param(CLEARS, there(None), ON, KEEPS, id="clear: empty already"),
        pytest.param(CLEARS, there("CTO"), OFF, KEEPS, id="clear, updates off: stays"),
        pytest.param(CLEARS, sent("CTO", "CTO"), OFF, None, id="clear, updates off: ours is emptied"),
        pytest.param(CLEARS, sent(None, "CFO"), ON, KEEPS, id="clear: emptied before, a colleague filled it: stays"),
        pytest.param(CLEARS, sent("CTO", "CFO"), ON, None, id="clear: a colleague's, inwink emptied it now"),
        pytest.param(CLEARS, there("[none]", placeholder="[none]"), ON, KEEPS, id="clear: a placeholder is empty"),
    ],
)  # fmt: skip
def test_blank_in_inwink(mapping: MappingRule, target: Target, policy: Policy, expected: str | None) -> None:
    write, value = assign(mapping, None, spec=TITLE, target=target, policy=policy)
    assert (value if write else KEEPS) == expected


@pytest.mark.parametrize(
    ("field", "current", "wanted", "expected"),
    [
        pytest.param(TRACKS, None, "A", "A", id="choices: none yet"),
        pytest.param(TRACKS, "A;B", "B;C", "A;B;C", id="choices: only new ones are added"),
        pytest.param(TRACKS, "A;B", "B", "A;B", id="choices: nothing new"),
        pytest.param(NOTES, "smart", "art", "smart\nart", id="text: part of a word is no repeat"),
        pytest.param(NOTES, "one\r\ntwo", "two", "one\r\ntwo", id="text: a line that is there"),
        pytest.param(NOTES, "one\ntwo\nthree", "two\nthree", "one\ntwo\nthree", id="text: lines that are there"),
        pytest.param(NOTES, "one", "two", "one\ntwo", id="text: a new line"),
    ],
)
def test_append(field: FieldSpec, current: str | None, wanted: str, expected: str) -> None:
    assert append_value(current, wanted, spec=field) == expected


APPENDS = rule("Notes__c", mode=Mode.APPEND)


@pytest.mark.parametrize(
    ("wanted", "policy", "expected"),
    [("B", ON, KEEPS), ("B", RESYNC, "A;B"), ("C", ON, "A;C")],
    ids=["the same: not added again", "somebody presses Resync: added", "inwink changed: added"],
)
def test_a_choice_that_was_taken_out_again_stays_out(wanted: str, policy: Policy, expected: str) -> None:
    """We had added B to A."""
    adding = rule("Tracks__c", mode=Mode.APPEND)
    write, value = assign(adding, wanted, spec=TRACKS, target=sent("A;B", "A"), policy=policy)
    assert (value if write else KEEPS) == expected


def test_append_refuses_what_no_longer_fits() -> None:
    with pytest.raises(UnfitError, match="characters with what is there, 30 fit"):
        assign(APPENDS, "y" * 20, spec=NOTES, target=there("x" * 20), policy=ON)


def test_append_cuts_where_that_is_allowed() -> None:
    cutting = rule("Notes__c", mode=Mode.APPEND, truncate=True)
    assert assign(cutting, "y" * 20, spec=NOTES, target=there("x" * 20), policy=ON) == (True, "x" * 20 + "\n" + "y" * 9)


def test_append_starts_afresh_on_a_placeholder() -> None:
    target = there("[none]", placeholder="[none]")
    assert assign(APPENDS, "one", spec=NOTES, target=target, policy=ON) == (True, "one")


@pytest.mark.parametrize(
    ("wanted", "current", "expected"),
    [
        pytest.param(True, False, True, id="opted out in inwink: ticked"),
        pytest.param(False, True, KEEPS, id="opted out in Salesforce: never unticked"),
        pytest.param(None, True, KEEPS, id="inwink does not know: never unticked"),
        pytest.param(False, False, KEEPS, id="nobody opted out"),
    ],
)
def test_opting_out(wanted: bool | None, current: bool, expected: object) -> None:
    clears = rule("HasOptedOutOfEmail", blank=Blank.CLEAR)
    for target in (there(current), sent(current, current)):
        write, value = assign(clears, wanted, spec=OPT_OUT, target=target, policy=RESYNC)
        assert (value if write else KEEPS) == expected


VALUES = st.sampled_from(["CTO", "CEO", "CFO", None])


@settings(max_examples=80, deadline=None)
@given(
    mode=st.sampled_from(Mode), blank=st.sampled_from(Blank), wanted=VALUES, last=VALUES, now=VALUES, on=st.booleans()
)
def test_a_colleagues_value_is_replaced_only_by_overwrite_and_only_by_a_change(
    mode: Mode, blank: Blank, wanted: str | None, last: str | None, now: str | None, on: bool
) -> None:
    mapping = rule("Title", mode=mode, blank=blank if mode is OVERWRITE else Blank.KEEP)
    write, _value = assign(mapping, wanted, spec=TITLE, target=sent(last, now), policy=Policy(may_update=on))
    if now is None or now == last or not write or mode is Mode.APPEND:
        return
    assert mode is OVERWRITE
    assert on
    assert wanted != last


@settings(max_examples=40, deadline=None)
@given(wanted=st.sampled_from(["A", "B;C", "C"]), now=st.sampled_from([None, "A", "B;A", "X;C"]))
def test_append_keeps_everything_that_was_there(wanted: str, now: str | None) -> None:
    held = set((now or "").split(";")) - {""}
    assert held <= set(str(append_value(now, wanted, spec=TRACKS)).split(";"))


FACTS = Facts(
    values={
        "id": "i1", "email": "ada@example.org", "company": "", "registration": "registered",
        "custom": {
            "fields.track": {"fr": "Données", "en": "Data"}, "category": "VIP", "fields.size": 0, "fields.ok": False,
            "fields.a.b": 3,
        },
    },
    key="k1", state=REGISTERED, first_registered_at=minute(0), attended_at=None,
    event=Event(id="e", name="Salon", starts_at=START),
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "default", "expected"),
    [
        ("email", None, "ada@example.org"),
        ("company", None, None),
        ("company", "none", "none"),
        ("category", None, "VIP"),
        ("fields.track", None, {"fr": "Données", "en": "Data"}),
        ("fields.track.fr", None, "Données"),
        ("fields.track.de", "?", "?"),
        ("fields.a.b", None, 3),
        ("fields.size", 5, 0),
        ("fields.ok", True, False),
        ("fields.unknown", None, None),
        ("inwink.id", None, "i1"),
        ("inwink.state", None, "registered"),
        ("inwink.first_registered_at", None, minute(0)),
        ("inwink.attended_at", "never", "never"),
        ("event.id", None, "e"),
        ("event.name", None, "Salon"),
        ("event.start", None, START),
        ("custom", None, None),
    ],
)
def test_sources(source: str, default: object, expected: object) -> None:
    assert read_source(rule("X", source, default=default), FACTS) == expected


def test_a_constant_is_always_the_same() -> None:
    constant = MappingRule(SObject.LEAD, "LeadSource", constant="Event")
    assert read_source(constant, FACTS) == "Event"
