"""Explain, in the language of whoever looks, why a participant is where it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from connector.admin.frame.details import say_facts
from connector.admin.frame.labels import ANSWER_REASON_LABELS, NOTE_LABELS, REASON_LABELS
from connector.admin.frame.onlooker import may_see_people
from connector.core.advice.explain import Advice, advise, advise_signing_in_again
from connector.core.outcomes import EntryState, Reason
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.sentences import say_stored
from connector.pipeline.waits import must_reconnect

_SAID_BY_ERROR = frozenset({Reason.REFUSED_BY_SALESFORCE, Reason.INVALID_VALUE})
"""Reasons that the error behind them explains better."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A name, what happened, and what a person can do."""

    name: str
    """"" where what happened says it all."""
    what: str
    next_step: str
    detail: str = ""
    """What Salesforce said, redacted."""
    code: str = ""
    """The error code, for whoever has to look it up."""


def explain_code(code: str) -> Advice:
    """Return the advice for a reason, a note or an error code."""
    return advise(code, language=get_language() or "en")


def explain_log_in(code: str) -> Advice:
    """Return the advice for whoever logs in by browser just now: it has been at the address, which has no slip."""
    return advise_signing_in_again(code, language=get_language() or "en")


def reason_label(reason: str) -> str:
    """Return the short name of a reason."""
    return str(REASON_LABELS.get(reason) or ANSWER_REASON_LABELS.get(reason, reason))


def explain_end(*, reason: str, error_code: str, error_message: str) -> list[Explanation]:
    """Explain why a row ended as it did: its reason, and the error behind it where there is one."""
    found = []
    if reason and not (error_code and reason in _SAID_BY_ERROR):
        advice = explain_code(reason)
        found.append(Explanation(reason_label(reason), advice.what, advice.next_step))
    if error_code:
        advice = explain_code(error_code)
        found.append(Explanation("", advice.what, advice.next_step, _said(error_message), error_code))
    return found


def sum_up_end(*, reason: str, error_code: str, error_message: str) -> str:
    """Say the same in one line, without advice."""
    error = f"{explain_code(error_code).what} ({error_code})" if error_code else ""
    return " · ".join(part for part in (reason_label(reason) if reason else "", error, _said(error_message)) if part)


def _said(message: str) -> str:
    """Return what Salesforce said, which may quote a value, to who may see people."""
    return say_stored(message) if may_see_people() else ""


def name_end(*, reason: str, error_code: str) -> str:
    """Name a reason, or say what the error was where there is none; "" where there is neither."""
    if reason:
        return reason_label(reason)
    return explain_code(error_code).what if error_code else ""


def explain_notes(notes: Iterable[Mapping[str, Any] | str]) -> list[Explanation]:
    """Explain what else happened; a note is {"code", …} with further facts, or the bare code."""
    found = []
    for note in notes:
        code = str(note.get("code", "")) if isinstance(note, Mapping) else note
        facts = {key: value for key, value in note.items() if key != "code"} if isinstance(note, Mapping) else {}
        detail = _said(say_facts(facts))
        advice = explain_code(code)
        found.append(Explanation(str(NOTE_LABELS.get(code, code)), advice.what, advice.next_step, detail))
    return found


def explain_waiting(entry: OutboxEntry) -> str:
    """Say in one sentence why a participant that waits has not been sent yet; "" where it does not wait."""
    if entry.state == EntryState.CLAIMED:
        return gettext("A worker is sending this participant right now.")
    if entry.state not in {EntryState.PENDING, EntryState.RETRYING}:
        return ""
    blocked = explain_link(entry.link)
    if blocked:
        return blocked
    if entry.state == EntryState.RETRYING:
        return gettext("The last attempt did not succeed; the connector tries again by itself at the time below.")
    return gettext("This participant is in the queue and is sent within seconds while a worker runs.")


def explain_link(link: CampaignLink) -> str:
    """Say in one or two sentences why a link sends nothing now; "" where it sends."""
    if link.state == CampaignLink.LinkState.CLOSED:
        return gettext("This link is closed: messages are kept, nothing is sent. It can be reopened.")
    if link.state == CampaignLink.LinkState.PAUSED:
        return gettext("This link was paused by a person: messages are kept and sent when it is resumed.")
    if must_reconnect(link.org):
        return gettext("The organisation must be reconnected first. Nothing is lost.")
    if link.pause_kind:
        advice = explain_code(link.pause_code)
        return _paused_words(link, advice)
    if link.org.state == SalesforceOrg.State.PAUSED:
        return gettext("The organisation is paused and resumes by itself. Nothing is lost.")
    return ""


def _paused_words(link: CampaignLink, advice: Advice) -> str:
    """Say what happened, and name it: a worker that finds something gone keeps its bare name, e.g. of a status."""
    said = say_stored(link.pause_reason)
    if said and link.pause_kind == CampaignLink.PauseKind.CONFIGURATION:
        return f"{advice.what} ({said}) {advice.next_step}"
    return f"{said or advice.what} {advice.next_step}"
