"""Say what is wrong with a link's labels and policies before anything is sent (rules 2.2 and 4.2)."""

from collections.abc import Iterable, Mapping, Sequence

from connector.core.checking.problem import Problem, gettext_noop
from connector.core.schema import SObject
from connector.core.state import RANK, State

MAX_LABEL_LENGTH = 40
"""Characters; the length of CampaignMember.Status.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
"""
REQUIRED_STATES = (State.REGISTERED, State.ATTENDED)


def validate_statuses(statuses: Mapping[State, str]) -> list[Problem]:
    """Check labels without Salesforce: required ones, their length, and which may be the same."""
    problems = [_label_missing(state) for state in REQUIRED_STATES if not statuses.get(state)]
    sent = sorted((state for state, label in statuses.items() if label), key=RANK.__getitem__)
    for state in sent:
        if len(statuses[state]) > MAX_LABEL_LENGTH:
            text = gettext_noop("%(label)s has %(length)s characters; Salesforce keeps 40.")
            params = {"label": statuses[state], "length": len(statuses[state])}
            problems.append(Problem("label_too_long", f"statuses.{state.value}", text, params))
    return [*problems, *_shared_labels(sent, statuses)]


def _label_missing(state: State) -> Problem:
    text = gettext_noop("%(state)s needs a label.")
    return Problem("label_required", f"statuses.{state.value}", text, {"state": state.value})


def _shared_labels(sent: Sequence[State], statuses: Mapping[State, str]) -> Iterable[Problem]:
    for place, state in enumerate(sent):
        others = [other for other in sent[: max(place - 1, 0)] if statuses[other] == statuses[state]]
        if others and statuses[sent[place - 1]] != statuses[state]:
            text = gettext_noop("%(state)s and %(other)s share the label %(label)s, but %(between)s lies between them.")
            params = {
                "state": state.value, "other": others[-1].value, "label": statuses[state],
                "between": sent[place - 1].value,
            }  # fmt: skip
            yield Problem("label_shared", f"statuses.{state.value}", text, params)


def validate_labels(statuses: Mapping[State, str], labels: Sequence[str]) -> list[Problem]:
    """Check that each label exists in the campaign, to the letter: Salesforce replaces unknown ones in silence."""
    return [
        _no_such_label(state, label=label, labels=labels)
        for state, label in statuses.items()
        if label and label not in labels
    ]


def _no_such_label(state: State, *, label: str, labels: Sequence[str]) -> Problem:
    folded = {known.strip().casefold(): known for known in labels}
    near = folded.get(label.strip().casefold())
    params = {"label": label, "near": near, "labels": ", ".join(labels) or "–"}
    if near is not None:
        text = gettext_noop("The campaign has no status “%(label)s”, only “%(near)s”: write it exactly so.")
        return Problem("label_spelt_differently", f"statuses.{state.value}", text, params)
    text = gettext_noop(
        "The campaign has no status “%(label)s”. Add it to the campaign's member statuses in Salesforce, "
        "or choose one of: %(labels)s."
    )
    return Problem("label_unknown", f"statuses.{state.value}", text, params)


def validate_creation(*, match: str, create: str) -> list[Problem]:
    """Check that people are created only as an object that is also searched (rule 2.2)."""
    if (match, create) not in {("contact_only", "lead"), ("lead_only", "contact")}:
        return []
    text = gettext_noop("match: %(match)s never searches a %(create)s, so it may not be created either.")
    return [Problem("create_not_searched", "create", text, {"match": match, "create": create})]


def searched_objects(match: str) -> frozenset[SObject]:
    """Return the objects whose people a link may write."""
    only = {"contact_only": SObject.CONTACT, "lead_only": SObject.LEAD}.get(match)
    return frozenset({only}) if only else frozenset({SObject.CONTACT, SObject.LEAD})
