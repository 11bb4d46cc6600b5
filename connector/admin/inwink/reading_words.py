"""Say how a message was read, in the words of whoever looks: values, what is missing, what is unreadable."""

import json
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.changes import show_value
from connector.admin.frame.labels import FIELD_LABELS, STATE_LABELS, labelled
from connector.admin.frame.names import full_name
from connector.core.checking.problem import Problem
from connector.inwink.reading import REGISTRATION_WORDS, UNKNOWN_CHECK_IN, UNKNOWN_REGISTRATION, check_in_words
from connector.pipeline.inbox.try_reading import Lack, MalformedBody, Reading, TriedParticipant
from connector.pipeline.preflight.check import say
from connector.pipeline.sentences import say_stored

ROWS_SHOWN = 50
"""Participants; the page says how many there are."""

_NAMES = {
    **FIELD_LABELS,
    "event_id": _("Event id"),
    "event_name": _("Event"),
    "updated_at": _("Changed at"),
}

_LACKS = {
    Lack.EMAIL: _("No valid email: the participant waits for an answer, nobody is searched in Salesforce."),
    Lack.STATE: _(
        "Neither registration nor check-in is said: nothing is sent to Salesforce until one is. Where a sender reports "
        "registrations only, choose “state when none is sent” on the source."
    ),
    Lack.LAST_NAME: _("No last name: Salesforce demands one of a new person; the link's placeholder is used."),
    Lack.ID: _("No id: the email stands in for it, so a corrected address looks like a second person."),
    Lack.TIME: _("No time of the change: the message that arrives last counts as the newest."),
}
_GRAVE = frozenset({Lack.EMAIL, Lack.STATE})


def has_lines(body: str) -> bool:
    """Say whether a line tells places of a message apart; programs send everything on one."""
    return "\n" in body.strip()


def tried_rows(tried: Sequence[TriedParticipant]) -> list[dict[str, Any]]:
    """Prepare the first participants for the page."""
    return [tried_row(one, number=number) for number, one in enumerate(tried[:ROWS_SHOWN], start=1)]


def tried_row(tried: TriedParticipant, *, number: int) -> dict[str, Any]:
    """Prepare one participant, the first of a message being number 1."""
    base = {
        "number": number,
        "line": tried.line,
        "name": _name(tried),
        "readings": [_reading(one, tried) for one in tried.readings],
        "lacks": [{"text": str(_LACKS[lack]), "is_grave": lack in _GRAVE} for lack in tried.lacks],
    }
    if tried.participant is None:
        unread = [
            {"line": one.line, "key": one.problem.key, "text": say(one.problem), "accepted": _accepted(one.problem)}
            for one in tried.unread
        ]
        return {**base, "unread": unread}
    return {
        **base,
        "state": str(STATE_LABELS[tried.known.state or ""]),
        "state_colour": "good" if tried.known.state else "warn",
        "event": _event_words(tried),
        "event_url": reverse("admin:connector_campaignlink_event", args=[tried.link.pk]) if tried.link else "",
        "looks_anonymised": tried.known.held_values is not None,
    }


def _accepted(problem: Problem) -> list[str]:
    """Return the values that would be understood, by what they mean; none where any text is."""
    if problem.text == UNKNOWN_REGISTRATION:
        return [labelled(STATE_LABELS[state], ", ".join(words)) for state, words in REGISTRATION_WORDS.items()]
    if problem.text == UNKNOWN_CHECK_IN:
        names = {True: gettext("came"), False: gettext("did not come")}
        return [labelled(names[came], ", ".join(words)) for came, words in check_in_words().items()]
    return []


def _name(tried: TriedParticipant) -> str:
    values = tried.values
    return full_name(values) or str(values.get("email") or values.get("id") or "")


def _event_words(tried: TriedParticipant) -> str:
    participant = tried.participant
    event = participant.event_name or participant.event_id if participant else ""
    if tried.link is not None:
        words = gettext("%(event)s is linked to the campaign %(campaign)s.")
        return words % {"event": event, "campaign": tried.link.campaign_name or tried.link.campaign_id}
    if tried.is_trial:
        return gettext("This event id is reserved for test messages: they stop at the inbox.")
    return gettext("%(event)s is not linked yet: the participant would be kept and sent once it is.") % {"event": event}


def _reading(reading: Reading, tried: TriedParticipant) -> dict[str, str]:
    understood = tried.values.get(reading.name, reading.value)
    if reading.name == "registration":
        understood = str(STATE_LABELS.get(understood, understood)) if understood else None
    name = str(_NAMES.get(reading.name, reading.name))
    is_custom = reading.name not in _NAMES
    return {
        "name": gettext("Custom field") if is_custom else name,
        "key": reading.key,
        "sent": _as_sent(reading.value),
        "understood": show_value(understood),
    }


def _as_sent(value: Any) -> str:
    """Write a value as it stands in the message: `true` is not the word "yes"."""
    return json.dumps(value) if isinstance(value, bool) else show_value(value)


_MALFORMED = {
    "malformed_json": _("This is no JSON."),
    "too_deep": _("This is nested too deep."),
    "not_finite": _("A number in it is not finite or too large."),
    "not_an_object": _("It must be an object, a list of objects, or {“participants”: […]}."),
    "not_utf8": _("The text is not UTF-8."),
    "too_many": _("One message may hold 1,000 participants."),
}


def malformed_words(exc: MalformedBody) -> str:
    """Say why a body cannot be read at all; the sender gets the answer 400."""
    if exc.code == "malformed_json" and exc.line:
        words = gettext("This is no JSON: it stops making sense in line %(line)s at character %(column)s.")
        return words % {"line": exc.line, "column": exc.column}
    if exc.code == "malformed_json":
        return gettext("A number in it has too many digits.")
    return malformed_code_words(exc.code) or say_stored(exc.detail)


def malformed_code_words(code: str) -> str:
    """Say the same by the code alone, without the place; "" for a code that says something else."""
    return str(_MALFORMED.get(code, ""))
